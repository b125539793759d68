// The computer going down: people are warned, every session is suspended and saved, an account is written, and it goes. The one
// place where that is decided, whether a person ordered it or the computer's own system began it.
import type { Logger } from 'pino';
import { CodedError, tellError } from '#contract/errors.ts';
import type { ErrorCode } from '#contract/errors.ts';
import type { LeaveReport, LeaveWay, Leaving as LeavingShown } from '#contract/values.ts';
import type { ProgramAtRisk, Session, SessionCause, SessionCheck, SessionState } from '#model/session.ts';
import type { Clock } from './clock.ts';
import type { HostSettingValues } from './host-settings.ts';
import type { LeaveAccount } from './leave-account.ts';
import type { Power } from './power.ts';

type Phase = 'here' | LeavingShown['phase'];
/**
 * `order`: a person wants it. `system`: the computer's own system has begun it. `prepare`: the system is about to stop our
 * programs. `due`: the warning is over. `safe`: nothing is left to save, or no time. `stay`: a person takes it back. `back`: the
 * system did, or it did not go.
 */
type Happening = 'order' | 'system' | 'prepare' | 'due' | 'safe' | 'stay' | 'back';

/** The one table of what may happen. What is missing here is refused. */
const transitions: Readonly<Record<Phase, Readonly<Partial<Record<Happening, Phase>>>>> = {
  here: { order: 'warning', system: 'warning', prepare: 'saving' },
  warning: { system: 'warning', prepare: 'saving', due: 'saving', stay: 'here', back: 'here' },
  saving: { system: 'saving', prepare: 'saving', safe: 'going', back: 'here' },
  going: { system: 'going', prepare: 'saving', back: 'here' },
};

const causes: Readonly<Record<LeaveWay, SessionCause>> = {
  restart: 'computer-restarting',
  'shut-down': 'computer-shutting-down',
};

/** Of a session in one of these there are processes, which would be lost. */
const inMemory: ReadonlySet<SessionState> = new Set(['starting', 'active', 'locked', 'suspended', 'hibernating', 'restoring']);

/** What may be otherwise a moment later; it is tried a second time. */
const passing: ReadonlySet<ErrorCode> = new Set(['still-watched', 'save-failed', 'memory-short', 'not-possible-now', 'internal']);
const mostTries = 2;
const retryMs = 1_000;

/** What the programs are is looked at before the sessions are saved; they are not kept waiting for it longer than this. */
const checkPatienceMs = 5_000;
/** A computer that is still here after this time has not gone. */
const goingPatienceMs = 10 * 60_000;

/** Of the time that the system gives: what is kept back for going, and the part that may be spent on the warning. */
const marginPart = 10;
const longestMarginMs = 2_000;
const warningPart = 5;

/** What leaving needs of the sessions. */
export interface LeavableSessions {
  list(): Session[];
  on(listener: (session: Session) => void): () => void;
  suspendAll(cause: SessionCause): unknown;
  hibernate(id: string, cause: SessionCause, options: { closing: boolean }): Promise<Session>;
  check(): Promise<SessionCheck[]>;
  /** Why one that is listed as lost was not saved: the code of the error, null for want of time. */
  explainLost(id: string, cause: SessionCause, fault: string | null): void;
  /** From here on nobody comes to a session and none is started, for this reason; null: they may again. */
  refuseEntering(error: CodedError | null): void;
}

interface LeavingParts {
  sessions: LeavableSessions;
  power: Power;
  account: LeaveAccount;
  settings: { readonly values: HostSettingValues };
  clock: Clock;
  log: Logger;
}

type Told = ReturnType<typeof tellError>;

interface Attempted {
  tries: number;
  error: Told;
  /** Running time before which it is not tried again. */
  againMs: number;
}

