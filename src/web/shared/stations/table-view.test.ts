// How the Stations list is looked at: addresses, filters, order, groups.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { makeSession, makeStation } from '../../../../test/support/fake-gateway.ts';
import type { ProgramAtRisk } from '#model/session.ts';
import { plainConfiguration, stationRows } from '#model/station.ts';
import {
  TextOrder,
  groupedRows,
  groupings,
  isShown,
  isUnfiltered,
  plainView,
  queryOf,
  sortedRows,
  statusOrder,
  tableColumns,
  viewOf,
} from './table-view.ts';
import type { TableView } from './table-view.ts';

const fault = { at: 5, bytes: 1, programs: [], fault: 'image-damaged' };
const stations = [
  makeStation('s10', 'Station 10', 'b', {
    latencyMs: null,
    configuration: { ...plainConfiguration, room: 'Library', autoLogon: 'kiosk' },
  }),
  makeStation('s2', 'Station 2', 'a', { latencyMs: 9, configuration: { ...plainConfiguration, room: 'Room 12' } }),
  makeStation('s1', 'Station 1', 'a', { latencyMs: 2 }),
  makeStation('s3', 'Station 3', 'a', { online: false, latencyMs: null }),
  makeStation('s4', 'Wants in', 'a', { state: 'waiting' }),
];
const sessions = [
  makeSession('x', 'anna', 'a', 's2', { fullName: 'Anna Keller', since: 300 }),
  makeSession('y', 'zoe', 'b', 's10', { state: 'locked', since: 100 }),
  makeSession('z', 'ben', 'b', null, { state: 'hibernated', saved: fault, since: 200 }),
];
const rows = stationRows(stations, sessions, { showAll: true });
const order = new TextOrder('en');
const nothingKnown = new Map<string, readonly ProgramAtRisk[]>();
const named = (list: typeof rows): string[] => list.map((row) => row.station?.name ?? row.session?.user ?? '');
const shown = (change: Partial<TableView>): string[] => named(rows.filter(isShown({ ...plainView, showAll: true, ...change })));
const sorted = (change: Partial<TableView>, risks = nothingKnown): string[] =>
  named(sortedRows(rows, { ...plainView, ...change }, risks, order));

test('stations that a remap has numbered stand in that order, before the others', () => {
  const numbered = (id: string, name: string, number: number) =>
    makeStation(id, name, 'a', { configuration: { ...plainConfiguration, number } });
  const list = [numbered('p', 'Aisle', 0), numbered('q', 'Door', 2), numbered('r', 'Window', 1)];
  const lines = stationRows(list, [], { showAll: true });
  assert.deepEqual(named(lines), ['Window', 'Door', 'Aisle']);
  assert.deepEqual(named(sortedRows(lines, { sort: 'station', descending: false }, nothingKnown, order)), [
    'Window',
    'Door',
    'Aisle',
  ]);
});

describe('an address of the Stations list', () => {
  test('says every view, and gives the same one back', () => {
    const parts = {
      search: fc.string({ maxLength: 200 }),
      statuses: fc.subarray([...statusOrder]),
      computers: fc.uniqueArray(fc.string({ minLength: 1 })).map((list) => list.toSorted()),
      rooms: fc.uniqueArray(fc.string()).map((list) => list.toSorted()),
      attention: fc.boolean(),
      sort: fc.constantFrom(...tableColumns),
      descending: fc.boolean(),
      group: fc.constantFrom(...groupings),
      columns: fc
        .subarray(['room', 'user', 'autoLogon', 'risks', 'since', 'connection'])
        .map((some) => tableColumns.filter((column) => ['computer', 'station', 'status', ...some].includes(column))),
      showAll: fc.boolean(),
    };
    const view = fc.record(parts, { noNullPrototype: true });
    fc.assert(fc.property(view, (each) => assert.deepEqual(viewOf(queryOf(each)), each)));
  });

  test('is empty for the usual view, and whatever is in it gives a view', () => {
    assert.equal(queryOf(plainView), '');
    assert.deepEqual(viewOf('?sort=nothing&order=sideways&group=&status=drunk,lost&columns=x&all=1'), {
      ...plainView,
      statuses: ['lost'],
      columns: ['computer', 'station', 'status'],
    });
    fc.assert(fc.property(fc.string(), (text) => assert.equal(typeof queryOf(viewOf(text)), 'string')));
  });
});

