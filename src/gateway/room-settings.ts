// The settings of the room as they are now, kept in the store.
import { settingsSchema } from '#contract/values.ts';
import { defaultSettings } from '#model/settings.ts';
import type { Settings } from '#model/settings.ts';
import type { Store } from './store.ts';

export class RoomSettings {
  readonly #store: Store;
  readonly #listeners = new Set<(settings: Settings) => void>();
  #now: Settings = defaultSettings;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Reads them; what the store has in a form no longer known keeps its default. */
  start(): void {
    const kept: Record<string, unknown> = { ...defaultSettings };
    for (const { name, value } of this.#store.all<{ name: string; value: string }>('SELECT name, value FROM settings')) {
      const given = { ...kept, [name]: JSON.parse(value) as unknown };
      if (name in defaultSettings && settingsSchema.safeParse(given).success) kept[name] = given[name];
    }
    this.#now = settingsSchema.parse(kept);
  }

  get now(): Settings {
    return this.#now;
  }

  /** Changes what is given, together with what `record` writes; throws `store-full`, then nothing has changed. */
  change(given: { [K in keyof Settings]?: Settings[K] | undefined }, record: () => void): Settings {
    const next = settingsSchema.parse({ ...this.#now, ...given });
    this.#store.transaction(() => {
      for (const [name, value] of Object.entries(next)) {
        this.#store.run(
          'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
          name,
          JSON.stringify(value),
        );
      }
      record();
    });
    this.#now = next;
    for (const listener of this.#listeners) listener(next);
    return next;
  }

  onChange(listener: (settings: Settings) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
