// Holds sessions at stations to their limits of time: suspends one where nobody does anything, ends one that took its time. Both
// after a countdown at the station. Measured in running time; what a session has used is kept for the gateway's next life.
import { CodedError, tellError } from '#contract/errors.ts';
import type { Fleet } from '#fleet/fleet.ts';
import { holdsStation } from '#model/session.ts';
import type { Session } from '#model/session.ts';
import { granted, idleAt, longestAt, prolonged, unusedTime } from '#model/session-time.ts';
import type { Idle, TimeLimits, TimeRequest, TimeRequestState, TimeVerdict, UsedTime } from '#model/session-time.ts';
import type { Audit } from './audit.ts';
import type { TimingClock } from './clock.ts';
import { goneSessions } from './gone-sessions.ts';
import type { LiveSource } from './live-feed.ts';
import type { Log } from './log.ts';
import { ifRoom } from './store.ts';
import type { Store } from './store.ts';

/** What a station shows of the time that is left; `endsAtMs` in monotonic time. */
export interface TimeShown {
  why: 'idle' | 'longest';
  endsAtMs: number;
  request: TimeRequestState;
}

/** A session at a station. */
interface Watched {
  session: Session;
  /** From when on the used time is still to be counted. */
  countedToMs: number;
  used: UsedTime;
  idle: Idle;
  shown: TimeShown | null;
  timer: Disposable | null;
  /** It is being suspended or ended. */
  acting: boolean;
  /** After an attempt that failed: not again before. */
  notBeforeMs: number;
  request: TimeRequestState;
  askedAt: number;
}

interface SessionTimesParts {
  fleet: Fleet;
  store: Store;
  audit: Audit;
  /** The limits that hold for a session now. */
  limits: { of(session: Session): TimeLimits; onChange(listener: () => void): () => void };
  clock: TimingClock;
  log: Log;
}

/** How often used time is kept while a limit of it holds: so much is given back if the gateway is killed. */
const keepEveryMs = 60_000;
const retryMs = 60_000;
/** A timer cannot be set for longer than 24 days. */
const longestSleepMs = 6 * 3_600_000;

/** True while somebody could sit there and do something. */
function isAtWork(session: Session): boolean {
  return holdsStation(session) && (session.state === 'active' || session.state === 'locked');
}

export class SessionTimes {
  readonly #parts: SessionTimesParts;
  readonly #watched = new Map<string, Watched>();
  readonly #listeners = new Set<(station: string) => void>();
  readonly #answerListeners = new Set<(station: string, minutes: number | null) => void>();
  readonly #requestListeners = new Set<(requests: TimeRequest[]) => void>();
  /** Used time that the store had no room for. */
  readonly #unkept = new Map<string, UsedTime>();
  readonly #undo = new DisposableStack();
  #keeping: Disposable | null = null;

  constructor(parts: SessionTimesParts) {
    this.#parts = parts;
  }

