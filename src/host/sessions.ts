// The sessions of this computer and the only place where they change: every happening goes through the one table of the model,
// is recorded for the host program's next life, and then told.
import { availableParallelism, hostname } from 'node:os';
import type { Logger } from 'pino';
import { CodedError, tellError } from '#contract/errors.ts';
import type { HostResult } from '#contract/host.ts';
import type { HostLimits } from '#model/limits.ts';
import { holdsStation, isResumable, isRunning, sessionAfter, takesMemory } from '#model/session.ts';
import type {
  SavedSession,
  Session,
  SessionCause,
  SessionCheck,
  SessionHappening,
  SessionState,
  UnsavedWork,
} from '#model/session.ts';
import type { PosixAccount } from './accounts.ts';
import type { Clock } from './clock.ts';
import type { Desktop, DesktopOrder, Desktops, FoundDesktop } from './desktops.ts';
import { newIdentity } from './identity.ts';
import { isDiskFull } from './durable-file.ts';
import type { SessionRecord, SessionRecords } from './session-record.ts';
import type { SignInAttempt } from './sign-in.ts';
import { Turnstile } from './turnstile.ts';

/** How long a person who comes back waits for the session that is just being ended, at most. */
const endPatienceMs = 30_000;
/** After this time a record for which there was no space is tried again. */
const recordRetryMs = 2_000;
/** The longest countdown, as in the contract. */
const longestCountdownMs = 3_600_000;

/** Where a happening leads, for the log of those that the table refuses. */
const aims: Readonly<Record<SessionHappening, SessionState>> = {
  opened: 'suspended',
  attach: 'active',
  move: 'active',
  suspend: 'suspended',
  lock: 'locked',
  unlock: 'active',
  hibernate: 'hibernating',
  saved: 'hibernated',
  kept: 'suspended',
  unrestored: 'hibernated',
  lose: 'lost',
  end: 'ending',
  gone: 'ended',
};

export interface EnterOrder {
  /** Whom PAM accepted. */
  account: PosixAccount;
  /** Belongs to the sessions from here on; they let it go. */
  attempt: SignInAttempt;
  station: string;
  /** `any`: the only session there is, or a new one. `new`: a further one. Else the id of one of the person's own. */
  choice: string;
  multiple: boolean;
  desktop: string;
  widthPx: number;
  heightPx: number;
  language: string;
  /** Limits of its own that the session has there. */
  limits?: HostLimits | undefined;
  /** So many sessions may the person have there; the setting if left out. */
  mostSessionsPerPerson?: number | undefined;
}

export interface MoveOrder {
  /** Where it goes. */
  station: string;
  /** The session there that is suspended for it; null: none is there, as far as is known. */
  displaces: string | null;
  /** Only if it is still in that attachment. */
  attachment?: number | undefined;
}

/** How many sessions there may be before no new one is started; 0: any number. */
export interface SessionBounds {
  /** Of one person. */
  mostSessionsPerPerson: number;
  /** In the computer's memory. */
  mostSessions: number;
}

/** What the sessions go by of the room's settings. */
export interface SessionRules {
  bounds(): SessionBounds;
  /** A session has these limits of its own from here on; told before it starts. */
  give(given: readonly { session: string; limits: HostLimits }[]): void;
}

const noRules: SessionRules = { bounds: () => ({ mostSessionsPerPerson: 0, mostSessions: 0 }), give: () => {} };

type SessionListener = (session: Session) => void;
type SuspendOutcome = HostResult<'session.suspendAll'>['outcomes'][number];

/** A log-off that has been announced. */
interface Countdown extends Disposable {
  /** Running time of the computer in milliseconds. */
  dueMs: number;
  cause: SessionCause;
}

interface SavingUnderWay {
  /** It has its turn: from here on it cannot be called off. */
  begun: boolean;
  calledOff: boolean;
  done: Promise<void>;
}

interface Held {
  /** Replaced at every change, never altered. */
  session: Session;
  /** Null while it is being opened or restored, and while it is on disk. */
  desktop: Desktop | null;
  /** Who waits at the station while it is being opened, restored, or saved. */
  waiter: PromiseWithResolvers<Session> | null;
  /** With what the session is restored for who waits while it is being saved. */
  order: EnterOrder | null;
  /** While it is being saved, or waits for its turn. */
  saving: SavingUnderWay | null;
  countdown: Countdown | null;
  /** While somebody looks at its windows from within. Never rejects. */
  looking: Promise<unknown> | null;
  readonly ended: PromiseWithResolvers<void>;
}

type Change = Partial<Pick<Session, 'cause' | 'station' | 'attachment' | 'endsAt' | 'endsBy' | 'desktop' | 'saved'>>;

