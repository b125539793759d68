import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { layoutFrom } from './layout.ts';
import type { Layout } from './layout.ts';
import { installPamService, pamFile } from './pam-service.ts';

/** A clone with a packaged file, and a service of its own on this computer. */
async function ownService(): Promise<AsyncDisposable & { layout: Layout; pack: (text: string) => Promise<void> }> {
  const folder = await mkdtemp(`${tmpdir()}/stationmaster-test-`);
  const service = `stationmaster-test-${randomBytes(4).toString('hex')}`;
  const layout = {
    ...layoutFrom({ STATIONMASTER_STATE: `${folder}/state`, STATIONMASTER_PAM_SERVICE: service }),
    tree: folder,
  };
  await mkdir(`${folder}/state`);
  await mkdir(`${folder}/packaging/pam.d`, { recursive: true });
  return {
    layout,
    pack: async (text) => await writeFile(`${folder}/packaging/pam.d/stationmaster`, text),
    [Symbol.asyncDispose]: async () => {
      await rm(folder, { recursive: true, force: true });
      await rm(`/etc/pam.d/${service}`, { force: true });
    },
  };
}

test('the packaged file is installed, and a newer one takes its place', async () => {
  await using own = await ownService();
  for (const text of ['# one\n', '# two\n', '# two\n']) {
    await own.pack(text);
    await installPamService(own.layout);
    assert.equal(await readFile(pamFile(own.layout), 'utf8'), text);
  }
});

test("an administrator's change stays, also when the packaged file changes", async () => {
  await using own = await ownService();
  await own.pack('# one\n');
  await installPamService(own.layout);
  await writeFile(pamFile(own.layout), '# mine\n');
  await own.pack('# two\n');
  await installPamService(own.layout);
  await installPamService(own.layout);
  assert.equal(await readFile(pamFile(own.layout), 'utf8'), '# mine\n');
});

test('a file that was there before us stays', async () => {
  await using own = await ownService();
  await own.pack('# one\n');
  await writeFile(pamFile(own.layout), '# of the distribution\n');
  await installPamService(own.layout);
  assert.equal(await readFile(pamFile(own.layout), 'utf8'), '# of the distribution\n');
});