  start(): void {
    const { fleet, limits } = this.#parts;
    this.#undo.defer(fleet.onSession((session) => this.#sessionChanged(session)));
    this.#undo.defer(
      fleet.onReachable((_computer, reachable) => {
        if (reachable) this.#forgetOthers();
        // Nothing can be done meanwhile, and nobody is to be surprised when it can again.
        for (const watched of this.#watched.values()) this.#begin(watched);
      }),
    );
    this.#undo.defer(
      limits.onChange(() => {
        for (const watched of this.#watched.values()) {
          // What was hidden behind the other countdown begins when it is seen.
          if (watched.shown?.why === 'longest') watched.idle.warnedAtMs = null;
          this.#look(watched);
        }
      }),
    );
  }

  stop(): void {
    this.#undo.dispose();
    this.#keeping?.[Symbol.dispose]();
    this.#keeping = null;
    for (const watched of this.#watched.values()) {
      watched.timer?.[Symbol.dispose]();
      this.#count(watched);
      this.#keep(watched);
    }
    this.#watched.clear();
  }

  /** Somebody used a key or the pointer there. Called for each of them: it does next to nothing unless a countdown is shown. */
  input(session: string): void {
    const watched = this.#watched.get(session);
    if (watched === undefined) return;
    watched.idle.lastInputMs = this.#parts.clock.monotonicMs();
    if (watched.idle.warnedAtMs !== null) {
      watched.idle.warnedAtMs = null;
      this.#look(watched);
    }
  }

  /** What the station of this session shows of it now. */
  shown(session: string): TimeShown | null {
    return this.#watched.get(session)?.shown ?? null;
  }

  /** What is left of the time that this session may take, and null where no limit holds. */
  leftMs(session: Session): number | null {
    const limits = this.#parts.limits.of(session);
    if (limits.longestSessionMinutes === 0) return null;
    const watched = this.#watched.get(session.id);
    if (watched !== undefined) this.#count(watched);
    const { used, verdict } = longestAt(watched?.used ?? this.#kept(session.id), limits);
    if (verdict.phase === 'warning') return verdict.leftMs;
    if (verdict.phase !== 'quiet') return 0;
    return limits.longestSessionMinutes * 60_000 + used.grantedMs - used.usedMs;
  }

  requests(): TimeRequest[] {
    const { clock } = this.#parts;
    return [...this.#watched.values()].flatMap(({ session, request, askedAt, shown }) => {
      const { id, user, fullName, station } = session;
      if (request !== 'asked' || station === null) return [];
      const endsAt = Math.round(clock.nowMs() + Math.max(0, (shown?.endsAtMs ?? 0) - clock.monotonicMs()));
      return [{ session: id, user, fullName, station, at: askedAt, endsAt }];
    });
  }

  /** The person asks for more time. Throws `not-possible-now` unless the countdown is shown and nobody asked yet. */
  ask(session: Session, record: () => void): void {
    const watched = this.#watched.get(session.id);
    if (watched?.shown?.why !== 'longest' || watched.request !== 'none') throw new CodedError('not-possible-now');
    record();
    watched.request = 'asked';
    watched.askedAt = this.#parts.clock.nowMs();
    this.#begin(watched);
    this.#requestsChanged();
  }

  /** Gives a session so many minutes more. Throws `no-time-limit`, `store-full`; then nothing has changed. */
  extend(session: Session, minutes: number, record: () => void): void {
    const { store, limits } = this.#parts;
    const now = limits.of(session);
    if (now.longestSessionMinutes === 0) throw new CodedError('no-time-limit');
    const watched = this.#watched.get(session.id);
    if (watched !== undefined) this.#count(watched);
    const used = granted(watched?.used ?? this.#kept(session.id), now, minutes);
    store.transaction(() => {
      this.#write(session.id, used);
      record();
    });
    if (watched === undefined) return;
    watched.used = used;
    this.#answer(watched, 'none', minutes);
  }

  /** Says no to who asked for more time. Throws `not-possible-now` where nobody did. */
  refuse(session: Session, record: () => void): void {
    const watched = this.#watched.get(session.id);
    if (watched?.request !== 'asked') throw new CodedError('not-possible-now');
    record();
    this.#answer(watched, 'refused', null);
  }

  #answer(watched: Watched, request: TimeRequestState, minutes: number | null): void {
    const asked = watched.request === 'asked';
    watched.request = request;
    // Whoever reads the answer has time to do so.
    this.#begin(watched);
    const { station } = watched.session;
    if (station !== null) for (const listener of this.#answerListeners) listener(station, minutes);
    if (asked) this.#requestsChanged();
  }

  /** Hears of stations where something else is shown now. */
  onChange(listener: (station: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Hears of stations where a person is to be told that there is more time; null: that there is not. */
  onAnswer(listener: (station: string, minutes: number | null) => void): () => void {
    this.#answerListeners.add(listener);
    return () => this.#answerListeners.delete(listener);
  }

  /** Who asks for more time, for the live feed. */
  readonly live: LiveSource = {
    known: () => {
      const requests = this.requests();
      return requests.length === 0 ? [] : [{ event: 'time-requests.changed', requests }];
    },
    onChange: (listener) => this.onRequests((requests) => listener({ event: 'time-requests.changed', requests })),
  };

  onRequests(listener: (requests: TimeRequest[]) => void): () => void {
    this.#requestListeners.add(listener);
    return () => this.#requestListeners.delete(listener);
  }

  #requestsChanged(): void {
    const requests = this.requests();
    for (const listener of this.#requestListeners) listener(requests);
  }

  #sessionChanged(session: Session): void {
    const watched = this.#watched.get(session.id);
    if (!isAtWork(session)) {
      if (watched !== undefined) this.#leave(watched);
      if (session.state === 'ended') this.#forget(session.id);
      return;
    }
    if (watched === undefined) {
      const nowMs = this.#parts.clock.monotonicMs();
      const begun: Watched = {
        session,
        countedToMs: nowMs,
        used: this.#kept(session.id),
        idle: { lastInputMs: nowMs, warnedAtMs: null },
        shown: null,
        timer: null,
        acting: false,
        notBeforeMs: 0,
        request: 'none',
        askedAt: 0,
      };
      this.#watched.set(session.id, begun);
      this.#look(begun);
      return;
    }
    const before = watched.session;
    watched.session = session;
    // Somebody signed in, unlocked it, or moved it.
    const touched = before.attachment !== session.attachment || before.state !== session.state;
    if (touched) this.#begin(watched);
    else this.#look(watched);
  }

  /** Nobody is idle yet. */
  #begin(watched: Watched): void {
    watched.idle = { lastInputMs: this.#parts.clock.monotonicMs(), warnedAtMs: null };
    this.#look(watched);
  }

  #leave(watched: Watched): void {
    watched.timer?.[Symbol.dispose]();
    this.#count(watched);
    this.#keep(watched);
    this.#watched.delete(watched.session.id);
    if (watched.request === 'asked') this.#requestsChanged();
  }

  #count(watched: Watched): void {
    const nowMs = this.#parts.clock.monotonicMs();
    watched.used = { ...watched.used, usedMs: watched.used.usedMs + nowMs - watched.countedToMs };
    watched.countedToMs = nowMs;
  }

  /** Does what is due and sets the timer for what comes next. */
  #look(watched: Watched): void {
    const { clock, limits } = this.#parts;
    watched.timer?.[Symbol.dispose]();
    watched.timer = null;
    this.#count(watched);
    if (watched.acting) return;
    const nowMs = clock.monotonicMs();
    // An ordered log-off has a countdown of its own.
    if (watched.session.endsAt !== null) {
      this.#show(watched, null);
      return;
    }
    const now = limits.of(watched.session);
    const { idle, verdict: idleVerdict } = idleAt(watched.idle, now, nowMs);
    const { used, verdict: longestVerdict } = longestAt(watched.used, now);
    watched.idle = idle;
    watched.used = used;
    if (longestVerdict.phase !== 'off') this.#keepNowAndThen();
    if (longestVerdict.phase === 'quiet' || longestVerdict.phase === 'off') this.#withdraw(watched);
    this.#show(watched, sooner(idleVerdict, longestVerdict, nowMs, watched.request));
    const retryInMs = watched.notBeforeMs - nowMs;
    if (retryInMs <= 0) {
      if (longestVerdict.phase === 'over') {
        this.#act(watched, this.#end(watched, now));
        return;
      }
      if (idleVerdict.phase === 'over') {
        this.#act(watched, this.#suspend(watched, 'idle'));
        return;
      }
    }
    const waits = [idleVerdict, longestVerdict].flatMap((verdict) => waitOf(verdict, retryInMs));
    if (waits.length === 0) return;
    watched.timer = clock.after(Math.min(Math.ceil(Math.min(...waits)), longestSleepMs), () => this.#look(watched));
  }

  /** A question that has no countdown any more. */
  #withdraw(watched: Watched): void {
    if (watched.request === 'none') return;
    const asked = watched.request === 'asked';
    watched.request = 'none';
    if (asked) this.#requestsChanged();
  }

  #show(watched: Watched, shown: TimeShown | null): void {
    const before = watched.shown;
    watched.shown = shown;
    const { station } = watched.session;
    const same =
      before?.why === shown?.why &&
      before?.request === shown?.request &&
      Math.abs((before?.endsAtMs ?? 0) - (shown?.endsAtMs ?? 0)) < 500;
    if (same || station === null) return;
    for (const listener of this.#listeners) listener(station);
  }

  /** Once it is done the host tells that the session left its station; where it fails the person stays, and it is tried again. */
  #act(watched: Watched, deed: Promise<unknown>): void {
    watched.acting = true;
    deed
      .catch((error: unknown) => {
        const { code } = tellError(error);
        this.#parts.log.warn({ err: error, code, session: watched.session.id }, 'A session could not be held to its time.');
        watched.notBeforeMs = this.#parts.clock.monotonicMs() + retryMs;
        watched.idle = { lastInputMs: this.#parts.clock.monotonicMs(), warnedAtMs: null };
      })
      .finally(() => {
        watched.acting = false;
        if (this.#watched.get(watched.session.id) === watched) this.#look(watched);
      });
  }

  async #suspend({ session: { id, computer, attachment } }: Watched, cause: 'idle' | 'time-over'): Promise<void> {
    await this.#parts.fleet.call(computer, 'session.suspend', { session: id, cause, attachment });
  }

  /** Logs off; where windows say that work is not saved, or cannot be looked at, the first time suspends instead. */
  async #end(watched: Watched, limits: TimeLimits): Promise<void> {
    const { fleet } = this.#parts;
    const { id, computer, attachment } = watched.session;
    if (!watched.used.prolonged) {
      const { sessions } = await fleet.call(computer, 'session.unsaved', { sessions: [id] });
      const [work] = sessions;
      // It may have been given more time, or gone elsewhere, while its windows were looked at.
      const { verdict } = longestAt(watched.used, this.#parts.limits.of(watched.session));
      if (verdict.phase !== 'over' || watched.session.attachment !== attachment || !this.#watched.has(id)) return;
      if (work !== undefined && (!work.looked || work.unsaved.length > 0)) {
        watched.used = prolonged(watched.used, limits);
        this.#keep(watched);
        await this.#suspend(watched, 'time-over');
        return;
      }
    }
    await fleet.call(computer, 'session.end', { session: id, cause: 'time-over', afterMs: 0 });
  }

  // What is kept

  #kept(session: string): UsedTime {
    const unkept = this.#unkept.get(session);
    if (unkept !== undefined) return unkept;
    const [row] = this.#parts.store.all<{ usedMs: number; grantedMs: number; endsAtMs: number | null; prolonged: number }>(
      'SELECT usedMs, grantedMs, endsAtMs, prolonged FROM sessionTimes WHERE session = ?',
      session,
    );
    return row === undefined ? unusedTime : { ...row, prolonged: row.prolonged === 1 };
  }

  #write(session: string, { usedMs, grantedMs, endsAtMs, prolonged: isProlonged }: UsedTime): void {
    this.#parts.store.run(
      `INSERT INTO sessionTimes (session, usedMs, grantedMs, endsAtMs, prolonged) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET usedMs = excluded.usedMs, grantedMs = excluded.grantedMs,
       endsAtMs = excluded.endsAtMs, prolonged = excluded.prolonged`,
      session,
      usedMs,
      grantedMs,
      endsAtMs,
      isProlonged ? 1 : 0,
    );
  }

  #keep({ session: { id }, used }: Watched): void {
    ifRoom(
      () => {
        this.#write(id, used);
        this.#unkept.delete(id);
      },
      (error) => {
        this.#unkept.set(id, used);
        this.#parts.log.warn({ err: error, session: id }, 'The store is full; the time of a session is only noted here.');
      },
    );
  }

  #keepNowAndThen(): void {
    this.#keeping ??= this.#parts.clock.after(keepEveryMs, () => {
      this.#keeping = null;
      for (const watched of this.#watched.values()) {
        if (this.#parts.limits.of(watched.session).longestSessionMinutes === 0) continue;
        this.#count(watched);
        this.#keep(watched);
        this.#keepNowAndThen();
      }
    });
  }

  #forget(session: string): void {
    this.#unkept.delete(session);
    ifRoom(
      () => this.#parts.store.run('DELETE FROM sessionTimes WHERE session = ?', session),
      () => {},
    );
  }

  #forgetOthers(): void {
    const { fleet, store } = this.#parts;
    const kept = store.all<{ session: string }>('SELECT session FROM sessionTimes').map(({ session }) => session);
    for (const id of goneSessions(fleet, kept)) this.#forget(id);
  }
}

/** In how long a verdict has to be looked at again. */
function waitOf(verdict: TimeVerdict, retryInMs: number): number[] {
  switch (verdict.phase) {
    case 'off':
      return [];
    case 'quiet':
      return [verdict.forMs];
    case 'warning':
      return [verdict.leftMs];
    case 'over':
      return [Math.max(0, retryInMs)];
  }
}

function sooner(idle: TimeVerdict, longest: TimeVerdict, nowMs: number, request: TimeRequestState): TimeShown | null {
  const leftOf = (verdict: TimeVerdict): number =>
    verdict.phase === 'warning' ? verdict.leftMs : verdict.phase === 'over' ? 0 : Number.POSITIVE_INFINITY;
  const idleMs = leftOf(idle);
  const longestMs = leftOf(longest);
  if (Math.min(idleMs, longestMs) === Number.POSITIVE_INFINITY) return null;
  return idleMs <= longestMs
    ? { why: 'idle', endsAtMs: nowMs + idleMs, request }
    : { why: 'longest', endsAtMs: nowMs + longestMs, request };
}
