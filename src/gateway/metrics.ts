// What a monitoring system reads at /metrics: the room as it is, and what has been counted since the gateway started.
import { performance } from 'node:perf_hooks';
import type { ApiRouteName } from '#contract/api.ts';
import type { ErrorCode } from '#contract/errors.ts';
import type { Fleet } from '#fleet/fleet.ts';
import type { AuditAction } from '#model/audit.ts';
import { sessionStates } from '#model/session.ts';
import type { Session, SessionState } from '#model/session.ts';
import { unsortedRows } from '#model/station.ts';
import type { Clock } from './clock.ts';
import type { SignInDesk } from './people/sign-in-desk.ts';
import { Counter, Histogram, prometheusText } from './prometheus-text.ts';
import type { Family } from './prometheus-text.ts';
import type { Stations } from './station/stations.ts';

const requestBoundsSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const diskBoundsSeconds = [0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600];

export interface MetricsParts {
  fleet: Fleet;
  stations: Pick<Stations, 'list'>;
  desk: Pick<SignInDesk, 'onDecided'>;
  clock: Clock;
}

export class Metrics {
  readonly #parts: MetricsParts;
  readonly #startedAtSeconds: number;
  readonly #requests = new Histogram(requestBoundsSeconds);
  readonly #saves = new Histogram(diskBoundsSeconds);
  readonly #restores = new Histogram(diskBoundsSeconds);
  readonly #signIns = new Counter();
  /** Since when (monotonic, milliseconds) sessions are on their way to disk or back. */
  readonly #onTheWay = new Map<string, number>();
  readonly #undo = new DisposableStack();

  constructor(parts: MetricsParts) {
    this.#parts = parts;
    this.#startedAtSeconds = parts.clock.nowMs() / 1000;
  }

  start(): void {
    this.#undo.defer(this.#parts.fleet.onSession((session, before) => this.#sessionChanged(session, before)));
    this.#undo.defer(this.#parts.desk.onDecided((action, refusal) => this.#signInDecided(action, refusal)));
  }

  stop(): void {
    this.#undo.dispose();
  }

  requestTook(route: ApiRouteName, status: number, seconds: number): void {
    this.#requests.observe({ route, status: `${Math.floor(status / 100)}xx` }, seconds);
  }

  async text(): Promise<string> {
    const lagSeconds = await eventLoopLagSeconds();
    return prometheusText([...this.#room(), ...this.#counted(), ...this.#ownProcess(lagSeconds)]);
  }

  #signInDecided(action: AuditAction, refusal: ErrorCode | null): void {
    this.#signIns.add({ kind: action, outcome: refusal ?? 'done' });
  }

  #sessionChanged({ id, state }: Session, before: Session | null): void {
    if (state === before?.state) return;
    const since = this.#onTheWay.get(id);
    this.#onTheWay.delete(id);
    const now = this.#parts.clock.monotonicMs();
    // What was on its way already when the gateway came is not known by its duration, and not counted.
    if (before !== null && (state === 'hibernating' || state === 'restoring')) this.#onTheWay.set(id, now);
    if (since === undefined) return;
    const seconds = (now - since) / 1000;
    const saved = before?.state === 'hibernating' ? outcomeOf(state, ['hibernated', 'restoring'], ['suspended', 'active']) : null;
    if (saved !== null) this.#saves.observe({ outcome: saved }, seconds);
    const restored = before?.state === 'restoring' ? outcomeOf(state, ['suspended', 'active'], ['hibernated']) : null;
    if (restored !== null) this.#restores.observe({ outcome: restored }, seconds);
  }

