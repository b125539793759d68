// Blocked desktops: the standing orders of that kind, as a cover; and the message that each who blocks has set.
import { ownerOf } from '../callers.ts';
import type { Caller } from '../callers.ts';
import type { Store } from '../store.ts';
import type { CoverSource } from './covers.ts';
import type { Standing } from './standing.ts';

export class Blocks {
  readonly standing: Standing;
  readonly #store: Store;

  constructor(parts: { standing: Standing; store: Store }) {
    this.standing = parts.standing;
    this.#store = parts.store;
  }

  readonly cover: CoverSource = {
    of: (session) => {
      const order = this.standing.of(session);
      return order == null ? order : { kind: 'block', text: order.value, by: order.by, since: order.at };
    },
    onChange: (listener) => this.standing.onChange(listener),
  };

  /** What the caller tells those who are blocked; empty: the usual words. */
  messageOf(caller: Caller): string {
    const [kept] = this.#store.all<{ text: string }>('SELECT text FROM blockMessages WHERE owner = ?', ownerOf(caller));
    return kept?.text ?? '';
  }

  /** Changes it, also for those whom the caller blocks already, together with what `record` writes. Throws `store-full`. */
  setMessage(caller: Caller, text: string, record: () => void): void {
    this.#store.transaction(() => {
      this.#store.run(
        'INSERT INTO blockMessages (owner, text) VALUES (?, ?) ON CONFLICT DO UPDATE SET text = excluded.text',
        ownerOf(caller),
        text,
      );
      record();
    });
    this.standing.change(caller, text);
  }
}
