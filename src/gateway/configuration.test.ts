// The configuration file, and what is said when something is wrong with it.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { placesFrom } from '#contract/places.ts';
import { checkFolders, readConfiguration, StartFault } from './configuration.ts';

class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'stationmaster-config-'));
  readonly file = join(this.path, 'config.toml');
  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

function faultOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof StartFault, String(error));
    return error.message;
  }
  return '';
}

describe('the configuration', () => {
  test('has defaults where the file or a key is missing', () => {
    using folder = new Folder();
    assert.equal(readConfiguration(folder.file).https_port, 8443);
    writeFileSync(folder.file, 'https_port = 9443\n');
    assert.deepEqual([readConfiguration(folder.file).https_port, readConfiguration(folder.file).http_port], [9443, 8080]);
  });

  test('a fault names the file, the key and what to do', () => {
    using folder = new Folder();
    const say = (text: string): string => {
      writeFileSync(folder.file, text);
      return faultOf(() => readConfiguration(folder.file));
    };
    for (const [text, expected] of [
      ['https_port = "x"', /config\.toml: "https_port"/],
      ['http_prot = 80', /"http_prot" is not known; remove or correct it/],
      ['https_port = ', /config\.toml, line 1: this is not TOML/],
      ['certificate = "/a.pem"', /"certificate" and "key" belong together/],
      ['https_port = 0', /"https_port"/],
    ] as const) {
      assert.match(say(text), expected, text);
    }
  });

  test('a missing folder is named with the command that makes it', () => {
    using folder = new Folder();
    const places = placesFrom({ STATIONMASTER_STATE: join(folder.path, 'state'), STATIONMASTER_RUN: join(folder.path, 'run') });
    assert.match(
      faultOf(() => checkFolders(places)),
      /state\/gateway is missing\. As root: install -d -o stationmaster/,
    );
    mkdirSync(places.gatewayStateDir, { recursive: true });
    assert.match(
      faultOf(() => checkFolders(places)),
      /run\/gateway is missing/,
    );
    mkdirSync(places.gatewayRunDir, { recursive: true });
    assert.equal(
      faultOf(() => checkFolders(places)),
      '',
    );
    chmodSync(places.gatewayStateDir, 0o700);
  });
});
