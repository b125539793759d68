// The gateway's relay beside a direct connection, websockify and a naive relay: throughput, processor time, the first full
// frame, a key press; with 1 and 10 stations. And what the X server's frame rate does to a key press, and what it costs.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../test/support/free-port.ts';
import { ownCertificate } from '../test/support/certificate.ts';
import { startXServer } from '../test/support/x-server.ts';
import type { XServer } from '../test/support/x-server.ts';
import { markdown, options, publish, rounded, spreadOf, tell } from './figures.ts';
import type { Goal, Spread, Table } from './figures.ts';
import { photoAsXwd } from './photo.ts';
import { cpuSecondsOf } from './process-figures.ts';
import { RfbStation } from './rfb-station.ts';
import type { Target } from './rfb-station.ts';

const rawEncodings = [0];
/** Tight, quality 6, compression 2: what noVNC asks for. */
const tightEncodings = [7, -26, -254];
const keysymA = 0x61;
const keysymReturn = 0xff0d;
const quick = options.quick;
/** For setpriv: what it starts goes when we go. */
const withUs = ['--pdeathsig=TERM', '--'];

interface Candidate extends AsyncDisposable {
  readonly name: string;
  /** Where the desktop with this number is reached. */
  target(desktop: number): Target;
  /** Processor seconds of the relay so far. */
  cpuSeconds(): number;
}

async function firstLine(child: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of child.stdout as Readable) {
    text += String(chunk);
    if (text.includes('\n')) return text.trim();
  }
  throw new Error(`A relay did not start: ${child.spawnargs.join(' ')}`);
}

