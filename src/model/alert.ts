// What needs the administrator: found in what is known of computers, stations and sessions; the most severe first.
import type { AuditFault } from './audit.ts';
import { takesMemory } from './session.ts';
import type { Session } from './session.ts';
import type { Station } from './station.ts';

export const alertCodes = [
  'computer-unreachable',
  'hibernation-impossible',
  'audit-damaged',
  'leave-refused',
  'sessions-full',
  'sessions-refused',
  'memory-full',
  'disk-full',
  'session-lost',
  'session-broken',
  'station-waiting',
  'certificate-expires',
  'failed-sign-ins',
] as const;
export type AlertCode = (typeof alertCodes)[number];

export const severities = ['critical', 'warning', 'information'] as const;
export type Severity = (typeof severities)[number];

/** What a file system holds: the host's own state with saved sessions, people's homes, or both. */
export const diskContents = ['state', 'homes'] as const;
export type DiskContent = (typeof diskContents)[number];

export interface Disk {
  holds: readonly DiskContent[];
  totalBytes: number;
  /** What programs without root's reserve could still write. */
  freeBytes: number;
}

export interface Alert {
  /** The same occurrence has the same key, for as long as it lasts. */
  key: string;
  code: AlertCode;
  severity: Severity;
  /** Milliseconds since 1970; null where it is not known since when. */
  at: number | null;
  computer: string | null;
  /** The station's or the account's name, where it concerns one. */
  station: string | null;
  user: string | null;
  details: Readonly<Record<string, string | number>>;
}

/** Those that are over, or cannot be helped at once, can be put aside; what is still going on cannot. */
export const dismissible: ReadonlySet<AlertCode> = new Set([
  'session-lost',
  'session-broken',
  'certificate-expires',
  'failed-sign-ins',
  'sessions-refused',
  'audit-damaged',
]);

interface ComputerFacts {
  name: string;
  reachable: boolean;
  leaving: object | null;
  leaveFault: string | null;
  memoryTotal: number;
  memoryAvailable: number;
  hibernation: { fault: string | null };
  disks: readonly Disk[];
}

export interface AuditDamage {
  fault: AuditFault;
  /** Number of the first entry that does not fit. */
  from: number;
  foundAt: number;
}

export interface AlertFacts {
  computers: readonly ComputerFacts[];
  stations: readonly Station[];
  sessions: readonly Session[];
  /** When the certificate of the pages ends; null: not known. */
  certificateEndsAt: number | null;
  /** Refused sign-ins of the last 24 hours. */
  failedSignIns: { count: number; lastAt: number };
  /** How many sessions a computer may have in memory; 0: any number. */
  mostSessions: number;
  /** New sessions of the last 24 hours that were refused because the computer had as many as it may. */
  refusedAsFull: { count: number; lastAt: number };
  /** What the last check of the audit found changed, from which entry on; null: nothing. */
  auditDamage: AuditDamage | null;
  now: number;
}

const dayMs = 86_400_000;
/** Part of the whole that is left. */
const memoryLow = { warning: 0.1, critical: 0.05 };
const diskLow = { warning: 0.1, critical: 0.03 };
const certificateDays = { warning: 14, critical: 2 };
/** Fewer than this in a day is people mistyping. */
const worthTelling = 5;

function howLow(left: number, low: { warning: number; critical: number }): Severity | null {
  return left < low.critical ? 'critical' : left < low.warning ? 'warning' : null;
}

function* ofComputer(computer: ComputerFacts): Generator<Alert> {
  const { name } = computer;
  const about = { at: null, computer: name, station: null, user: null, details: {} };
  if (!computer.reachable) {
    if (computer.leaving === null)
      yield { ...about, key: `computer-unreachable:${name}`, code: 'computer-unreachable', severity: 'critical' };
    return;
  }
  const { fault } = computer.hibernation;
  if (fault !== null && fault !== 'not-looked-yet')
    yield {
      ...about,
      key: `hibernation-impossible:${name}`,
      code: 'hibernation-impossible',
      severity: 'warning',
      details: { fault },
    };
  if (computer.leaveFault !== null)
    yield {
      ...about,
      key: `leave-refused:${name}:${computer.leaveFault}`.slice(0, 200),
      code: 'leave-refused',
      severity: 'warning',
      details: { says: computer.leaveFault },
    };
  const { memoryTotal, memoryAvailable } = computer;
  const memory = memoryTotal === 0 ? null : howLow(memoryAvailable / memoryTotal, memoryLow);
  if (memory !== null)
    yield {
      ...about,
      key: `memory-full:${name}`,
      code: 'memory-full',
      severity: memory,
      details: { freeBytes: memoryAvailable, totalBytes: memoryTotal },
    };
  for (const { holds, totalBytes, freeBytes } of computer.disks) {
    const disk = totalBytes === 0 ? null : howLow(freeBytes / totalBytes, diskLow);
    const what = holds.join('+');
    if (disk !== null)
      yield {
        ...about,
        key: `disk-full:${name}:${what}`,
        code: 'disk-full',
        severity: disk,
        details: { holds: what, freeBytes, totalBytes },
      };
  }
}

