// Who did what to whom. Entries are only ever added, each with a hash over itself and the hash before it (`audit-chain.ts`); what the
// store has no room for goes to the log.
import type { AuditEntry, AuditFilter } from '#contract/api.ts';
import type { AuditAction } from '#model/audit.ts';
import { chainedHash } from './audit-chain.ts';
import type { ChainedRow, ContentRow } from './audit-chain.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import { ifRoom } from './store.ts';
import type { Store } from './store.ts';

export interface Deed {
  /** Account, token's name or `root`; empty where nobody known did it. */
  actor: string;
  action: AuditAction;
  target: string;
  address: string;
  /** `done`, or the code of the error. */
  outcome: string;
  details?: Readonly<Record<string, string | number>>;
}

const columns = 'number, at, actor, action, target, address, outcome, details, hash';
const dayMs = 86_400_000;
/** Entries that are read at once, before others get their turn. */
const pieceSize = 500;

type Ends = {
  anchorNumber: number;
  anchorHash: string;
  headNumber: number;
  headHash: string;
  chained: number;
};

export type HashedEntry = AuditEntry & { hash: string };

/** Counting must stay short, however long the audit has grown. */
const mostCounted = 50_000;

export class Audit {
  readonly #store: Store;
  readonly #log: Log;
  readonly #clock: Clock;
  /** Up to where entries were too old when that was last looked at. */
  #wasOld = 0;

  constructor(store: Store, log: Log, clock: Clock) {
    this.#store = store;
    this.#log = log;
    this.#clock = clock;
  }

