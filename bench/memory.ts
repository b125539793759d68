// What ten suspended sessions cost: memory of a session beyond its X server and desktop, of host and gateway, and the
// processor time that both use while nothing happens.
import { resolve } from 'node:path';
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { options, publish, rounded, spreadOf, tell } from './figures.ts';
import type { Goal } from './figures.ts';
import { commandOf, cpuSecondsOfProcess, parentOf, processTree, pssMegabytes, residentMegabytes } from './process-figures.ts';
import { BenchRoom } from './room.ts';

const sessions = 10;
const idleMs = options.quick ? 10_000 : 60_000;

/** Left out of the commands that are shown: where the clone lies is nobody's business. */
const tree = `${resolve(import.meta.dirname, '..')}/`;

type Part = 'ours' | 'X server' | 'desktop';

/** Whose a process of a session is: we start the keeper, unshare, tini, the shell within, and what waits in it. */
function partOf(command: string): Part {
  if (command.startsWith('Xvnc ')) return 'X server';
  return /keeper\.sh|^unshare |inside\.sh|^setsid |^tini |stationmaster-desktop/.test(command) ? 'ours' : 'desktop';
}

interface SessionMemory {
  parts: Record<Part, number>;
  processes: { part: Part; command: string; pssMegabytes: number }[];
}

async function memoryOf(runFolder: string): Promise<SessionMemory> {
  const [init = 0] = (await readFile(`${runFolder}/init`, 'utf8')).split(' ').map(Number);
  const keeper = parentOf(parentOf(init) ?? 0) ?? 0;
  const parts: Record<Part, number> = { ours: 0, 'X server': 0, desktop: 0 };
  const processes: SessionMemory['processes'] = [];
  for (const pid of processTree(keeper)) {
    const command = commandOf(pid);
    const part = partOf(command);
    const megabytes = pssMegabytes(pid);
    parts[part] += megabytes;
    processes.push({ part, command: command.replaceAll(tree, '').slice(0, 60), pssMegabytes: rounded(megabytes) });
  }
  return { parts, processes };
}

/** Parts of one core that programs use while nothing happens. */
async function idleCpu(pids: readonly number[]): Promise<number[]> {
  const before = pids.map(cpuSecondsOfProcess);
  const start = performance.now();
  await wait(idleMs);
  const seconds = (performance.now() - start) / 1000;
  return pids.map((pid, index) => (cpuSecondsOfProcess(pid) - (before[index] ?? 0)) / seconds);
}

await using room = await BenchRoom.open(sessions);
const { product } = room;
const fresh = { host: residentMegabytes(product.hostPid ?? 0), gateway: residentMegabytes(product.gatewayPid ?? 0) };
// The first start of all compiles the program and keeps the result; every later one finds it.
await product.stopGateway();
await product.stopHost();
await product.startHost();
await product.startGateway();
const host = product.hostPid ?? 0;
const gateway = product.gatewayPid ?? 0;
const atStart = { host: residentMegabytes(host), gateway: residentMegabytes(gateway) };
for (let station = 0; station < sessions; station += 1) {
  const page = await room.station();
  await room.signIn(page, product.user(station));
  tell(`Station ${station + 1} shows its desktop.`);
}
await wait(5000);
const active = { host: residentMegabytes(host), gateway: residentMegabytes(gateway) };
await room.suspendAll();
await wait(5000);
const suspended = { host: residentMegabytes(host), gateway: residentMegabytes(gateway) };
tell('Idle, sign-in pages open …');
const [hostCpuOpen = 0, gatewayCpuOpen = 0] = await idleCpu([host, gateway]);
await Promise.all(room.pages.splice(0).map((page) => page.context().close()));
await wait(3000);
tell('Idle, no page open …');
const [hostCpu = 0, gatewayCpu = 0] = await idleCpu([host, gateway]);
const list = await product.api.call('sessions');
const memories: SessionMemory[] = [];
for (const { id } of list) memories.push(await memoryOf(`${product.places.sessionsRunDir}/${id}`));
const parts = (part: Part) => spreadOf(memories.map((memory) => memory.parts[part]));
const ours = parts('ours');

const percent = (value: number): string => `${rounded(value * 100)} %`;
const megabytes = (value: number): string => `${rounded(value)} MB`;
const most = { host: Math.max(active.host, suspended.host), gateway: Math.max(active.gateway, suspended.gateway) };
const goals: Goal[] = [
  {
    what: 'PSS per suspended session beyond X server and desktop',
    goal: '≤ 5 MB',
    measured: megabytes(ours.max),
    reached: ours.max <= 5,
  },
  { what: 'gateway resident, 10 sessions', goal: '≤ 120 MB', measured: megabytes(most.gateway), reached: most.gateway <= 120 },
  { what: 'host resident, 10 sessions', goal: '≤ 100 MB', measured: megabytes(most.host), reached: most.host <= 100 },
  { what: 'gateway, 10 suspended', goal: '< 0.5 % of a core', measured: percent(gatewayCpu), reached: gatewayCpu < 0.005 },
  { what: 'host, 10 suspended', goal: '< 0.5 % of a core', measured: percent(hostCpu), reached: hostCpu < 0.005 },
];
await publish(
  'memory',
  {
    session: { ours, xServer: parts('X server'), desktop: parts('desktop') },
    processesOfOneSession: memories[0]?.processes,
    resident: { firstStartOfAll: fresh, atStart, active, suspended },
    idleCpu: { pagesOpen: { host: hostCpuOpen, gateway: gatewayCpuOpen }, noPage: { host: hostCpu, gateway: gatewayCpu } },
  },
  [
    {
      title: 'Memory of a suspended session (PSS, of ten: median, min–max)',
      head: ['part', 'MB'],
      rows: [
        ['ours (keeper, unshare, tini, shells)', `${ours.p50} (${ours.min}–${ours.max})`],
        ['X server', `${parts('X server').p50} (${parts('X server').min}–${parts('X server').max})`],
        ['desktop (XFCE, D-Bus)', `${parts('desktop').p50} (${parts('desktop').min}–${parts('desktop').max})`],
      ],
    },
    {
      title: 'Host and gateway',
      head: ['', 'host', 'gateway'],
      rows: [
        ['resident after the first start of all (nothing compiled yet)', megabytes(fresh.host), megabytes(fresh.gateway)],
        ['resident after a start', megabytes(atStart.host), megabytes(atStart.gateway)],
        ['resident, 10 stations with desktops', megabytes(active.host), megabytes(active.gateway)],
        ['resident, 10 suspended', megabytes(suspended.host), megabytes(suspended.gateway)],
        ['of one core, 10 suspended, 10 sign-in pages open', percent(hostCpuOpen), percent(gatewayCpuOpen)],
        ['of one core, 10 suspended, no page', percent(hostCpu), percent(gatewayCpu)],
      ],
    },
  ],
  goals,
);
