// The limits that single sessions have instead of the computer's, by their station or a group of their person: the gateway decides
// them, they are kept for the host's next life and hold without a gateway too.
import type { Logger } from 'pino';
import { z } from 'zod';
import { hostLimitsSchema } from '#contract/host.ts';
import type { HostLimits } from '#model/limits.ts';
import type { Session } from '#model/session.ts';
import { readFileIfThere, writeDurably } from './durable-file.ts';
import type { HostSettingValues } from './host-settings.ts';

const schema = z.record(z.string(), hostLimitsSchema);

/** What it needs of the sessions. */
interface KnownSessions {
  list(): readonly Session[];
  on(listener: (session: Session) => void): () => void;
}

interface OwnLimitsParts {
  /** In a folder that is empty after the computer's start: what is continued from disk comes with its limits. */
  file: string;
  settings: { readonly values: HostSettingValues; onChange(listener: () => void): () => void };
  log: Logger;
}

export class OwnLimits {
  readonly #parts: OwnLimitsParts;
  #own = new Map<string, HostLimits>();
  readonly #listeners = new Set<() => void>();

  constructor(parts: OwnLimitsParts) {
    this.#parts = parts;
  }

  /** Reads what was kept, once all sessions are known. Where that cannot be used the computer's hold until the gateway says otherwise. */
  start(sessions: KnownSessions): void {
    const { file, log } = this.#parts;
    sessions.on(({ id, state }) => {
      if (state === 'ended' && this.#own.delete(id)) this.#keep();
    });
    try {
      const text = readFileIfThere(file);
      if (text === null) return;
      const known = new Set(sessions.list().map(({ id }) => id));
      this.#own = new Map(Object.entries(schema.parse(JSON.parse(text))).filter(([id]) => known.has(id)));
    } catch (error) {
      log.warn({ err: error, file }, 'the limits of single sessions cannot be read, those of the computer hold');
    }
  }

  /** What holds for a session: the computer's settings, and its own where it has any. */
  of(session: string): HostSettingValues {
    const { values } = this.#parts.settings;
    const own = this.#own.get(session);
    if (own === undefined) return values;
    const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
    return { ...values, ...given };
  }

  /** From here on a session has these of its own. Never throws: what is not kept counts until the next start. */
  give(given: readonly { session: string; limits: HostLimits }[]): void {
    let changed = false;
    for (const { session, limits } of given) {
      const none = Object.keys(limits).length === 0;
      if (JSON.stringify(this.#own.get(session) ?? {}) === JSON.stringify(limits)) continue;
      if (none) this.#own.delete(session);
      else this.#own.set(session, limits);
      changed = true;
    }
    if (!changed) return;
    this.#keep();
    for (const listener of this.#listeners) listener();
  }

  /** Calls `listener` when they are others for some session, or the computer's settings are. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    const stop = this.#parts.settings.onChange(listener);
    return () => {
      this.#listeners.delete(listener);
      stop();
    };
  }

  #keep(): void {
    const { file, log } = this.#parts;
    try {
      writeDurably(file, JSON.stringify(Object.fromEntries(this.#own)));
    } catch (error) {
      log.error({ err: error, file }, 'the limits of single sessions could not be kept');
    }
  }
}
