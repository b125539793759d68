// Whether this computer can save sessions to disk: CRIU is there, works on this kernel, and there is space.
import type { Hibernation } from '#contract/values.ts';
import type { Places } from '#contract/places.ts';
import { Criu, mayEverything } from './criu.ts';
import { SavedDesktops } from './saved-desktops.ts';

/** With less space than this on the disk nothing is saved. */
const leastFreeBytes = 64 * 1024 * 1024;

export class HibernationAbility {
  readonly saved: SavedDesktops;
  readonly #places: Places;
  readonly #listeners = new Set<() => void>();
  #found: Awaited<ReturnType<typeof Criu.find>> | null = null;
  #looking: Promise<void> | null = null;

  constructor(places: Places) {
    this.#places = places;
    this.saved = new SavedDesktops(places);
  }

  /** The CRIU that works here; null if none does. Looked for once, again as long as none was found. */
  async criu(): Promise<Criu | null> {
    if (this.#found?.criu == null) await this.look();
    return this.#found?.criu ?? null;
  }

  /** Looks for CRIU anew. Takes up to a second. */
  async look(): Promise<void> {
    this.#looking ??= Criu.find(this.#places).then((found) => {
      this.#found = found;
      this.#looking = null;
      for (const listener of this.#listeners) listener();
    });
    await this.#looking;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async describe(): Promise<Hibernation> {
    const freeBytes = await this.saved.freeBytes();
    const facts = { asRoot: mayEverything(), freeBytes, savedBytes: await this.saved.savedBytes() };
    const found = this.#found;
    if (found === null) return { ...facts, fault: 'not-looked-yet', says: '' };
    if (found.criu !== null)
      return { ...facts, fault: freeBytes < leastFreeBytes ? 'disk-full' : null, says: found.criu.version };
    return { ...facts, fault: found.says === null ? 'criu-missing' : 'criu-not-working', says: found.says ?? '' };
  }
}
