import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { array, assert as holds, boolean, commands, constantFrom, modelRun, property, uniqueArray, integer } from 'fast-check';
import type { Command } from 'fast-check';
import { beginRemap, isRemapped, joined, mappedAfter, pressed, removed, vanished } from './remap.ts';
import type { Remap } from './remap.ts';

/** What a person in the room knows: which screens show a letter, and in which order the others were pressed. */
interface Room {
  showing: Set<string>;
  order: string[];
}
interface Real {
  remap: Remap;
}

class Step implements Command<Room, Real> {
  readonly what: 'press' | 'vanish' | 'remove' | 'join';
  readonly station: string;
  constructor(what: Step['what'], station: string) {
    this.what = what;
    this.station = station;
  }
  check(): boolean {
    return true;
  }
  run(room: Room, real: Real): void {
    const { station } = this;
    switch (this.what) {
      case 'press': {
        const after = pressed(real.remap, station);
        assert.equal(after === null, !room.showing.has(station), 'a letter is pressed exactly where one is shown');
        if (after === null) return;
        real.remap = after;
        room.showing.delete(station);
        room.order.push(station);
        break;
      }
      case 'vanish':
        real.remap = vanished(real.remap, station);
        room.showing.delete(station);
        break;
      case 'remove':
        real.remap = removed(real.remap, station);
        room.showing.delete(station);
        room.order = room.order.filter((id) => id !== station);
        break;
      case 'join':
        real.remap = joined(real.remap, station);
        if (!room.order.includes(station)) room.showing.add(station);
        break;
    }
    assert.deepEqual(new Set(real.remap.waiting), room.showing);
    assert.deepEqual(real.remap.done, room.order);
    assert.equal(isRemapped(real.remap), room.showing.size === 0);
  }
  toString(): string {
    return `${this.what} ${this.station}`;
  }
}

const ids = ['a', 'b', 'c', 'd', 'e'];
const step = (what: Step['what']) => constantFrom(...ids).map((station) => new Step(what, station));

describe('a remap', () => {
  it('knows after any presses, departures, arrivals and removals who still shows a letter, and the order', () => {
    holds(
      property(
        uniqueArray(constantFrom(...ids)),
        commands([step('press'), step('vanish'), step('remove'), step('join')]),
        (at, steps) => {
          modelRun(() => ({ model: { showing: new Set(at), order: [] }, real: { remap: beginRemap(at) } }), steps);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('numbers every station once, keeps names or gives new ones, and never gives a name twice', () => {
    const name = constantFrom('Station 1', 'Station 2', 'station 3', 'Window', 'Station 7', 'Door');
    const room = uniqueArray(name, { minLength: 1, selector: (one) => one.toLowerCase() }).chain((names) =>
      array(integer({ min: 0, max: 9 }), { minLength: names.length, maxLength: names.length }).map((numbers) =>
        names.map((one, at) => ({ id: `s${at}`, name: one, number: numbers[at] ?? 0 })),
      ),
    );
    holds(
      property(room, boolean(), integer({ min: 0, max: 63 }), (stations, newNames, mask) => {
        const done = stations.filter((_one, at) => ((mask >> at) & 1) === 1).map(({ id }) => id);
        const after = mappedAfter(stations, done.toReversed(), newNames);
        const result = stations.map((station) => ({ ...station, ...after.get(station.id) }));
        assert.deepEqual(
          result.map(({ number }) => number).toSorted((a, b) => a - b),
          stations.map((_one, at) => at + 1),
        );
        assert.equal(new Set(result.map((one) => one.name.toLowerCase())).size, stations.length);
        for (const [at, id] of done.toReversed().entries()) {
          const mapped = result.find((one) => one.id === id);
          assert.equal(mapped?.number, at + 1);
          assert.equal(mapped?.name, newNames ? `Station ${at + 1}` : stations.find((one) => one.id === id)?.name);
        }
        if (!newNames)
          assert.deepEqual(
            result.map((one) => one.name),
            stations.map((one) => one.name),
          );
      }),
      { numRuns: 500 },
    );
  });
});
