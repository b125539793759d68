// The words on screen for the values of the model.
import type { Level } from '#model/account.ts';
import type { ProgramFate, ProgramRiskReason } from '#model/session.ts';
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
  saving: msg('Saving…'),
  saved: msg('Suspended (saved)'),
  restoring: msg('Restoring…'),
  lost: msg('Lost'),
  free: msg('Free'),
  offline: msg('Offline'),
  waiting: msg('Waiting'),
};

/** What becomes of a program when its session is saved. */
export const fateLabels: Readonly<Record<ProgramFate, string>> = {
  reopened: msg('It is closed and opened again with its tabs.'),
  disconnected: msg('It goes on, but its connections to the outside are closed.'),
  lost: msg('It cannot be saved.'),
};

/** Why it is so. */
export const riskReasonLabels: Readonly<Record<ProgramRiskReason, string>> = {
  sandbox: msg('It runs in a sandbox of its own.'),
  connection: msg('It is connected to the outside.'),
  device: msg('It uses a device.'),
  'other-user': msg('It runs as another user.'),
  mount: msg('It has a file system of its own.'),
  traced: msg('Another program looks into it.'),
  'kernel-object': msg('It uses a part of the system that cannot be saved.'),
};