function heldOf(session: Session): Held {
  return {
    session,
    desktop: null,
    waiter: null,
    order: null,
    saving: null,
    countdown: null,
    looking: null,
    ended: Promise.withResolvers(),
  };
}

function desktopOrderOf(session: string, { account, desktop, widthPx, heightPx, language }: EnterOrder): DesktopOrder {
  return { session, account, desktop, widthPx, heightPx, language };
}

function belongsTo(session: Session, account: PosixAccount): boolean {
  // The uid alone could have been given to somebody else after the account was removed.
  return session.user === account.name && session.uid === account.uid;
}

/** A saved session that could not be continued must not keep its person from working, unless it is just being tried again. */
function forbidsAnother(session: Session): boolean {
  return isResumable(session) && (session.state === 'restoring' || session.saved?.fault == null);
}

/** Holds the sessions. Between two `await`s nothing else happens, so every decision is taken on the state it changes. */
export class Sessions {
  readonly #desktops: Desktops;
  readonly #records: SessionRecords;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #rules: SessionRules;
  readonly #held = new Map<string, Held>();
  readonly #listeners = new Set<SessionListener>();
  /** Sessions whose present state could not be recorded yet. */
  readonly #unrecorded = new Set<Held>();
  /** So many sessions are saved side by side. */
  readonly #turnstile = new Turnstile(availableParallelism());
  /** Of so many sessions the windows are looked at side by side. */
  readonly #lookers = new Turnstile(2 * availableParallelism());
  #retry: Disposable | null = null;
  #running = false;
  #refusal: CodedError | null = null;

  constructor(desktops: Desktops, records: SessionRecords, clock: Clock, log: Logger, rules = noRules) {
    this.#desktops = desktops;
    this.#records = records;
    this.#clock = clock;
    this.#log = log;
    this.#rules = rules;
  }

