// Pictures of sessions for the choice among several, from real X servers.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { pixelSocket } from '#contract/places.ts';
import type { Session } from '#model/session.ts';
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

  test('stays while the session is on disk, also over a restart of the gateway, and is shown in the choice', async () => {
    await using room = await GatewayRoom.make({ scripted: true, settings: { multipleSessions: true } });
    await using x = await startXServer();
    const page = await room.station();
    await page.hear('free');
    await page.signIn('anna');
    const [{ id }] = [...room.script.sessions.values()] as [Session];
    const path = pixelSocket(room.places, id);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(x.path, path);
    page.say({ say: 'disconnect' });
    await page.hear('free');
    const file = join(room.places.gatewayStateDir, 'pictures', `${id}.jpg`);
    await until('the picture is there', () => existsSync(file));
    await room.ask('POST', `/sessions/${id}/hibernate`, { local: true, body: {} });
    rmSync(path);
    await room.stopGateway();
    await room.startGateway();
    room.script.add('anna');
    const again = await room.station();
    await again.hear('free');
    again.say({ say: 'sign-in', user: 'anna', password: 'anna' });
    const { sessions } = await again.hear('choose');
    assert.match(sessions.find(({ session }) => session === id)?.picture ?? '', /^data:image\/jpeg;base64,/);
  });

  test('is not begun, and given up at once, when the session is being saved', async () => {
    await using room = await GatewayRoom.make({ scripted: true });
    // An X server that never says more than its version: whoever wants a picture waits.
    const occupied = async (user: string) => {
      const page = await room.station();
      await page.hear('free');
      await page.signIn(user);
      const session = [...room.script.sessions.values()].find((one) => one.user === user)?.id ?? '';
      return { page, session, x: await room.xServer(session) };
    };
    const slow = await occupied('anna');
    const quick = await occupied('ben');
    slow.page.say({ say: 'disconnect' });
    await until('a picture is being taken', () => slow.x.connections.length === 1);
    const [connection] = slow.x.connections;
    assert.ok(connection !== undefined);
    const begun = performance.now();
    room.script.happen(slow.session, 'hibernate', { cause: 'suspended-too-long' });
    await until('the connection is closed', () => connection.destroyed);
    assert.ok(performance.now() - begun < 1000, 'long before a picture is given up for other reasons');
    // Saved right after it left its station, while the picture of another is awaited: nobody comes.
    const third = await occupied('carla');
    quick.page.say({ say: 'disconnect' });
    await quick.page.hear('free');
    room.script.happen(quick.session, 'hibernate', { cause: 'memory-short' });
    third.page.say({ say: 'disconnect' });
    await until('the next picture is being taken', () => third.x.connections.length === 1);
    assert.equal(quick.x.connections.length, 0);
    for (const { x } of [slow, quick, third]) await x[Symbol.asyncDispose]();
  });
});
