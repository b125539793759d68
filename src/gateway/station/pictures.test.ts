// Pictures of sessions for the choice among several, from real X servers.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { pixelSocket } from '#contract/places.ts';
import { GatewayRoom, until } from '../../../test/support/gateway-room.ts';
import type { TestStation } from '../../../test/support/gateway-room.ts';
import { startXServer } from '../../../test/support/x-server.ts';

const leaves = (page: TestStation): Promise<unknown> => page.hear('free');

describe('the picture of a session', () => {
  test('is taken when the session leaves a station, shown in the choice, for nobody else to read, and goes with the session', async () => {
    await using room = await GatewayRoom.make({ settings: { multipleSessions: true } });
    await using x = await startXServer();
    const pages = [await room.station(), await room.station()];
    for (const page of pages) {
      await page.hear('free');
      await page.signIn('anna');
    }
    for (const { id } of room.sessions.list()) {
      const path = pixelSocket(room.places, id);
      mkdirSync(dirname(path), { recursive: true });
      symlinkSync(x.path, path);
    }
    const folder = join(room.places.gatewayStateDir, 'pictures');
    await room.ask('POST', `/computers/${room.computerName}/suspend-all`, { local: true });
    await Promise.all(pages.map(leaves));
    const pictures = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.jpg'));
    await until('both pictures are there', () => pictures().length === 2);
    for (const name of pictures()) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600);

    const [page] = pages;
    page?.say({ say: 'sign-in', user: 'anna', password: 'anna' });
    const { sessions } = (await page?.hear('choose')) ?? { sessions: [] };
    assert.equal(sessions.length, 2);
    for (const { picture } of sessions) {
      assert.match(picture ?? '', /^data:image\/jpeg;base64,/);
      const bytes = Buffer.from((picture ?? '').split(',')[1] ?? '', 'base64');
      assert.deepEqual([...bytes.subarray(0, 3)], [0xff, 0xd8, 0xff]);
    }

    const [first, second] = room.sessions.list();
    await room.ask('POST', `/sessions/${first?.id}/log-off`, { local: true });
    await until('its picture is gone', () => !existsSync(join(folder, `${first?.id}.jpg`)));
    // What ends while the gateway is away is cleared up at its next start.
    await room.stopGateway();
    room.computer.crash(second?.id ?? '', 'desktop-ended');
    await room.startGateway();
    await until('no picture is left', () => readdirSync(folder).length === 0);
  });
});
