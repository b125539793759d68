// The stations of the room: those in the store, and those that wait for the administrator's yes, which live only as long as
// their page is open.
import { CodedError } from '#contract/errors.ts';
import { stationConfigurationSchema } from '#contract/values.ts';
import { plainConfiguration } from '#model/station.ts';
import type { Station, StationConfiguration } from '#model/station.ts';
import type { Clock } from '../clock.ts';
import { ifRoom } from '../store.ts';
import type { Store } from '../store.ts';
import { rightHalfIdOf } from './station-identity.ts';

/** What a page shows of itself. */
export interface PageFacts {
  address: string;
  widthPx: number;
  heightPx: number;
}

export type StationChange = { station: Station } | { removed: string };

/** With enrolment open anybody can bring new keys; this many is more than a room has. */
const mostStations = 2000;
/** Narrower than this two people cannot work side by side: each has 512 pixels at least. */
const narrowestSplitPx = 1024;
const longestName = 64;
const mostWaiting = 200;
const mostWaitingPerAddress = 50;

/** The same in English and French, so that the administrator and the person at the device read the same word. */
const animals = [
  'Bison',
  'Cobra',
  'Condor',
  'Gecko',
  'Impala',
  'Jaguar',
  'Kiwi',
  'Koala',
  'Lynx',
  'Okapi',
  'Panda',
  'Puma',
  'Wapiti',
];

export interface StationChangeOrder {
  name?: string | undefined;
  configuration?: { [K in keyof StationConfiguration]?: StationConfiguration[K] | undefined } | undefined;
  was?: string | undefined;
  wasConfiguration?: StationConfiguration | undefined;
}

interface Kept {
  station: Station;
  key: string;
}

export class Stations {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #computerName: () => string;
  readonly #kept = new Map<string, Kept>();
  readonly #listeners = new Set<(change: StationChange) => void>();

  constructor(store: Store, clock: Clock, computerName: () => string) {
    this.#store = store;
    this.#clock = clock;
    this.#computerName = computerName;
  }

