// Saving sessions to disk and restoring them, beside bare CRIU on the same desktops in turn; resuming a saved session at a real
// station; ten saved before a restart; what a suspended one costs; and many rounds with one. `--part`: `criu`, `station`, `leave`,
// `idle`, `rounds`, several with commas. `--rounds`: how many.
import { writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Pam, pamCode } from '#host/pam.ts';
import { processesOf } from '#host/hibernation/session-processes.ts';
import type { TestAccount } from '#host/test-room.ts';
import { BareCriu } from './bare-criu.ts';
import { options, publish, rounded, spreadOf, tell } from './figures.ts';
import type { Goal, Spread, Table } from './figures.ts';
import { HibernateRoom, scenes } from './hibernate-room.ts';
import type { Course, Scene } from './hibernate-room.ts';
import { cpuSecondsOf, cpuSecondsOfProcess, processTree, pssMegabytes, residentMegabytes } from './process-figures.ts';
import { BenchRoom, timeOf } from './room.ts';

const compared = options.quick ? 3 : 10;
const resumes = options.quick ? 5 : 20;
const leavings = options.quick ? 1 : 3;
const sessionsAtOnce = 10;
const leaveLimitMs = 120_000;
const idleMs = options.quick ? 10_000 : 30_000;
const rounds = Number(options.rounds);
const megabyte = 1024 * 1024;

const parts = options.part === '' ? ['criu', 'station', 'leave', 'idle', 'rounds'] : options.part.split(',');
const tables: Table[] = [];
const goals: Goal[] = [];
const figures: Record<string, unknown> = {};

function times({ p50, min, max }: Spread): string {
  return `${p50} (${min}–${max})`;
}

function goal(what: string, limit: number, unit: string, measured: number): void {
  goals.push({ what, goal: `≤ ${limit} ${unit}`, measured: `${rounded(measured)} ${unit}`, reached: measured <= limit });
}

/** As after a restart of the computer: nothing that lies on disk is in memory too. */
async function dropPageCache(): Promise<void> {
  await promisify(execFile)('sync');
  await writeFile('/proc/sys/vm/drop_caches', '3');
}

class Samples {
  readonly #values = new Map<string, number[]>();

  add(name: string, value: number): void {
    const values = this.#values.get(name);
    if (values === undefined) this.#values.set(name, [value]);
    else values.push(value);
  }

  addCourse(name: string, { answeredMs, criuBegunMs, criuEndedMs }: Course): void {
    this.add(name, answeredMs);
    this.add(`${name}: before CRIU`, criuBegunMs);
    this.add(`${name}: CRIU`, criuEndedMs - criuBegunMs);
    this.add(`${name}: after CRIU`, answeredMs - criuEndedMs);
  }

