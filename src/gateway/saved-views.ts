// How each person keeps the Stations list: by name, as it stands in the page's address.
import type { SavedView } from '#contract/api.ts';
import { CodedError } from '#contract/errors.ts';
import { newId } from './secret.ts';
import type { Store } from './store.ts';

/** More would be no help, and somebody's program must not fill the store. */
const mostPerPerson = 50;

export class SavedViews {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** `owner`: whose they are; nobody sees another person's. */
  list(owner: string): SavedView[] {
    return this.#store.all<SavedView & Record<string, string>>(
      'SELECT id, name, query FROM savedViews WHERE owner = ? ORDER BY name COLLATE NOCASE',
      owner,
    );
  }

  /** Keeps a view; one of the same name is replaced. Throws `too-many`, `store-full`. */
  keep(owner: string, name: string, query: string): SavedView {
    return this.#store.transaction(() => {
      const before = this.list(owner).find((view) => view.name.toLowerCase() === name.toLowerCase());
      if (before === undefined && this.list(owner).length >= mostPerPerson)
        throw new CodedError('too-many', { most: mostPerPerson });
      const view = { id: before?.id ?? newId(), name, query };
      this.#store.run(
        `INSERT INTO savedViews (id, owner, name, query) VALUES (?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, query = excluded.query`,
        view.id,
        owner,
        name,
        query,
      );
      return view;
    });
  }

  /** Throws `not-found` for what is not there or somebody else's. */
  remove(owner: string, id: string): void {
    if (this.#store.run('DELETE FROM savedViews WHERE owner = ? AND id = ?', owner, id) === 0) throw new CodedError('not-found');
  }
}
