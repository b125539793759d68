// The certificate and key of the HTTPS server, read anew when their files change.
import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { Config } from '#contract/config.ts';
import type { Places } from '#contract/places.ts';
import { StartFault } from './configuration.ts';
import type { Log } from './log.ts';

export interface KeyPair {
  cert: Buffer;
  key: Buffer;
}

/** A renewal writes several files; it is read once they have settled. */
const settleMs = 500;

export class Certificate {
  readonly #certFile: string;
  readonly #keyFile: string;
  /** The administrator gave it; else it is of the computer's own authority. */
  readonly isGiven: boolean;
  readonly #log: Log;
  #watchers: FSWatcher[] = [];
  #settling: NodeJS.Timeout | null = null;

  constructor(config: Config, places: Places, log: Log) {
    this.isGiven = config.certificate !== undefined;
    this.#certFile = config.certificate ?? join(places.certificateDir, 'server.crt');
    this.#keyFile = config.key ?? join(places.certificateDir, 'server.key');
    this.#log = log;
  }

  /** Throws a StartFault. */
  read(): KeyPair {
    const pair = { cert: this.#readFile(this.#certFile), key: this.#readFile(this.#keyFile) };
    try {
      createSecureContext(pair);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new StartFault(
        `${this.#certFile} and ${this.#keyFile} cannot be used together (${why}). Give a certificate and its own key, both PEM.`,
        {
          cause: error,
        },
      );
    }
    return pair;
  }

  /** When the certificate in the file ends, in milliseconds since 1970; null where it cannot be read. */
  endsAt(): number | null {
    try {
      const at = Date.parse(new X509Certificate(this.#readFile(this.#certFile)).validTo);
      return Number.isNaN(at) ? null : at;
    } catch {
      return null;
    }
  }

  /** Calls `changed` with a new pair whenever there is one that can be used, until `stop`. */
  start(changed: (pair: KeyPair) => void): void {
    for (const folder of new Set([dirname(this.#certFile), dirname(this.#keyFile)])) {
      const watcher = watch(folder, { persistent: false }, () => {
        if (this.#settling !== null) clearTimeout(this.#settling);
        this.#settling = setTimeout(() => this.reread(changed), settleMs);
      });
      watcher.on('error', (error) => this.#log.warn({ err: error, folder }, 'Changes of the certificate are no longer seen.'));
      this.#watchers.push(watcher);
    }
  }

  /** Reads the files now; what cannot be used is logged and the present pair stays. */
  reread(changed: (pair: KeyPair) => void): void {
    try {
      changed(this.read());
      this.#log.info({ certificate: this.#certFile }, 'The certificate was read anew.');
    } catch (error) {
      this.#log.error({ err: error }, 'The new certificate cannot be used; the one before stays.');
    }
  }

  stop(): void {
    if (this.#settling !== null) clearTimeout(this.#settling);
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
  }

  #readFile(file: string): Buffer {
    try {
      return readFileSync(file);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      throw new StartFault(
        `${file} cannot be read (${code}). "stationmaster up" makes it; it must be readable by the gateway's user.`,
        { cause: error },
      );
    }
  }
}