describe('the Stations list', () => {
  test('is filtered by status, computer, room, words and what needs attention', () => {
    assert.deepEqual(shown({}), ['Station 1', 'Station 2', 'Station 3', 'Station 10', 'Wants in', 'ben']);
    assert.deepEqual(shown({ showAll: false }), ['Station 1', 'Station 2', 'Station 10', 'Wants in', 'ben']);
    assert.deepEqual(shown({ statuses: ['locked', 'free'] }), ['Station 1', 'Station 10']);
    assert.deepEqual(shown({ computers: ['b'] }), ['Station 10', 'ben']);
    assert.deepEqual(shown({ rooms: ['Library'] }), ['Station 10']);
    assert.deepEqual(shown({ rooms: [''] }), ['Station 1', 'Station 3', 'Wants in', 'ben']);
    assert.deepEqual(shown({ attention: true }), ['Wants in', 'ben']);
    assert.deepEqual(shown({ search: ' KELLER  station' }), ['Station 2']);
    assert.deepEqual(shown({ search: 'keller library' }), []);
    assert.equal(isUnfiltered({ ...plainView, search: '  ', showAll: true }), true);
    assert.equal(isUnfiltered({ ...plainView, rooms: [''] }), false);
  });

  test('is sorted by every column, both ways, with what has nothing there last', () => {
    assert.deepEqual(sorted({}), ['Station 1', 'Station 2', 'Station 3', 'Station 10', 'Wants in', 'ben']);
    assert.deepEqual(sorted({ descending: true }), ['Wants in', 'Station 10', 'Station 3', 'Station 2', 'Station 1', 'ben']);
    assert.deepEqual(sorted({ sort: 'user' }).slice(0, 3), ['Station 2', 'ben', 'Station 10']);
    assert.deepEqual(sorted({ sort: 'user', descending: true }).slice(0, 3), ['Station 10', 'ben', 'Station 2']);
    assert.deepEqual(sorted({ sort: 'room' }).slice(0, 2), ['Station 10', 'Station 2']);
    assert.deepEqual(sorted({ sort: 'autoLogon' })[0], 'Station 10');
    assert.deepEqual(sorted({ sort: 'autoLogon', descending: true })[0], 'Station 10');
    assert.deepEqual(sorted({ sort: 'computer', descending: true }).slice(0, 2), ['Station 10', 'ben']);
    assert.deepEqual(sorted({ sort: 'status' })[0], 'Wants in');
    assert.deepEqual(sorted({ sort: 'since' }).slice(0, 3), ['Station 10', 'ben', 'Station 2']);
    assert.deepEqual(sorted({ sort: 'connection', descending: true }).slice(0, 2), ['Station 2', 'Wants in']);
    const risks = new Map([
      [sessions[0]?.id ?? '', [{ program: 'Firefox', fate: 'reopened', reason: 'sandbox' } as const]],
      [sessions[1]?.id ?? '', [{ program: 'VirtualBox', fate: 'lost', reason: 'device' } as const]],
    ]);
    assert.deepEqual(sorted({ sort: 'risks' }, risks).slice(0, 2), ['Station 10', 'Station 2']);
  });

  test('is in groups by computer or room, those in no room last', () => {
    const groups = (group: 'computer' | 'room', names: string[] = []): [string, string[]][] =>
      groupedRows(rows, group, names, 'en').map((each) => [each.name, named([...each.rows])]);
    assert.deepEqual(groups('computer', ['c']), [
      ['a', ['Station 1', 'Station 2', 'Station 3', 'Wants in']],
      ['b', ['Station 10', 'ben']],
      ['c', []],
    ]);
    assert.deepEqual(groups('room'), [
      ['Library', ['Station 10']],
      ['Room 12', ['Station 2']],
      ['', ['Station 1', 'Station 3', 'Wants in', 'ben']],
    ]);
  });

  test('texts are compared anew only when a new one comes', () => {
    const texts = new TextOrder('en');
    const first = texts.ranks(['b10', 'b9', 'a']);
    assert.deepEqual(
      [...first],
      [
        ['a', 0],
        ['b9', 1],
        ['b10', 2],
      ],
    );
    assert.equal(texts.ranks(['b9']), first);
    assert.notEqual(texts.ranks(['b9', 'c']), first);
  });
});
