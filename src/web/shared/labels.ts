// The words on screen for the values of the model.
import type { Level } from '#model/account.ts';
import type { ProgramFate, ProgramRiskReason } from '#model/session.ts';
import type { StationStatus } from '#model/station.ts';
import { faultText } from './error-text.ts';
import { i18n, msg } from './i18n.ts';
import type { TableColumn } from './stations/table-view.ts';

export const levelLabels: Readonly<Record<Level, string>> = {
  standard: msg('Standard user'),
  dashboard: msg('Dashboard user'),
  administrator: msg('Administrator'),
};

export const statusLabels: Readonly<Record<StationStatus, string>> = {
  'logged-on': msg('Logged on'),
  locked: msg('Locked'),
  blocked: msg('Blocked'),
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

export const columnLabels: Readonly<Record<TableColumn, string>> = {
  computer: msg('Computer'),
  station: msg('Station'),
  room: msg('Room'),
  user: msg('User'),
  autoLogon: msg('Auto-logon'),
  status: msg('Status'),
  risks: msg('Programs at risk'),
  since: msg('Since'),
  connection: msg('Connection'),
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

const savedFaultLabels: Readonly<Partial<Record<string, string>>> = {
  'image-damaged': msg('Damaged, it cannot be continued.'),
  'image-foreign': msg('Not from this computer, it cannot be continued.'),
  'restore-failed': msg('It could not be continued at the last try.'),
  'software-changed': msg('Programs that it needs were updated or removed.'),
  'processor-lacks': msg('It needs another processor.'),
  'display-taken': msg('Its display was taken at the last try.'),
  'memory-short': msg('There was too little memory at the last try.'),
};

/** What is against continuing a saved session, for those who run the room; null if nothing is. */
export function savedFaultText(code: string | null): string | null {
  const label = code === null ? undefined : savedFaultLabels[code];
  return label === undefined ? faultText(code) : i18n._(label);
}
