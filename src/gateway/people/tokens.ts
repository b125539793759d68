// Tokens of the command line and of programs: shown once when made, only their hash is kept.
import type { Token } from '#contract/api.ts';
import { CodedError } from '#contract/errors.ts';
import type { Level } from '#model/account.ts';
import type { TokenScope } from '#model/permissions.ts';
import type { Clock } from '../clock.ts';
import { hashOf, newId, newSecret } from '../secret.ts';
import { ifRoom } from '../store.ts';
import type { Store } from '../store.ts';

const columns = 'id, name, level, scopes, createdAt, expiresAt, lastUsedAt';
/** Nobody tells more apart, and a program must not fill the store. */
const mostTokens = 1000;

type TokenRow = Omit<Token, 'scopes'> & { scopes: string | null };

const tokenOf = (row: TokenRow): Token => ({
  ...row,
  scopes: row.scopes === null ? null : (JSON.parse(row.scopes) as TokenScope[]),
});

export class Tokens {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #listeners = new Set<(id: string) => void>();

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  list(): Token[] {
    return this.#store.all<TokenRow>(`SELECT ${columns} FROM tokens ORDER BY name`).map(tokenOf);
  }

  /** Throws `name-taken`, `too-many`, `store-full`. `record` writes in the same transaction. */
  make(
    given: { name: string; level: Level; scopes: readonly TokenScope[] | null; expiresAt: number | null },
    record: (token: Token) => void,
  ): Token & { token: string } {
    const { name, level, expiresAt } = given;
    const scopes = given.scopes === null ? null : [...new Set(given.scopes)].toSorted();
    const token: Token = { id: newId(), name, level, scopes, createdAt: this.#clock.nowMs(), expiresAt, lastUsedAt: null };
    const secret = `smt_${newSecret()}`;
    this.#store.transaction(() => {
      const others = this.list();
      if (others.length >= mostTokens) throw new CodedError('too-many', { most: mostTokens });
      if (this.#store.all('SELECT 1 FROM tokens WHERE name = ?', name).length > 0) throw new CodedError('name-taken', { name });
      this.#store.run(
        'INSERT INTO tokens (id, hash, name, level, scopes, createdAt, expiresAt) VALUES (?, ?, ?, ?, ?, ?, ?)',
        token.id,
        hashOf(secret),
        name,
        level,
        scopes === null ? null : JSON.stringify(scopes),
        token.createdAt,
        expiresAt,
      );
      record(token);
    });
    return { ...token, token: secret };
  }

  /** Throws `not-found`, `store-full`. */
  revoke(id: string, record: (token: Token) => void): void {
    this.#store.transaction(() => {
      const [row] = this.#store.all<TokenRow>(`SELECT ${columns} FROM tokens WHERE id = ?`, id);
      if (row === undefined) throw new CodedError('not-found');
      this.#store.run('DELETE FROM tokens WHERE id = ?', id);
      record(tokenOf(row));
    });
    for (const listener of this.#listeners) listener(id);
  }

  onRevoke(listener: (id: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Whose token this is, or null. One that has expired is still known by its name. */
  find(secret: string): Token | null {
    const [row] = this.#store.all<TokenRow>(`SELECT ${columns} FROM tokens WHERE hash = ?`, hashOf(secret));
    return row === undefined ? null : tokenOf(row);
  }

  isExpired({ expiresAt }: Pick<Token, 'expiresAt'>): boolean {
    return expiresAt !== null && this.leftMs(expiresAt) <= 0;
  }

  leftMs(expiresAt: number): number {
    return expiresAt - this.#clock.nowMs();
  }

  /** Notes that it was used just now, to the minute. */
  used(token: Token): void {
    const now = this.#clock.nowMs();
    if (Math.abs(now - (token.lastUsedAt ?? 0)) <= 60_000) return;
    ifRoom(
      () => this.#store.run('UPDATE tokens SET lastUsedAt = ? WHERE id = ?', now, token.id),
      () => {},
    );
  }
}
