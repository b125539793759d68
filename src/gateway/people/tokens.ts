// Tokens of the command line: shown once when made, only their hash is kept.
import type { z } from 'zod';
import type { tokenSchema } from '#contract/api.ts';
import { CodedError } from '#contract/errors.ts';
import type { Level } from '#model/account.ts';
import type { Clock } from '../clock.ts';
import { hashOf, newId, newSecret } from '../secret.ts';
import { ifRoom } from '../store.ts';
import type { Store } from '../store.ts';

export type Token = z.infer<typeof tokenSchema>;

export class Tokens {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #listeners = new Set<(id: string) => void>();

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  list(): Token[] {
    return this.#store.all<Token>('SELECT id, name, level, createdAt, lastUsedAt FROM tokens ORDER BY name');
  }

  /** Throws `name-taken`, `store-full`. `record` writes in the same transaction. */
  make(name: string, level: Level, record: (token: Token) => void): Token & { token: string } {
    const token: Token = { id: newId(), name, level, createdAt: this.#clock.nowMs(), lastUsedAt: null };
    const secret = `smt_${newSecret()}`;
    this.#store.transaction(() => {
      if (this.#store.all('SELECT 1 FROM tokens WHERE name = ?', name).length > 0) throw new CodedError('name-taken', { name });
      this.#store.run(
        'INSERT INTO tokens (id, hash, name, level, createdAt) VALUES (?, ?, ?, ?, ?)',
        token.id,
        hashOf(secret),
        name,
        level,
        token.createdAt,
      );
      record(token);
    });
    return { ...token, token: secret };
  }

  /** Throws `not-found`, `store-full`. */
  revoke(id: string, record: (token: Token) => void): void {
    this.#store.transaction(() => {
      const [token] = this.#store.all<Token>('SELECT id, name, level, createdAt, lastUsedAt FROM tokens WHERE id = ?', id);
      if (token === undefined) throw new CodedError('not-found');
      this.#store.run('DELETE FROM tokens WHERE id = ?', id);
      record(token);
    });
    for (const listener of this.#listeners) listener(id);
  }

  onRevoke(listener: (id: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Whose token this is, or null. */
  find(secret: string): Token | null {
    const [token = null] = this.#store.all<Token>(
      'SELECT id, name, level, createdAt, lastUsedAt FROM tokens WHERE hash = ?',
      hashOf(secret),
    );
    const now = this.#clock.nowMs();
    if (token !== null && Math.abs(now - (token.lastUsedAt ?? 0)) > 60_000) {
      ifRoom(
        () => this.#store.run('UPDATE tokens SET lastUsedAt = ? WHERE id = ?', now, token.id),
        () => {},
      );
    }
    return token;
  }
}
