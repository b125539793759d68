// The live feed: everything first, then every change.
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, test } from 'node:test';
import type { WebSocket } from 'ws';
import { liveEventSchema } from '#contract/live.ts';
import type { LiveEvent } from '#contract/live.ts';
import { closeCodes } from '#contract/wire.ts';
import type { Session } from '#model/session.ts';
import { closeCode, GatewayRoom, textOf, until } from '../../test/support/gateway-room.ts';
import type { Caller } from './callers.ts';
import { LiveFeed } from './live-feed.ts';
import { makeLog } from './log.ts';

type FeedParts = ConstructorParameters<typeof LiveFeed>[0];
const nothing = (): (() => void) => () => {};

/** Nobody has a scope. */
const everybody = {
  audience: { scopeOf: () => null, seesNow: () => true, seesStation: () => true, onChange: () => () => {} },
  covers: { told: (session: Session) => session },
};

/** A feed over parts that only do what a test needs of them. */
function feedOf(given: { fleet?: object; settings?: object }): LiveFeed {
  const parts = {
    fleet: {
      computers: () => [],
      sessions: () => [],
      onSession: nothing,
      onReachable: nothing,
      onComputer: nothing,
      ...given.fleet,
    },
    stations: { list: () => [], onChange: nothing },
    ...everybody,
    sources: [],
    settings: given.settings ?? { now: { allowRemoteManagement: true }, onChange: nothing },
    pageSessions: { onClose: nothing },
    tokens: { onRevoke: nothing },
    log: makeLog('silent'),
  };
  return new LiveFeed(parts as unknown as FeedParts);
}

async function watch(
  room: GatewayRoom,
): Promise<{ events: LiveEvent[]; socket: WebSocket; saw: (what: string, ask: (event: LiveEvent) => boolean) => Promise<void> }> {
  const cookie = await room.pageCookie('admin');
  const socket = await room.webSocket('live', { headers: { cookie: `__Host-stationmaster=${cookie}` } });
  const events: LiveEvent[] = [];
  socket.on('message', (data) => events.push(liveEventSchema.parse(JSON.parse(textOf(data)))));
  return { events, socket, saw: (what, ask) => until(what, () => events.some(ask)) };
}

