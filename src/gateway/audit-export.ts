// The audit as a file: comma-separated for spreadsheets, or one JSON object a line; written as fast as it is read.
import type { AuditFilter } from '#contract/api.ts';
import type { StreamedFile } from '#contract/route.ts';
import type { Audit, HashedEntry } from './audit.ts';

const csvColumns = ['number', 'at', 'actor', 'action', 'target', 'address', 'outcome', 'details', 'hash'] as const;

/** Quoted, and never a formula: a name typed at a sign-in may begin with `=`, and a spreadsheet would calculate it. */
function csvCell(value: string): string {
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return `"${harmless.replaceAll('"', '""')}"`;
}

function csvLine(entry: HashedEntry): string {
  const { at, details, ...rest } = entry;
  const texts = { ...rest, at: new Date(at).toISOString(), details: JSON.stringify(details) };
  return `${csvColumns.map((column) => csvCell(String(texts[column]))).join(',')}\r\n`;
}

async function* csv(pieces: AsyncIterable<HashedEntry[]>): AsyncGenerator<string> {
  // Without the mark some spreadsheets take the file for one in the letters of the computer's region.
  yield `\u{feff}${csvColumns.join(',')}\r\n`;
  for await (const entries of pieces) yield entries.map(csvLine).join('');
}

async function* jsonLines(pieces: AsyncIterable<HashedEntry[]>): AsyncGenerator<string> {
  for await (const entries of pieces) yield entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
}

export function exportAudit(audit: Audit, filter: AuditFilter, format: 'csv' | 'jsonl', nowMs: number): StreamedFile {
  const name = `stationmaster-activity-${new Date(nowMs).toISOString().slice(0, 10)}.${format}`;
  const pieces = audit.pieces(filter);
  return format === 'csv'
    ? { type: 'text/csv; charset=utf-8', name, text: csv(pieces) }
    : { type: 'application/jsonl; charset=utf-8', name, text: jsonLines(pieces) };
}
