// Saving sessions to disk on a computer that is not there: it can, unless it is told otherwise.
import type { Hibernation } from '#contract/values.ts';

export class FakeHibernation {
  #fault: Hibernation['fault'] = null;
  readonly #listeners = new Set<() => void>();

  /** As if CRIU had come or gone. */
  setFault(fault: Hibernation['fault']): void {
    this.#fault = fault;
    for (const listener of this.#listeners) listener();
  }

  async describe(): Promise<Hibernation> {
    return { fault: this.#fault, says: this.#fault === null ? 'fake' : '', asRoot: true, freeBytes: 100e9, savedBytes: 0 };
  }

  async look(): Promise<void> {
    for (const listener of this.#listeners) listener();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