function direct(desktops: readonly XServer[]): Candidate {
  return {
    name: 'direct unix socket',
    target: (desktop) => ({ unix: desktops[desktop]?.path ?? '' }),
    cpuSeconds: () => 0,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function nodeRelay(name: string, script: string, args: readonly string[], scheme: 'http' | 'https'): Promise<Candidate> {
  const path = fileURLToPath(new URL(`relay/${script}`, import.meta.url));
  const child = spawn('setpriv', [...withUs, process.execPath, path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const port = await firstLine(child);
  return {
    name,
    target: (desktop) => ({ url: `${scheme}://127.0.0.1:${port}/${desktop}` }),
    cpuSeconds: () => cpuSecondsOf(child.pid ?? 0),
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await exited;
    },
  };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function websockify(desktops: readonly XServer[]): Promise<Candidate> {
  const running = await Promise.all(
    desktops.map(async ({ path }) => {
      const port = await freePort();
      const child = spawn('setpriv', [...withUs, 'websockify', `--unix-target=${path}`, `127.0.0.1:${port}`], {
        stdio: 'ignore',
      });
      const exited = once(child, 'exit');
      while (!(await answers(port))) await wait(50);
      return { port, child, exited };
    }),
  );
  return {
    name: 'websockify',
    target: (desktop) => ({ url: `http://127.0.0.1:${running[desktop]?.port ?? 0}/` }),
    cpuSeconds: () => running.reduce((sum, { child }) => sum + cpuSecondsOf(child.pid ?? 0), 0),
    [Symbol.asyncDispose]: async () => {
      for (const { child } of running) child.kill();
      await Promise.all(running.map(({ exited }) => exited));
    },
  };
}

async function candidatesFor(desktops: readonly XServer[], certificate: string): Promise<Candidate[]> {
  const paths = desktops.map(({ path }) => path);
  return [
    direct(desktops),
    await nodeRelay('Stationmaster', 'our-relay.ts', ['', ...paths], 'http'),
    await nodeRelay('Stationmaster, TLS', 'our-relay.ts', [certificate, ...paths], 'https'),
    await websockify(desktops),
    await nodeRelay('naive ws relay', 'naive-relay.ts', paths, 'http'),
  ];
}

async function open(candidate: Candidate, stations: number, encodings: readonly number[]): Promise<RfbStation[]> {
  return Promise.all(Array.from({ length: stations }, (_, desktop) => RfbStation.open(candidate.target(desktop), encodings)));
}

interface Throughput {
  megabytesPerSecond: Spread;
  cpuSecondsPerGigabyte: Spread;
}

/** Full frames, raw, back to back; the candidates in turn. */
async function measureThroughput(candidates: readonly Candidate[], stations: number): Promise<Map<string, Throughput>> {
  const rounds = quick ? 3 : 7;
  const frames = Math.ceil((quick ? 40 : 150) / stations);
  const rates = new Map<string, number[]>(candidates.map(({ name }) => [name, []]));
  const costs = new Map<string, number[]>(candidates.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const candidate of candidates) {
      const opened = await open(candidate, stations, rawEncodings);
      await Promise.all(opened.map((station) => station.update(false)));
      const bytesBefore = opened.reduce((sum, { bytes }) => sum + bytes, 0);
      const cpuBefore = candidate.cpuSeconds();
      const start = performance.now();
      await Promise.all(
        opened.map(async (station) => {
          for (let frame = 0; frame < frames; frame += 1) await station.update(false);
        }),
      );
      const seconds = (performance.now() - start) / 1000;
      const bytes = opened.reduce((sum, station) => sum + station.bytes, 0) - bytesBefore;
      rates.get(candidate.name)?.push(bytes / 1e6 / seconds);
      costs.get(candidate.name)?.push((candidate.cpuSeconds() - cpuBefore) / (bytes / 1e9));
      for (const station of opened) station[Symbol.dispose]();
    }
  }
  return new Map(
    candidates.map(({ name }) => [
      name,
      { megabytesPerSecond: spreadOf(rates.get(name) ?? []), cpuSecondsPerGigabyte: spreadOf(costs.get(name) ?? []) },
    ]),
  );
}

/** From opening the connection to the last byte of the first full frame, in milliseconds; all stations at once. */
async function measureFirstFrame(candidates: readonly Candidate[], stations: number): Promise<Map<string, Spread>> {
  const rounds = quick ? 5 : stations === 1 ? 41 : 9;
  const times = new Map<string, number[]>(candidates.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const candidate of candidates) {
      await Promise.all(
        Array.from({ length: stations }, async (_, desktop) => {
          const start = performance.now();
          using station = await RfbStation.open(candidate.target(desktop), tightEncodings);
          await station.update(false);
          times.get(candidate.name)?.push(performance.now() - start);
        }),
      );
      await wait(20);
    }
  }
  return new Map([...times].map(([name, values]) => [name, spreadOf(values)]));
}

/** Types letters and waits for the glyph of each: from sending a press to the last byte of the update that shows it. */
async function typeLine(station: RfbStation, letters: number): Promise<number[]> {
  const times: number[] = [];
  for (let letter = 0; letter < letters; letter += 1) {
    // Not in step with the X server's frames, and slow enough that each press stands alone.
    await wait(25 + Math.random() * 20);
    const shown = station.nextUpdate();
    const start = performance.now();
    station.press(keysymA);
    await shown;
    times.push(performance.now() - start);
  }
  station.press(keysymReturn);
  await station.quiet();
  return times;
}

/** The candidates type on the same desktops in turn, at all stations at the same time. */
async function measureKeys(stations: number, frameRate: number, certificate: string): Promise<Map<string, Spread>> {
  await using stack = new AsyncDisposableStack();
  const servers: XServer[] = [];
  for (let desktop = 0; desktop < stations; desktop += 1) {
    const server = stack.use(await startXServer({ geometry: '1920x1080', frameRate }));
    server.start('xterm', ['-geometry', '200x60+0+0', '-e', 'cat']);
    servers.push(server);
  }
  await wait(1500);
  const candidates = await candidatesFor(servers, certificate);
  for (const candidate of candidates) stack.use(candidate);
  const times = new Map<string, number[]>(candidates.map(({ name }) => [name, []]));
  const letters = 20;
  const bouts = quick ? 3 : stations === 1 ? 12 : 5;
  for (let bout = 0; bout < bouts; bout += 1) {
    for (const candidate of candidates) {
      const opened = await open(candidate, stations, tightEncodings);
      const bout = await Promise.all(
        opened.map(async (station) => {
          station.point(300, 300);
          await station.update(false);
          station.keepsAsking = true;
          station.ask(true);
          await station.quiet();
          return typeLine(station, letters);
        }),
      );
      times.get(candidate.name)?.push(...bout.flat());
      for (const station of opened) station[Symbol.dispose]();
    }
  }
  return new Map([...times].map(([name, values]) => [name, spreadOf(values)]));
}

interface FrameRateFigures {
  frameRate: number;
  keyOurs: Spread;
  /** Parts of one core that the X server uses. */
  cpuIdle: number;
  cpuTyping: number;
  cpuScrolling: number;
  updatesPerSecondScrolling: number;
}

/** What a terminal that prints without end costs the X server, looked at through the relay. */
async function measureScrolling(frameRate: number): Promise<{ cpu: number; idle: number; typing: number; updates: number }> {
  await using server = await startXServer({ geometry: '1920x1080', frameRate });
  await using relay = await nodeRelay('Stationmaster', 'our-relay.ts', ['', server.path], 'http');
  const looking = 4000;
  const cpuOver = async (work: () => Promise<void>): Promise<number> => {
    const before = cpuSecondsOf(server.pid);
    const start = performance.now();
    await work();
    return (cpuSecondsOf(server.pid) - before) / ((performance.now() - start) / 1000);
  };
  server.start('xterm', ['-geometry', '200x60+0+0', '-e', 'cat']);
  using station = await RfbStation.open(relay.target(0), tightEncodings);
  await station.update(false);
  station.point(300, 300);
  await wait(1500);
  station.keepsAsking = true;
  station.ask(true);
  const idle = await cpuOver(async () => {
    await wait(looking);
  });
  const typing = await cpuOver(async () => {
    // Ten keys a second: a fast typist.
    for (let key = 0; key < looking / 100; key += 1) {
      station.press(keysymA);
      await wait(100);
    }
  });
  server.start('xterm', ['-geometry', '150x50+0+0', '-e', 'sh', '-c', 'while :; do seq 1000; sleep 0.002; done']);
  await wait(1000);
  const updatesBefore = station.updates;
  const cpu = await cpuOver(async () => {
    await wait(looking);
  });
  const perSecond = (station.updates - updatesBefore) / (looking / 1000);
  return { cpu, idle, typing, updates: perSecond };
}

function throughputTable(stations: number, results: Map<string, Throughput>): Table {
  return {
    title: `Throughput, raw full frames 1920×1080 back to back, ${stations} station${stations === 1 ? '' : 's'} (median, min–max)`,
    head: ['', 'MB/s', 'CPU-seconds per GB'],
    rows: [...results].map(([name, { megabytesPerSecond: rate, cpuSecondsPerGigabyte: cost }]) => [
      name,
      `${rate.p50} (${rate.min}–${rate.max})`,
      name === 'direct unix socket' ? '–' : `${cost.p50} (${cost.min}–${cost.max})`,
    ]),
  };
}

function timeTable(title: string, results: Map<string, Spread>): Table {
  return {
    title: `${title}, milliseconds`,
    head: ['', 'n', 'min', 'p50', 'p95', 'p99', 'max'],
    rows: [...results].map(([name, { count, min, p50, p95, p99, max }]) => [name, count, min, p50, p95, p99, max]),
  };
}

const folder = await mkdtemp('/run/stationmaster-test-bench-');
await using cleanup = new AsyncDisposableStack();
cleanup.defer(() => rm(folder, { recursive: true, force: true }));
const { cert, key } = await ownCertificate();
await writeFile(`${folder}/server.crt`, cert);
await writeFile(`${folder}/server.key`, key);
await writeFile(`${folder}/photo.xwd`, photoAsXwd(1920, 1080));

const tables: Table[] = [];

function add(table: Table): void {
  tables.push(table);
  tell(markdown(table));
}

const throughput: Record<string, Record<string, Throughput>> = {};
const firstFrame: Record<string, Record<string, Spread>> = {};
const keys: Record<string, Record<string, Spread>> = {};
const frameRates: FrameRateFigures[] = [];
let control: Record<string, Spread> = {};

async function flow(stations: number): Promise<void> {
  tell(`Throughput and first frame, ${stations} station(s) …`);
  await using stack = new AsyncDisposableStack();
  const desktops: XServer[] = [];
  for (let desktop = 0; desktop < stations; desktop += 1) {
    const server = stack.use(await startXServer({ geometry: '1920x1080', frameRate: 60 }));
    server.start('xwud', ['-in', `${folder}/photo.xwd`]);
    desktops.push(server);
  }
  await wait(1500);
  const candidates = await candidatesFor(desktops, folder);
  for (const candidate of candidates) stack.use(candidate);
  const rates = await measureThroughput(candidates, stations);
  throughput[stations] = Object.fromEntries(rates);
  add(throughputTable(stations, rates));
  const frames = await measureFirstFrame(candidates, stations);
  firstFrame[stations] = Object.fromEntries(frames);
  add(timeTable(`First full frame 1920×1080, Tight quality 6, ${stations} station(s) at once`, frames));
}

async function typing(frameRate: number): Promise<void> {
  tell(`Key presses, frame rate ${frameRate} …`);
  const latency = await measureKeys(1, frameRate, folder);
  keys[`1 station, FrameRate ${frameRate}`] = Object.fromEntries(latency);
  add(timeTable(`Key press to update, 1 station, FrameRate ${frameRate}`, latency));
  const scrolling = await measureScrolling(frameRate);
  const keyOurs = latency.get('Stationmaster');
  if (keyOurs === undefined) throw new Error('Nothing was measured.');
  frameRates.push({
    frameRate,
    keyOurs,
    cpuIdle: rounded(scrolling.idle),
    cpuTyping: rounded(scrolling.typing),
    cpuScrolling: rounded(scrolling.cpu),
    updatesPerSecondScrolling: rounded(scrolling.updates),
  });
}

async function crowdTyping(): Promise<void> {
  tell('Key presses, 10 stations …');
  const crowd = await measureKeys(10, 240, folder);
  keys['10 stations, FrameRate 240'] = Object.fromEntries(crowd);
  add(timeTable('Key press to update, 10 stations typing at once, FrameRate 240', crowd));
}

/**
 * Somebody types at a station, alone and while somebody else sees and uses the same desktop: through our relay, and straight at the X
 * server.
 */
async function measureControl(): Promise<Map<string, Spread>> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await startXServer({ geometry: '1920x1080', frameRate: 240 }));
  server.start('xterm', ['-geometry', '200x60+0+0', '-e', 'cat']);
  await wait(1500);
  const ways = [
    direct([server]),
    stack.use(await nodeRelay('Stationmaster, TLS', 'our-relay.ts', [folder, server.path], 'https')),
  ];
  const times = new Map<string, number[]>();
  for (let bout = 0; bout < (quick ? 3 : 25); bout += 1) {
    for (const way of ways) {
      for (const company of [0, 1]) {
        const [station, ...others] = await Promise.all(
          Array.from({ length: 1 + company }, () => RfbStation.open(way.target(0), tightEncodings)),
        );
        if (station === undefined) throw new Error('There is no station.');
        for (const one of [station, ...others]) {
          one.point(300, 300);
          await one.update(false);
          one.keepsAsking = true;
          one.ask(true);
          await one.quiet();
        }
        const what = company === 0 ? `${way.name}, alone` : `${way.name}, with somebody in control`;
        times.set(what, [...(times.get(what) ?? []), ...(await typeLine(station, 20))]);
        for (const one of [station, ...others]) one[Symbol.dispose]();
      }
    }
  }
  return new Map([...times].map(([name, values]) => [name, spreadOf(values)]));
}

