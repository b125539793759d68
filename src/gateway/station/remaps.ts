// The remap that is under way, and the way back from the last one. Nothing is changed before the last letter is pressed.
import { CodedError } from '#contract/errors.ts';
import { beginRemap, isRemapped, joined, mappedAfter, pressed, remapLetter, removed, vanished } from '#model/remap.ts';
import type { Mapped, Remap, RemapEnd } from '#model/remap.ts';
import type { Station } from '#model/station.ts';
import type { Audit } from '../audit.ts';
import type { Log } from '../log.ts';
import type { Store } from '../store.ts';
import type { Stations } from './stations.ts';

/** Screens do not show letters for ever: so long after the last press it is taken back. */
const forgottenAfterMs = 600_000;
/** A screen that went off is waited for so long before all is done without it: its page is loaded anew, or the network was away. */
const awayMs = 60_000;

interface Running {
  computer: string;
  newNames: boolean;
  by: { actor: string; address: string };
  remap: Remap;
  forgotten: NodeJS.Timeout;
  /** When screens went off that had not been pressed, and have not come back. */
  away: Map<string, number>;
  /** All are pressed, but for screens that went off just now. */
  withoutThem: NodeJS.Timeout | null;
}

/** What a station was before, and what the remap made of it. */
interface Step {
  id: string;
  before: Mapped;
  after: Mapped;
}

export class Remaps {
  readonly #store: Store;
  readonly #stations: Stations;
  readonly #audit: Audit;
  readonly #log: Log;
  readonly #awayMs: number;
  #running: Running | null = null;
  #ended: RemapEnd | null = null;
  #undo: (() => void) | null = null;

  constructor(store: Store, stations: Stations, audit: Audit, log: Log, howLongAwayMs = awayMs) {
    this.#store = store;
    this.#stations = stations;
    this.#audit = audit;
    this.#log = log;
    this.#awayMs = howLongAwayMs;
  }