function* ofSession({ id, computer, user, state, since, saved }: Session): Generator<Alert> {
  const about = { at: since, computer, station: null, user };
  if (state === 'lost')
    yield { ...about, key: `session-lost:${id}`, code: 'session-lost', severity: 'warning', details: { session: id } };
  else if (state === 'hibernated' && saved !== null && saved.fault !== null)
    yield {
      ...about,
      key: `session-broken:${id}:${saved.fault}`,
      code: 'session-broken',
      severity: 'warning',
      details: { session: id, fault: saved.fault },
    };
}

/** Computers that have as many sessions as they may, and who was refused for that. */
function ofFullness({ computers, sessions, mostSessions, refusedAsFull }: AlertFacts): Alert[] {
  const { count: refused, lastAt } = refusedAsFull;
  const full: Alert[] = [];
  for (const { name } of mostSessions === 0 ? [] : computers) {
    const count = sessions.filter((session) => session.computer === name && takesMemory(session)).length;
    if (count >= mostSessions)
      full.push({
        key: `sessions-full:${name}`,
        code: 'sessions-full',
        severity: 'warning',
        at: refused > 0 ? lastAt : null,
        computer: name,
        station: null,
        user: null,
        details: { sessions: count, most: mostSessions, refused },
      });
  }
  if (full.length > 0 || refused === 0) return full;
  return [
    {
      // Put aside today, new ones tomorrow are told again.
      key: `sessions-refused:${Math.floor(lastAt / dayMs)}`,
      code: 'sessions-refused',
      severity: 'warning',
      at: lastAt,
      computer: null,
      station: null,
      user: null,
      details: { refused },
    },
  ];
}

export function alertsOf(facts: AlertFacts): Alert[] {
  const { now, certificateEndsAt, failedSignIns, auditDamage } = facts;
  const alerts = [
    ...facts.computers.flatMap((computer) => [...ofComputer(computer)]),
    ...ofFullness(facts),
    ...facts.sessions.flatMap((session) => [...ofSession(session)]),
  ];
  for (const { id, name, state, computer, address, enrolledAt } of facts.stations) {
    if (state === 'waiting')
      alerts.push({
        key: `station-waiting:${id}`,
        code: 'station-waiting',
        severity: 'information',
        at: enrolledAt,
        computer,
        station: name,
        user: null,
        details: { station: id, address },
      });
  }
  const about = { computer: null, station: null, user: null };
  const ends = certificateEndsAt === null ? null : howLow((certificateEndsAt - now) / dayMs, certificateDays);
  if (certificateEndsAt !== null && ends !== null)
    alerts.push({
      ...about,
      key: `certificate-expires:${certificateEndsAt}`,
      code: 'certificate-expires',
      severity: ends,
      at: null,
      details: { endsAt: certificateEndsAt },
    });
  if (auditDamage !== null)
    alerts.push({
      ...about,
      key: `audit-damaged:${auditDamage.fault}:${auditDamage.from}`,
      code: 'audit-damaged',
      severity: 'critical',
      at: auditDamage.foundAt,
      details: { fault: auditDamage.fault, from: auditDamage.from },
    });
  if (failedSignIns.count >= worthTelling)
    alerts.push({
      ...about,
      // Put aside today, new ones tomorrow are told again.
      key: `failed-sign-ins:${Math.floor(failedSignIns.lastAt / dayMs)}`,
      code: 'failed-sign-ins',
      severity: 'warning',
      at: failedSignIns.lastAt,
      details: { count: failedSignIns.count },
    });
  return alerts.toSorted(
    (a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity) || (b.at ?? now) - (a.at ?? now),
  );
}
