import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { makeConfig, portIsFree, readConfig } from './config-file.ts';
import { layoutFrom } from './layout.ts';

async function ownLayout(): Promise<AsyncDisposable & { layout: ReturnType<typeof layoutFrom> }> {
  const folder = await mkdtemp(`${tmpdir()}/stationmaster-test-`);
  await mkdir(`${folder}/etc`);
  return {
    layout: layoutFrom({ STATIONMASTER_STATE: `${folder}/state`, STATIONMASTER_CONFIG: `${folder}/etc/config.toml` }),
    [Symbol.asyncDispose]: async () => await rm(folder, { recursive: true, force: true }),
  };
}

test('the first start writes ports that are free and keeps them from then on', async () => {
  await using own = await ownLayout();
  // Whoever has 8443 now, it is not free for us.
  const taken = createServer().listen(8443);
  const listening = await Promise.race([once(taken, 'listening').then(() => true), once(taken, 'error').then(() => false)]);
  const first = await makeConfig(own.layout);
  assert.notEqual(first.https_port, 8443);
  assert.notEqual(first.https_port, first.http_port);
  if (listening) {
    taken.close();
    await once(taken, 'close');
  }
  assert.deepEqual(await makeConfig(own.layout), first);
});

test('a file of the administrator is read and never overwritten', async () => {
  await using own = await ownLayout();
  const text = 'https_port = 443\nhttp_port = 0\n';
  await writeFile(own.layout.places.configFile, text);
  assert.equal((await makeConfig(own.layout)).https_port, 443);
  assert.equal(await readFile(own.layout.places.configFile, 'utf8'), text);
});

test('without a file there are defaults', async () => {
  await using own = await ownLayout();
  assert.equal((await readConfig(own.layout)).https_port, 8443);
});

test('a wrong file is refused in words: no TOML, unknown name, wrong value', async () => {
  await using own = await ownLayout();
  for (const [text, words] of [
    ['https_port = = 1', /is not TOML/],
    ['htps_port = 1', /htps_port/],
    ['https_port = 70000', /https_port/],
  ] as const) {
    await writeFile(own.layout.places.configFile, text);
    await assert.rejects(readConfig(own.layout), words);
  }
});

test('a port on which a program listens is not free', async () => {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  assert.equal(await portIsFree(address.port), false);
  server.close();
  await once(server, 'close');
  assert.equal(await portIsFree(address.port), true);
});
