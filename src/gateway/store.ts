// What the gateway keeps: one SQLite file, short statements, one-way migrations. A full disk is `store-full`, nothing half done.
import { chmodSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, StatementSync } from 'node:sqlite';
import { CodedError } from '#contract/errors.ts';
import { StartFault } from './configuration.ts';
import { migrations } from './store-migrations.ts';

type Row = Readonly<Record<string, SQLInputValue>>;

/** SQLite's primary result codes for: I/O error, database full, read-only, cannot open (no room for the log beside the file). */
const fullCodes: ReadonlySet<number> = new Set([10, 13, 8, 14]);

function asCoded(error: unknown): unknown {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
  return fullCodes.has(code & 0xff) ? new CodedError('store-full', {}, { cause: error }) : error;
}

export class Store implements Disposable {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #inTransaction = false;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Opens the file, makes it if it is missing, and brings it to the present form. Throws a StartFault. */
  static open(file: string): Store {
    let database: DatabaseSync | null = null;
    try {
      database = new DatabaseSync(file);
      // The gateway is alone with this file; without the shared-memory file it can be read when the disk is full.
      database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
      database.exec('PRAGMA wal_autocheckpoint = 200; PRAGMA cache_size = -1024;');
      const store = new Store(database);
      store.#migrate(file);
      chmodSync(file, 0o600);
      return store;
    } catch (error) {
      database?.close();
      if (error instanceof StartFault) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new StartFault(`The store ${file} cannot be opened (${why}). Is another gateway running, or the disk full?`, {
        cause: error,
      });
    }
  }

  #migrate(file: string): void {
    const { user_version: version } = this.#database.prepare('PRAGMA user_version').get() as { user_version: number };
    if (version > migrations.length) {
      throw new StartFault(`The store ${file} was written by a newer Stationmaster. Install that version again.`);
    }
    for (const [index, migration] of migrations.entries()) {
      if (index < version) continue;
      this.transaction(() => this.#database.exec(`${migration}; PRAGMA user_version = ${index + 1};`));
    }
  }

  /** Changes rows; gives how many. Throws `store-full`. */
  run(sql: string, ...values: SQLInputValue[]): number {
    this.#mustBeOpen();
    try {
      return Number(this.#statement(sql).run(...values).changes);
    } catch (error) {
      throw asCoded(error);
    }
  }

  /** All rows of a question. */
  all<R extends Row>(sql: string, ...values: SQLInputValue[]): R[] {
    return this.#statement(sql).all(...values) as R[];
  }

  /** All of it, or on any error nothing. Nested calls belong to the outermost. `work` must not wait for anything. */
  transaction<R>(work: () => R): R {
    if (this.#inTransaction) return work();
    this.#mustBeOpen();
    this.#database.exec('BEGIN IMMEDIATE');
    this.#inTransaction = true;
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      // SQLite has already rolled back after some errors (a full disk).
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw asCoded(error);
    } finally {
      this.#inTransaction = false;
    }
  }

  [Symbol.dispose](): void {
    if (this.#database.isOpen) this.#database.close();
  }

  /** What is still on its way when the gateway stops is treated like what there is no room for: the log has it. */
  #mustBeOpen(): void {
    if (!this.#database.isOpen) throw new CodedError('store-full');
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** Does `work` and gives its result; where the store is full, gives undefined and calls `full` instead. */
export function ifRoom<R>(work: () => R, full: (error: CodedError) => void): R | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'store-full') throw error;
    full(error);
    return undefined;
  }
}