  #room(): Family[] {
    const { fleet, stations } = this.#parts;
    const sessions = fleet.sessions();
    const listed = stations.list();
    const byStatus = { 'in-use': 0, free: 0, offline: 0, waiting: 0 };
    for (const { station, status } of unsortedRows(listed, sessions)) {
      if (station === null) continue;
      byStatus[status === 'free' || status === 'offline' || status === 'waiting' ? status : 'in-use'] += 1;
    }
    const computers = fleet.computers();
    return [
      {
        name: 'stationmaster_computer_reachable',
        type: 'gauge',
        help: 'Whether the host program of the computer answers.',
        samples: computers.map(({ name, reachable }) => ({ labels: { computer: name }, value: reachable ? 1 : 0 })),
      },
      {
        name: 'stationmaster_sessions',
        type: 'gauge',
        help: 'Sessions by state; hibernated: Suspended (saved).',
        samples: computers.flatMap(({ name }) =>
          sessionStates
            .filter((state) => state !== 'ended')
            .map((state) => ({
              labels: { computer: name, state },
              value: sessions.filter((session) => session.computer === name && session.state === state).length,
            })),
        ),
      },
      {
        name: 'stationmaster_stations',
        type: 'gauge',
        help: 'Stations by status; each counts once.',
        samples: Object.entries(byStatus).map(([status, value]) => ({ labels: { status }, value })),
      },
      {
        name: 'stationmaster_stations_online',
        type: 'gauge',
        help: 'Stations whose page is open, in use or not.',
        samples: [{ value: listed.filter(({ online, state }) => online && state === 'enrolled').length }],
      },
    ];
  }

  #counted(): Family[] {
    return [
      {
        name: 'stationmaster_sign_ins_total',
        type: 'counter',
        help: 'Decided sign-ins since the gateway started; outcome: done, or the code of the error.',
        samples: this.#signIns.samples(),
      },
      {
        name: 'stationmaster_session_save_seconds',
        type: 'histogram',
        help: 'How long it took to save sessions to disk.',
        samples: this.#saves.samples(),
      },
      {
        name: 'stationmaster_session_restore_seconds',
        type: 'histogram',
        help: 'How long it took to continue sessions from disk.',
        samples: this.#restores.samples(),
      },
      {
        name: 'stationmaster_http_request_seconds',
        type: 'histogram',
        help: 'How long requests to the API took, by the name of the route and the class of the status.',
        samples: this.#requests.samples(),
      },
    ];
  }

  #ownProcess(lagSeconds: number): Family[] {
    const { rss, heapUsed, heapTotal } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    const { active, idle } = performance.eventLoopUtilization();
    const one = (name: string, type: 'counter' | 'gauge', help: string, value: number): Family => ({
      name,
      type,
      help,
      samples: [{ value }],
    });
    return [
      one('process_start_time_seconds', 'gauge', 'When the gateway started, since 1970.', this.#startedAtSeconds),
      one('process_cpu_seconds_total', 'counter', 'Processor time of the gateway.', (user + system) / 1e6),
      one('process_resident_memory_bytes', 'gauge', 'Memory of the gateway.', rss),
      one('nodejs_heap_size_used_bytes', 'gauge', 'Heap of the gateway in use.', heapUsed),
      one('nodejs_heap_size_total_bytes', 'gauge', 'Heap of the gateway.', heapTotal),
      one('nodejs_eventloop_lag_seconds', 'gauge', 'How late the event loop of the gateway was just now.', lagSeconds),
      one('nodejs_eventloop_active_seconds_total', 'counter', 'How long the event loop of the gateway worked.', active / 1000),
      one('nodejs_eventloop_idle_seconds_total', 'counter', 'How long the event loop of the gateway waited.', idle / 1000),
    ];
  }
}

function outcomeOf(
  state: SessionState,
  done: readonly SessionState[],
  failed: readonly SessionState[],
): 'done' | 'failed' | null {
  if (done.includes(state)) return 'done';
  return failed.includes(state) ? 'failed' : null;
}

/** Measured while somebody asks, not all the time. */
async function eventLoopLagSeconds(): Promise<number> {
  const before = performance.now();
  await new Promise((resolve) => setImmediate(resolve));
  return (performance.now() - before) / 1000;
}
