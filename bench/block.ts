// How soon a block holds: thirty people at stations, each with pixels that keep coming; from the teacher's order until neither
// picture nor input passes anywhere, and until every page was told what covers it. Beside it one order for each person, one after the other,
// as tools do that visit one computer at a time. Gateway, host server and stations share one process here, so that all of it counts.
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { GatewayRoom, until } from '../test/support/gateway-room.ts';
import type { FakeXServer, TestStation } from '../test/support/gateway-room.ts';
import { options, publish, spreadOf } from './figures.ts';
import type { Spread } from './figures.ts';

const stationCount = 30;
const rounds = options.quick ? 3 : 15;
/** What a small window that moves sends at 30 frames a second. */
const pieceBytes = 20_000;
const pieceEveryMs = 33;
const goalMs = 150;

interface Seat {
  readonly session: string;
  readonly page: TestStation;
  readonly x: FakeXServer;
  pixels: WebSocket;
  /** When pixels came last (performance.now()). */
  seenAt: number;
}

const everybody = { all: true } as const;

async function sit(room: GatewayRoom, number: number): Promise<Seat> {
  const user = `pupil${String(number)}`;
  room.accounts.add(user, '', 'standard', user);
  const page = await room.station();
  await page.hear('free');
  const ticket = await page.signIn(user);
  const session = room.sessions.list().find((one) => one.user === user)?.id ?? '';
  const x = await room.xServer(session);
  const seat: Seat = { session, page, x, pixels: await room.pixels(ticket), seenAt: 0 };
  listen(seat);
  return seat;
}

/** What an X server says behind its version: no password, 1280 × 800 of 32 bits, no name. */
const greeting = Buffer.concat([
  Buffer.of(1, 1, 0, 0, 0, 0, 5, 0, 3, 32, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0),
  Buffer.alloc(4),
]);
const answers = [Buffer.from('RFB 003.008\n'), Buffer.of(1), Buffer.of(1)];

function listen(seat: Seat): void {
  for (const answer of answers) seat.pixels.send(answer);
  seat.pixels.on('message', () => {
    seat.seenAt = performance.now();
  });
}

/** Every desktop moves, for as long as somebody is connected to its X server. */
function keepMoving(seats: readonly Seat[]): Disposable {
  const piece = Buffer.alloc(pieceBytes, 1);
  const greeted = new WeakSet<object>();
  const timer = setInterval(() => {
    for (const socket of seats.flatMap(({ x }) => x.connections)) {
      if (!socket.writable) continue;
      socket.write(greeted.has(socket) ? piece : greeting);
      greeted.add(socket);
    }
  }, pieceEveryMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Writing to it may fail first. */
async function closed(socket: Socket): Promise<void> {
  if (socket.closed) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.once('close', () => resolve());
  await promise;
}

async function isSeen(seat: Seat): Promise<void> {
  const before = seat.seenAt;
  await until('pixels come', () => seat.seenAt > before);
}

interface Round {
  /** Milliseconds from the order. */
  lastCut: number;
  lastTold: number;
  answered: number;
}

async function measure(room: GatewayRoom, seats: readonly Seat[], cookie: string, order: () => Promise<void>): Promise<Round> {
  await Promise.all(seats.map(isSeen));
  const begun = performance.now();
  // Neither picture nor input passes once nothing joins the page to its X server.
  const cut = Promise.all(
    seats.map(async ({ x }) => {
      await Promise.all(x.connections.map(closed));
      return performance.now() - begun;
    }),
  );
  const told = Promise.all(
    seats.map(async ({ page }) => {
      await page.hear('covered');
      return performance.now() - begun;
    }),
  );
  await order();
  const answered = performance.now() - begun;
  const lastTold = Math.max(...(await told));
  const lastCut = Math.max(...(await cut));
  const { status } = await room.ask('POST', '/desktops/unblock', { cookie, body: { who: everybody } });
  if (status !== 200) throw new Error('Not unblocked.');
  for (const seat of seats) {
    seat.pixels = await room.pixels((await seat.page.hear('desktop')).ticket);
    listen(seat);
  }
  return { lastCut, lastTold, answered };
}

await using room = await GatewayRoom.make();
const seats: Seat[] = [];
for (let number = 1; number <= stationCount; number += 1) seats.push(await sit(room, number));
using _moving = keepMoving(seats);
const cookie = await room.pageCookie('teacher', 'dashboard');
const block = async (who: object): Promise<void> => {
  const { status } = await room.ask('POST', '/desktops/block', { cookie, body: { who } });
  if (status !== 200) throw new Error('Not blocked.');
};
const ways: Readonly<Record<'all at once' | 'one after the other', () => Promise<void>>> = {
  'all at once': () => block(everybody),
  'one after the other': async () => {
    for (const { session } of seats) await block({ sessions: [session] });
  },
};
const figures: Partial<Record<keyof typeof ways, { lastCut: Spread; lastTold: Spread; answered: Spread }>> = {};
for (const [way, order] of Object.entries(ways) as [keyof typeof ways, () => Promise<void>][]) {
  const taken: Round[] = [];
  for (let round = 0; round < rounds; round += 1) taken.push(await measure(room, seats, cookie, order));
  figures[way] = {
    lastCut: spreadOf(taken.map(({ lastCut }) => lastCut)),
    lastTold: spreadOf(taken.map(({ lastTold }) => lastTold)),
    answered: spreadOf(taken.map(({ answered }) => answered)),
  };
}
for (const { x } of seats) await x[Symbol.asyncDispose]();

const shown = (spread: Spread | undefined): string =>
  spread === undefined ? '–' : `${spread.p50} / ${spread.p95} / ${spread.max}`;
const row = (what: string, of: 'lastCut' | 'lastTold' | 'answered'): string[] => [
  what,
  shown(figures['all at once']?.[of]),
  shown(figures['one after the other']?.[of]),
];
const longest = figures['all at once']?.lastCut.p95 ?? Number.NaN;
await publish(
  'block',
  figures,
  [
    {
      title: `Block of ${String(stationCount)} moving desktops, from the order, ms (median / p95 / longest of ${String(rounds)})`,
      head: ['what', 'all at once', 'one order each'],
      rows: [
        row('until nothing passes at any of them', 'lastCut'),
        row('until the last page was told', 'lastTold'),
        row('until the order was answered', 'answered'),
      ],
    },
  ],
  [
    {
      what: 'Block of 30, p95 until nothing passes',
      goal: `≤ ${String(goalMs)} ms`,
      measured: `${String(longest)} ms`,
      reached: longest <= goalMs,
    },
  ],
);
