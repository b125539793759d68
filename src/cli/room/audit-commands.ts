// `audit`: who did what to whom; listed, written to a file, and checked for changes.
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { auditActions } from '#model/audit.ts';
import type { AuditAction } from '#model/audit.ts';
import type { AuditFilter } from '#contract/api.ts';
import { CommandError, exitCode } from '../exit-code.ts';
import { answer, answerJson, say, table, timeText } from '../voice.ts';
import type { GatewayClient } from './gateway-client.ts';
import { writeNewFile } from './new-file.ts';
import { wholeNumber } from './numbers.ts';
import type { RoomOptions } from './room-commands.ts';

export interface FilterOptions extends RoomOptions {
  actor?: string;
  action?: string;
  target?: string;
  outcome?: 'done' | 'failed';
  from?: string;
  to?: string;
  search?: string;
}

/** A moment as ISO 8601 writes it; a day alone begins, as an end it ends, at midnight here. */
function moment(text: string, option: string, dayLater: boolean): number {
  const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  const at =
    day === null ? Date.parse(text) : new Date(Number(day[1]), Number(day[2]) - 1, Number(day[3]) + (dayLater ? 1 : 0)).getTime();
  if (Number.isNaN(at) || at < 0 || (day === null && !/^\d{4}-\d{2}-\d{2}T/.test(text))) {
    throw new CommandError(`${option} takes a day or a moment such as 2026-11-26 or 2026-11-26T14:30`, exitCode.usage);
  }
  return at;
}

function filterOf(options: FilterOptions): AuditFilter {
  const { actor, action, target, outcome, from, to, search } = options;
  if (action !== undefined && !auditActions.includes(action as AuditAction)) {
    throw new CommandError(`there is no action "${action}"; there are ${auditActions.join(', ')}`, exitCode.usage);
  }
  return {
    actor,
    action: action as AuditAction | undefined,
    target,
    outcome,
    from: from === undefined ? undefined : moment(from, '--from', false),
    to: to === undefined ? undefined : moment(to, '--to', true),
    search,
  };
}

export async function listAudit(
  gateway: GatewayClient,
  options: FilterOptions & { limit: string; before?: string },
): Promise<void> {
  const limit = wholeNumber(options.limit, '--limit', 1, 500);
  const before = options.before === undefined ? undefined : wholeNumber(options.before, '--before', 1, Number.MAX_SAFE_INTEGER);
  const entries = await gateway.call('audit', { query: { ...filterOf(options), limit, before } });
  if (options.json) {
    answerJson(entries);
    return;
  }
  const now = Date.now();
  const rows = entries.map((entry) => [
    String(entry.number),
    timeText(entry.at, now),
    entry.actor,
    entry.action,
    entry.target,
    entry.address,
    entry.outcome,
  ]);
  answer(table(['Number', 'When', 'Who', 'What', 'Whom', 'From', 'Outcome'], rows));
}

export async function exportAudit(
  gateway: GatewayClient,
  options: FilterOptions & { format: 'csv' | 'jsonl'; output?: string },
): Promise<void> {
  if (options.json && options.format === 'csv') throw new CommandError('--json and --format csv contradict', exitCode.usage);
  const file = await gateway.download('exportAudit', { query: { ...filterOf(options), format: options.format } });
  if (options.output === undefined) {
    // Standard output stays open: it is not this command's to close.
    const out = new Writable({
      write(chunk, _encoding, done) {
        process.stdout.write(chunk as Buffer, done);
      },
    });
    await pipeline(file, out);
    return;
  }
  await writeNewFile(options.output, file);
  if (options.json) answerJson({ file: options.output });
  else say(`Written to ${options.output}.`);
}

/** `number:hash`, as `audit verify` says where the chain ends. */
function notedIn(text: string): { number: number; hash: string } {
  const [, number, hash] = /^(\d{1,15}):([0-9a-fA-F]{64})$/.exec(text) ?? [];
  if (number === undefined || hash === undefined) {
    throw new CommandError('--noted takes a number and a hash such as audit verify prints: 1234:9f86d0…', exitCode.usage);
  }
  return { number: Number(number), hash };
}

export async function verifyAudit(gateway: GatewayClient, options: RoomOptions & { noted?: string }): Promise<void> {
  const noted = options.noted === undefined ? null : notedIn(options.noted);
  const report = await gateway.call('verifyAudit', { body: { noted } });
  if (report.fault !== null || report.noted === 'different' || report.noted === 'gone') process.exitCode = exitCode.failed;
  if (options.json) {
    answerJson(report);
    return;
  }
  if (report.fault === null) {
    answer(`${report.entries} entries are as they were written.`);
    if (report.anchor > 0) answer(`Entries up to ${report.anchor} were removed because of their age.`);
  } else if (report.fault === 'beginning') {
    answer('Entries at the beginning are missing that were not removed because of their age.');
  } else if (report.fault === 'end') {
    answer(`Entries at the end are missing, from ${report.brokenAt} on.`);
  } else {
    answer(
      `Entry ${report.brokenAt}, or one just before it, was changed, removed or slipped in. Do not rely on what follows it.`,
    );
  }
  if (report.noted === 'same') answer('The entry that you noted is the same.');
  if (report.noted === 'different') answer('The entry that you noted is another one now: the activity was written anew.');
  if (report.noted === 'gone') answer('The entry that you noted is not there (any more).');
  say('Keep this elsewhere, and compare with it later (--noted):');
  answer(`${report.head.number}:${report.head.hash}`);
}
