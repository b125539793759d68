// The words on screen for the values of the model.
import type { Level } from '#model/account.ts';
import type { StationStatus } from '#model/station.ts';
import { msg } from './i18n.ts';

export const levelLabels: Readonly<Record<Level, string>> = {
  standard: msg('Standard user'),
  dashboard: msg('Dashboard user'),
  administrator: msg('Administrator'),
};

export const statusLabels: Readonly<Record<StationStatus, string>> = {
  'logged-on': msg('Logged on'),
  locked: msg('Locked'),
  starting: msg('Starting'),
  'signing-out': msg('Signing out'),
  suspended: msg('Suspended'),
  free: msg('Free'),
  offline: msg('Offline'),
  waiting: msg('Waiting'),
};
