// What saving sessions to disk does to the programs in them, in words.
import type { ProgramFate, ProgramRiskReason, SessionCheck } from '#model/session.ts';
import { table } from '../voice.ts';

const fateText: Readonly<Record<ProgramFate, string>> = {
  reopened: 'closed, and started again with its last state',
  disconnected: 'goes on, its connections are closed',
  lost: 'cannot be saved',
};

const reasonText: Readonly<Record<ProgramRiskReason, string>> = {
  sandbox: 'it runs in a sandbox of its own',
  connection: 'it is connected to the outside',
  device: 'it uses a device',
  'other-user': 'it runs as another user',
  mount: 'it has a file system of its own',
  traced: 'a debugger is attached to it',
  'kernel-object': 'it uses a part of the system that cannot be saved',
};

/** A table of the programs that saving does not leave as they are; empty if there are none. */
export function programsAtRisk(checks: readonly SessionCheck[]): string {
  const rows = checks.flatMap(({ user, atRisk }) =>
    atRisk.map(({ program, fate, reason }) => [user, program, fateText[fate], reasonText[reason]]),
  );
  return rows.length === 0 ? '' : table(['User', 'Program', 'What happens', 'Why'], rows);
}
