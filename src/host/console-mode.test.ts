// The mode of the computer: kept over restarts, and begun anew at each start of the computer where that is set.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { ConsoleMode } from './console-mode.ts';
import { HostSettings } from './host-settings.ts';

const log = pino({ level: 'silent' });

class Place implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'console-mode-'));
  readonly files = { kept: join(this.folder, 'host/mode.json'), sameBoot: join(this.folder, 'run/mode') };
  suspended = 0;

  /** The host program, in its next life. */
  host(alwaysConsoleMode = false): ConsoleMode {
    const settings = new HostSettings(join(this.folder, 'host/settings.json'), log);
    const mode = new ConsoleMode({
      files: this.files,
      settings: { values: { ...settings.values, alwaysConsoleMode } },
      sessions: {
        suspendAll: () => {
          this.suspended += 1;
          return [];
        },
      },
      log,
    });
    mode.start();
    return mode;
  }

  restartComputer(): void {
    rmSync(join(this.folder, 'run'), { recursive: true });
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }
}

describe('console mode', () => {
  it('suspends everybody, tells once, and holds over restarts of the host and of the computer', () => {
    using place = new Place();
    const mode = place.host();
    assert.deepEqual([mode.mode, mode.refusal], ['station', null]);
    let told = 0;
    mode.onChange(() => (told += 1));
    mode.set('console');
    mode.set('console');
    assert.deepEqual([told, place.suspended], [1, 2]);
    assert.equal(place.host().refusal?.code, 'console-mode');
    place.restartComputer();
    const after = place.host();
    assert.equal(after.mode, 'console');
    after.set('station');
    assert.equal(place.host().mode, 'station');
  });

  it('where the computer always starts so, only its restart brings console mode back, not that of the host', () => {
    using place = new Place();
    const mode = place.host(true);
    assert.equal(mode.mode, 'console');
    mode.set('station');
    assert.equal(place.host(true).mode, 'station');
    place.restartComputer();
    assert.equal(place.host(true).mode, 'console');
  });

  it('a kept mode that cannot be read leaves the stations open', () => {
    using place = new Place();
    mkdirSync(join(place.folder, 'host'));
    writeFileSync(place.files.kept, '{"mode":"sleep"}');
    assert.equal(place.host().mode, 'station');
  });

  it('a host that cannot keep the mode starts nevertheless, closed where the computer always starts so', () => {
    using place = new Place();
    mkdirSync(join(place.folder, 'host/mode.json'), { recursive: true });
    assert.equal(place.host(true).mode, 'console');
  });

  it('changes nothing if it cannot be kept', () => {
    using place = new Place();
    writeFileSync(join(place.folder, 'host'), 'a file where the folder has to be');
    const mode = place.host();
    assert.throws(() => mode.set('console'));
    assert.deepEqual([mode.mode, place.suspended], ['station', 0]);
  });
});