describe('the live feed', () => {
  test('tells the whole state first, then stations, sessions, computers and settings as they change', async () => {
    await using room = await GatewayRoom.make();
    const page = await room.station();
    const { station } = await page.hear('free');
    const { events, saw } = await watch(room);
    await saw('the snapshot', ({ event }) => event === 'snapshot');
    const [first] = events;
    assert.ok(first?.event === 'snapshot');
    assert.deepEqual(
      first.stations.map(({ name, online }) => [name, online]),
      [['Station 1', true]],
    );
    assert.equal(first.computers[0]?.name, room.computerName);

    await page.signIn('anna');
    const { id } = room.sessions.list()[0] ?? { id: '' };
    await saw('active', (one) => one.event === 'session.changed' && one.session.state === 'active');
    await room.ask('PATCH', `/stations/${station.id}`, { local: true, body: { name: 'Front' } });
    await saw('renamed', (one) => one.event === 'station.changed' && one.station.name === 'Front');
    page.say({ say: 'size', widthPx: 800, heightPx: 600 });
    await saw('resized', (one) => one.event === 'station.changed' && one.station.widthPx === 800);
    await room.ask('PATCH', '/settings', { local: true, body: { graceSeconds: 99 } });
    await saw('settings', (one) => one.event === 'settings.changed' && one.settings.graceSeconds === 99);
    page.say({ say: 'sign-out' });
    await saw('removed', (one) => one.event === 'session.removed' && one.session === id);
    page.socket.terminate();
    await saw('offline', (one) => one.event === 'station.changed' && !one.station.online);
    await room.ask('DELETE', `/stations/${station.id}`, { local: true });
    await saw('station removed', (one) => one.event === 'station.removed' && one.station === station.id);
    await room.stopHost();
    await saw('unreachable', (one) => one.event === 'computer.changed' && !one.computer.reachable);
    await room.startHost();
    await until('reachable again', () => {
      const last = events.findLast((one) => one.event === 'computer.changed');
      return last?.event === 'computer.changed' && last.computer.reachable;
    });
  });

  test('tells at once that a computer is about to leave', async () => {
    await using room = await GatewayRoom.make({ scripted: true });
    const { saw } = await watch(room);
    await saw('the snapshot', ({ event }) => event === 'snapshot');
    await room.ask('POST', `/computers/${room.computerName}/leave`, { local: true, body: { how: 'restart', seconds: 60 } });
    await saw('leaving', (one) => one.event === 'computer.changed' && one.computer.leaving?.phase === 'warning');
    await room.ask('POST', `/computers/${room.computerName}/stay`, { local: true });
    await saw('not leaving', (one) => one.event === 'computer.changed' && one.computer.leaving === null);
  });

  test('what changes while it is opened is neither lost nor told before the snapshot', async () => {
    await using room = await GatewayRoom.make();
    const page = await room.station();
    await page.hear('free');
    const signedIn = page.signIn('anna');
    const feeds = await Promise.all(Array.from({ length: 5 }, () => watch(room)));
    await signedIn;
    for (const { events } of feeds) {
      await until('it knows the session', () => {
        const known = new Map<string, string>();
        for (const one of events) {
          if (one.event === 'snapshot') for (const session of one.sessions) known.set(session.id, session.state);
          if (one.event === 'session.changed') known.set(one.session.id, one.session.state);
        }
        return [...known.values()].join() === 'active';
      });
      assert.equal(events[0]?.event, 'snapshot');
    }
  });

  test('a reader that does not read is disconnected, the others hear on', () => {
    class Reader extends EventEmitter {
      bufferedAmount = 0;
      heard = 0;
      terminated = false;
      send(): void {
        this.heard += 1;
      }
      terminate(): void {
        this.terminated = true;
      }
      close(): void {}
    }
    let tell: (session: Session) => void = () => {};
    const fleet = {
      onSession: (listener: typeof tell) => {
        tell = listener;
        return () => {};
      },
      onReachable: nothing,
      onComputer: nothing,
    };
    const feed = feedOf({ fleet });
    feed.start();
    const caller: Caller = { role: 'administrator', principal: null, address: '', remote: false, pageSession: null, token: null };
    const [lazy, keen] = [new Reader(), new Reader()];
    for (const reader of [lazy, keen]) feed.enter(reader as unknown as WebSocket, caller);
    lazy.bufferedAmount = 2_000_000;
    tell({ state: 'active' } as Session);
    tell({ state: 'active' } as Session);
    assert.deepEqual([lazy.terminated, lazy.heard, keen.terminated, keen.heard], [true, 1, false, 3]);
    feed.stop();
  });

  test('who was told of a large room has time to read it: only what comes on top counts as unread', () => {
    class Reader extends EventEmitter {
      bufferedAmount = 0;
      terminated = false;
      readonly #sent: (() => void)[] = [];
      send(text: string, sent?: () => void): void {
        this.bufferedAmount += text.length;
        if (sent !== undefined) this.#sent.push(sent);
      }
      read(): void {
        this.bufferedAmount = 0;
        for (const sent of this.#sent.splice(0)) sent();
      }
      terminate(): void {
        this.terminated = true;
      }
      close(): void {}
    }
    let tell: (session: Session) => void = () => {};
    const large = { state: 'active', user: 'a'.repeat(1000) } as Session;
    const feed = feedOf({
      fleet: {
        sessions: () => Array.from({ length: 3000 }, () => large),
        onSession: (listener: typeof tell) => {
          tell = listener;
          return () => {};
        },
        onReachable: nothing,
        onComputer: nothing,
      },
    });
    feed.start();
    const caller: Caller = { role: 'administrator', principal: null, address: '', remote: false, pageSession: null, token: null };
    const reader = new Reader();
    feed.enter(reader as unknown as WebSocket, caller);
    assert.ok(reader.bufferedAmount > 3_000_000);
    const tellMuch = (events: number): void => {
      for (let at = 0; at < events; at += 1) tell(large);
    };
    tellMuch(900);
    assert.equal(reader.terminated, false);
    reader.read();
    tellMuch(900);
    assert.equal(reader.terminated, false);
    tellMuch(200);
    assert.equal(reader.terminated, true);
    feed.stop();
  });

  test('readers at other computers are shut out when remote management ends, and let in no more', () => {
    class Reader extends EventEmitter {
      bufferedAmount = 0;
      closed: number | null = null;
      send(): void {}
      close(code: number): void {
        this.closed = code;
      }
    }
    const settings = {
      now: { allowRemoteManagement: true },
      listeners: new Set<(now: object) => void>(),
      change(now: object): void {
        for (const listener of settings.listeners) listener(now);
      },
      onChange(listener: (now: object) => void) {
        settings.listeners.add(listener);
        return () => settings.listeners.delete(listener);
      },
    };
    const feed = feedOf({ settings });
    feed.start();
    const enter = (remote: boolean): Reader => {
      const reader = new Reader();
      const caller: Caller = { role: 'administrator', principal: null, address: '', remote, pageSession: null, token: null };
      feed.enter(reader as unknown as WebSocket, caller);
      return reader;
    };
    const [far, near] = [enter(true), enter(false)];
    assert.deepEqual([far.closed, near.closed], [null, null]);
    settings.now = { allowRemoteManagement: false };
    settings.change(settings.now);
    assert.deepEqual([far.closed, near.closed, enter(true).closed], [closeCodes.refused, null, closeCodes.refused]);
    feed.stop();
  });

  test('who says something on it is disconnected', async () => {
    await using room = await GatewayRoom.make();
    const { socket } = await watch(room);
    socket.send('hello');
    assert.equal(await closeCode(socket), closeCodes.badMessage);
  });

  test("it ends with the page's sign-out and with the gateway", async () => {
    await using room = await GatewayRoom.make();
    const cookie = await room.pageCookie('admin');
    const socket = await room.webSocket('live', { headers: { cookie: `__Host-stationmaster=${cookie}` } });
    const ended = closeCode(socket);
    await room.ask('POST', '/sign-out', { cookie });
    assert.equal(await ended, closeCodes.refused);
    const { socket: other } = await watch(room);
    const stopped = closeCode(other);
    await room.stopGateway();
    assert.equal(await stopped, closeCodes.restarting);
  });
});
