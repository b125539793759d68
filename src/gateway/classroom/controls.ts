// Who sees and uses whose desktop beside its person: asked for, agreed to, shown at the station, and ended. Each is a pixel
// connection of its own to the same X server; who only sees has no input there, and nobody but the station changes its size.
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { CodedError } from '#contract/errors.ts';
import { closeCodes } from '#contract/wire.ts';
import type { Fleet } from '#fleet/fleet.ts';
import { controlAnswerMs, isStricter } from '#model/control.ts';
import type { Control, ControlEnd, ControlPolicy } from '#model/control.ts';
import { may, scopesAllow } from '#model/permissions.ts';
import { holdsStation, isRunning } from '#model/session.ts';
import type { Session } from '#model/session.ts';
import type { Audit } from '../audit.ts';
import type { Caller } from '../callers.ts';
import type { TimingClock } from '../clock.ts';
import { deedOf, shownAs } from '../deeds.ts';
import type { Deeds } from '../deeds.ts';
import type { LimitRules } from '../limit-rules.ts';
import type { LiveSource } from '../live-feed.ts';
import type { Log } from '../log.ts';
import type { PageSessions } from '../people/page-sessions.ts';
import type { Tokens } from '../people/tokens.ts';
import { relayPixels } from '../pixel-relay.ts';
import type { PixelRelay } from '../pixel-relay.ts';
import type { RoomSettings } from '../room-settings.ts';
import { newId } from '../secret.ts';
import type { SessionTimes } from '../session-times.ts';
import type { PixelGuests } from '../station/pixel-door.ts';
import { ticketLifeMs } from '../station/tickets.ts';
import type { Tickets } from '../station/tickets.ts';
import type { Looking } from '../watching/looking.ts';
import type { Audience } from './audience.ts';

/** A page that has gone without a word is noticed within four of these, and a right that was lost within one. */
const lookEveryMs = 5000;
const mostSilentLooks = 3;

interface Held extends Control {
  caller: Caller;
  owner: string;
  /** The person said yes. */
  agreed: boolean;
  /** The page's connection, once it came. */
  line: { page: WebSocket; relay: PixelRelay; silentLooks: number } | null;
  /** Until then the ticket must have been used. */
  opens: Disposable;
  beganMs: number;
}

interface Question {
  id: string;
  session: string;
  station: string;
  by: string;
  uses: boolean;
  untilMs: number;
  answered: (answer: 'yes' | 'no' | 'gone') => void;
}

/** What the person at the station sees of it. */
export interface ControlShown {
  by: { name: string; uses: boolean }[];
  mayEnd: boolean;
  asks: { id: string; by: string; uses: boolean; untilMs: number } | null;
}

interface ControlsParts {
  fleet: Fleet;
  settings: RoomSettings;
  limits: LimitRules;
  looking: Looking;
  audience: Audience;
  deeds: Deeds;
  audit: Audit;
  tickets: Tickets;
  times: SessionTimes;
  pageSessions: PageSessions;
  tokens: Tokens;
  clock: TimingClock;
  log: Log;
}

export class Controls implements PixelGuests {
  readonly #parts: ControlsParts;
  readonly #held = new Map<string, Held>();
  /** By session: one at a time. */
  readonly #questions = new Map<string, Question>();
  readonly #listeners = new Set<(session: string) => void>();
  readonly #undo = new DisposableStack();
  #nextLook: Disposable | null = null;

  constructor(parts: ControlsParts) {
    this.#parts = parts;
  }

  start(): void {
    const { fleet, settings, limits, audience, pageSessions, tokens } = this.#parts;
    this.#undo.defer(fleet.onSession((session) => this.#sessionChanged(session)));
    this.#undo.defer(settings.onChange(() => this.#review()));
    this.#undo.defer(limits.onChange(() => this.#review()));
    this.#undo.defer(audience.onChange(() => this.#recheck()));
    this.#undo.defer(pageSessions.onClose((hash) => this.#endThose(({ caller }) => caller.pageSession === hash, 'right-lost')));
    this.#undo.defer(tokens.onRevoke((id) => this.#endThose(({ caller }) => caller.token?.id === id, 'right-lost')));
  }

