// What saving a session would do to its programs, found by looking at what they hold: known to fail in CRIU, or not to come back.
import { execFile } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import type { ProgramAtRisk, ProgramFate, ProgramRiskReason } from '#model/session.ts';
import type { ProcessMark } from '../processes.ts';
import { browserOf } from './browsers.ts';
import type { ProgramNames } from './program-names.ts';
import { sessionMounts } from './session-mount-table.ts';
import { linkIn, processesOf, textIn } from './session-processes.ts';
import type { SessionProcess } from './session-processes.ts';

const run = promisify(execFile);

/** A program of the session, by its outermost process, and why it is at risk. */
export interface Risk extends ProgramAtRisk {
  processes: readonly SessionProcess[];
}

/** Devices that every program may hold: they hold nothing, or are the session's own. */
const harmlessDevices = /^\/dev\/(?:null|zero|full|random|urandom|tty|ptmx|pts\/.*|shm\/.*|fuse)$/;
/** Kernel objects that CRIU cannot save. */
const unsavable = /^anon_inode:(?:\[?(?:io_uring|userfaultfd|perf_event|kvm-.*|bpf-prog|vfio-device|fscontext|fsmount)\]?)$/;

const lasting: ReadonlySet<string> = new Set(['01', '02', '03', '04', '05', '08', '09', '0B']);

/** Inodes of TCP connections (not of sockets that only listen). */
function tcpConnections(): Set<string> {
  const inodes = new Set<string>();
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of textIn(file).split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (lasting.has(fields[3] ?? '')) inodes.add(fields[9] ?? '');
    }
  }
  return inodes;
}

export interface UnixConnection {
  inode: string;
  path: string;
  peer: string;
}

/** Connections between unix sockets, each from both its ends. */
export async function unixConnections(): Promise<UnixConnection[]> {
  const { stdout } = await run('ss', ['--no-header', '--unix', 'state', 'connected'], { maxBuffer: 64 * 1024 * 1024 });
  const found: UnixConnection[] = [];
  for (const line of stdout.split('\n')) {
    const match = /^(u_str|u_seq)\s+\S+\s+\d+\s+\d+\s+(.*?)\s+(\d+)\s+\S+\s+(\d+)\s*$/.exec(line);
    if (match !== null) found.push({ inode: match[3] ?? '', path: match[2] ?? '', peer: match[4] ?? '' });
  }
  return found;
}

/** Inodes of the sockets that a process holds, and the names of what else it holds. */
function heldBy(pid: number): { sockets: string[]; others: string[] } {
  const sockets: string[] = [];
  const others: string[] = [];
  let files: string[] = [];
  try {
    files = readdirSync(`/proc/${pid}/fd`);
  } catch {
    // It has ended meanwhile.
  }
  for (const file of files) {
    const target = linkIn(`/proc/${pid}/fd/${file}`) ?? '';
    const socket = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (socket === undefined) others.push(target);
    else sockets.push(socket);
  }
  return { sockets, others };
}

function isDevice(path: string): boolean {
  try {
    const found = statSync(path);
    return found.isCharacterDevice() || found.isBlockDevice();
  } catch {
    return false;
  }
}

const namespaces = ['ipc', 'mnt', 'net', 'pid', 'user', 'uts', 'cgroup'] as const;

function namespacesOf(pid: number): (string | null)[] {
  return namespaces.map((name) => linkIn(`/proc/${pid}/ns/${name}`));
}

/** The user and group ids of a process, as one text. */
function idsOf(pid: number): string {
  const status = textIn(`/proc/${pid}/status`);
  return `${/^Uid:.*$/m.exec(status)?.[0] ?? ''} ${/^Gid:.*$/m.exec(status)?.[0] ?? ''}`;
}

/** Why this process cannot be saved as it is, the worst first; null if nothing is known against it. */
function reasonOf(process: SessionProcess, facts: Facts): [ProgramFate, ProgramRiskReason] | null {
  const { pid } = process;
  const own = namespacesOf(pid);
  if (own.some((name, index) => name !== null && name !== facts.namespaces[index])) return ['lost', 'sandbox'];
  if (Number(/^TracerPid:\s*(\d+)/m.exec(textIn(`/proc/${pid}/status`))?.[1] ?? 0) > 0) return ['lost', 'traced'];
  const ids = idsOf(pid);
  // Empty: it has ended meanwhile.
  if (!facts.asRoot && ids.trim() !== '' && ids !== facts.ids) return ['lost', 'other-user'];
  const { sockets, others } = heldBy(pid);
  if (others.some((name) => unsavable.test(name))) return ['lost', 'kernel-object'];
  const device = others.find((name) => name.startsWith('/dev/') && !harmlessDevices.test(name));
  if (device !== undefined && isDevice(device)) return ['lost', 'device'];
  if (sockets.some((inode) => facts.outside.has(inode))) return ['lost', 'connection'];
  if (sockets.some((inode) => facts.tcp.has(inode))) return ['disconnected', 'connection'];
  return null;
}

interface Facts {
  asRoot: boolean;
  namespaces: (string | null)[];
  ids: string;
  tcp: ReadonlySet<string>;
  /** Sockets whose other end nobody in the session holds. */
  outside: ReadonlySet<string>;
}

/** Sockets of the session that are connected to who is not in it; stations that look at its X server do not count. */
function outsideConnections(
  processes: readonly SessionProcess[],
  pixels: string,
  connections: readonly UnixConnection[],
): Set<string> {
  const inside = new Set(processes.flatMap(({ pid }) => heldBy(pid).sockets));
  const outside = new Set<string>();
  for (const { inode, path, peer } of connections) {
    // Without a peer the other end has been closed: that can be saved.
    if (peer !== '0' && path !== pixels && inside.has(inode) && !inside.has(peer)) outside.add(inode);
  }
  return outside;
}

/**
 * What is at risk in the session of this init, each program once. `pixels`: the path of its X server's socket.
 * `asRoot`: CRIU runs as root, else as the person. `known`: all connections there are, if that has just been asked.
 */
export async function risksOf(
  init: ProcessMark,
  pixels: string,
  asRoot: boolean,
  names: ProgramNames,
  known?: readonly UnixConnection[],
): Promise<Risk[]> {
  const connections = known ?? (await unixConnections());
  const processes = processesOf(init);
  const facts: Facts = {
    asRoot,
    namespaces: namespacesOf(init.pid),
    ids: idsOf(init.pid),
    tcp: tcpConnections(),
    outside: outsideConnections(processes, pixels, connections),
  };
  const risks: Risk[] = [];
  /** Whose descendants need no look of their own. */
  const covered = new Map<number, Risk>();
  for (const process of processes) {
    const above = covered.get(process.parent);
    if (above !== undefined) {
      covered.set(process.pid, above);
      above.processes = [...above.processes, process];
      continue;
    }
    const browser = browserOf(process);
    const reason = browser === null ? reasonOf(process, facts) : (['reopened', 'sandbox'] as const);
    if (reason === null) continue;
    const program = browser?.name ?? names.of(process) ?? basename(process.program ?? process.name);
    const risk: Risk = { program, fate: reason[0], reason: reason[1], processes: [process] };
    risks.push(risk);
    if (risk.fate !== 'disconnected') covered.set(process.pid, risk);
  }
  for (const { place, foreign } of sessionMounts(init.pid)) {
    if (foreign) risks.push({ program: place, fate: 'lost', reason: 'mount', processes: [] });
  }
  return risks;
}
