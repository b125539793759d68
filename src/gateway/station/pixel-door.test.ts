// Pixel tickets: what they are good for, and for how long.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { closeCodes } from '#contract/wire.ts';
import { closeCode, GatewayRoom, newStationKey, until } from '../../../test/support/gateway-room.ts';

async function atDesktop(room: GatewayRoom, user = 'anna') {
  const key = newStationKey();
  const page = await room.station(key);
  await page.hear('free');
  const ticket = await page.signIn(user);
  const session = room.sessions.list().find((one) => one.user === user);
  if (session === undefined) throw new Error('no session');
  return { key, page, ticket, session };
}

describe('a ticket for pixels', () => {
  test('works once, for the desktop it was made for', async () => {
    await using room = await GatewayRoom.make();
    const { ticket, session } = await atDesktop(room);
    await using x = await room.xServer(session.id);
    const pixels = await room.pixels(ticket);
    assert.equal(pixels.protocol, 'binary');
    await until('the relay is there', () => x.connections.length === 1);
    assert.equal(await closeCode(await room.pixels(ticket)), closeCodes.refused);
    assert.equal(pixels.readyState, pixels.OPEN, 'a used ticket does not disturb');
  });

  test('does not work after 20 seconds, also with the clock set back an hour', async () => {
    await using room = await GatewayRoom.make();
    const { ticket, session } = await atDesktop(room);
    await using _x = await room.xServer(session.id);
    room.clock.wallShiftMs -= 3_600_000;
    room.clock.monotonicShiftMs += 20_001;
    assert.equal(await closeCode(await room.pixels(ticket)), closeCodes.refused);
  });

  test('does not work once there is a newer one, nor when the session has gone elsewhere', async () => {
    await using room = await GatewayRoom.make();
    const { page, ticket, session } = await atDesktop(room);
    await using _x = await room.xServer(session.id);
    page.say({ say: 'ticket' });
    const newer = (await page.hear('desktop')).ticket;
    assert.equal(await closeCode(await room.pixels(ticket)), closeCodes.refused);
    const other = await room.station();
    await other.hear('free');
    await other.signIn('anna');
    assert.equal(await closeCode(await room.pixels(newer)), closeCodes.refused);
  });

  test('does not work while its session is being saved, and nobody comes to its X server', async () => {
    await using room = await GatewayRoom.make({ scripted: true });
    const page = await room.station();
    const { station } = await page.hear('free');
    const ticket = await page.signIn('anna');
    const id = [...room.script.sessions.keys()][0] ?? '';
    await using x = await room.xServer(id);
    room.script.happen(id, 'suspend', { station: null });
    room.script.happen(id, 'hibernate', { cause: 'hibernated-by-administrator' });
    await page.hear('free');
    assert.equal(await closeCode(await room.pixels(ticket)), closeCodes.refused);
    // Somebody waits for it at the very station: there is nothing to be seen yet.
    room.script.happen(id, 'attach', { station: station.id });
    assert.equal((await page.hear('opening')).what, 'save');
    page.say({ say: 'ticket' });
    assert.equal((await page.hear('error')).error.code, 'not-possible-now');
    assert.equal(x.connections.length, 0);
  });

  test('of one person opens nothing of another', async () => {
    await using room = await GatewayRoom.make();
    const anna = await atDesktop(room, 'anna');
    const ben = await atDesktop(room, 'ben');
    await using annasX = await room.xServer(anna.session.id);
    await using bensX = await room.xServer(ben.session.id);
    await room.pixels(anna.ticket);
    await until('it is joined', () => annasX.connections.length === 1);
    assert.equal(bensX.connections.length, 0);
    assert.equal(await closeCode(await room.pixels('x'.repeat(43))), closeCodes.refused);
  });

  test('a new pixel connection replaces the one before', async () => {
    await using room = await GatewayRoom.make();
    const { page, ticket, session } = await atDesktop(room);
    await using _x = await room.xServer(session.id);
    const first = closeCode(await room.pixels(ticket));
    page.say({ say: 'ticket' });
    const second = await room.pixels((await page.hear('desktop')).ticket);
    assert.equal(await first, closeCodes.replaced);
    assert.equal(second.readyState, second.OPEN);
  });

  test('without an X server the page learns that the desktop is gone', async () => {
    await using room = await GatewayRoom.make();
    const { ticket } = await atDesktop(room);
    assert.equal(await closeCode(await room.pixels(ticket)), closeCodes.desktopGone);
  });

  test('without the sub-protocol `binary`, or without a ticket, there is no connection', async () => {
    await using room = await GatewayRoom.make();
    const { ticket } = await atDesktop(room);
    await assert.rejects(room.webSocket('pixels', { protocols: [`ticket.${ticket}`] }), /400/);
    await assert.rejects(room.webSocket('pixels', { protocols: ['binary'] }), /400/);
  });

  test('garbage instead of RFB ends the connection and never reaches the X server', async () => {
    await using room = await GatewayRoom.make();
    const { ticket, session } = await atDesktop(room);
    await using x = await room.xServer(session.id);
    const pixels = await room.pixels(ticket);
    await until('the relay is there', () => x.connections.length === 1);
    pixels.send(Buffer.alloc(5000, 0xff));
    assert.equal(await closeCode(pixels), closeCodes.badMessage);
    // The gateway may have come for a picture meanwhile; what it says has no such byte.
    assert.ok(!Buffer.concat(x.received).includes(0xff));
    assert.equal(room.sessions.list()[0]?.state, 'active');
  });

  test('suspending cuts every pixel connection at once', async () => {
    await using room = await GatewayRoom.make();
    const anna = await atDesktop(room, 'anna');
    const ben = await atDesktop(room, 'ben');
    await using annasX = await room.xServer(anna.session.id);
    await using bensX = await room.xServer(ben.session.id);
    const closed = [closeCode(await room.pixels(anna.ticket)), closeCode(await room.pixels(ben.ticket))];
    await until('both are joined', () => annasX.connections.length + bensX.connections.length === 2);
    await room.ask('POST', `/computers/${room.computerName}/suspend-all`, { local: true });
    assert.deepEqual(await Promise.all(closed), [closeCodes.sessionLeft, closeCodes.sessionLeft]);
    await anna.page.hear('free');
    await ben.page.hear('free');
  });
});
