// `stationmaster connection-file`: link files for each kind of device, never written over what is there.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { tryProgram } from '../src/cli/computer/program-run.ts';
import type { ProgramResult } from '../src/cli/computer/program-run.ts';
import { commandFile } from './support/command-line.ts';

let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stationmaster-test-connection-'));
  await writeFile(join(folder, 'config.toml'), 'https_port = 8444\n');
});
after(() => rm(folder, { recursive: true }));

/** Needs no gateway: what it says is in the configuration. */
async function run(...args: string[]): Promise<ProgramResult> {
  const environment = { PATH: process.env['PATH'] ?? '', STATIONMASTER_CONFIG: join(folder, 'config.toml') };
  return await tryProgram(process.execPath, [commandFile, 'connection-file', ...args], { environment });
}

test('a file for each page and device is written under a name of its own, with the address of this computer', async () => {
  const out = join(folder, 'out');
  await mkdir(out);
  const origin = `https://${hostname().toLowerCase()}:8444`;
  for (const [page, device, ending, address] of [
    ['manager', 'windows', 'url', `${origin}/manager`],
    ['dashboard', 'mac', 'webloc', `${origin}/dashboard`],
    ['station', 'linux', 'desktop', `${origin}/`],
  ] as const) {
    const { code, stdout, stderr } = await run(page, '--for', device, '--to', out, '--json');
    assert.equal(code, 0, stderr);
    const said = JSON.parse(stdout) as { file: string; address: string };
    assert.equal(said.address, address);
    assert.ok(said.file.endsWith(`.${ending}`), said.file);
    assert.ok((await readFile(said.file, 'utf8')).includes(address));
  }
  assert.equal((await readdir(out)).length, 3);
});

test('the ending of the name says for which device; "-" prints; another address is taken as given', async () => {
  const file = join(folder, 'room.url');
  const written = await run('station', '--to', file, '--address', 'https://room.example');
  assert.match(written.stdout, /room\.url opens https:\/\/room\.example\/$/m);
  assert.equal(await readFile(file, 'utf8'), '[InternetShortcut]\r\nURL=https://room.example/\r\n');
  const printed = await run('manager', '--to', '-', '--for', 'mac', '--address', 'https://192.0.2.7:8443/');
  assert.match(printed.stdout, /<string>https:\/\/192\.0\.2\.7:8443\/manager<\/string>/);
});

test('what is there is kept; addresses, pages and devices that are none are refused with what to do', async () => {
  const file = join(folder, 'there.url');
  await writeFile(file, 'mine');
  const kept = await run('manager', '--to', file);
  assert.deepEqual([kept.code, await readFile(file, 'utf8')], [1, 'mine']);
  assert.match(kept.stderr, /is there already; give another name with --to/);
  for (const address of [
    'http://room.example',
    'room.example',
    'https://a:b@room.example',
    'https://room.example/x',
    'javascript:1',
  ]) {
    const { code, stderr } = await run('manager', '--to', '-', '--address', address);
    assert.equal(code, 2, address);
    assert.match(stderr, /is not an address such as https:/);
  }
  assert.equal((await run('kiosk')).code, 2);
  assert.equal((await run('manager', '--for', 'amiga')).code, 2);
  const nowhere = await run('manager', '--to', join(folder, 'none', 'x.url'));
  assert.equal(nowhere.code, 1);
  assert.match(nowhere.stderr, /was not written/);
});