  /** Finds the sessions that run from the records of an earlier life, and clears away what is left of those that do not. */
  async start(): Promise<void> {
    this.#running = true;
    const found = new Set([...this.#records.list(), ...(await this.#desktops.found())]);
    await Promise.all([...found].map((id) => this.#findAgain(id)));
    this.#settleStations();
  }

  /** Leaves the desktops running and their records for the next life. What is still being waited for is rejected. */
  stop(): void {
    this.#running = false;
    this.#recordRest();
    for (const held of this.#held.values()) {
      held.countdown?.[Symbol.dispose]();
      held.waiter?.reject(new CodedError('computer-unreachable'));
      this.#dropOrder(held);
      held.ended.resolve();
    }
    this.#retry?.[Symbol.dispose]();
    this.#listeners.clear();
  }

  /** Calls `listener` after every change of a session; state `ended` is the last. Returns what takes it back. */
  on(listener: SessionListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** All that have not ended, oldest first. */
  list(): Session[] {
    return Array.from(this.#held.values(), (held) => held.session).toSorted((a, b) => a.startedAt - b.startedAt);
  }

  /** Those of one person that signing in may continue, oldest first. */
  resumable(account: PosixAccount): Session[] {
    return this.list().filter((session) => belongsTo(session, account) && isResumable(session));
  }

  /** From here on nobody enters a session: `enter` rejects with this error; null lets people in again. */
  refuseEntering(error: CodedError | null): void {
    this.#refusal = error;
  }

  /**
   * Brings a session of the person to the station: continues, restores or starts one. Fulfilled when its desktop can be shown.
   * Of two sign-ins at the same instant the later one gets the session, the earlier is rejected with `suspended-meanwhile`.
   * Rejects with `station-taken`, `session-not-found`, `not-possible-now`, `changed-meanwhile` (`any`, but there are several),
   * `suspended-meanwhile`, `ended-meanwhile`, `computer-full`, `person-full`, `disk-full`, or what Desktops.open or Desktops.restore rejects with.
   */
  async enter(order: EnterOrder): Promise<{ session: Session; started: boolean }> {
    /** The attempt belongs to who starts or restores the desktop. */
    let handedOn = false;
    try {
      this.#mustLetIn();
      const patienceUntilMs = this.#clock.runningMs() + endPatienceMs;
      for (let ending = this.#inTheWay(order); ending !== null; ending = this.#inTheWay(order)) {
        await this.#untilGone(ending, patienceUntilMs);
        this.#mustLetIn();
      }
      // No `await` from the last look until the session has its new state.
      const held = this.#chosen(order);
      if (held === null) this.#mustHaveRoom(order);
      this.#clearStation(order, held);
      if (held === null) {
        const entered = this.#startNew(order);
        handedOn = true;
        return { session: await entered, started: true };
      }
      const { state } = held.session;
      const entered = this.#attach(held, order);
      handedOn = state === 'hibernated' || held.session.state === 'hibernating';
      return { session: await entered, started: false };
    } finally {
      if (!handedOn) order.attempt.finish();
    }
  }

  /**
   * Takes the session from its station; it goes on running. With `attachment`: only if it is still in that attachment, else
   * nothing happens. Whoever waits for it while it starts is rejected with `suspended-meanwhile`.
   */
  suspend(id: string, cause: SessionCause, attachment?: number): Session {
    const held = this.#find(id);
    if (attachment !== undefined && attachment !== held.session.attachment) return held.session;
    if (this.#isAtNoStation(held.session)) return held.session;
    return this.#suspend(held, cause);
  }

  /**
   * Brings a session that runs to another station without a sign-in; the gateway has asked who may order that. One that is locked
   * stays locked. Throws `station-taken` (somebody else is there than the order knew), `changed-meanwhile` (it is in another
   * attachment), `not-possible-now` (it does not run), or what keeps people from entering.
   */
  move(id: string, { station, displaces, attachment }: MoveOrder): Session {
    const held = this.#find(id);
    this.#mustLetIn();
    const { session } = held;
    if (attachment !== undefined && attachment !== session.attachment) throw new CodedError('changed-meanwhile');
    if (sessionAfter(session.state, 'move') === undefined) throw this.#refused(held, 'move');
    if (session.station === station) return session;
    const there = [...this.#held.values()].filter((other) => other.session.station === station);
    if (there.some((other) => holdsStation(other.session) && other.session.id !== displaces))
      throw new CodedError('station-taken');
    for (const other of there) {
      if (holdsStation(other.session)) this.#suspend(other, 'suspended-by-administrator');
      else this.#apply(other, ['end'], { station: null });
    }
    return this.#apply(held, ['move'], { station, attachment: session.attachment + 1, cause: 'moved-by-administrator' });
  }

  /** Suspends every session that is at a station or on its way there, and says what became of each. */
  suspendAll(cause: SessionCause): SuspendOutcome[] {
    const outcomes: SuspendOutcome[] = [];
    for (const held of this.#held.values()) {
      const { id, user } = held.session;
      if (this.#isAtNoStation(held.session)) continue;
      try {
        this.#suspend(held, cause);
        outcomes.push({ session: id, user, error: null });
      } catch (error) {
        outcomes.push({ session: id, user, error: tellError(error) });
      }
    }
    return outcomes;
  }

  /**
   * Saves it to disk; one at a station is suspended before. Fulfilled when it is safe there and out of memory. Rejects with
   * what Desktop.save rejects with; then it runs on. Rejects with `ended-meanwhile` if it was ended while it was saved.
   * `closing`: programs that cannot be saved are asked to close.
   */
  async hibernate(id: string, cause: SessionCause, { closing }: { closing: boolean }): Promise<Session> {
    const held = this.#find(id);
    if (held.session.state === 'hibernated') return held.session;
    if (held.saving === null) {
      if (held.session.state === 'active' || held.session.state === 'locked') this.#suspend(held, cause);
      this.#apply(held, ['hibernate'], { cause });
      const saving: SavingUnderWay = { begun: false, calledOff: false, done: Promise.resolve() };
      held.saving = saving;
      saving.done = this.#save(held, saving, closing);
    }
    await held.saving.done;
    const { state, cause: why } = held.session;
    if (state === 'ending' || state === 'ended') throw new CodedError('ended-meanwhile', { cause: why });
    return held.session;
  }

  /** Saves every suspended session, some side by side, and says what became of each. */
  async hibernateAll(cause: SessionCause, options: { closing: boolean }): Promise<SuspendOutcome[]> {
    const concerned = this.list().filter(({ state }) => state === 'suspended' || state === 'hibernating');
    return await Promise.all(
      concerned.map(async ({ id, user }) => {
        try {
          await this.hibernate(id, cause, options);
          return { session: id, user, error: null };
        } catch (error) {
          return { session: id, user, error: tellError(error) };
        }
      }),
    );
  }

  /** Keeps on disk which programs are open in the sessions at stations, should the computer stop without warning. */
  noteOpenPrograms(): void {
    for (const { session, desktop } of this.#held.values()) if (holdsStation(session)) void desktop?.note(session);
  }

  /** Why a lost session was not saved, where the computer did not stop without warning: then that is known, and told. */
  explainLost(id: string, cause: SessionCause, fault: string | null): void {
    const held = this.#held.get(id);
    if (held?.session.state !== 'lost' || held.session.saved === null) return;
    held.session = { ...held.session, cause, saved: { ...held.session.saved, fault } };
    this.#publish(held);
  }

  /** What saving would do to the programs of the sessions that run. */
  async check(): Promise<SessionCheck[]> {
    const checks: SessionCheck[] = [];
    for (const { session, desktop } of this.#held.values()) {
      if (!isRunning(session) || desktop === null) continue;
      try {
        checks.push({ session: session.id, user: session.user, atRisk: await desktop.atRisk() });
      } catch (error) {
        this.#log.error({ err: error, session: session.id }, 'it could not be looked whether a session can be saved');
      }
    }
    return checks;
  }

  /** What the windows of these sessions say of unsaved work; those that there are no more are left out. */
  async unsaved(ids: readonly string[]): Promise<UnsavedWork[]> {
    this.#mustRun();
    const asked = [...new Set(ids)].flatMap((id) => this.#held.get(id) ?? []);
    return await Promise.all(
      asked.map(async ({ session: { id, user } }) => {
        using _turn = await this.#lookers.enter();
        // One that is being saved must not have a stranger in it: who saves it waits for that.
        const held = this.#held.get(id);
        const unknown = { session: id, user, looked: false, unsaved: [], silent: [] };
        if (held === undefined || held.desktop === null || !isRunning(held.session)) return unknown;
        const looking = held.desktop.openWork();
        const over = Promise.allSettled([held.looking, looking]);
        held.looking = over;
        try {
          return { ...unknown, looked: true, ...(await looking) };
        } catch (error) {
          this.#log.info({ err: error, session: id }, 'the windows of a session could not be looked at');
          return unknown;
        } finally {
          if (held.looking === over) held.looking = null;
        }
      }),
    );
  }

  lock(id: string): Session {
    return this.#apply(this.#find(id), ['lock'], { cause: 'locked' });
  }

  /** Rejects with `not-allowed` if `account` is not whose session it is. */
  unlock(id: string, account: PosixAccount): Session {
    const held = this.#find(id);
    if (!belongsTo(held.session, account)) throw new CodedError('not-allowed');
    return this.#apply(held, ['unlock'], { cause: 'unlocked' });
  }

  /**
   * Ends it after `afterMs`, at once with 0. A second call before that changes the time; while it is ending it does nothing.
   * `by`: who asked for it, which the person is told during the countdown.
   */
  end(id: string, cause: SessionCause, afterMs: number, by = ''): Session {
    const held = this.#find(id);
    if (held.session.state === 'ending') return held.session;
    if (afterMs === 0) return this.#end(held, cause);
    this.#countDown(held, cause, afterMs);
    this.#alter(held, { endsAt: this.#clock.wallMs() + afterMs, endsBy: by });
    return held.session;
  }

  /** Takes back a log-off that has been announced. */
  keep(id: string): Session {
    const held = this.#find(id);
    if (held.session.state === 'ending') throw this.#refused(held, 'suspend');
    if (held.countdown === null) return held.session;
    this.#stopCountdown(held);
    this.#alter(held, { endsAt: null, endsBy: '' });
    return held.session;
  }

  #mustRun(): void {
    if (!this.#running) throw new CodedError('computer-unreachable');
  }

  #mustLetIn(): void {
    if (this.#refusal !== null) throw this.#refusal;
  }

  /** For one more session, which the person does not have yet. */
  #mustHaveRoom(order: EnterOrder): void {
    const { account } = order;
    const { mostSessions, ...usual } = this.#rules.bounds();
    const mostSessionsPerPerson = order.mostSessionsPerPerson ?? usual.mostSessionsPerPerson;
    const sessions = [...this.#held.values()].map(({ session }) => session);
    const own = sessions.filter((session) => belongsTo(session, account) && forbidsAnother(session)).length;
    if (mostSessionsPerPerson > 0 && own >= mostSessionsPerPerson)
      throw new CodedError('person-full', { sessions: own, most: mostSessionsPerPerson });
    const here = sessions.filter(takesMemory).length;
    if (mostSessions > 0 && here >= mostSessions) throw new CodedError('computer-full', { sessions: here, most: mostSessions });
  }

  #find(id: string): Held {
    this.#mustRun();
    const held = this.#held.get(id);
    if (held === undefined) throw new CodedError('session-not-found');
    return held;
  }

  /** Where a new desktop would have to be started: the person's own that is just being ended and must be gone before, else null. */
  #inTheWay(order: EnterOrder): Held | null {
    this.#mustRun();
    if (order.multiple || (order.choice !== 'any' && order.choice !== 'new')) return null;
    const own = [...this.#held.values()].filter((held) => belongsTo(held.session, order.account));
    const decides = order.choice === 'new' ? forbidsAnother : isResumable;
    if (own.some(({ session }) => decides(session))) return null;
    return own.find(({ session }) => session.state === 'ending') ?? null;
  }

  async #untilGone(ending: Held, patienceUntilMs: number): Promise<void> {
    const late = Promise.withResolvers<void>();
    using _timer = this.#clock.after(Math.max(0, patienceUntilMs - this.#clock.runningMs()), late.resolve);
    await Promise.race([ending.ended.promise, late.promise]);
    if (this.#clock.runningMs() >= patienceUntilMs) throw this.#refused(ending, 'attach');
  }

  /** The session that the person wants, null for a new one. */
  #chosen(order: EnterOrder): Held | null {
    const { choice, account, multiple } = order;
    const own = [...this.#held.values()].filter((held) => belongsTo(held.session, account));
    if (choice !== 'any' && choice !== 'new') {
      const held = own.find(({ session }) => session.id === choice);
      if (held === undefined) throw new CodedError('session-not-found');
      if (!isResumable(held.session)) throw this.#refused(held, 'attach');
      return held;
    }
    if (choice === 'new') {
      const inTheWay = own.filter(({ session }) => forbidsAnother(session));
      if (inTheWay.length > 0 && !multiple) throw new CodedError('not-possible-now', { sessions: inTheWay.length });
      return null;
    }
    const resumable = own.filter(({ session }) => isResumable(session));
    if (resumable.length > 1) throw new CodedError('changed-meanwhile', { sessions: resumable.length });
    return resumable[0] ?? null;
  }

  /** Makes the station free for `coming`: the person's own other session there is suspended, somebody else's is not. */
  #clearStation(order: EnterOrder, coming: Held | null): void {
    const others = [...this.#held.values()].filter((held) => held.session.station === order.station && held !== coming);
    for (const { session } of others) {
      if (holdsStation(session) && !belongsTo(session, order.account)) throw new CodedError('station-taken');
    }
    for (const held of others) {
      if (holdsStation(held.session)) this.#suspend(held, 'disconnected');
      else this.#apply(held, ['end'], { station: null });
    }
  }

  async #attach(held: Held, order: EnterOrder): Promise<Session> {
    const { station } = order;
    const { station: before, attachment, state } = held.session;
    const cause = before !== null && before !== station ? 'moved' : 'signed-in';
    const happenings: SessionHappening[] = this.#callOffSaving(held) ? ['kept', 'attach'] : ['attach'];
    this.#rules.give([{ session: held.session.id, limits: order.limits ?? {} }]);
    const session = this.#apply(held, happenings, { station, attachment: attachment + 1, cause });
    if (session.state === 'active') return session;
    const waiting = this.#waitFor(held);
    if (state === 'hibernated') void this.#restore(held, order);
    if (state === 'hibernating') {
      this.#dropOrder(held);
      held.order = order;
    }
    return await waiting;
  }

  /** Makes it run again and says how that went. Never rejects. */
  async #restore(held: Held, order: EnterOrder): Promise<void> {
    const { id, saved, desktop: wanted } = held.session;
    let desktop: Desktop;
    try {
      desktop = await this.#desktops.restore({ ...desktopOrderOf(id, order), desktop: wanted }, order.attempt);
    } catch (error) {
      if (!this.#running) return;
      const { code, details } = tellError(error);
      this.#log.error({ err: error, session: id }, 'a saved session could not be restored');
      if (held.session.state === 'ending') {
        await this.#discard(held);
        return;
      }
      const fault = saved === null ? null : { ...saved, fault: code };
      this.#apply(held, ['unrestored'], { cause: 'not-restored', station: null, saved: fault });
      const programs = saved?.programs.join(', ') ?? '';
      held.waiter?.reject(new CodedError(code, { ...details, programs }, { cause: error }));
      held.waiter = null;
      return;
    } finally {
      order.attempt.finish();
    }
    if (this.#running) this.#opened(held, desktop, { saved: null, cause: 'restored' });
  }

  /** True if it only waited for its turn to be saved; it does no longer. */
  #callOffSaving(held: Held): boolean {
    if (held.saving === null || held.saving.begun) return false;
    held.saving.calledOff = true;
    held.saving = null;
    return true;
  }

  /** Saves its desktop. Rejects if that does not work. */
  async #save(held: Held, saving: SavingUnderWay, closing: boolean): Promise<void> {
    const { id, cause } = held.session;
    const { desktop } = held;
    try {
      using _turn = await this.#turnstile.enter();
      if (held.looking !== null) await held.looking;
      if (saving.calledOff) throw new CodedError(isResumable(held.session) ? 'changed-meanwhile' : 'ended-meanwhile');
      saving.begun = true;
      if (desktop === null) throw new CodedError('not-possible-now');
      const saved = await desktop.save({ session: held.session, closing });
      held.saving = null;
      if (this.#running) this.#saved(held, saved, cause);
    } catch (error) {
      if (!saving.calledOff) {
        held.saving = null;
        if (this.#running) this.#kept(held, error);
      }
      this.#log.warn({ err: error, session: id }, 'a session was not saved');
      throw error;
    }
  }

  #saved(held: Held, saved: SavedSession, cause: SessionCause): void {
    held.desktop = null;
    if (held.session.state === 'ending' || held.session.state === 'ended') {
      this.#dropOrder(held);
      void this.#discard(held);
      return;
    }
    const { order } = held;
    held.order = null;
    const { station } = held.session;
    this.#apply(held, ['saved'], { cause, station: null, saved });
    if (order === null) return;
    if (station === null || held.waiter === null) {
      order.attempt.finish();
      return;
    }
    // Somebody came back for it meanwhile.
    this.#apply(held, ['attach'], { cause: 'signed-in', station });
    void this.#restore(held, order);
  }

  /** It runs on: at the station of who waits for it, if somebody does. */
  #kept(held: Held, error: unknown): void {
    this.#dropOrder(held);
    if (held.session.state === 'ended') return;
    if (held.session.state === 'ending') {
      this.#endDesktop(held);
      return;
    }
    const { station } = held.session;
    if (station !== null && held.waiter !== null) {
      const session = this.#apply(held, ['kept', 'attach'], { cause: 'signed-in' });
      held.waiter.resolve(session);
      held.waiter = null;
      return;
    }
    this.#log.info({ session: held.session.id, code: tellError(error).code }, 'it runs on');
    this.#apply(held, ['kept'], { cause: 'not-saved', station: null });
  }

  /** Lets go of the sign-in of who waits while it is being saved. */
  #dropOrder(held: Held): void {
    held.order?.attempt.finish();
    held.order = null;
  }

  /** Removes what is on disk of a session that is to end. Never rejects. */
  async #discard(held: Held): Promise<void> {
    try {
      await this.#desktops.discard(held.session.id);
    } catch (error) {
      this.#log.error({ err: error, session: held.session.id }, 'a saved session could not be removed');
    }
    this.#gone(held, held.session.cause);
  }

  /** Waits for the desktop that is being opened; whoever waited before waits no longer. */
  #waitFor(held: Held): Promise<Session> {
    held.waiter?.reject(new CodedError('suspended-meanwhile', { cause: 'moved' }));
    held.waiter = Promise.withResolvers<Session>();
    return held.waiter.promise;
  }

  #startNew(order: EnterOrder): Promise<Session> {
    const { account, station, desktop } = order;
    const now = this.#clock.wallMs();
    const held = heldOf({
      id: newIdentity(),
      user: account.name,
      uid: account.uid,
      fullName: account.fullName,
      computer: hostname(),
      state: 'starting',
      cause: 'signed-in',
      station,
      attachment: 1,
      startedAt: now,
      since: now,
      endsAt: null,
      endsBy: '',
      desktop,
      saved: null,
    });
    try {
      this.#records.write(this.#recordOf(held));
    } catch (error) {
      // Without a record the next life could not find the desktop, so there will be none.
      this.#log.error({ err: error, session: held.session.id }, 'no session without a record');
      throw isDiskFull(error) ? new CodedError('disk-full', {}, { cause: error }) : error;
    }
    this.#held.set(held.session.id, held);
    this.#rules.give([{ session: held.session.id, limits: order.limits ?? {} }]);
    this.#tell(held.session);
    const entered = this.#waitFor(held);
    void this.#open(held, order);
    return entered;
  }

  /** Opens the desktop and says how it went. Never rejects. */
  async #open(held: Held, order: EnterOrder): Promise<void> {
    const { attempt } = order;
    let desktop: Desktop;
    try {
      desktop = await this.#desktops.open(desktopOrderOf(held.session.id, order), attempt);
    } catch (error) {
      if (!this.#running) return;
      this.#log.error({ err: error, session: held.session.id }, 'the desktop did not open');
      held.waiter?.reject(error);
      held.waiter = null;
      this.#gone(held, 'desktop-failed');
      return;
    } finally {
      attempt.finish();
    }
    if (this.#running) this.#opened(held, desktop, {});
  }

  /** Its desktop runs: it goes to the station of who waits for it, or is suspended. */
  #opened(held: Held, desktop: Desktop, change: Change): void {
    this.#watch(held, desktop);
    if (held.session.state === 'ending') {
      this.#endDesktop(held);
      return;
    }
    const happenings: SessionHappening[] = held.session.station === null ? ['opened'] : ['opened', 'attach'];
    const session = this.#apply(held, happenings, { ...change, desktop: desktop.desktop });
    held.waiter?.resolve(session);
    held.waiter = null;
    void desktop.note(session);
  }

  #watch(held: Held, desktop: Desktop): void {
    held.desktop = desktop;
    void desktop.gone.then((cause) => {
      // Saved is told by who had it saved.
      if (cause !== 'saved' && held.desktop === desktop) this.#gone(held, cause);
    });
  }

  #gone(held: Held, cause: SessionCause): void {
    if (!this.#running || held.session.state === 'ended') return;
    const why = held.session.state === 'ending' ? held.session.cause : cause;
    this.#stopCountdown(held);
    this.#apply(held, ['gone'], { cause: why, station: null, endsAt: null, endsBy: '' });
    held.waiter?.reject(new CodedError('ended-meanwhile', { cause: why }));
    held.waiter = null;
    held.ended.resolve();
  }

  /** In memory or on disk without a station, or on its way there or back while nobody waits for it. */
  #isAtNoStation(session: Session): boolean {
    return session.state !== 'ending' && session.station === null;
  }

  #suspend(held: Held, cause: SessionCause): Session {
    const session = this.#apply(held, ['suspend'], { cause, station: null });
    held.waiter?.reject(new CodedError('suspended-meanwhile', { cause }));
    held.waiter = null;
    void held.desktop?.note(session);
    return session;
  }

  #end(held: Held, cause: SessionCause): Session {
    this.#stopCountdown(held);
    const onDisk = held.session.state === 'hibernated' || held.session.state === 'lost';
    const session = this.#apply(held, ['end'], { cause, endsAt: null, endsBy: '' });
    held.waiter?.reject(new CodedError('ended-meanwhile', { cause }));
    held.waiter = null;
    if (onDisk) void this.#discard(held);
    else if (held.saving === null || this.#callOffSaving(held)) this.#endDesktop(held);
    return session;
  }

  /** Ends its desktop; one that is still being opened, restored or saved is ended when that is over. */
  #endDesktop(held: Held): void {
    held.desktop?.end().catch((error: unknown) => {
      this.#log.error({ err: error, session: held.session.id }, 'the desktop could not be ended');
    });
  }

