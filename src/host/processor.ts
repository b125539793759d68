// How busy the processor is: the part of its time that was used. The system's load average is not that: it also counts what waits.
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const spanMs = 60_000;
const betweenSamplesMs = 1_000;
/** So long is looked if nobody has asked within the last minute. */
const shortLookMs = 250;

interface Sample {
  atMs: number;
  busyTicks: number;
  allTicks: number;
}

export class Processor {
  readonly #readStat: () => string;
  readonly #nowMs: () => number;
  #samples: Sample[];

  constructor(readStat = () => readFileSync('/proc/stat', 'utf8'), nowMs = () => performance.now()) {
    this.#readStat = readStat;
    this.#nowMs = nowMs;
    this.#samples = [this.#sample()];
  }

  /** 0 to 1: over the last minute, or as far back as somebody has asked. */
  async busy(): Promise<number> {
    this.#forgetOld();
    if (this.#samples.length === 0) {
      this.#samples.push(this.#sample());
      await pause(shortLookMs);
    }
    const now = this.#sample();
    const [first = now] = this.#samples;
    const last = this.#samples.at(-1) ?? now;
    if (now.atMs - last.atMs >= betweenSamplesMs) this.#samples.push(now);
    const all = now.allTicks - first.allTicks;
    return all <= 0 ? 0 : Math.min(1, Math.max(0, (now.busyTicks - first.busyTicks) / all));
  }

  #forgetOld(): void {
    const fromMs = this.#nowMs() - spanMs;
    this.#samples = this.#samples.filter(({ atMs }) => atMs >= fromMs);
  }

  /** Of all processors together, as proc(5) describes it. */
  #sample(): Sample {
    const [user = 0, nice = 0, system = 0, idle = 0, waiting = 0, interrupts = 0, soft = 0, stolen = 0] = (
      /^cpu +(.*)$/m.exec(this.#readStat())?.[1] ?? ''
    )
      .split(' ')
      .map(Number);
    const busyTicks = user + nice + system + interrupts + soft + stolen;
    return { atMs: this.#nowMs(), busyTicks, allTicks: busyTicks + idle + waiting };
  }
}