  start(): void {
    type Row = {
      id: string;
      key: string;
      name: string;
      enrolledAt: number;
      lastSeenAt: number;
      address: string;
      widthPx: number;
      heightPx: number;
      splitOf: string | null;
      configuration: string;
    };
    const halves: [string, string][] = [];
    for (const { key, splitOf, configuration, ...row } of this.#store.all<Row>(
      'SELECT id, key, name, enrolledAt, lastSeenAt, address, widthPx, heightPx, splitOf, configuration FROM stations',
    )) {
      const shown = { computer: '', state: 'enrolled', online: false, latencyMs: null, identifying: false, split: null } as const;
      this.#kept.set(row.id, { key, station: { ...row, ...shown, configuration: keptConfiguration(configuration) } });
      if (splitOf !== null) halves.push([splitOf, row.id]);
    }
    for (const [left, right] of halves) this.#pair(left, right);
  }

  list(): Station[] {
    return [...this.#kept.values()].map(({ station }) => this.#shown(station));
  }

  get(id: string): Station | null {
    const kept = this.#kept.get(id);
    return kept === undefined ? null : this.#shown(kept.station);
  }

  /** The enrolled station of this key, or null. */
  enrolledWith(id: string, key: string): Station | null {
    const kept = this.#kept.get(id);
    return kept?.key === key && kept.station.state === 'enrolled' ? this.#shown(kept.station) : null;
  }

  onChange(listener: (change: StationChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Makes it a station under the next free name. Throws `store-full`, `too-many-requests`. */
  enrol(id: string, key: string, facts: PageFacts, record: (station: Station) => void): Station {
    const enrolled = [...this.#kept.values()].filter(({ station }) => station.state === 'enrolled');
    if (enrolled.length >= mostStations) throw new CodedError('too-many-requests');
    const names = new Set(enrolled.map(({ station }) => station.name.toLowerCase()));
    let number = 1;
    while (names.has(`station ${number}`)) number += 1;
    const now = this.#clock.nowMs();
    const station: Station = {
      id,
      name: `Station ${number}`,
      computer: '',
      state: 'enrolled',
      online: false,
      enrolledAt: now,
      lastSeenAt: now,
      ...facts,
      latencyMs: null,
      identifying: false,
      split: null,
      configuration: plainConfiguration,
    };
    this.#store.transaction(() => {
      this.#store.run(
        'INSERT INTO stations (id, key, name, enrolledAt, lastSeenAt, address, widthPx, heightPx) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        id,
        key,
        station.name,
        now,
        now,
        facts.address,
        facts.widthPx,
        facts.heightPx,
      );
      record(station);
    });
    return this.#set(key, station);
  }

  /** Lets a page wait for the administrator's yes; its name is the word by which both find each other. Throws `too-many-requests`. */
  wait(id: string, key: string, facts: PageFacts): Station {
    const waiting = [...this.#kept.values()].filter(({ station }) => station.state === 'waiting' && station.id !== id);
    const fromThere = waiting.filter(({ station }) => station.address === facts.address);
    if (waiting.length >= mostWaiting || fromThere.length >= mostWaitingPerAddress) throw new CodedError('too-many-requests');
    const labels = new Set(waiting.map(({ station }) => station.name));
    // The word follows from the key, so that a page that comes back has the same one.
    let seed =
      Number.parseInt(id.replaceAll(/[^2-7]/g, '').slice(0, 6) || '0', 10) + id.charCodeAt(0) * 31 + id.charCodeAt(1) * 997;
    let label = '';
    do {
      label = `${animals[seed % animals.length]} ${10 + (Math.floor(seed / animals.length) % 90)}`;
      seed += 1;
    } while (labels.has(label));
    const now = this.#clock.nowMs();
    return this.#set(key, {
      id,
      name: label,
      computer: '',
      state: 'waiting',
      online: true,
      enrolledAt: now,
      lastSeenAt: now,
      ...facts,
      latencyMs: null,
      identifying: false,
      split: null,
      configuration: plainConfiguration,
    });
  }

  /** Throws `station-not-found`, `not-possible-now` (it is admitted already), `store-full`. */
  admit(id: string, record: (station: Station) => void): Station {
    const kept = this.#find(id);
    if (kept.station.state !== 'waiting') throw new CodedError('not-possible-now');
    const { address, widthPx, heightPx } = kept.station;
    return this.enrol(id, kept.key, { address, widthPx, heightPx }, record);
  }

  /** A page that waited has gone. */
  leaveWaiting(id: string): void {
    if (this.#kept.get(id)?.station.state !== 'waiting') return;
    this.#kept.delete(id);
    this.#tell({ removed: id });
  }

  /**
   * Changes what is given. `was`, `wasConfiguration`: what the change is based on, as far as it is given. Throws `station-not-found`,
   * `not-possible-now`, `name-taken`, `changed-meanwhile`, `store-full`. `record` writes in the same transaction.
   */
  configure(id: string, change: StationChangeOrder, record: (before: Station, after: Station) => void): Station {
    const { station, key } = this.#find(id);
    if (station.state !== 'enrolled') throw new CodedError('not-possible-now');
    const { was, wasConfiguration } = change;
    if (was !== undefined && was !== station.name) throw new CodedError('changed-meanwhile', { name: station.name });
    if (wasConfiguration !== undefined && !isSameConfiguration(wasConfiguration, station.configuration))
      throw new CodedError('changed-meanwhile', { name: station.name });
    const name = change.name ?? station.name;
    for (const other of this.#kept.values()) {
      if (other.station.id !== id && other.station.name.toLowerCase() === name.toLowerCase())
        throw new CodedError('name-taken', { name });
    }
    const given = Object.fromEntries(Object.entries(change.configuration ?? {}).filter(([, value]) => value !== undefined));
    const after = { ...station, name, configuration: stationConfigurationSchema.parse({ ...station.configuration, ...given }) };
    this.#store.transaction(() => {
      this.#keep(after);
      record(this.#shown(station), this.#shown(after));
    });
    return this.#set(key, after);
  }

  /**
   * Gives several stations names and rooms in one step, however they exchange them. Those that are not given keep theirs. Throws
   * `station-not-found`, `name-taken`, `store-full`.
   */
  reorder(changes: ReadonlyMap<string, { name?: string; room?: string; number?: number }>, record: () => void): void {
    const after = [...changes].map(([id, { name, room, number }]) => {
      const { station, key } = this.#find(id);
      const { configuration: before } = station;
      const configuration = { ...before, room: room ?? before.room, number: number ?? before.number };
      return { key, station: { ...station, name: name ?? station.name, configuration } };
    });
    const names = new Set<string>();
    for (const { station } of this.#kept.values()) if (!changes.has(station.id)) names.add(station.name.toLowerCase());
    for (const { station } of after) {
      if (names.has(station.name.toLowerCase())) throw new CodedError('name-taken', { name: station.name });
      names.add(station.name.toLowerCase());
    }
    this.#store.transaction(() => {
      // Names are unique at every moment: on the way each is the station's identity, which is nobody's name.
      for (const { station } of after)
        this.#store.run('UPDATE stations SET name = ? WHERE id = ?', `\u0001${station.id}`, station.id);
      for (const { station } of after) this.#keep(station);
      record();
    });
    for (const { key, station } of after) this.#set(key, station);
  }

  /** What a remap shows on its screen; null: nothing any more. */
  showRemap(id: string, remap: Station['remap'] | null): void {
    const before = this.#kept.get(id)?.station.remap;
    if (before?.letter === remap?.letter && before?.number === remap?.number) return;
    this.#alter(id, { remap: remap ?? undefined });
  }

  #keep({ id, name, configuration }: Station): void {
    this.#store.run('UPDATE stations SET name = ?, configuration = ? WHERE id = ?', name, JSON.stringify(configuration), id);
  }

  /** Throws `station-not-found`, `store-full`. */
  remove(id: string, record: (station: Station) => void): void {
    const { station } = this.#find(id);
    // With the left half of a split screen the right one goes.
    const gone = station.split?.half === 'left' ? [id, station.split.other] : [id];
    this.#store.transaction(() => {
      for (const one of gone) this.#store.run('DELETE FROM stations WHERE id = ?', one);
      record(this.#shown(station));
    });
    for (const one of gone) this.#kept.delete(one);
    for (const one of gone) this.#tell({ removed: one });
  }

  /**
   * Makes two stations of one screen: this one at the left, a new one at the right, with the same key. Throws `station-not-found`,
   * `not-possible-now` (it is a half already, or not let in yet), `screen-too-small`, `name-taken`, `too-many-requests`, `store-full`.
   */
  split(id: string, name: string | undefined, record: (right: Station) => void): { left: Station; right: Station } {
    const { station, key } = this.#find(id);
    if (station.state !== 'enrolled' || station.split !== null) throw new CodedError('not-possible-now');
    if (station.widthPx > 1 && station.widthPx < narrowestSplitPx)
      throw new CodedError('screen-too-small', { widthPx: station.widthPx, neededPx: narrowestSplitPx });
    if (this.#kept.size >= mostStations) throw new CodedError('too-many-requests');
    if (name !== undefined && this.#isTaken(name)) throw new CodedError('name-taken', { name });
    const right: Station = {
      ...station,
      id: rightHalfIdOf(key),
      name: name ?? this.#rightNameOf(station.name),
      online: false,
      enrolledAt: this.#clock.nowMs(),
      widthPx: Math.floor(station.widthPx / 2),
      latencyMs: null,
      identifying: false,
      // The same account would take its session away from the left half.
      configuration: { ...station.configuration, autoLogon: '' },
    };
    this.#store.transaction(() => {
      this.#store.run(
        'INSERT INTO stations (id, key, name, enrolledAt, lastSeenAt, address, widthPx, heightPx, splitOf, configuration) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        right.id,
        key,
        right.name,
        right.enrolledAt,
        right.lastSeenAt,
        right.address,
        right.widthPx,
        right.heightPx,
        id,
        JSON.stringify(right.configuration),
      );
      record(right);
    });
    this.#kept.set(right.id, { key, station: right });
    this.#pair(id, right.id);
    for (const half of [id, right.id]) this.#alter(half, {});
    return { left: this.#shown(this.#find(id).station), right: this.#shown(this.#find(right.id).station) };
  }

  /** Makes one station of two halves, given either: the right one is no more. Throws `station-not-found`, `not-possible-now`, `store-full`. */
  unsplit(id: string, record: (left: Station, right: Station) => void): { left: Station; right: Station } {
    const { split } = this.#find(id).station;
    if (split === null) throw new CodedError('not-possible-now');
    const [leftId, rightId] = split.half === 'left' ? [id, split.other] : [split.other, id];
    const right = this.#shown(this.#find(rightId).station);
    this.#store.transaction(() => {
      this.#store.run('DELETE FROM stations WHERE id = ?', rightId);
      record(this.#shown(this.#find(leftId).station), right);
    });
    this.#kept.delete(rightId);
    // Its page learns that the screen is whole before the right one is closed.
    this.#alter(leftId, { split: null, widthPx: this.#find(leftId).station.widthPx + right.widthPx });
    this.#tell({ removed: rightId });
    return { left: this.#shown(this.#find(leftId).station), right };
  }

  /** Its page came (with what it shows of itself) or went (null). */
  seen(id: string, facts: PageFacts | null): void {
    const kept = this.#kept.get(id);
    if (kept === undefined) return;
    const lastSeenAt = this.#clock.nowMs();
    const { station, key } = kept;
    if (facts === null) this.#set(key, { ...station, lastSeenAt, online: false, latencyMs: null });
    else this.#set(key, { ...station, lastSeenAt, online: true, ...facts });
    const { address, widthPx, heightPx } = facts ?? station;
    ifRoom(
      () =>
        this.#store.run(
          'UPDATE stations SET lastSeenAt = ?, address = ?, widthPx = ?, heightPx = ? WHERE id = ?',
          lastSeenAt,
          address,
          widthPx,
          heightPx,
          id,
        ),
      () => {},
    );
  }

  resized(id: string, widthPx: number, heightPx: number): void {
    this.#alter(id, { widthPx, heightPx });
  }

  /** Told only when it matters to somebody who looks. */
  measured(id: string, latencyMs: number): void {
    const before = this.#kept.get(id)?.station.latencyMs ?? null;
    if (before === null || Math.abs(latencyMs - before) >= Math.max(5, before * 0.25)) this.#alter(id, { latencyMs });
  }

  /** Throws `station-not-found`. */
  identify(id: string, on: boolean): Station {
    const { station } = this.#find(id);
    if (station.identifying !== on) this.#alter(id, { identifying: on });
    return this.#shown({ ...station, identifying: on });
  }

  #pair(leftId: string, rightId: string): void {
    const left = this.#kept.get(leftId);
    const right = this.#kept.get(rightId);
    if (left === undefined || right === undefined) return;
    left.station = { ...left.station, split: { half: 'left', other: rightId } };
    right.station = { ...right.station, split: { half: 'right', other: leftId } };
  }

  #isTaken(name: string): boolean {
    return [...this.#kept.values()].some(({ station }) => station.name.toLowerCase() === name.toLowerCase());
  }

  /** "Station 3 right", with a number behind it where that is taken. */
  #rightNameOf(name: string): string {
    for (let number = 1; ; number += 1) {
      const ending = number === 1 ? ' right' : ` right ${number}`;
      const right = `${name.slice(0, longestName - ending.length).trimEnd()}${ending}`;
      if (!this.#isTaken(right)) return right;
    }
  }

  #find(id: string): Kept {
    const kept = this.#kept.get(id);
    if (kept === undefined) throw new CodedError('station-not-found');
    return kept;
  }

  #alter(id: string, change: Partial<Station>): void {
    const kept = this.#kept.get(id);
    if (kept !== undefined) this.#set(kept.key, { ...kept.station, ...change });
  }

  #set(key: string, station: Station): Station {
    this.#kept.set(station.id, { key, station });
    const shown = this.#shown(station);
    this.#tell({ station: shown });
    return shown;
  }

  #tell(change: StationChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  /** Today every station belongs to the computer beside the gateway, whose name is only known when it answers. */
  #shown(station: Station): Station {
    return { ...station, computer: this.#computerName() };
  }
}

function isSameConfiguration(a: StationConfiguration, b: StationConfiguration): boolean {
  const inOrder = ({ room, language, orientation, users, groups, autoLogon }: StationConfiguration): string =>
    JSON.stringify([room, language, orientation, users, groups, autoLogon]);
  return inOrder(a) === inOrder(b);
}

/** What the store has in a form no longer known is as if it had never been set. */
function keptConfiguration(text: string): StationConfiguration {
  const kept = stationConfigurationSchema.partial().safeParse(JSON.parse(text));
  const given = kept.success ? Object.entries(kept.data).filter(([, value]) => value !== undefined) : [];
  return { ...plainConfiguration, ...Object.fromEntries(given) };
}