  /** `afterMs` counts from now by running time. */
  #countDown(held: Held, cause: SessionCause, afterMs: number): void {
    this.#stopCountdown(held);
    const timer = this.#clock.after(afterMs, () => this.#end(held, cause));
    held.countdown = {
      dueMs: this.#clock.runningMs() + afterMs,
      cause,
      [Symbol.dispose]: () => timer[Symbol.dispose](),
    };
  }

  #stopCountdown(held: Held): void {
    held.countdown?.[Symbol.dispose]();
    held.countdown = null;
  }

  #refused(held: Held, happening: SessionHappening): CodedError {
    const { id, state } = held.session;
    this.#log.warn({ session: id, happening, from: state, to: aims[happening] }, 'refused: the table does not allow it');
    return new CodedError('not-possible-now', { state, happening });
  }

  /** The one writer: asks the table, then changes, records and tells. Several happenings are one step with one telling. */
  #apply(held: Held, happenings: readonly SessionHappening[], change: Change): Session {
    let { state } = held.session;
    for (const happening of happenings) {
      const next = sessionAfter(state, happening);
      if (next === undefined) throw this.#refused(held, happening);
      state = next;
    }
    held.session = { ...held.session, ...change, state, since: this.#clock.wallMs() };
    this.#log.info({ session: held.session.id, user: held.session.user, state, cause: held.session.cause }, 'session');
    this.#publish(held);
    return held.session;
  }

  /** A change that is no happening: the announced end. */
  #alter(held: Held, change: Pick<Session, 'endsAt' | 'endsBy'>): void {
    held.session = { ...held.session, ...change };
    this.#publish(held);
  }

  #publish(held: Held): void {
    if (held.session.state === 'ended') {
      this.#held.delete(held.session.id);
      this.#unrecorded.delete(held);
      this.#forget(held.session.id);
    } else {
      this.#record(held);
    }
    this.#tell(held.session);
  }

  #tell(session: Session): void {
    for (const listener of this.#listeners) {
      try {
        listener(session);
      } catch (error) {
        this.#log.error({ err: error, session: session.id }, 'a listener failed');
      }
    }
  }

  #recordOf({ session, countdown }: Held): SessionRecord {
    return {
      version: 1,
      session,
      countdown: countdown === null ? null : { dueMs: countdown.dueMs, cause: countdown.cause },
    };
  }

  /** The state in memory stays the truth where there is no space for its record; it is tried again. */
  #record(held: Held): void {
    try {
      this.#records.write(this.#recordOf(held));
      this.#unrecorded.delete(held);
    } catch (error) {
      this.#log.error({ err: error, session: held.session.id }, 'a session could not be recorded, it is tried again');
      this.#unrecorded.add(held);
      this.#retry ??= this.#clock.after(recordRetryMs, () => this.#recordRest());
    }
  }

  #recordRest(): void {
    this.#retry?.[Symbol.dispose]();
    this.#retry = null;
    for (const held of this.#unrecorded) this.#record(held);
  }

  #forget(id: string): void {
    try {
      this.#records.remove(id);
    } catch (error) {
      this.#log.error({ err: error, session: id }, 'the record of a session that ended could not be removed');
    }
  }

  /** Takes one session over from an earlier life. Never rejects. */
  async #findAgain(id: string): Promise<void> {
    const record = this.#readRecord(id);
    let found: FoundDesktop;
    try {
      found = await this.#desktops.find(id);
    } catch (error) {
      this.#log.error({ err: error, session: id }, 'a session could not be looked at, its record is left as it is');
      return;
    }
    if (found.kind === 'saved' || found.kind === 'lost') this.#takeFromDisk(found.session, record);
    else if (record !== null) this.#takeFromMemory(record, found.kind === 'running' ? found.desktop : null);
    else {
      if (found.kind === 'running') {
        this.#log.error({ session: id }, 'a desktop without a readable record belongs to nobody and is ended');
        await found.desktop.end();
      }
      this.#forget(id);
    }
  }

  #takeFromDisk(session: Session, record: SessionRecord | null): void {
    const known = record?.session;
    const since = known?.state === session.state ? { since: known.since, cause: known.cause } : {};
    // The image is as old as the save: people may have come and gone while it was being written, or tried to continue it since.
    const attachment = Math.max(session.attachment, known?.attachment ?? 0);
    const saved = session.saved === null ? null : { ...session.saved, fault: session.saved.fault ?? known?.saved?.fault ?? null };
    const held = heldOf({ ...session, ...since, attachment, saved, computer: hostname() });
    this.#held.set(session.id, held);
    this.#log.info({ session: session.id, user: session.user, state: session.state }, 'session found on disk');
    if (known?.state === 'ending') this.#end(held, known.cause);
    else if (record?.countdown == null) this.#publish(held);
    else this.#resumeCountdown(held, record);
  }

  #takeFromMemory(record: SessionRecord, desktop: Desktop | null): void {
    const held = heldOf({ ...record.session, computer: hostname() });
    const { id, user, state } = held.session;
    this.#held.set(id, held);
    if (desktop === null) {
      this.#gone(held, 'desktop-ended');
      return;
    }
    this.#log.info({ session: id, user, state }, 'session found again');
    this.#watch(held, desktop);
    // What it was on its way to when the earlier life ended.
    if (state === 'hibernating') this.#apply(held, ['kept'], { cause: 'not-saved', station: null });
    if (state === 'hibernated') this.#apply(held, ['attach'], {});
    if (state === 'starting' || state === 'restoring' || state === 'hibernated') {
      void desktop.note(this.#apply(held, ['opened'], { station: null, saved: null, desktop: desktop.desktop }));
    }
    if (state === 'ending') this.#endDesktop(held);
    else this.#resumeCountdown(held, record);
  }

  #readRecord(id: string): SessionRecord | null {
    try {
      return this.#records.read(id);
    } catch (error) {
      this.#log.error({ err: error, session: id }, 'the record of a session cannot be read');
      return null;
    }
  }

  #resumeCountdown(held: Held, { countdown, session: { endsBy } }: SessionRecord): void {
    if (countdown === null) return;
    const { dueMs, cause } = countdown;
    const remainingMs = Math.min(Math.max(dueMs - this.#clock.runningMs(), 0), longestCountdownMs);
    this.#countDown(held, cause, remainingMs);
    this.#alter(held, { endsAt: this.#clock.wallMs() + remainingMs, endsBy });
  }

  /** Old records may name a station twice (there was no space for newer ones): the session that came there last keeps it. */
  #settleStations(): void {
    const taken = new Set<string>();
    for (const held of [...this.#held.values()].toSorted((a, b) => b.session.since - a.session.since)) {
      const { station } = held.session;
      if (station === null) continue;
      if (!taken.has(station)) taken.add(station);
      else if (holdsStation(held.session)) this.#suspend(held, 'moved');
      else this.#apply(held, ['end'], { station: null });
    }
  }
}