  spreads(): Record<string, Spread> {
    return Object.fromEntries([...this.#values].map(([name, values]) => [name, spreadOf(values)]));
  }
}

/** Saves and restores one desktop by the product and by CRIU alone, in turn. */
async function compare(scene: Scene): Promise<void> {
  await using room = await HibernateRoom.open(1);
  const account = room.product.user(0);
  const criu = await BareCriu.find(room.product.places);
  const session = await room.start(scene, account);
  tell(`${scene.name}: ${compared} rounds …`);
  const samples = new Samples();
  const bareDump = async (): Promise<void> => {
    const { plainMs, safeMs, bytes } = await criu.dump(room.init(session), account);
    samples.add('bare criu dump', plainMs);
    samples.add('bare criu dump, made safe', safeMs);
    samples.add('bare MB', bytes / megabyte);
  };
  const save = async (): Promise<void> => {
    samples.addCourse('save', await room.save(session));
    const { contents } = await room.manifest(session);
    samples.add('image MB', contents.pieces.reduce((sum, { packedBytes }) => sum + packedBytes, 0) / megabyte);
    samples.add('plain MB', contents.files.reduce((sum, { bytes }) => sum + bytes, 0) / megabyte);
  };
  for (let round = 0; round < compared; round += 1) {
    for (const temperature of ['', ' cold']) {
      // Once before it and once after it, so that neither always comes first.
      if (round % 2 === 0) await bareDump();
      await save();
      const manifest = await room.manifest(session);
      await criu.unpack(manifest);
      if (temperature !== '') await dropPageCache();
      samples.add(`bare criu restore${temperature}`, await criu.restore(manifest));
      if (temperature !== '') await dropPageCache();
      samples.addCourse(`restore${temperature}`, await room.restore(session, account));
      await room.untilQuiet(session);
      if (round % 2 === 1) await bareDump();
    }
  }
  const spreads = samples.spreads();
  const median = (name: string): number => spreads[name]?.p50 ?? Number.NaN;
  figures[scene.name] = spreads;
  tables.push({
    title: `${scene.name}: milliseconds, median (min–max), ${compared} rounds`,
    head: ['', 'bare CRIU', 'Stationmaster', 'of it before CRIU', 'CRIU', 'after CRIU'],
    rows: [
      ['save', 'bare criu dump', 'save'],
      ['save, beside bare CRIU made safe on disk', 'bare criu dump, made safe', 'save'],
      ['restore', 'bare criu restore', 'restore'],
      ['restore, nothing in the page cache', 'bare criu restore cold', 'restore cold'],
    ].map(([what = '', bare = '', ours = '']) => [
      what,
      ...[bare, ours, `${ours}: before CRIU`, `${ours}: CRIU`, `${ours}: after CRIU`].map((name) => {
        const spread = spreads[name];
        return spread === undefined ? '–' : times(spread);
      }),
    ]),
  });
  goal(`${scene.name}: save`, 1.3, '× bare CRIU', median('save') / median('bare criu dump'));
  goal(`${scene.name}: save`, 1.3, '× bare CRIU made safe', median('save') / median('bare criu dump, made safe'));
  goal(`${scene.name}: restore`, 1.5, '× bare CRIU', median('restore') / median('bare criu restore'));
  goal(`${scene.name}: restore after a restart`, 1.5, '× bare CRIU', median('restore cold') / median('bare criu restore cold'));
  goal(`${scene.name}: on disk`, 60, '% of the plain image', (median('image MB') / median('plain MB')) * 100);
}

/** How long PAM itself thinks about a right password, in milliseconds. */
function pamTime(service: string, account: TestAccount): number {
  const start = performance.now();
  using pam = Pam.start(service, account.name, ({ kind }) => (kind === 'hidden-question' ? Buffer.from(account.password) : null));
  pam.describe('127.0.0.1', 'bench');
  if (pam.authenticate() !== pamCode.success || pam.checkAccount() !== pamCode.success) throw new Error('PAM refused.');
  return performance.now() - start;
}

/** From the press of Sign in to the first full frame of a session that was on disk. */
async function resumeAtStation(): Promise<void> {
  await using room = await HibernateRoom.open(1);
  const account = room.product.user(0);
  const session = await room.start(scenes.xfce, account);
  await room.product.startGateway();
  await using stations = await BenchRoom.at(room.product);
  const page = await stations.station();
  tell('Resuming from disk at a station …');
  const total: number[] = [];
  const withoutPam: number[] = [];
  for (let round = 0; round < resumes; round += 1) {
    await room.save(session);
    await wait(300);
    const pamMs = pamTime(room.product.places.pamService, account);
    const seen = await stations.signIn(page, account);
    const took = timeOf(seen, 'first frame') - timeOf(seen, 'sign-in');
    total.push(took);
    withoutPam.push(took - pamMs);
    await stations.suspendAll();
    await room.untilQuiet(session);
  }
  const spreads = { 'press of Sign in to first full frame': spreadOf(total), 'the same without PAM': spreadOf(withoutPam) };
  figures['resume from disk at a station'] = spreads;
  tables.push({
    title: 'Resume of a saved session at a station: milliseconds, 1920×1080, XFCE with editor and terminal, Chromium',
    head: ['', 'n', 'min', 'p50', 'p95', 'max'],
    rows: Object.entries(spreads).map(([name, { count, min, p50, p95, max }]) => [name, count, min, p50, p95, max]),
  });
  goal('resume from disk at a station, p95 without PAM', 1500, 'ms', spreads['the same without PAM'].p95);
}

/**
 * What the host does before the computer goes down, without the going: the system is said to have begun it already, so that the
 * host asks nothing of it.
 */
async function leave(): Promise<void> {
  await using room = await HibernateRoom.open(sessionsAtOnce);
  const sessions: string[] = [];
  for (const account of room.product.accounts) sessions.push(await room.start(scenes.xfce, account));
  tell(`Saving ${sessionsAtOnce} sessions before a restart …`);
  const took: number[] = [];
  for (let round = 0; round < leavings; round += 1) {
    const ordered = performance.now();
    const report = await room.client.call('computer.prepare', { how: 'restart', limitMs: leaveLimitMs });
    took.push(performance.now() - ordered);
    const lost = report.sessions.filter(({ outcome }) => outcome !== 'saved');
    if (lost.length > 0 || report.sessions.length !== sessionsAtOnce)
      throw new Error(`not all were saved: ${JSON.stringify(report)}`);
    await room.restartHost();
    const listed = (await room.client.call('session.list', {})).sessions;
    if (listed.filter(({ state }) => state === 'hibernated').length !== sessionsAtOnce)
      throw new Error('not all are found again');
    for (const [index, session] of sessions.entries()) await room.restore(session, room.product.user(index));
    for (const session of sessions) await room.untilQuiet(session);
  }
  const spread = spreadOf(took.map((ms) => ms / 1000));
  figures['sessions saved before a restart, seconds'] = spread;
  tables.push({
    title: `${sessionsAtOnce} sessions (XFCE, editor, terminal) saved before a restart: seconds, from the order until the computer may go`,
    head: ['n', 'median (min–max)'],
    rows: [[spread.count, times(spread)]],
  });
  goal(`${sessionsAtOnce} sessions saved before a restart`, 15, 's', spread.p50);
}

/** What one suspended session, left alone, uses of a core. */
async function idle(): Promise<void> {
  await using room = await HibernateRoom.open(1);
  const session = await room.start(scenes.xfce, room.product.user(0));
  await room.product.startGateway();
  const { pid } = room.init(session);
  // What has to be done once after suspending is done by then.
  await wait(10_000);
  tell('A suspended session left alone …');
  const host = room.product.hostPid ?? 0;
  const gateway = room.product.gatewayPid ?? 0;
  const ask = (): Record<string, number> => ({
    session: cpuSecondsOf(pid),
    'host and gateway': cpuSecondsOfProcess(host) + cpuSecondsOfProcess(gateway),
  });
  const each = (): Map<number, number> => new Map(processTree(pid).map((member) => [member, cpuSecondsOfProcess(member)]));
  const namesBefore = each();
  const before = ask();
  const start = performance.now();
  await wait(idleMs);
  const after = ask();
  const seconds = (performance.now() - start) / 1000;
  const names = new Map(processesOf(room.init(session)).map((member) => [member.pid, member.name]));
  const busiest = [...each()]
    .map(([member, used]) => ({
      name: names.get(member) ?? '',
      percent: rounded(((used - (namesBefore.get(member) ?? 0)) / seconds) * 100),
    }))
    .toSorted((a, b) => b.percent - a.percent)
    .slice(0, 5);
  const shares = Object.entries(after).map(([name, used]): [string, number] => [
    name,
    ((used - (before[name] ?? 0)) / seconds) * 100,
  ]);
  figures['idle, percent of a core'] = { ...Object.fromEntries(shares), busiest };
  tables.push({
    title: `A suspended session (XFCE, editor, terminal) left alone for ${rounded(seconds)} s`,
    head: ['', '% of a core'],
    rows: [
      ...shares.map(([name, share]) => [name, rounded(share)]),
      ...busiest.map(({ name, percent }) => [`of the session: ${name}`, percent]),
    ],
  });
  const share = new Map(shares);
  goals.push({
    what: 'a suspended session left alone',
    goal: '< 0.1 % of a core',
    measured: `${rounded(share.get('session') ?? Number.NaN)} %`,
    reached: (share.get('session') ?? 1) < 0.1,
  });
}

/** One session, saved and restored again and again: nothing fails, nothing grows, the counter counts on. */
async function manyRounds(): Promise<void> {
  await using room = await HibernateRoom.open(1);
  const account = room.product.user(0);
  const session = await room.start(scenes.counting, account);
  tell(`${rounds} rounds of save and restore …`);
  // What the counter starts comes and goes.
  const passing = new Set(['sleep', 'mv']);
  const alive = (): string => {
    const names = processesOf(room.init(session)).map(({ name }) => name);
    return names
      .filter((name) => !passing.has(name))
      .toSorted()
      .join(' ');
  };
  const pss = (): number => processesOf(room.init(session)).reduce((sum, { pid }) => sum + pssMegabytes(pid), 0);
  const programs = alive();
  const host: number[] = [];
  const desktop: number[] = [];
  const samples = new Samples();
  for (let round = 0; round < rounds; round += 1) {
    const before = await room.count(account);
    samples.add('save', (await room.save(session)).answeredMs);
    samples.add('restore', (await room.restore(session, account)).answeredMs);
    const deadline = performance.now() + 10_000;
    for (let count = before; count <= before; count = await room.count(account)) {
      if (performance.now() > deadline) throw new Error(`round ${round + 1}: the counter stands still at ${before}`);
      await wait(50);
    }
    if (alive() !== programs) throw new Error(`round ${round + 1}: ${alive()} instead of ${programs}`);
    host.push(residentMegabytes(room.product.hostPid ?? 0));
    desktop.push(pss());
  }
  // What is resident swings with the buffers that are just waiting to be collected: what grows, grows beyond the highest before.
  const middle = Math.floor(rounds / 2);
  const halves = (values: readonly number[]): [number, number] => [
    Math.max(...values.slice(0, middle)),
    Math.max(...values.slice(middle)),
  ];
  const growth = (values: readonly number[]): number => halves(values)[1] - halves(values)[0];
  figures['rounds'] = { rounds, failures: 0, hostMegabytes: host, sessionMegabytes: desktop, ...samples.spreads() };
  tables.push({
    title: `${rounds} rounds of save and restore of one XFCE session, without a failure`,
    head: ['', 'after the last', 'most in the first half', 'most in the second half'],
    rows: Object.entries({ 'host, resident MB': host, 'session, PSS in MB': desktop }).map(([what, values]) => [
      what,
      ...[values.at(-1) ?? Number.NaN, ...halves(values)].map((value) => rounded(value)),
    ]),
  });
  goal('host, growth over the rounds', 10, 'MB', growth(host));
  goal('session, growth over the rounds', 10, 'MB', growth(desktop));
}

if (parts.includes('criu')) for (const scene of [scenes.small, scenes.xfce, scenes.office]) await compare(scene);
if (parts.includes('station')) await resumeAtStation();
if (parts.includes('leave')) await leave();
if (parts.includes('idle')) await idle();
if (parts.includes('rounds')) await manyRounds();
await publish('hibernate', figures, tables, goals);