/** One time of going down, from its beginning to its end. */
interface Course {
  phase: LeavingShown['phase'];
  how: LeaveWay;
  by: string;
  /** The computer's own system has begun it: nothing has to be asked of it. */
  bySystem: boolean;
  /** Running time at which the phase ends. */
  untilMs: number;
  timer: Disposable;
  /** Sessions that were in memory when saving began or came there later. */
  readonly met: Map<string, string>;
  readonly risks: Map<string, readonly ProgramAtRisk[]>;
  readonly failed: Map<string, Attempted>;
  /** Sessions that we are just saving. */
  readonly inHand: Set<string>;
  /** The sessions are looked after. */
  attended: boolean;
  /** Wakes who waits for a change. */
  wake: () => void;
  report: PromiseWithResolvers<LeaveReport>;
  /** How many sessions were still to be saved when that was last told. */
  unsavedTold: number;
}

export class Leaving {
  readonly #parts: LeavingParts;
  readonly #listeners = new Set<() => void>();
  #course: Course | null = null;
  #fault: string | null = null;
  #stopListening: (() => void) | null = null;

  constructor(parts: LeavingParts) {
    this.#parts = parts;
  }

  /** Reads the account of the last time. The sessions must have been found before. */
  start(): void {
    const { account, sessions } = this.#parts;
    account.read(sessions.list());
    for (const { session, outcome, error } of account.last?.sessions ?? []) {
      if (outcome === 'lost' && account.last !== null)
        sessions.explainLost(session, causes[account.last.how], error?.code ?? null);
    }
    this.#stopListening = sessions.on(() => this.#sessionChanged());
    this.#tell();
  }

  /** Nothing more is done; who waits is rejected. A system that goes down does so without us. */
  stop(): void {
    this.#stopListening?.();
    this.#stopListening = null;
    this.#dropCourse(new CodedError('computer-unreachable'));
  }

  /** Calls `listener` after every change of what `describe` tells. Returns what takes it back. */
  on(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get isUnderWay(): boolean {
    return this.#course !== null && this.#course.phase !== 'warning';
  }

  get lastLeave(): LeaveReport | null {
    return this.#parts.account.last;
  }

  /** What the system said when it did not go, null if it was not asked since the start. */
  get fault(): string | null {
    return this.#fault;
  }

  /** What is under way, as it is shown; null: nothing. */
  describe(): LeavingShown | null {
    const course = this.#course;
    if (course === null) return null;
    const { phase, how, by, bySystem } = course;
    const { clock } = this.#parts;
    const until = Math.max(0, Math.round(clock.wallMs() + course.untilMs - clock.runningMs()));
    return { how, phase, until, unsaved: this.#unsaved(course).length, by, stoppable: phase === 'warning' && !bySystem };
  }

  /** Why nobody can sign in now, null if they can. */
  get refusal(): CodedError | null {
    return this.isUnderWay ? new CodedError('computer-leaving') : null;
  }

  /** A person orders it. Throws `not-possible-now` if something is under way. */
  order({ how, afterMs, by }: { how: LeaveWay; afterMs: number; by: string }): void {
    this.#require('order');
    this.#begin({ how, by, bySystem: false }, afterMs);
  }

  /** Takes back what a person ordered, during its warning; else throws `not-possible-now`. */
  stay(): void {
    const course = this.#course;
    if (course === null || course.bySystem) throw this.#refused('stay');
    this.#step(course, 'stay');
    this.#tell();
  }

  /**
   * The computer's own system has begun to go down and goes on after `withinMs`, whatever we do. What a person ordered becomes
   * the system's. Told twice, the second may only say better how.
   */
  systemBegins({ how, withinMs }: { how: LeaveWay; withinMs: number }): void {
    const { leaveWarningSeconds } = this.#parts.settings.values;
    const endMs = this.#parts.clock.runningMs() + withinMs - Math.min(longestMarginMs, withinMs / marginPart);
    const warningMs = Math.min(leaveWarningSeconds * 1_000, withinMs / warningPart);
    const course = this.#course;
    this.#require('system');
    if (course === null) {
      this.#begin({ how, by: '', bySystem: true }, warningMs, endMs);
      return;
    }
    // Gone by our own order, which the system now carries out.
    if (course.phase === 'going') return;
    this.#log('system', course);
    const isNew = !course.bySystem;
    Object.assign(course, { how, by: '', bySystem: true });
    if (isNew && course.phase === 'warning') {
      this.#setTimer(course, Math.min(course.untilMs, this.#parts.clock.runningMs() + warningMs), () =>
        this.#save(course, 'due', endMs),
      );
    } else if (isNew) {
      this.#setTimer(course, Math.min(course.untilMs, endMs), () => this.#go(course));
    }
    this.#tell();
  }

  /** The system does not go down after all. */
  systemStays(): void {
    const course = this.#course;
    if (course === null || (!course.bySystem && course.phase !== 'going')) return;
    this.#back('the system has taken it back');
  }

  /**
   * The system is about to stop our programs: saves without a warning, and joins what is under way. Fulfilled with what became of
   * each session when all are safe, or after `limitMs`.
   */
  async prepare({ how, limitMs }: { how: LeaveWay; limitMs: number }): Promise<LeaveReport> {
    this.#require('prepare');
    const { clock, settings } = this.#parts;
    const endMs = clock.runningMs() + Math.min(limitMs, settings.values.leaveLimitSeconds * 1_000);
    let course = this.#course;
    if (course === null) {
      course = this.#newCourse({ how, by: '', bySystem: true });
      this.#course = course;
      this.#save(course, 'prepare', endMs);
      return await course.report.promise;
    }
    course.bySystem = true;
    if (course.phase === 'going') {
      if (this.#unsaved(course).length === 0) return await course.report.promise;
      // The time that was given first was too short; there is more for whoever waits from here on.
      course.report = Promise.withResolvers();
      course.report.promise.catch(() => undefined);
    }
    this.#save(course, 'prepare', endMs);
    return await course.report.promise;
  }

  #phase(): Phase {
    return this.#course?.phase ?? 'here';
  }

  #refused(happening: Happening): CodedError {
    const phase = this.#phase();
    this.#parts.log.warn({ happening, from: phase }, 'leaving: refused, the table does not allow it');
    return new CodedError('not-possible-now', { state: phase, happening });
  }

