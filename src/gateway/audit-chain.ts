// The chain of the audit: each entry's hash covers its content and the hash before it, so whoever changes, removes or slips in an entry
// has to rewrite all that follow. It does not hold against somebody who can write the store and rewrites the whole rest; against that
// helps a hash that was noted elsewhere (the log has one for each day, an export has all).
import { createHash } from 'node:crypto';
import type { AuditEntry, AuditReport } from '#contract/api.ts';
import type { Audit } from './audit.ts';

/** An entry as it is stored: `details` is the JSON as it was written. */
export type ContentRow = Omit<AuditEntry, 'details'> & { details: string };
export type ChainedRow = ContentRow & { hash: string };

/** SHA-256, in hex, of the JSON list: hash before, number, time, actor, action, target, address, outcome, details as a text. */
export function chainedHash(before: string, row: ContentRow): string {
  const { number, at, actor, action, target, address, outcome, details } = row;
  const content = JSON.stringify([before, number, at, actor, action, target, address, outcome, details]);
  return createHash('sha256').update(content).digest('hex');
}

/** Reads the whole chain. `noted`: an entry's hash that somebody has kept elsewhere. Rejects once `stop` says so. */
export async function verifyChain(
  audit: Audit,
  noted: { number: number; hash: string } | null,
  stop?: AbortSignal,
): Promise<AuditReport> {
  const ends = audit.ends();
  const pruned = audit.lastPruned();
  let { anchorNumber: number, anchorHash: hash } = ends;
  const report: AuditReport = {
    entries: 0,
    brokenAt: null,
    fault: null,
    anchor: number,
    head: { number: ends.headNumber, hash: ends.headHash },
    noted: noted === null ? null : 'gone',
  };
  if ((pruned?.number ?? 0) !== number || (pruned?.hash ?? '') !== hash) {
    return { ...report, brokenAt: number + 1, fault: 'beginning' };
  }
  const compare = (): void => {
    if (noted?.number === number) report.noted = noted.hash.toLowerCase() === hash ? 'same' : 'different';
  };
  compare();
  while (number < ends.headNumber) {
    const rows = audit.rowsAfter(number).filter((row) => row.number <= ends.headNumber);
    if (rows.length === 0) return { ...report, brokenAt: number + 1, fault: 'end' };
    for (const row of rows) {
      if (chainedHash(hash, row) !== row.hash) {
        // Old entries may have been removed, as they should, while the chain was read.
        if (audit.ends().anchorNumber !== ends.anchorNumber) return await verifyChain(audit, noted, stop);
        return { ...report, brokenAt: row.number, fault: 'entry' };
      }
      ({ number, hash } = row);
      report.entries += 1;
      compare();
    }
    await new Promise(setImmediate);
    stop?.throwIfAborted();
  }
  if (hash !== ends.headHash) return { ...report, brokenAt: number, fault: 'end' };
  const [beyond] = audit.rowsAfter(audit.ends().headNumber);
  if (beyond !== undefined) return { ...report, brokenAt: beyond.number, fault: 'entry' };
  return report;
}
