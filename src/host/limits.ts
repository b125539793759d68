// The limits that save sessions to disk, and end what was suspended or saved too long ago, without anybody asking for it.
import type { Logger } from 'pino';
import { tellError } from '#contract/errors.ts';
import type { Session, SessionCause } from '#model/session.ts';
import type { Clock } from './clock.ts';
import type { HostSettingValues } from './host-settings.ts';
import type { Memory } from './memory.ts';
import type { OwnLimits } from './own-limits.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 86_400_000;

/** How often the memory is looked at while a session could be saved because of it. */
const memoryLookMs = 5_000;
/** A session that could not be saved is left alone for so long. */
const backoffMs = 10 * minuteMs;
/** Nobody looks less often, as the wall clock may be set meanwhile; a timer cannot be set for longer than 24 days either. */
const longestSleepMs = 6 * 60 * minuteMs;

/**
 * Nothing that was saved is ended by one look at a clock that may have jumped: it must be over the limit through this running
 * time, in which the wall clock went as fast as the running time did.
 */
const certainAfterMs = 10 * minuteMs;
/** The same for one that is more than twice as old as the limit, as after long holidays, or where the clock is wrong by years. */
const certainLateMs = 120 * minuteMs;
/** By how much the two may differ; setting a clock right by the network is not a jump. */
const jumpMs = minuteMs;

/** What the limits need of the sessions. */
export interface LimitedSessions {
  list(): Session[];
  on(listener: (session: Session) => void): () => void;
  hibernate(id: string, cause: SessionCause, options: { closing: boolean }): Promise<Session>;
  end(id: string, cause: SessionCause, afterMs: number): Session;
}

interface LimitsParts {
  sessions: LimitedSessions;
  settings: { readonly values: HostSettingValues };
  /** What holds for each session, and when that or the settings are others. */
  own: Pick<OwnLimits, 'of' | 'onChange'>;
  /** While the computer goes down, everything is being saved anyway. */
  leaving: { readonly isUnderWay: boolean; on(listener: () => void): () => void };
  memory: () => Memory;
  /** What is kept for the next life of the host program. */
  times: { read(): ReadonlyMap<string, number>; write(times: ReadonlyMap<string, number>): void };
  clock: Clock;
  log: Logger;
}

/** A saved session that is over the limit: since when by running time, and what the wall clock was ahead of that then. */
interface Overdue {
  sinceMs: number;
  wallAheadMs: number;
}

/** One session at a time is saved. Between its looks nothing runs but one timer. */
export class Limits {
  readonly #parts: LimitsParts;
  /** Suspended sessions and the running time at which they became so. One that is tried and not saved stays the same. */
  readonly #suspendedAt = new Map<string, number>();
  /** The same as far as it was measured by running time alone: no wall clock that was set makes a session end. */
  readonly #measuredSince = new Map<string, number>();
  /** Running time before which a session is not tried again. */
  readonly #notBefore = new Map<string, number>();
  /** Running time before which the end of one that could not be ended is not tried again. */
  readonly #endNotBefore = new Map<string, number>();
  readonly #overdue = new Map<string, Overdue>();
  #timer: Disposable | null = null;
  #nextMemoryLookMs = 0;
  #saving = false;
  #looking = false;
  #lookAgain = false;
  #running = false;
  #stops: (() => void)[] = [];

  constructor(parts: LimitsParts) {
    this.#parts = parts;
  }