async function controlTyping(): Promise<void> {
  tell('Key presses, with somebody in control …');
  control = Object.fromEntries(await measureControl());
  add(timeTable('Key press to update at the station, FrameRate 240', new Map(Object.entries(control))));
}

function frameRateTable(): Table {
  return {
    title: 'What the frame rate of Xvnc gives and costs (one viewer through our relay, part of one core in the X server)',
    head: ['FrameRate', 'key p50 / p95 / p99 ms', 'idle', 'typing 10 keys/s', 'scrolling terminal', 'updates/s when scrolling'],
    rows: frameRates.map((figures) => [
      figures.frameRate,
      `${figures.keyOurs.p50} / ${figures.keyOurs.p95} / ${figures.keyOurs.p99}`,
      `${rounded(figures.cpuIdle * 100)} %`,
      `${rounded(figures.cpuTyping * 100)} %`,
      `${rounded(figures.cpuScrolling * 100)} %`,
      figures.updatesPerSecondScrolling,
    ]),
  };
}

if (['', 'flow'].includes(options.part)) for (const stations of [1, 10]) await flow(stations);
if (['', 'keys'].includes(options.part)) {
  for (const frameRate of [60, 120, 240]) await typing(frameRate);
  add(frameRateTable());
  await crowdTyping();
}