  #require(happening: Happening): Phase {
    const next = transitions[this.#phase()][happening];
    if (next === undefined) throw this.#refused(happening);
    return next;
  }

  /** The one writer of the phase; `here` is when there is no course. */
  #step(course: Course, happening: Happening): void {
    const next = this.#require(happening);
    if (next === 'here') this.#dropCourse(new CodedError('not-possible-now'));
    else course.phase = next;
    this.#log(happening, course);
  }

  #log(happening: Happening, { how, by, bySystem, phase }: Course): void {
    this.#parts.log.info({ happening, phase, how, by, bySystem }, 'leaving');
  }

  #tell(): void {
    if (this.#course !== null) this.#course.unsavedTold = this.#unsaved(this.#course).length;
    for (const listener of this.#listeners) {
      try {
        listener();
      } catch (error) {
        this.#parts.log.error({ err: error }, 'a listener failed');
      }
    }
  }

  #newCourse(order: Pick<Course, 'how' | 'by' | 'bySystem'>): Course {
    const course: Course = {
      ...order,
      phase: 'warning',
      untilMs: this.#parts.clock.runningMs(),
      timer: { [Symbol.dispose]: () => undefined },
      met: new Map(),
      risks: new Map(),
      failed: new Map(),
      inHand: new Set(),
      attended: false,
      wake: () => undefined,
      report: Promise.withResolvers(),
      unsavedTold: 0,
    };
    // Mostly nobody waits for it.
    course.report.promise.catch(() => undefined);
    return course;
  }

  #setTimer(course: Course, untilMs: number, action: () => void): void {
    const { clock } = this.#parts;
    course.timer[Symbol.dispose]();
    course.untilMs = untilMs;
    course.timer = clock.after(Math.max(0, untilMs - clock.runningMs()), action);
  }

  /** `endMs`: running time at which it must be done, if the system says so. */
  #begin(order: Pick<Course, 'how' | 'by' | 'bySystem'>, warningMs: number, endMs: number | null = null): void {
    const course = this.#newCourse(order);
    this.#course = course;
    this.#fault = null;
    this.#log(order.bySystem ? 'system' : 'order', course);
    if (warningMs <= 0) {
      this.#save(course, 'due', endMs);
      return;
    }
    this.#setTimer(course, this.#parts.clock.runningMs() + warningMs, () => this.#save(course, 'due', endMs));
    this.#tell();
  }

  /** The warning is over, or there is none: everybody is suspended and every session saved. */
  #save(course: Course, happening: 'due' | 'prepare', endMs: number | null): void {
    const { sessions, settings, clock } = this.#parts;
    const limitMs = clock.runningMs() + settings.values.leaveLimitSeconds * 1_000;
    this.#step(course, happening);
    this.#setTimer(course, endMs === null ? limitMs : Math.min(limitMs, endMs), () => this.#go(course));
    sessions.refuseEntering(new CodedError('computer-leaving'));
    this.#tell();
    void this.#attend(course);
  }

  #sessionChanged(): void {
    const course = this.#course;
    if (course === null || course.phase === 'warning') return;
    course.wake();
    if (this.#unsaved(course).length !== course.unsavedTold) this.#tell();
  }

  #isFinal(attempted: Attempted | undefined): boolean {
    return attempted !== undefined && (attempted.tries >= mostTries || !passing.has(attempted.error.code));
  }

  /** Sessions that are still to be saved. */
  #unsaved(course: Course): Session[] {
    return this.#parts.sessions
      .list()
      .filter(({ id, state }) => inMemory.has(state) && !(state === 'suspended' && this.#isFinal(course.failed.get(id))));
  }

  #isSaving(course: Course): boolean {
    return this.#course === course && course.phase === 'saving';
  }

  /** Fulfilled at the next change of a session, at the latest after `patienceMs`. */
  async #change(course: Course, patienceMs: number | null): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    course.wake = resolve;
    using _timer = patienceMs === null ? null : this.#parts.clock.after(patienceMs, resolve);
    await promise;
  }

  /** Saves what there is to save until all is safe or it is too late. Never rejects. */
  async #attend(course: Course): Promise<void> {
    if (course.attended) {
      course.wake();
      return;
    }
    course.attended = true;
    try {
      this.#suspendAll(course);
      await this.#look(course);
      while (this.#isSaving(course)) {
        this.#suspendAll(course);
        const unsaved = this.#unsaved(course);
        for (const { id, user } of unsaved) course.met.set(id, user);
        if (unsaved.length === 0 && course.inHand.size === 0 && !this.#isEndingAny()) break;
        const againMs = this.#saveReady(course, unsaved);
        await this.#change(course, againMs === null ? null : againMs - this.#parts.clock.runningMs());
      }
    } catch (error) {
      this.#parts.log.error({ err: error }, 'leaving: the sessions could not be looked after');
    } finally {
      course.attended = false;
    }
    if (this.#isSaving(course)) this.#go(course);
  }

  /** A session that is just ending is writing its last things. */
  #isEndingAny(): boolean {
    return this.#parts.sessions.list().some(({ state }) => state === 'ending');
  }

  #suspendAll(course: Course): void {
    try {
      this.#parts.sessions.suspendAll(causes[course.how]);
    } catch (error) {
      this.#parts.log.error({ err: error }, 'leaving: the sessions could not be suspended');
    }
  }

  /** Finds out what saving does to the programs, for the account; saving does not depend on it. */
  async #look(course: Course): Promise<void> {
    const { sessions, clock, log } = this.#parts;
    const late = Promise.withResolvers<null>();
    using _timer = clock.after(Math.min(checkPatienceMs, (course.untilMs - clock.runningMs()) / marginPart), () =>
      late.resolve(null),
    );
    try {
      const checks = await Promise.race([sessions.check(), late.promise]);
      if (checks === null) log.warn('leaving: the programs could not be looked at in time');
      for (const { session, atRisk } of checks ?? []) course.risks.set(session, atRisk);
    } catch (error) {
      log.error({ err: error }, 'leaving: the programs could not be looked at');
    }
  }

  /** Begins to save those that can be now; the sessions see to it how many at once. Gives the running time of the next try. */
  #saveReady(course: Course, unsaved: readonly Session[]): number | null {
    const nowMs = this.#parts.clock.runningMs();
    let nextMs: number | null = null;
    for (const { id, state } of unsaved) {
      if (state !== 'suspended' || course.inHand.has(id)) continue;
      const againMs = course.failed.get(id)?.againMs ?? nowMs;
      if (againMs <= nowMs) void this.#saveOne(course, id);
      else nextMs = Math.min(nextMs ?? againMs, againMs);
    }
    return nextMs;
  }

  /** Never rejects. */
  async #saveOne(course: Course, id: string): Promise<void> {
    const { sessions, clock, log } = this.#parts;
    course.inHand.add(id);
    try {
      const { state } = await sessions.hibernate(id, causes[course.how], { closing: true });
      if (state === 'suspended') throw new CodedError('internal');
    } catch (error) {
      const told = tellError(error);
      const tries = (course.failed.get(id)?.tries ?? 0) + 1;
      course.failed.set(id, { tries, error: told, againMs: clock.runningMs() + retryMs });
      log.warn({ session: id, code: told.code, ...told.details, err: error }, 'leaving: a session could not be saved');
    } finally {
      course.inHand.delete(id);
    }
    if (this.#course === course) this.#sessionChanged();
  }

  /** All is safe, or there is no time left. */
  #go(course: Course): void {
    if (!this.#isSaving(course)) return;
    const { account, clock, power } = this.#parts;
    const report = this.#reportOf(course);
    account.write(report);
    this.#step(course, 'safe');
    this.#setTimer(course, clock.runningMs() + goingPatienceMs, () => this.#back('the computer has not gone'));
    course.wake();
    course.report.resolve(report);
    this.#tell();
    if (!course.bySystem) {
      power.leave(course.how).catch((error: unknown) => {
        if (this.#course === course) this.#back(error instanceof Error ? error.message : String(error));
      });
    }
  }

  #reportOf(course: Course): LeaveReport {
    const now = new Map(this.#parts.sessions.list().map((session) => [session.id, session]));
    for (const { id, user, state } of now.values()) if (inMemory.has(state)) course.met.set(id, user);
    const sessions: LeaveReport['sessions'] = [];
    for (const [id, user] of course.met) {
      const state = now.get(id)?.state;
      // Ended by the person or by its programs while the others were saved.
      if (state === undefined || state === 'ending') continue;
      const atRisk = course.risks.get(id) ?? [];
      if (state === 'hibernated') {
        // What is reopened is closed as well, but the person has it again.
        const closed = atRisk.filter(({ fate }) => fate === 'lost').map(({ program }) => program);
        const programs = [...new Set(closed)];
        sessions.push({ session: id, user, outcome: programs.length === 0 ? 'saved' : 'saved-without', programs, error: null });
      } else {
        const programs = [...new Set(atRisk.map(({ program }) => program))];
        sessions.push({ session: id, user, outcome: 'lost', programs, error: course.failed.get(id)?.error ?? null });
      }
    }
    return { how: course.how, at: this.#parts.clock.wallMs(), by: course.by, sessions };
  }

  /** The computer is here as before. Sessions that were saved stay so until somebody signs in. */
  #back(why: string): void {
    const course = this.#course;
    if (course === null) return;
    this.#parts.log.error({ why, phase: course.phase, how: course.how }, 'leaving: the computer stays');
    this.#fault = why;
    if (course.phase === 'going') this.#parts.account.takeBack();
    this.#step(course, 'back');
    this.#tell();
  }

  #dropCourse(why: CodedError): void {
    const course = this.#course;
    if (course === null) return;
    this.#course = null;
    course.timer[Symbol.dispose]();
    course.wake();
    course.report.reject(why);
    this.#parts.sessions.refuseEntering(null);
  }
}
