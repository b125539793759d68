// For tests: the limits of time over a clock that only goes when it is told to, a real store, and sessions that do what they are told.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { CodedError } from '#contract/errors.ts';
import type { HostArgs, HostCall } from '#contract/host.ts';
import type { Fleet, SessionListener } from '#fleet/fleet.ts';
import { Audit } from '#gateway/audit.ts';
import type { TimingClock } from '#gateway/clock.ts';
import { SessionTimes } from '#gateway/session-times.ts';
import { Store } from '#gateway/store.ts';
import { FakeClock } from '#host/fake-clock.ts';
import type { Session } from '#model/session.ts';
import type { TimeLimits } from '#model/session-time.ts';

const log = pino({ level: 'silent' });

export const noLimits: Readonly<TimeLimits> = {
  idleSuspendMinutes: 0,
  idleWarningSeconds: 60,
  longestSessionMinutes: 0,
  longestSessionWarningMinutes: 5,
};

export class TimesRoom implements Disposable {
  readonly clock = new FakeClock();
  readonly audit: Audit;
  /** What the computer was told to do, in order. */
  readonly deeds: { call: 'session.suspend' | 'session.end'; session: string; cause: string }[] = [];
  limits: TimeLimits = { ...noLimits };
  /** What windows say of unsaved work; null: they cannot be looked at. */
  unsaved: boolean | null = false;
  reachable = true;
  times: SessionTimes;
  readonly #folder = mkdtempSync(join(tmpdir(), 'stationmaster-times-'));
  readonly #store: Store;
  readonly #timing: TimingClock;
  readonly #sessions = new Map<string, Session>();
  readonly #sessionListeners = new Set<SessionListener>();
  readonly #reachableListeners = new Set<(computer: string, reachable: boolean) => void>();
  readonly #limitListeners = new Set<() => void>();

  constructor() {
    const { clock } = this;
    this.#timing = {
      nowMs: () => clock.wallMs(),
      monotonicMs: () => clock.runningMs(),
      after: (delayMs, action) => clock.after(delayMs, action),
    };
    this.#store = Store.open(join(this.#folder, 'store.db'));
    this.audit = new Audit(this.#store, log, this.#timing);
    this.times = this.#begin();
  }

  #begin(): SessionTimes {
    const fleet: Pick<Fleet, 'computers' | 'isReachable' | 'sessions' | 'session' | 'call' | 'onSession' | 'onReachable'> = {
      computers: () => [{ name: 'room', reachable: this.reachable }] as ReturnType<Fleet['computers']>,
      isReachable: () => this.reachable,
      sessions: () => [...this.#sessions.values()],
      session: (id) => this.#sessions.get(id) ?? null,
      call: async (_computer, call, args) => this.#called(call, args) as never,
      onSession: (listener) => {
        this.#sessionListeners.add(listener);
        return () => this.#sessionListeners.delete(listener);
      },
      onReachable: (listener) => {
        this.#reachableListeners.add(listener);
        return () => this.#reachableListeners.delete(listener);
      },
    };
    const times = new SessionTimes({
      fleet: fleet as Fleet,
      store: this.#store,
      audit: this.audit,
      limits: {
        of: () => this.limits,
        onChange: (listener) => {
          this.#limitListeners.add(listener);
          return () => this.#limitListeners.delete(listener);
        },
      },
      clock: this.#timing,
      log,
    });
    times.start();
    return times;
  }

  #called(call: HostCall, given: unknown): unknown {
    if (!this.reachable) throw new CodedError('computer-unreachable');
    if (call === 'session.unsaved') {
      const { sessions } = given as HostArgs<'session.unsaved'>;
      const unsaved = this.unsaved === true ? [{ program: 'Writer', title: 'Letter' }] : [];
      return {
        sessions: sessions.map((session) => ({ session, user: 'anna', looked: this.unsaved !== null, unsaved, silent: [] })),
      };
    }
    if (call !== 'session.suspend' && call !== 'session.end') throw new Error(`not expected: ${call}`);
    const { session: id, cause } = given as HostArgs<'session.suspend'>;
    this.deeds.push({ call, session: id, cause });
    const session = this.session(id);
    return {
      session: this.#set({ ...session, state: call === 'session.suspend' ? 'suspended' : 'ended', station: null, cause }),
    };
  }

  session(id: string): Session {
    const session = this.#sessions.get(id);
    if (session === undefined) throw new CodedError('session-not-found');
    return session;
  }

  has(id: string): boolean {
    return this.#sessions.has(id);
  }

  #set(session: Session): Session {
    const before = this.#sessions.get(session.id) ?? null;
    if (session.state === 'ended') this.#sessions.delete(session.id);
    else this.#sessions.set(session.id, session);
    for (const listener of this.#sessionListeners) listener(session, before);
    return session;
  }

  /** Somebody signs in, for the first time or again. */
  enter(id: string): Session {
    const known = this.#sessions.get(id);
    return this.#set({
      id,
      user: 'anna',
      uid: 2001,
      fullName: 'Anna',
      computer: 'room',
      state: 'active',
      cause: 'signed-in',
      station: 'bbbbbbbbbbbbbbbb',
      attachment: (known?.attachment ?? 0) + 1,
      startedAt: this.clock.wallMs(),
      since: this.clock.wallMs(),
      endsAt: null,
      endsBy: '',
      desktop: 'xfce',
      saved: null,
    });
  }

  change(id: string, change: Partial<Session>): Session {
    return this.#set({ ...this.session(id), ...change });
  }

  setLimits(change: Partial<TimeLimits>): void {
    this.limits = { ...this.limits, ...change };
    for (const listener of this.#limitListeners) listener();
  }

  setReachable(reachable: boolean): void {
    this.reachable = reachable;
    for (const listener of this.#reachableListeners) listener('room', reachable);
  }

  /** The gateway starts again; `killed`: without a good-bye. */
  restart(killed = false): void {
    if (killed) {
      // Its next life does not hear what it would still have done.
      for (const listeners of [this.#sessionListeners, this.#reachableListeners, this.#limitListeners]) listeners.clear();
      this.clock.forget();
    } else this.times.stop();
    this.times = this.#begin();
    for (const session of this.#sessions.values()) for (const listener of this.#sessionListeners) listener(session, null);
    for (const listener of this.#reachableListeners) listener('room', this.reachable);
  }

  /** Lets time pass in small steps, in which what was begun is done. */
  async pass(ms: number): Promise<void> {
    for (let leftMs = ms; leftMs > 0; leftMs -= stepMs) {
      this.clock.pass(Math.min(stepMs, leftMs));
      await settled();
    }
  }

  [Symbol.dispose](): void {
    this.times.stop();
    this.#store[Symbol.dispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export const stepMs = 1000;

/** Everything that waits only for promises has been done. */
export async function settled(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}
