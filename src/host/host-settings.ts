// What the host goes by of the room's settings: the gateway sends it, it is kept on disk and holds without a gateway too.
import type { Logger } from 'pino';
import { hostCalls } from '#contract/host.ts';
import type { HostArgs } from '#contract/host.ts';
import { defaultSettings } from '#model/settings.ts';
import { readFileIfThere, writeDurably } from './durable-file.ts';

export type HostSettingValues = Readonly<HostArgs<'computer.configure'>>;

const schema = hostCalls['computer.configure'].args;
const names = Object.keys(schema.shape) as (keyof HostSettingValues)[];
const defaults: HostSettingValues = schema.parse(defaultSettings);

export class HostSettings {
  readonly #file: string;
  readonly #log: Logger;
  readonly #listeners = new Set<() => void>();
  #values = defaults;

  /** `file`: where they are kept. */
  constructor(file: string, log: Logger) {
    this.#file = file;
    this.#log = log;
  }

  get values(): HostSettingValues {
    return this.#values;
  }

  /** Reads what was kept; an earlier version kept fewer. The defaults hold where there is nothing, or nothing that can be used. */
  start(): void {
    try {
      const text = readFileIfThere(this.#file);
      if (text !== null) this.#values = schema.parse({ ...defaults, ...schema.partial().parse(JSON.parse(text)) });
    } catch (error) {
      this.#log.error(
        { err: error, file: this.#file },
        'the kept settings cannot be used, the defaults hold until a gateway sends them',
      );
    }
  }

  /** From here on these hold, in the next life too. Throws, and nothing changes, if they cannot be kept. */
  configure(values: HostSettingValues): void {
    if (names.every((name) => values[name] === this.#values[name]) && readFileIfThere(this.#file) !== null) return;
    writeDurably(this.#file, JSON.stringify(values));
    this.#values = { ...values };
    this.#log.info(values, 'settings');
    for (const listener of this.#listeners) listener();
  }

  /** Calls `listener` after every change. Returns what takes it back. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