  start(): void {
    const { sessions, own, leaving, clock, times } = this.#parts;
    this.#running = true;
    const kept = times.read();
    const nowMs = clock.runningMs();
    for (const session of sessions.list()) {
      if (session.state === 'suspended') {
        const keptMs = kept.get(session.id);
        const known = keptMs !== undefined && keptMs <= nowMs;
        this.#suspendedAt.set(session.id, known ? keptMs : nowMs - Math.max(0, clock.wallMs() - session.since));
        this.#measuredSince.set(session.id, known ? keptMs : nowMs);
      }
    }
    times.write(this.#measuredSince);
    const look = (): void => this.#look();
    this.#stops = [sessions.on((session) => this.#note(session)), own.onChange(look), leaving.on(look)];
    this.#look();
  }

  stop(): void {
    this.#running = false;
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#timer?.[Symbol.dispose]();
    this.#timer = null;
    for (const known of [this.#suspendedAt, this.#measuredSince, this.#notBefore, this.#endNotBefore, this.#overdue])
      known.clear();
  }

  #note(session: Session): void {
    const { id, state } = session;
    if (state === 'suspended') {
      if (!this.#suspendedAt.has(id)) {
        const nowMs = this.#parts.clock.runningMs();
        this.#suspendedAt.set(id, nowMs);
        this.#measuredSince.set(id, nowMs);
        this.#parts.times.write(this.#measuredSince);
      }
    } else if (state !== 'hibernating') {
      this.#suspendedAt.delete(id);
      if (this.#measuredSince.delete(id)) this.#parts.times.write(this.#measuredSince);
      this.#notBefore.delete(id);
      this.#endNotBefore.delete(id);
    }
    if (state !== 'hibernated') this.#overdue.delete(id);
    this.#look();
  }

  /** Does what is due, and sets the timer for what is due next. What it does is told while it looks: then it looks once more. */
  #look(): void {
    if (!this.#running) return;
    this.#lookAgain = true;
    if (this.#looking) return;
    this.#looking = true;
    try {
      while (this.#lookAgain) {
        this.#lookAgain = false;
        this.#setTimer([this.#endSaved(), this.#endSuspended(), this.#saving ? null : this.#saveSuspended()]);
      }
    } finally {
      this.#looking = false;
    }
  }

  #setTimer(dues: readonly (number | null)[]): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = null;
    const dueMs = Math.min(...dues.filter((due) => due !== null));
    if (!this.#running || !Number.isFinite(dueMs)) return;
    const delayMs = Math.min(Math.max(0, Math.ceil(dueMs - this.#parts.clock.runningMs())), longestSleepMs);
    this.#timer = this.#parts.clock.after(delayMs, () => this.#look());
  }

  /** Ends what was saved too long ago. Gives the running time of the next look, null for none. */
  #endSaved(): number | null {
    const { clock, sessions, settings, log } = this.#parts;
    const limitMs = settings.values.keepSavedDays * dayMs;
    if (limitMs === 0) {
      this.#overdue.clear();
      return null;
    }
    const nowMs = clock.runningMs();
    const wallAheadMs = clock.wallMs() - nowMs;
    let nextMs: number | null = null;
    for (const { id, user, state, saved } of sessions.list()) {
      if (state !== 'hibernated' || saved === null) continue;
      const overMs = clock.wallMs() - saved.at - limitMs;
      let dueMs: number;
      if (overMs < 0) {
        this.#overdue.delete(id);
        dueMs = nowMs - overMs;
      } else {
        let overdue = this.#overdue.get(id);
        if (overdue === undefined || Math.abs(wallAheadMs - overdue.wallAheadMs) > jumpMs) {
          overdue = { sinceMs: nowMs, wallAheadMs };
          this.#overdue.set(id, overdue);
        }
        dueMs = overdue.sinceMs + (overMs > limitMs ? certainLateMs : certainAfterMs);
        if (dueMs <= nowMs) {
          this.#overdue.delete(id);
          log.info({ session: id, user, savedAt: saved.at }, 'saved too long ago, it is ended');
          try {
            sessions.end(id, 'saved-too-long', 0);
            continue;
          } catch (error) {
            log.error({ err: error, session: id }, 'a session that was saved too long ago could not be ended');
            dueMs = nowMs + backoffMs;
          }
        }
      }
      nextMs = Math.min(nextMs ?? dueMs, dueMs);
    }
    return nextMs;
  }

  /** Ends what has been suspended in memory for too long. Gives the running time of the next look, null for none. */
  #endSuspended(): number | null {
    const { clock, sessions, own, leaving, log } = this.#parts;
    if (leaving.isUnderWay) return null;
    const nowMs = clock.runningMs();
    let nextMs: number | null = null;
    for (const { id, user, state } of sessions.list()) {
      const sinceMs = this.#measuredSince.get(id);
      const limitMs = own.of(id).logOffSuspendedHours * hourMs;
      if (state !== 'suspended' || sinceMs === undefined || limitMs === 0) continue;
      let dueMs = Math.max(sinceMs + limitMs, this.#endNotBefore.get(id) ?? 0);
      if (dueMs <= nowMs) {
        log.info({ session: id, user, suspendedMs: nowMs - sinceMs }, 'suspended for too long, it is ended');
        try {
          sessions.end(id, 'not-continued', 0);
          continue;
        } catch (error) {
          log.error({ err: error, session: id }, 'a session that was suspended for too long could not be ended');
          dueMs = nowMs + backoffMs;
          this.#endNotBefore.set(id, dueMs);
        }
      }
      nextMs = Math.min(nextMs ?? dueMs, dueMs);
    }
    return nextMs;
  }

  /** Begins to save one session where a limit wants it. Gives the running time of the next look, null for none. */
  #saveSuspended(): number | null {
    const { clock, sessions, settings, own, leaving } = this.#parts;
    if (leaving.isUnderWay) return null;
    const nowMs = clock.runningMs();
    const { hibernateBelowMemoryPercent } = settings.values;
    const dueOf = (id: string, sinceMs: number): number => {
      const limitMs = own.of(id).hibernateAfterMinutes * minuteMs;
      return limitMs === 0 ? Number.POSITIVE_INFINITY : sinceMs + limitMs;
    };
    const suspended = new Set(sessions.list().flatMap(({ id, state }) => (state === 'suspended' ? [id] : [])));
    const longestFirst = [...this.#suspendedAt].filter(([id]) => suspended.has(id)).toSorted(([, a], [, b]) => a - b);
    const ready = longestFirst.filter(([id]) => (this.#notBefore.get(id) ?? 0) <= nowMs);
    let nextMs: number | null = null;
    const next = (dueMs: number): void => {
      nextMs = Math.min(nextMs ?? dueMs, dueMs);
    };
    const tooLong = ready.find(([id, sinceMs]) => dueOf(id, sinceMs) <= nowMs);
    if (tooLong !== undefined) {
      void this.#save(tooLong[0], 'suspended-too-long');
      return null;
    }
    for (const [id, sinceMs] of longestFirst) next(Math.max(dueOf(id, sinceMs), this.#notBefore.get(id) ?? 0));
    const first = ready[0];
    if (hibernateBelowMemoryPercent > 0 && first !== undefined) {
      if (this.#nextMemoryLookMs <= nowMs) {
        if (this.#isMemoryShort(hibernateBelowMemoryPercent)) {
          void this.#save(first[0], 'memory-short');
          return null;
        }
        this.#nextMemoryLookMs = nowMs + memoryLookMs;
      }
      next(this.#nextMemoryLookMs);
    } else if (hibernateBelowMemoryPercent > 0) {
      for (const [id] of longestFirst) next(this.#notBefore.get(id) ?? nowMs);
    }
    return nextMs;
  }

  #isMemoryShort(percent: number): boolean {
    try {
      const { availableBytes, totalBytes } = this.#parts.memory();
      return availableBytes * 100 < totalBytes * percent;
    } catch (error) {
      this.#parts.log.error({ err: error }, 'it cannot be seen how much memory is free');
      return false;
    }
  }

  /** Saves one, then looks again at once. A program that would be lost is not closed for it: nobody was asked. Never rejects. */
  async #save(id: string, cause: SessionCause): Promise<void> {
    const { sessions, log, clock } = this.#parts;
    this.#saving = true;
    try {
      await sessions.hibernate(id, cause, { closing: false });
    } catch (error) {
      const { code } = tellError(error);
      log.warn({ session: id, cause, code, err: error }, 'a session could not be saved, others are tried');
      // Where this computer cannot do it at all, the others need not be tried.
      const concerned = code === 'hibernation-impossible' ? [...this.#suspendedAt.keys()] : [id];
      for (const one of concerned) if (this.#suspendedAt.has(one)) this.#notBefore.set(one, clock.runningMs() + backoffMs);
    } finally {
      this.#saving = false;
    }
    // Memory that was just freed or not counts now, not at the next look in turn.
    this.#nextMemoryLookMs = 0;
    this.#look();
  }
}