  /** Adds an entry; throws `store-full`. For what must not be done unseen: call it in the same transaction. */
  record(deed: Deed): void {
    this.#store.transaction(() => {
      const before = this.#endsWithAllChained();
      const row: ContentRow = {
        number: before.headNumber + 1,
        at: this.#clock.nowMs(),
        actor: storable(deed.actor),
        action: deed.action,
        target: storable(deed.target),
        address: deed.address,
        outcome: deed.outcome,
        details: JSON.stringify(deed.details ?? {}),
      };
      const hash = chainedHash(before.headHash, row);
      this.#store.run(
        `INSERT INTO audit (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        row.number,
        row.at,
        row.actor,
        row.action,
        row.target,
        row.address,
        row.outcome,
        row.details,
        hash,
      );
      this.#store.run('UPDATE auditChain SET headNumber = ?, headHash = ?', row.number, hash);
    });
  }

  /** Adds an entry for what goes on even when the disk is full; then the log has it. */
  note(deed: Deed): void {
    ifRoom(
      () => this.record(deed),
      () => this.#log.warn({ audit: deed }, 'The store is full; this entry of the audit is only here.'),
    );
  }

  /** Whether there is an entry of this action on this target with these details, among others. */
  has(action: AuditAction, target: string, details: Readonly<Record<string, string | number>>): boolean {
    const asked = Object.entries(details);
    const wanted = asked.map(() => 'AND json_extract(details, ?) = ?').join(' ');
    const values: (string | number)[] = asked.flatMap(([name, value]) => [`$."${name}"`, value]);
    return (
      this.#store.all(`SELECT 1 FROM audit WHERE action = ? AND target = ? ${wanted} LIMIT 1`, action, target, ...values).length >
      0
    );
  }

  /** When each actor did this last. */
  lastDone(action: AuditAction): Map<string, number> {
    const rows = this.#store.all<{ actor: string; at: number }>(
      "SELECT actor, max(at) AS at FROM audit WHERE action = ? AND outcome = 'done' GROUP BY actor",
      action,
    );
    return new Map(rows.map(({ actor, at }) => [actor, at]));
  }

  /** Sign-ins since this time (milliseconds since 1970) that were refused for what was typed; of the latest entries only. */
  failedSignIns(since: number): { count: number; lastAt: number } {
    return this.#counted("action LIKE '%sign-in' AND outcome IN ('wrong-credentials', 'throttled')", since);
  }

  /** New sessions that were refused since then because the computer had as many as it may; of the latest entries only. */
  refusedAsFull(since: number): { count: number; lastAt: number } {
    return this.#counted("action IN ('station.sign-in', 'station.auto-logon') AND outcome = 'computer-full'", since);
  }

  #counted(condition: string, since: number): { count: number; lastAt: number } {
    const [found] = this.#store.all<{ count: number; lastAt: number | null }>(
      `SELECT count(*) AS count, max(at) AS lastAt FROM audit
       WHERE number > (SELECT coalesce(max(number), 0) FROM audit) - ? AND at >= ? AND ${condition}`,
      mostCounted,
      since,
    );
    return { count: found?.count ?? 0, lastAt: found?.lastAt ?? 0 };
  }

  /** Newest first, those before the entry `before` if given. */
  list(filter: AuditFilter & { before?: number | undefined; limit: number }): AuditEntry[] {
    return this.#rows(filter, 'number < ?', filter.before ?? Number.MAX_SAFE_INTEGER, 'DESC', filter.limit).map((row) => {
      const { hash: _, ...entry } = entryOf(row);
      return entry;
    });
  }

  /** Oldest first, all that the filter lets through, in pieces; those that are added meanwhile are not among them. */
  async *pieces(filter: AuditFilter): AsyncGenerator<HashedEntry[]> {
    const last = this.ends().headNumber;
    let after = 0;
    for (;;) {
      const rows = this.#rows(filter, 'number > ?', after, 'ASC', pieceSize).filter(({ number }) => number <= last);
      if (rows.length === 0) return;
      yield rows.map(entryOf);
      after = rows.at(-1)?.number ?? last;
      await new Promise(setImmediate);
    }
  }

  /** Where the chain begins and ends, as it is kept beside the entries. */
  ends(): Ends {
    return this.#store.transaction(() => this.#endsWithAllChained());
  }

  /** Entries after this one as they are stored, oldest first. */
  rowsAfter(number: number): ChainedRow[] {
    return this.#store.all<ChainedRow>(
      `SELECT ${columns} FROM audit WHERE number > ? ORDER BY number LIMIT ?`,
      number,
      pieceSize,
    );
  }

  /** What the newest entry about removed ones says of the last of them; null: none was removed. */
  lastPruned(): { number: number; hash: string } | null {
    const [row] = this.#store.all<{ details: string }>(
      "SELECT details FROM audit WHERE action = 'audit.prune' ORDER BY number DESC LIMIT 1",
    );
    if (row === undefined) return null;
    const { until, hash } = JSON.parse(row.details) as { until: number; hash: string };
    return { number: until, hash };
  }

  /**
   * Removes what is older than so many days, about once a day; 0: nothing ever. An entry says what was removed, and the chain goes on
   * from the last of it. Only what was too old the last time as well is removed: the clock may have been wrong for a moment.
   */
  prune(keepDays: number): void {
    if (keepDays === 0) {
      this.#wasOld = 0;
      return;
    }
    const limit = this.#clock.nowMs() - keepDays * dayMs;
    const old = this.#oldBefore(limit);
    const until = Math.min(old, this.#wasOld);
    this.#wasOld = old;
    const [first] = this.#store.all<{ at: number }>('SELECT at FROM audit ORDER BY number LIMIT 1');
    // A day's worth at a time: else the entries about removed ones would be most of the activity.
    if (until === 0 || first === undefined || first.at > limit - dayMs) return;
    ifRoom(
      () => this.#remove(until),
      () => this.#log.warn('The store is full; old entries of the audit stay for now.'),
    );
  }

  /** Tells the log where the chain ends: a copy of the end that does not lie beside the entries. */
  tellHead(): void {
    const { headNumber, headHash } = this.ends();
    this.#log.info({ number: headNumber, hash: headHash }, 'The audit ends with this entry now.');
  }

  /** The number of the last entry before the first that is not older; what is older but came later stays for now. */
  #oldBefore(limit: number): number {
    const [row] = this.#store.all<{ number: number | null }>(
      `SELECT coalesce((SELECT number - 1 FROM audit WHERE at >= ? ORDER BY number LIMIT 1), max(number)) AS number FROM audit`,
      limit,
    );
    return row?.number ?? 0;
  }

  #remove(until: number): void {
    this.#store.transaction(() => {
      const [last] = this.#store.all<{ number: number; hash: string }>(
        'SELECT number, hash FROM audit WHERE number <= ? ORDER BY number DESC LIMIT 1',
        until,
      );
      if (last === undefined) return;
      this.#store.run('UPDATE auditChain SET anchorNumber = ?, anchorHash = ?', last.number, last.hash);
      const entries = this.#store.run('DELETE FROM audit WHERE number <= ?', last.number);
      this.record({
        actor: '',
        action: 'audit.prune',
        target: '',
        address: '',
        outcome: 'done',
        details: { entries, until: last.number, hash: last.hash },
      });
    });
  }

  /** The ends of the chain; entries that an earlier version wrote without a hash become part of it first. */
  #endsWithAllChained(): Ends {
    const [ends] = this.#store.all<Ends>('SELECT anchorNumber, anchorHash, headNumber, headHash, chained FROM auditChain');
    if (ends === undefined) throw new Error('The chain of the audit has no ends.');
    if (ends.chained === 1) return ends;
    let { headNumber, headHash } = ends;
    for (;;) {
      const rows = this.rowsAfter(headNumber);
      for (const row of rows) {
        headHash = chainedHash(headHash, row);
        headNumber = row.number;
        this.#store.run('UPDATE audit SET hash = ? WHERE number = ?', headHash, headNumber);
      }
      if (rows.length === 0) break;
    }
    this.#store.run('UPDATE auditChain SET headNumber = ?, headHash = ?, chained = 1', headNumber, headHash);
    return { ...ends, headNumber, headHash, chained: 1 };
  }

  #rows(filter: AuditFilter, where: string, number: number, order: 'ASC' | 'DESC', limit: number): ChainedRow[] {
    const conditions = [where];
    const values: (string | number)[] = [number];
    const only = (condition: string, ...some: (string | number)[]): void => {
      conditions.push(condition);
      values.push(...some);
    };
    if (filter.actor !== undefined) only('actor = ? COLLATE NOCASE', filter.actor);
    if (filter.action !== undefined) only('action = ?', filter.action);
    if (filter.target !== undefined) only('target = ? COLLATE NOCASE', filter.target);
    if (filter.from !== undefined) only('at >= ?', filter.from);
    if (filter.to !== undefined) only('at < ?', filter.to);
    if (filter.outcome === 'done') only("outcome = 'done'");
    if (filter.outcome === 'failed') only("outcome <> 'done'");
    if (filter.search !== undefined) {
      const pattern = `%${filter.search.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
      const searched = ['actor', 'action', 'target', 'address', 'outcome', 'details'];
      only(`(${searched.map((column) => `${column} LIKE ? ESCAPE '\\'`).join(' OR ')})`, ...searched.map(() => pattern));
    }
    return this.#store.all<ChainedRow>(
      `SELECT ${columns} FROM audit WHERE ${conditions.join(' AND ')} ORDER BY number ${order} LIMIT ?`,
      ...values,
      limit,
    );
  }
}

/** The store gives back other letters than these, with which the hash would not fit: what is no letter at all, and what ends a text in C. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\u{fffd}');
}

function entryOf(row: ChainedRow): HashedEntry {
  return { ...row, details: JSON.parse(row.details) as AuditEntry['details'] };
}