  stop(): void {
    this.#undo.dispose();
    this.#endThose(() => true, 'restarting');
    for (const question of this.#questions.values()) question.answered('gone');
  }

  /**
   * Lets somebody see, or see and use, a desktop: the ticket is for one pixel connection. Waits until its person has answered, where
   * they are asked; not longer than `signal`. Throws `not-allowed`, `control-refused`, `control-declined`, `control-not-answered`,
   * `control-nobody-there`, `control-asked` and `control-taken` (details: by), `not-possible-now`, and what Looking throws.
   */
  async begin(
    caller: Caller,
    id: string,
    wanted: { uses: boolean; takeOver: boolean },
    signal: AbortSignal,
  ): Promise<{ control: string; ticket: string }> {
    const { deeds } = this.#parts;
    return await deeds.toSession(
      caller,
      'session.control',
      deeds.sessionWith(id),
      () => this.#begin(caller, id, wanted, signal),
      ({ policy, from }) => ({ way: wanted.uses ? 'use' : 'see', policy, ...(from !== null && { from }) }),
    );
  }

  /** Takes the page of a control whose ticket was good. */
  enter(page: WebSocket, pageSocket: Duplex, control: string): void {
    const held = this.#held.get(control);
    const session = held === undefined ? null : this.#parts.fleet.session(held.session);
    if (held === undefined || held.line !== null || session === null || !isRunning(session)) {
      page.close(closeCodes.refused, 'refused');
      return;
    }
    held.opens[Symbol.dispose]();
    const relay = relayPixels(page, pageSocket, this.#parts.fleet.pixelPath(session), {
      input: () => this.#parts.times.input(held.session),
      lets: (kind) => kind === 'other' || kind === 'handshake' || (held.uses && kind !== 'size'),
    });
    const line = { page, relay, silentLooks: 0 };
    held.line = line;
    for (const sign of ['pong', 'message'] as const) page.on(sign, () => (line.silentLooks = 0));
    void relay.closed.then(({ by }) => this.#end(held, by === 'desktop' ? 'desktop-gone' : 'stopped'));
  }

  /** What the station that shows this session shows of it; null: nothing. */
  shown({ id }: Session): ControlShown | null {
    const question = this.#questions.get(id);
    const those = this.#of(id).filter((held) => held.agreed || this.#policyNow(held.session) !== 'silent');
    if (those.length === 0 && question === undefined) return null;
    const { untilMs = 0, by = '', uses = false } = question ?? {};
    return {
      by: those.map((held) => ({ name: held.by, uses: held.uses })),
      mayEnd: those.some((held) => this.#mayBeEnded(held)),
      asks: question === undefined ? null : { id: question.id, by, uses, untilMs },
    };
  }

  /** The person at the station answers a question, if it still stands. */
  answer(session: Session, question: string, yes: boolean): void {
    const asked = this.#questions.get(session.id);
    if (asked?.id === question) asked.answered(yes ? 'yes' : 'no');
  }

  /** The person at the station ends what they may end. */
  endByPerson(session: Session): void {
    this.#endThose((held) => held.session === session.id && this.#mayBeEnded(held), 'person');
  }

  /** Calls with the session whose station shows something else now. */
  onChange(listener: (session: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  readonly live: LiveSource = {
    known: () => (this.#held.size === 0 ? [] : [{ event: 'controls.changed', controls: this.#told() }]),
    onChange: (listener) => this.onChange(() => listener({ event: 'controls.changed', controls: this.#told() })),
  };

  #told(): Control[] {
    return [...this.#held.values()].map(({ id, session, by, uses, since }) => ({ id, session, by, uses, since }));
  }

  #of(session: string): Held[] {
    return [...this.#held.values()].filter((held) => held.session === session);
  }

  async #begin(
    caller: Caller,
    id: string,
    { uses, takeOver }: { uses: boolean; takeOver: boolean },
    signal: AbortSignal,
  ): Promise<{ control: string; ticket: string; policy: ControlPolicy; from: string | null }> {
    const { clock, tickets } = this.#parts;
    const asked = await this.#fit(caller, id);
    if (uses) this.#mustBeFree(caller, id, takeOver);
    const agreed = asked.policy === 'ask';
    if (agreed) await this.#ask(caller, asked.session, uses, signal);
    // It may have taken its time.
    const { session, policy } = await this.#fit(caller, id);
    if (policy === 'ask' && !agreed) throw new CodedError('not-possible-now');
    if (signal.aborted) throw new CodedError('control-not-answered');
    if (uses) this.#mustBeFree(caller, id, takeOver);
    const before = uses ? this.#of(id).find((held) => held.uses) : undefined;
    if (before !== undefined) {
      before.uses = false;
      before.line?.relay.letGo();
    }
    const control = newId();
    const held: Held = {
      id: control,
      session: id,
      by: shownAs(caller),
      uses,
      since: clock.nowMs(),
      caller,
      owner: session.user,
      agreed,
      line: null,
      opens: clock.after(ticketLifeMs, () => this.#end(held, 'not-opened')),
      beganMs: clock.monotonicMs(),
    };
    this.#held.set(control, held);
    this.#changed(id);
    this.#nextLook ??= clock.after(lookEveryMs, () => this.#look());
    return { control, ticket: tickets.issue({ for: 'control', control }), policy, from: before?.by ?? null };
  }

  /** The session and what holds for it, if this may be done to it now. */
  async #fit(caller: Caller, id: string): Promise<{ session: Session; policy: ControlPolicy }> {
    const { audience, looking, limits } = this.#parts;
    if (!(await this.#isStill(caller))) throw new CodedError('not-allowed');
    const session = await audience.mustReach(caller, 'session.control', id);
    if (!isRunning(session)) throw new CodedError('not-possible-now');
    await looking.mustBeWatchable(session);
    // Asked for now: what is known of groups may be old.
    const effective = await limits.effectiveOf(session.computer, session.user, limits.lastStationOf(session));
    const policy = effective.find(({ name }) => name === 'takeControl')?.value as ControlPolicy;
    if (policy === 'refuse') throw new CodedError('control-refused');
    return { session, policy };
  }

  /** Throws `control-taken` while somebody else uses it; the same person at another page is no other. */
  #mustBeFree({ principal }: Caller, session: string, takeOver: boolean): void {
    const user = this.#of(session).find(({ uses }) => uses);
    if (user === undefined || takeOver) return;
    const other = user.caller.principal;
    if (other?.by === principal?.by && other?.name === principal?.name) return;
    throw new CodedError('control-taken', { by: user.by });
  }

  async #ask(caller: Caller, session: Session, uses: boolean, signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    const before = this.#questions.get(session.id);
    if (before !== undefined) throw new CodedError('control-asked', { by: before.by });
    // At a locked desktop it could be anybody who answers.
    if (session.state !== 'active' || session.station === null) throw new CodedError('control-nobody-there');
    if (signal.aborted) throw new CodedError('control-not-answered');
    const { promise, resolve } = Promise.withResolvers<'yes' | 'no' | 'gone' | 'never'>();
    using _patience = clock.after(controlAnswerMs, () => resolve('never'));
    const withdraw = (): void => resolve('never');
    signal.addEventListener('abort', withdraw, { once: true });
    this.#questions.set(session.id, {
      id: newId(),
      session: session.id,
      station: session.station,
      by: shownAs(caller),
      uses,
      untilMs: clock.monotonicMs() + controlAnswerMs,
      answered: resolve,
    });
    this.#changed(session.id);
    try {
      const answer = await promise;
      if (answer === 'no') throw new CodedError('control-declined');
      if (answer === 'never') throw new CodedError('control-not-answered');
      if (answer === 'gone') throw new CodedError('control-nobody-there');
    } finally {
      signal.removeEventListener('abort', withdraw);
      this.#questions.delete(session.id);
      this.#changed(session.id);
    }
  }

  /** What holds for a session, as far as the groups of its person are known. */
  #policyNow(id: string): ControlPolicy {
    const session = this.#parts.fleet.session(id);
    return session === null ? 'refuse' : this.#parts.limits.of(session).takeControl;
  }

  #mayBeEnded(held: Held): boolean {
    return held.agreed || this.#policyNow(held.session) === 'ask';
  }

  #sessionChanged(session: Session): void {
    const question = this.#questions.get(session.id);
    if (question !== undefined && (session.state !== 'active' || session.station !== question.station)) question.answered('gone');
    for (const held of this.#of(session.id)) {
      // Nothing can be saved to disk while somebody is connected; and who agreed must be there to see it.
      if (!isRunning(session) || (held.agreed && !holdsStation(session))) this.#end(held, 'session-left');
    }
    if (this.#of(session.id).length > 0) this.#review();
  }

  /** Ends what the settings no longer allow, at once, and tells the stations what is to be shown now. */
  #review(): void {
    for (const held of this.#held.values()) {
      const policy = this.#policyNow(held.session);
      if (policy === 'refuse' || (isStricter(policy, 'notify') && !held.agreed)) this.#end(held, 'policy');
    }
    for (const question of this.#questions.values())
      if (this.#policyNow(question.session) === 'refuse') question.answered('gone');
    for (const session of new Set([...this.#held.values()].map((held) => held.session))) this.#changed(session);
    this.#recheck();
  }

  #look(): void {
    this.#nextLook = null;
    for (const { line } of this.#held.values()) {
      if (line === null) continue;
      line.silentLooks += 1;
      if (line.silentLooks > mostSilentLooks) line.page.terminate();
      else line.page.ping();
    }
    this.#recheck();
    if (this.#held.size > 0) this.#nextLook = this.#parts.clock.after(lookEveryMs, () => this.#look());
  }

  #recheck(): void {
    const { audience, settings, log } = this.#parts;
    for (const held of this.#held.values()) {
      const mayStill = async (): Promise<boolean> => {
        if (!settings.now.allowMonitoring || !(await this.#isStill(held.caller))) return false;
        await audience.mustReach(held.caller, 'session.control', held.session);
        return true;
      };
      mayStill().then(
        (still) => {
          if (!still) this.#end(held, 'right-lost');
        },
        (error: unknown) => {
          if (error instanceof CodedError && error.code === 'not-allowed') this.#end(held, 'right-lost');
          else log.warn({ err: error, control: held.id }, 'A right could not be looked up again.');
        },
      );
    }
  }

  /** Whether this is still somebody who may; who signed in at a page may have another level by now. */
  async #isStill(caller: Caller): Promise<boolean> {
    const { pageSessions, tokens, settings } = this.#parts;
    if (caller.remote && !settings.now.allowRemoteManagement) return false;
    const { token, pageSession } = caller;
    if (token !== null) return !tokens.isExpired(token) && scopesAllow(token.scopes, 'session.control');
    if (pageSession === null) return caller.principal !== null;
    const known = await pageSessions.recheck(pageSession);
    if (known === null) return false;
    return known.level === caller.role || may(known.level, 'session.control', 'standard-session');
  }

  #endThose(which: (held: Held) => boolean, why: ControlEnd): void {
    for (const held of this.#held.values()) if (which(held)) this.#end(held, why);
  }

  /** The one way to the end, whoever wants it. */
  #end(held: Held, why: ControlEnd): void {
    if (!this.#held.delete(held.id)) return;
    const { audit, clock, tickets } = this.#parts;
    held.opens[Symbol.dispose]();
    tickets.revokeControl(held.id);
    held.line?.relay.close(why === 'restarting' ? closeCodes.restarting : closeCodes.controlEnded, why);
    const seconds = Math.round((clock.monotonicMs() - held.beganMs) / 1000);
    const deed = deedOf(held.caller, 'session.control-end', held.owner, { session: held.session, seconds, why });
    audit.note({ ...deed, outcome: 'done' });
    if (this.#held.size === 0) {
      this.#nextLook?.[Symbol.dispose]();
      this.#nextLook = null;
    }
    this.#changed(held.session);
  }

  #changed(session: string): void {
    for (const listener of this.#listeners) listener(session);
  }
}
