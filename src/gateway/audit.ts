// Who did what to whom. Entries are only ever added; what the store has no room for goes to the log.
import type { AuditEntry } from '#contract/api.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import { ifRoom } from './store.ts';
import type { Store } from './store.ts';

export interface Deed {
  /** Account, token's name or `root`; empty where nobody known did it. */
  actor: string;
  action: string;
  target: string;
  address: string;
  /** `done`, or the code of the error. */
  outcome: string;
  details?: Readonly<Record<string, string | number>>;
}

type Row = Omit<AuditEntry, 'details'> & { details: string };

export class Audit {
  readonly #store: Store;
  readonly #log: Log;
  readonly #clock: Clock;

  constructor(store: Store, log: Log, clock: Clock) {
    this.#store = store;
    this.#log = log;
    this.#clock = clock;
  }

  /** Adds an entry; throws `store-full`. For what must not be done unseen: call it in the same transaction. */
  record(deed: Deed): void {
    this.#store.run(
      'INSERT INTO audit (at, actor, action, target, address, outcome, details) VALUES (?, ?, ?, ?, ?, ?, ?)',
      this.#clock.nowMs(),
      deed.actor,
      deed.action,
      deed.target,
      deed.address,
      deed.outcome,
      JSON.stringify(deed.details ?? {}),
    );
  }

  /** Adds an entry for what goes on even when the disk is full; then the log has it. */
  note(deed: Deed): void {
    ifRoom(
      () => this.record(deed),
      () => this.#log.warn({ audit: deed }, 'The store is full; this entry of the audit is only here.'),
    );
  }

  /** Whether there is an entry of this action on this target with these details, among others. */
  has(action: string, target: string, details: Readonly<Record<string, string | number>>): boolean {
    const asked = Object.entries(details);
    const wanted = asked.map(() => 'AND json_extract(details, ?) = ?').join(' ');
    const values = asked.flatMap(([name, value]) => [`$."${name}"`, value]);
    return (
      this.#store.all(`SELECT 1 FROM audit WHERE action = ? AND target = ? ${wanted} LIMIT 1`, action, target, ...values).length >
      0
    );
  }

  /** When each actor did this last. */
  lastDone(action: string): Map<string, number> {
    const rows = this.#store.all<{ actor: string; at: number }>(
      "SELECT actor, max(at) AS at FROM audit WHERE action = ? AND outcome = 'done' GROUP BY actor",
      action,
    );
    return new Map(rows.map(({ actor, at }) => [actor, at]));
  }

  /** Newest first, those before the entry `before` if given. */
  list(query: { before?: number | undefined; limit: number; search?: string | undefined }): AuditEntry[] {
    const search = query.search === undefined ? '%' : `%${query.search.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
    const rows = this.#store.all<Row>(
      `SELECT number, at, actor, action, target, address, outcome, details FROM audit
       WHERE number < ? AND (actor LIKE ? ESCAPE '\\' OR action LIKE ? ESCAPE '\\' OR target LIKE ? ESCAPE '\\'
         OR address LIKE ? ESCAPE '\\' OR outcome LIKE ? ESCAPE '\\')
       ORDER BY number DESC LIMIT ?`,
      query.before ?? Number.MAX_SAFE_INTEGER,
      search,
      search,
      search,
      search,
      search,
      query.limit,
    );
    return rows.map((row) => ({ ...row, details: JSON.parse(row.details) as AuditEntry['details'] }));
  }
}
