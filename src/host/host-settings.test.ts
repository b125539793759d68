import assert from 'node:assert/strict';
import { mkdtempSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { pino } from 'pino';
import { defaultSettings } from '#model/settings.ts';
import { HostSettings } from './host-settings.ts';

class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'stationmaster-settings-'));
  readonly file = join(this.path, 'host', 'settings.json');
  readonly logged: string[] = [];

  open(): HostSettings {
    const settings = new HostSettings(this.file, pino({}, { write: (line: string) => this.logged.push(line) }));
    settings.start();
    return settings;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

const changed = {
  alwaysConsoleMode: false,
  mostSessionsPerPerson: 0,
  mostSessions: 0,
  sessionMemoryMegabytes: 0,
  sessionProcessorPercent: 0,
  sessionProcesses: 0,
  hibernateAfterMinutes: 45,
  logOffSuspendedHours: 0,
  hibernateBelowMemoryPercent: 20,
  keepSavedDays: 7,
  encryptSaved: true,
  leaveWarningSeconds: 5,
  leaveLimitSeconds: 120,
};

it('are the defaults until a gateway sends others, which hold in the next life', () => {
  using folder = new Folder();
  const settings = folder.open();
  for (const name of Object.keys(changed) as (keyof typeof changed)[]) assert.equal(settings.values[name], defaultSettings[name]);
  let told = 0;
  const stop = settings.onChange(() => {
    told += 1;
  });
  settings.configure(changed);
  assert.deepEqual([settings.values, told], [changed, 1]);
  assert.equal(statSync(folder.file).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(join(folder.path, 'host')), ['settings.json']);
  settings.configure({ ...changed });
  assert.equal(told, 1, 'the same again is no change');
  stop();
  settings.configure({ ...changed, keepSavedDays: 0 });
  assert.equal(told, 1);
  assert.deepEqual(folder.open().values, { ...changed, keepSavedDays: 0 });
  assert.deepEqual(
    folder.logged.filter((line) => line.includes('"level":50')),
    [],
  );
});

it('are the defaults, with a line in the log, where the file is damaged', () => {
  for (const text of ['', '{', '[]', JSON.stringify({ ...changed, leaveLimitSeconds: -1 })]) {
    using folder = new Folder();
    mkdirSync(join(folder.path, 'host'));
    writeFileSync(folder.file, text);
    const settings = folder.open();
    assert.equal(settings.values.leaveLimitSeconds, defaultSettings.leaveLimitSeconds);
    assert.match(folder.logged.join(''), /cannot be used/);
    settings.configure(changed);
    assert.deepEqual(folder.open().values, changed);
  }
});

it('that an earlier version kept hold, with the defaults of those that it did not know', () => {
  using folder = new Folder();
  mkdirSync(join(folder.path, 'host'));
  writeFileSync(folder.file, JSON.stringify({ hibernateAfterMinutes: 45, encryptSaved: true }));
  const { values } = folder.open();
  assert.deepEqual([values.hibernateAfterMinutes, values.encryptSaved, values.logOffSuspendedHours], [45, true, 0]);
  assert.deepEqual(folder.logged, []);
});

it('stay as they were where they cannot be kept', () => {
  using folder = new Folder();
  const settings = folder.open();
  settings.configure(changed);
  // A folder in the way of the new file's name.
  mkdirSync(`${folder.file}.new`);
  writeFileSync(`${folder.file}.new/x`, '');
  assert.throws(() => settings.configure({ ...changed, keepSavedDays: 1 }));
  assert.equal(settings.values.keepSavedDays, 7);
  assert.equal(folder.open().values.keepSavedDays, 7);
});