if (['', 'control'].includes(options.part)) await controlTyping();

function goalsReached(): Goal[] {
  const goals: Goal[] = [];
  for (const stations of Object.keys(firstFrame)) {
    const ours = firstFrame[stations]?.['Stationmaster']?.p50 ?? Number.NaN;
    const limit = firstFrame[stations]?.['direct unix socket']?.p50 ?? Number.NaN;
    const ratio = ours / limit;
    goals.push({
      what: `first frame, ${stations} station(s)`,
      goal: '≤ 1.2 × direct',
      measured: `${rounded(ratio)} × (${ours} / ${limit} ms)`,
      reached: ratio <= 1.2,
    });
    const cost = throughput[stations]?.['Stationmaster']?.cpuSecondsPerGigabyte.p50 ?? Number.NaN;
    const peer = throughput[stations]?.['websockify']?.cpuSecondsPerGigabyte.p50 ?? Number.NaN;
    goals.push({
      what: `CPU-seconds per GB, ${stations} station(s)`,
      goal: '≤ 0.8 × websockify',
      measured: `${rounded(cost / peer)} × (${cost} / ${peer})`,
      reached: cost / peer <= 0.8,
    });
  }
  for (const [where, results] of Object.entries(keys)) {
    const ours = results['Stationmaster'];
    const limit = results['direct unix socket'];
    if (ours === undefined || limit === undefined) continue;
    goals.push(
      {
        what: `key press p50, ${where}`,
        goal: '≤ direct + 0.5 ms',
        measured: `direct ${limit.p50}, ours ${ours.p50} ms`,
        reached: ours.p50 <= limit.p50 + 0.5,
      },
      {
        what: `key press p99, ${where}`,
        goal: '≤ direct + 2 ms',
        measured: `direct ${limit.p99}, ours ${ours.p99} ms`,
        reached: ours.p99 <= limit.p99 + 2,
      },
    );
  }
  const alone = control['Stationmaster, TLS, alone'];
  const together = control['Stationmaster, TLS, with somebody in control'];
  if (alone !== undefined && together !== undefined)
    goals.push({
      what: 'key press p99 with somebody in control',
      goal: '≤ alone + 2 ms',
      measured: `alone ${alone.p99}, with ${together.p99} ms`,
      reached: together.p99 <= alone.p99 + 2,
    });
  const chosen = frameRates.find(({ frameRate }) => frameRate === 240)?.keyOurs.p50;
  if (chosen === undefined) return goals;
  goals.push({ what: 'key press p50 in all, FrameRate 240', goal: '≤ 5 ms', measured: `${chosen} ms`, reached: chosen <= 5 });
  return goals;
}

await publish('relay', { throughput, firstFrame, keys, frameRates, control }, tables, goalsReached());