  start(): void {
    this.#undo = this.#stations.onChange((change) => {
      if ('removed' in change) {
        this.#running?.away.delete(change.removed);
        this.#go((remap) => removed(remap, change.removed));
      } else if (!change.station.online) this.#vanish(change.station.id);
      else this.#join(change.station);
    });
  }

  stop(): void {
    this.#undo?.();
    if (this.#running !== null) this.#forgetTimers(this.#running);
  }

  get state(): { running: boolean; undoable: boolean; ended: RemapEnd | null } {
    return { running: this.#running !== null, undoable: this.#steps().length > 0, ended: this.#ended };
  }

  /** Throws `not-possible-now`: one is under way, or no page of a station is open. */
  begin(computer: string, newNames: boolean, by: Running['by']): void {
    const there = this.#stations.list().filter((station) => station.computer === computer && station.state === 'enrolled');
    const shown = there.filter(({ online }) => online).map(({ id }) => id);
    if (this.#running !== null || shown.length === 0) throw new CodedError('not-possible-now');
    this.#audit.record({
      ...by,
      action: 'stations.remap',
      target: computer,
      outcome: 'begun',
      details: { stations: shown.length },
    });
    this.#running = {
      computer,
      newNames,
      by,
      remap: beginRemap(shown),
      forgotten: this.#patience(),
      away: new Map(),
      withoutThem: null,
    };
    for (const [at, id] of shown.entries()) this.#stations.showRemap(id, { letter: remapLetter(at), number: 0 });
  }

  /** Somebody pressed the letter of this station. Throws `not-possible-now` where there is none to press. */
  press(station: string): void {
    const running = this.#running;
    const remap = running === null ? null : pressed(running.remap, station);
    if (running === null || remap === null) throw new CodedError('not-possible-now');
    clearTimeout(running.forgotten);
    this.#running = { ...running, remap, forgotten: this.#patience() };
    const letter = this.#stations.get(station)?.remap?.letter ?? '';
    this.#stations.showRemap(station, { letter, number: remap.done.length });
    this.#finishIfDone();
  }

  /** Everything stays as it was. Throws `not-possible-now` if there is none. */
  cancel(by: Running['by'], end: RemapEnd = 'cancelled'): void {
    const running = this.#running;
    if (running === null) throw new CodedError('not-possible-now');
    this.#end(end);
    this.#audit.note({ ...by, action: 'stations.remap', target: running.computer, outcome: 'cancelled' });
  }

  /**
   * Gives the stations back what they had before the last remap; what somebody has changed since stays. Throws `not-possible-now`,
   * `name-taken`, `store-full`.
   */
  undo(by: Running['by'], computer: string): void {
    const steps = this.#steps();
    if (this.#running !== null || steps.length === 0) throw new CodedError('not-possible-now');
    const changes = new Map<string, { name?: string; number?: number }>();
    for (const { id, before, after } of steps) {
      const now = this.#stations.get(id);
      if (now === null) continue;
      changes.set(id, {
        ...(now.name === after.name && { name: before.name }),
        ...(now.configuration.number === after.number && { number: before.number }),
      });
    }
    this.#stations.reorder(changes, () => {
      this.#keep([]);
      this.#audit.record({ ...by, action: 'stations.remap-undo', target: computer, outcome: 'done' });
    });
  }

  #patience(): NodeJS.Timeout {
    return setTimeout(() => this.cancel({ actor: '', address: '' }, 'timed-out'), forgottenAfterMs);
  }

  /** Its page came back in the middle, or is new. */
  #join({ id, computer, state }: Station): void {
    const running = this.#running;
    if (running === null || running.computer !== computer || state !== 'enrolled') return;
    const remap = joined(running.remap, id);
    if (remap === running.remap) return;
    if (running.withoutThem !== null) clearTimeout(running.withoutThem);
    running.away.delete(id);
    this.#running = { ...running, remap, withoutThem: null };
    this.#stations.showRemap(id, { letter: remapLetter(remap.waiting.length + remap.done.length - 1), number: 0 });
  }

  #vanish(id: string): void {
    if (this.#running?.remap.waiting.includes(id) === true) this.#running.away.set(id, performance.now());
    this.#go((remap) => vanished(remap, id));
  }

  #go(step: (remap: Remap) => Remap): void {
    const running = this.#running;
    if (running === null) return;
    const remap = step(running.remap);
    if (remap.waiting.length === running.remap.waiting.length && remap.done.length === running.remap.done.length) return;
    this.#running = { ...running, remap };
    for (const id of running.remap.waiting) if (!remap.waiting.includes(id)) this.#stations.showRemap(id, null);
    for (const [at, id] of remap.done.entries()) {
      const letter = this.#stations.get(id)?.remap?.letter ?? '';
      this.#stations.showRemap(id, { letter, number: at + 1 });
    }
    this.#finishIfDone();
  }

  #finishIfDone(): void {
    const running = this.#running;
    if (running === null || !isRemapped(running.remap)) return;
    const { computer, newNames, by, remap, away } = running;
    const waitMs = Math.max(0, ...away.values()) + this.#awayMs - performance.now();
    // Where nothing was pressed yet, nothing is lost by beginning anew.
    if (remap.done.length > 0 && away.size > 0 && waitMs > 0) {
      if (running.withoutThem !== null) clearTimeout(running.withoutThem);
      running.withoutThem = setTimeout(() => this.#finishIfDone(), waitMs);
      return;
    }
    this.#end(remap.done.length === 0 ? 'pages-gone' : away.size > 0 ? 'done-without-some' : 'done');
    const deed = { ...by, action: 'stations.remap' as const, target: computer };
    if (remap.done.length === 0) {
      this.#audit.note({ ...deed, outcome: 'cancelled' });
      return;
    }
    const before = this.#stations
      .list()
      .filter((station) => station.computer === computer && station.state === 'enrolled')
      .map(({ id, name, configuration: { number } }) => ({ id, name, number }));
    const after = mappedAfter(before, remap.done, newNames);
    const steps = before.flatMap(({ id, name, number }): Step[] => {
      const mapped = after.get(id);
      return mapped === undefined ? [] : [{ id, before: { name, number }, after: mapped }];
    });
    try {
      this.#stations.reorder(after, () => {
        this.#keep(steps);
        this.#audit.record({ ...deed, outcome: 'done', details: { stations: remap.done.length, newNames: newNames ? 1 : 0 } });
      });
    } catch (error) {
      this.#log.error({ err: error }, 'the remap could not be kept; the stations are as they were');
      this.#ended = 'failed';
      this.#audit.note({ ...deed, outcome: error instanceof CodedError ? error.code : 'internal' });
    }
  }

  #forgetTimers({ forgotten, withoutThem }: Running): void {
    clearTimeout(forgotten);
    if (withoutThem !== null) clearTimeout(withoutThem);
  }

  #end(end: RemapEnd): void {
    const running = this.#running;
    this.#running = null;
    this.#ended = end;
    if (running === null) return;
    this.#forgetTimers(running);
    for (const id of [...running.remap.waiting, ...running.remap.done]) this.#stations.showRemap(id, null);
  }

  #steps(): Step[] {
    const [row] = this.#store.all<{ steps: string }>('SELECT steps FROM lastRemap');
    return row === undefined ? [] : (JSON.parse(row.steps) as Step[]);
  }

  #keep(steps: readonly Step[]): void {
    this.#store.run(
      'INSERT INTO lastRemap (one, steps) VALUES (1, ?) ON CONFLICT DO UPDATE SET steps = excluded.steps',
      JSON.stringify(steps),
    );
  }
}
