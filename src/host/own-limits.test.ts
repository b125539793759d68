import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import type { Session } from '#model/session.ts';
import { defaultSettings } from '#model/settings.ts';
import { OwnLimits } from './own-limits.ts';

const log = pino({ level: 'silent' });

class Room implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'stationmaster-own-limits-'));
  readonly file = join(this.folder, 'own-limits.json');
  readonly values = { ...defaultSettings, sessionProcesses: 300 };
  sessions = ['a', 'b'];
  #told: (session: Session) => void = () => {};

  make(): OwnLimits {
    const limits = new OwnLimits({ file: this.file, settings: { values: this.values, onChange: () => () => {} }, log });
    limits.start({
      list: () => this.sessions.map((id) => ({ id }) as Session),
      on: (listener) => {
        this.#told = listener;
        return () => {};
      },
    });
    return limits;
  }

  end(id: string): void {
    this.#told({ id, state: 'ended' } as Session);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }
}

test('what a session has of its own holds instead of the settings, and is taken back', () => {
  using room = new Room();
  const limits = room.make();
  let changes = 0;
  limits.onChange(() => (changes += 1));
  limits.give([{ session: 'a', limits: { sessionProcesses: 0, sessionMemoryMegabytes: 2048 } }]);
  limits.give([{ session: 'a', limits: { sessionProcesses: 0, sessionMemoryMegabytes: 2048 } }]);
  assert.equal(changes, 1);
  assert.deepEqual([limits.of('a').sessionProcesses, limits.of('a').sessionMemoryMegabytes], [0, 2048]);
  assert.equal(limits.of('b').sessionProcesses, 300);
  room.values.hibernateAfterMinutes = 10;
  assert.equal(limits.of('a').hibernateAfterMinutes, 10);
  limits.give([{ session: 'a', limits: {} }]);
  assert.deepEqual([limits.of('a').sessionProcesses, changes], [300, 2]);
});

test('it is kept for the next life, but not of sessions that are no more', () => {
  using room = new Room();
  const before = room.make();
  before.give([
    { session: 'a', limits: { sessionProcesses: 900 } },
    { session: 'b', limits: { sessionProcesses: 800 } },
    { session: 'c', limits: { sessionProcesses: 700 } },
  ]);
  room.end('b');
  const after = room.make();
  assert.deepEqual(
    ['a', 'b', 'c'].map((id) => after.of(id).sessionProcesses),
    [900, 300, 300],
  );
});

test('a file that cannot be used, or a folder that cannot be written, leaves the settings in force', () => {
  using room = new Room();
  for (const text of ['', '{', '[]', '{"a":{"sessionProcesses":-3}}', '{"a":{"sessionProcesses":"many"}}']) {
    writeFileSync(room.file, text);
    assert.equal(room.make().of('a').sessionProcesses, 300, text);
  }
  const nowhere = new OwnLimits({
    file: join(room.folder, 'missing/own-limits.json'),
    settings: { values: room.values, onChange: () => () => {} },
    log,
  });
  nowhere.give([{ session: 'a', limits: { sessionProcesses: 900 } }]);
  assert.equal(nowhere.of('a').sessionProcesses, 900);
});
