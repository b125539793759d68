// Station mode, or console mode: the stations of this computer are closed for maintenance. What is chosen holds over restarts.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Logger } from 'pino';
import { z } from 'zod';
import { CodedError } from '#contract/errors.ts';
import { computerModes } from '#model/session.ts';
import type { ComputerMode, SessionCause } from '#model/session.ts';
import { readFileIfThere, writeDurably } from './durable-file.ts';
import type { HostSettings } from './host-settings.ts';

const keptSchema = z.object({ mode: z.enum(computerModes) });

export interface ConsoleModeFiles {
  /** Where the mode is kept. */
  kept: string;
  /** Gone when the computer has restarted: by this the host knows that it has. */
  sameBoot: string;
}

interface ConsoleModeParts {
  files: ConsoleModeFiles;
  settings: Pick<HostSettings, 'values'>;
  sessions: { suspendAll(cause: SessionCause): unknown };
  log: Logger;
}

export class ConsoleMode {
  readonly #parts: ConsoleModeParts;
  readonly #listeners = new Set<() => void>();
  #mode: ComputerMode = 'station';

  constructor(parts: ConsoleModeParts) {
    this.#parts = parts;
  }

  get mode(): ComputerMode {
    return this.#mode;
  }

  /** Why nobody comes to a station now, or null. */
  get refusal(): CodedError | null {
    return this.#mode === 'console' ? new CodedError('console-mode') : null;
  }

  /** After the settings. Sessions that are at stations then are suspended by `set` only; after a restart there are none. */
  start(): void {
    const { files, settings, log } = this.#parts;
    try {
      const text = readFileIfThere(files.kept);
      if (text !== null) this.#mode = keptSchema.parse(JSON.parse(text)).mode;
    } catch (error) {
      log.error({ err: error, file: files.kept }, 'the kept mode cannot be used: station mode');
    }
    const isSameBoot = readFileIfThere(files.sameBoot) !== null;
    if (isSameBoot) return;
    if (settings.values.alwaysConsoleMode) {
      this.#mode = 'console';
      try {
        this.#keep('console');
      } catch (error) {
        // A full disk keeps nobody from starting.
        log.error({ err: error, file: files.kept }, 'console mode could not be kept; it holds until the host starts again');
      }
    }
    mkdirSync(dirname(files.sameBoot), { recursive: true });
    writeFileSync(files.sameBoot, '', { mode: 0o600 });
  }

  /** Console mode suspends every session that is at a station; all of them are kept. Throws, and nothing changes, if it cannot be kept. */
  set(mode: ComputerMode): void {
    if (mode !== this.#mode) {
      this.#keep(mode);
      this.#parts.log.info({ mode }, 'mode');
      for (const listener of this.#listeners) listener();
    }
    if (mode === 'console') this.#parts.sessions.suspendAll('suspended-by-administrator');
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #keep(mode: ComputerMode): void {
    writeDurably(this.#parts.files.kept, JSON.stringify({ mode }));
    this.#mode = mode;
  }
}
