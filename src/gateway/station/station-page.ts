// One open station page: its proof, its enrolment, the sign-in conversation, and what it shall show now. What it shows follows
// from the sessions as the host tells them; nothing that the page says is taken for true.
import { createPublicKey, randomBytes, verify } from 'node:crypto';
import type { WebSocket } from 'ws';
import { CodedError, tellError } from '#contract/errors.ts';
import type { OnlyThese, SignInStep } from '#contract/host.ts';
import { stationPageSays } from '#contract/station-page.ts';
import { closeCodes, stationProofText } from '#contract/wire.ts';
import type { FreeReason, GatewaySaysToStation, LostSession, Resumable, StationPageSays } from '#contract/station-page.ts';
import type { Leaving } from '#contract/values.ts';
import type { Fleet } from '#fleet/fleet.ts';
import type { AuditAction } from '#model/audit.ts';
import type { Account } from '#model/account.ts';
import { holdsStation, isResumable, isRunning } from '#model/session.ts';
import { signInGroupNames } from '#model/settings.ts';
import type { Cover, Session } from '#model/session.ts';
import type { ScreenHalf, Station } from '#model/station.ts';
import type { Audit } from '../audit.ts';
import type { Covers } from '../classroom/covers.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { SignInConversation, SignInDesk } from '../people/sign-in-desk.ts';
import type { Throttle } from '../people/throttle.ts';
import type { Hands } from '../classroom/hands.ts';
import type { Controls } from '../classroom/controls.ts';
import type { LimitRules } from '../limit-rules.ts';
import type { RoomSettings } from '../room-settings.ts';
import type { SessionTimes } from '../session-times.ts';
import type { EnrolmentCodes } from './enrolment-codes.ts';
import type { Pictures } from './pictures.ts';
import { autoLogonDelayMs } from './auto-logon.ts';
import { PasswordChange } from './password-change.ts';
import type { CloseName, PixelDoor } from './pixel-door.ts';
import type { Picture } from '../watching/picture.ts';
import type { PrivacyNotices } from './privacy-notices.ts';
import { keyTextOf, rightHalfIdOf, stationIdOf } from './station-identity.ts';
import type { Remaps } from './remaps.ts';
import type { PageFacts, Stations } from './stations.ts';
import type { Tickets } from './tickets.ts';
import type { ToldLosses } from './told-losses.ts';

/** What a station page works with. */
export interface StationServices {
  fleet: Fleet;
  stations: Stations;
  remaps: Remaps;
  settings: RoomSettings;
  desk: SignInDesk;
  throttle: Throttle;
  tickets: Tickets;
  pixels: PixelDoor;
  pictures: Pictures;
  codes: EnrolmentCodes;
  notices: PrivacyNotices;
  losses: ToldLosses;
  times: SessionTimes;
  limits: LimitRules;
  controls: Controls;
  hands: Hands;
  covers: Covers;
  clock: Clock;
  audit: Audit;
  log: Log;
}

/** What the page asks of the room it is in. */
export interface StationRoom {
  /** The page has proven to be this station; another page of it is closed. */
  arrived(page: StationPage, station: string): void;
  left(page: StationPage): void;
  /** Why this station is free. */
  reasonOf(station: string): FreeReason;
  setReason(station: string, reason: FreeReason): void;
  /** How often the station could not sign its account in by itself since it last could. */
  autoLogonFailures(station: string): number;
  autoLogonFailed(station: string): void;
  autoLogonSucceeded(station: string): void;
  /** Keeps other stations from signing in to the same by themselves meanwhile; null if one does. */
  claimAutoLogon(what: string): Disposable | null;
  /** A page could not prove to be this station. */
  forged(station: string, address: string): void;
}

type Opening = Extract<GatewaySaysToStation, { say: 'opening' }>['what'];
type WaitReason = Extract<GatewaySaysToStation, { say: 'wait' }>['why'];

/** A conversation under way. `finished` once its page has gone or turned to something else. */
interface SignIn {
  purpose: 'enter' | 'unlock';
  conversation: SignInConversation;
  stage: 'checking' | 'question' | 'notice' | 'lost' | 'choose' | 'entering';
  account: Account | null;
  /** Those that can be continued. */
  sessions: Session[];
  /** Those that cannot, of which the person is being told. */
  lost: Session[];
  finished: boolean;
}

const helloPatienceMs = 15_000;
const pingEveryMs = 5000;
const silenceMs = 12_000;
const smallestSidePx = 64;
/** A page may say so many things in so long a time. */
const mostSaid = 300;
const mostSaidInMs = 10_000;
const mostUnread = 1_000_000;
const longestCountdownMs = 3_600_000;
const noControl = '';
/** A computer tells the same end of its warning by two clocks, each time a little otherwise. */
const sameTimeMs = 1000;
/** Errors that say that what was saved could not be continued now. */
const restoreFaults: ReadonlySet<string> = new Set([
  'image-damaged',
  'image-foreign',
  'restore-failed',
  'software-changed',
  'processor-lacks',
  'display-taken',
  'memory-short',
  'home-missing',
]);

export class StationPage {
  readonly #services: StationServices;
  readonly #room: StationRoom;
  readonly #socket: WebSocket;
  readonly #origin: string;
  readonly #timers: NodeJS.Timeout[] = [];
  #stage: 'hello' | 'proof' | 'enrol' | 'ready' | 'closed' = 'hello';
  #id = '';
  /** Which half of its screen the page says it is; null: it fills the screen. */
  #half: ScreenHalf | null = null;
  /** What it was last told that its screen is. */
  #toldHalf: ScreenHalf | 'whole' = 'whole';
  /** When the station signs its account in by itself, for which account and reason; null: not thought of yet. */
  #autoLogon: { key: string; at: number | null; timer: NodeJS.Timeout | null } | null = null;
  /** The sign-in page is to stay the next time. */
  #staysFree = false;
  /** What it was last told of its configuration. */
  #toldConfiguration = '';
  #toldAutoLogon = '';
  #toldRemap = 'null';
  #key: { x: string; y: string } = { x: '', y: '' };
  #nonce = '';
  #language = '';
  #facts: PageFacts;
  #signIn: SignIn | null = null;
  /** What the page was last told to show, to say it once. */
  #view = '';
  #toldEnd: { at: number; by: string } | null = null;
  /** It was told that the session ends or is suspended by a limit of time. */
  #toldTime = false;
  /** What the page was last told of the computer's leaving. */
  #toldLeaving: { how: Leaving['how']; until: number } | null = null;
  #commanding = false;
  /** What the page was last told of who else is at the desktop. */
  #toldControl = noControl;
  /** What it was last told of the hand of the person here. */
  #toldHand: boolean | null = null;
  readonly #passwordChange = new PasswordChange((now) => this.#say({ say: 'password-change', now }));
  #heardAt = performance.now();
  #ping = 0;
  #pingAt = 0;
  #said = 0;

  constructor(services: StationServices, room: StationRoom, socket: WebSocket, from: { address: string; origin: string }) {
    this.#services = services;
    this.#room = room;
    this.#socket = socket;
    this.#origin = from.origin;
    this.#facts = { address: from.address, widthPx: 1, heightPx: 1 };
  }

  start(): void {
    this.#socket.on('message', (data, isBinary) => this.#hear(data, isBinary));
    this.#socket.on('close', () => this.#gone());
    // What goes wrong with the socket is followed by its `close`.
    this.#socket.on('error', () => {});
    this.#timers.push(
      setTimeout(() => {
        if (this.#stage === 'hello' || this.#stage === 'proof') this.close('badMessage');
      }, helloPatienceMs),
      setInterval(() => this.#beat(), pingEveryMs),
      setInterval(() => {
        this.#said = 0;
      }, mostSaidInMs),
    );
  }

  get station(): string {
    return this.#id;
  }

  close(why: CloseName): void {
    this.#socket.close(closeCodes[why], why);
    this.#gone();
  }

  /** Its station is enrolled: goes on if that is what it waited for, and says whether it was. */
  admitted(): boolean {
    if (this.#stage !== 'enrol') return false;
    this.#enter();
    return true;
  }

  /** A session at this station changed, or left it. */
  sessionChanged(): void {
    this.#show();
  }

  /** What is left of the time of the session here is another now. */
  timeChanged(): void {
    const session = this.#sessionHere();
    if (session !== null && showsSession(this.#view)) this.#showTime(session);
  }

  /** Somebody else sees or uses the desktop here, no longer does, or asks for it. */
  controlChanged(): void {
    if (this.#stage === 'ready') this.#showControl();
  }

  /** The hand of the person here is up or down, by somebody else if one is named; or whether they may raise it is known now. */
  handChanged(by: string | null = null): void {
    if (this.#stage === 'ready') this.#showHand(by);
  }

  /** More time was given to the session here; null: refused. */
  timeAnswered(minutes: number | null): void {
    this.#say({ say: 'time-answer', minutes });
  }

  /** The computer answers again or no longer, is about to leave or no longer is. */
  computerChanged(): void {
    this.#show();
    if (this.#stage === 'ready') this.#showLeaving(false);
  }

  identify(on: boolean): void {
    const station = this.#services.stations.get(this.#id);
    if (station !== null) this.#say({ say: 'identify', on, station: station.name, computer: station.computer });
  }

  /** The station is no more. The right half of a screen learns that it goes on as a whole one. */
  removed(): void {
    const left = this.#half === 'right' ? this.#services.stations.get(stationIdOf(this.#keyText())) : null;
    if (left?.state === 'enrolled') this.#sayHalves('whole');
    this.close('removed');
  }

  /** Its screen was split, or is whole again. */
  splitChanged(half: ScreenHalf | 'whole'): void {
    if (this.#stage !== 'ready' || half === this.#toldHalf) return;
    this.#sayHalves(half);
    this.#show(true);
  }

  #sayHalves(half: ScreenHalf | 'whole'): void {
    this.#toldHalf = half;
    this.#say({ say: 'halves', half });
  }

  /** How its screen hangs, or its language, may be another now. */
  configured(): void {
    const station = this.#stage === 'ready' ? this.#services.stations.get(this.#id) : null;
    if (station === null) return;
    const { orientation, language, autoLogon } = station.configuration;
    // Another account, or none any more.
    if (this.#view === 'free' && this.#signIn === null && this.#toldAutoLogon !== autoLogon) this.#show(true);
    this.#toldAutoLogon = autoLogon;
    const told = `${orientation} ${language}`;
    if (told === this.#toldConfiguration) return;
    this.#toldConfiguration = told;
    this.#say({ say: 'configured', orientation, language });
  }

  /** A remap shows something else on its screen now. */
  remapChanged(): void {
    const shows = this.#stage === 'ready' ? (this.#services.stations.get(this.#id)?.remap ?? null) : null;
    const told = JSON.stringify(shows);
    if (told === this.#toldRemap) return;
    this.#toldRemap = told;
    this.#say({ say: 'remap', shows });
  }

  /** Its name changed: the page shows it. */
  renamed(): void {
    if (this.#view === 'free' && this.#signIn === null) this.#show(true);
  }

  #say(message: GatewaySaysToStation): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > mostUnread) {
      this.#socket.terminate();
      return;
    }
    this.#socket.send(JSON.stringify(message));
  }

  #error(error: unknown): void {
    if (!(error instanceof CodedError))
      this.#services.log.error({ err: error, station: this.#id }, 'A station page could not be served.');
    this.#say({ say: 'error', error: tellError(error) });
  }

  #gone(): void {
    if (this.#stage === 'closed') return;
    const stage = this.#stage;
    this.#stage = 'closed';
    for (const timer of this.#timers) clearTimeout(timer);
    this.#forgetAutoLogon();
    this.#leaveSignIn();
    this.#passwordChange.cancel();
    if (stage === 'ready' || stage === 'enrol') this.#room.left(this);
  }

  #beat(): void {
    if (performance.now() - this.#heardAt > silenceMs) {
      this.#socket.terminate();
      this.#gone();
      return;
    }
    this.#ping += 1;
    this.#pingAt = performance.now();
    this.#say({ say: 'ping', number: this.#ping });
  }

  #hear(data: WebSocket.RawData, isBinary: boolean): void {
    if (this.#stage === 'closed') return;
    this.#heardAt = performance.now();
    this.#said += 1;
    if (this.#said > mostSaid) {
      this.close('tooMany');
      return;
    }
    let said: StationPageSays;
    try {
      if (isBinary || !Buffer.isBuffer(data)) throw new TypeError('not text');
      said = stationPageSays.parse(JSON.parse(data.toString('utf8')));
    } catch {
      this.close('badMessage');
      return;
    }
    this.#take(said).catch((error: unknown) => this.#error(error));
  }

  async #take(said: StationPageSays): Promise<void> {
    switch (said.say) {
      case 'pong':
        if (said.number === this.#ping && this.#stage === 'ready') {
          this.#services.stations.measured(this.#id, Math.round(performance.now() - this.#pingAt));
        }
        return;
      case 'size':
        this.#facts = { ...this.#facts, widthPx: said.widthPx, heightPx: said.heightPx };
        if (this.#stage === 'ready') this.#services.stations.resized(this.#id, said.widthPx, said.heightPx);
        return;
      case 'hello':
        this.#hello(said);
        return;
      case 'proof':
        this.#proof(said.signature);
        return;
      case 'enrol':
        this.#enrol(said.code);
        return;
      default:
        break;
    }
    if (this.#stage !== 'ready') throw new CodedError('not-possible-now');
    switch (said.say) {
      case 'control-answer':
        this.#withSession((session) => this.#services.controls.answer(session, said.question, said.yes));
        return;
      case 'control-end':
        this.#withSession((session) => this.#services.controls.endByPerson(session));
        return;
      case 'hand':
        this.#hand(said.up);
        return;
      case 'sign-in':
        await this.#beginSignIn(said);
        return;
      case 'unlock':
        await this.#beginUnlock(said.password);
        return;
      case 'answer':
        await this.#answer(said.answer);
        return;
      case 'accept-notice':
        await this.#acceptNotice();
        return;
      case 'accept-lost':
        await this.#acceptLost();
        return;
      case 'choose':
        await this.#choose(said.session);
        return;
      case 'cancel':
        this.#cancel();
        return;
      case 'ticket':
        this.#furtherTicket();
        return;
      case 'remap-press':
        this.#services.remaps.press(this.#id);
        return;
      case 'auto-logon':
        await this.#takeAutoLogon(said.now);
        return;
      case 'here':
        this.#here();
        return;
      case 'ask-time':
        this.#askForTime();
        return;
      case 'disconnect':
        this.#staysFree = said.signInPage === true;
        await this.#command('session.disconnect', ({ id, computer, attachment }) =>
          this.#services.fleet.call(computer, 'session.suspend', { session: id, cause: 'disconnected', attachment }),
        );
        return;
      case 'lock':
        await this.#command('session.lock', ({ id, computer }) =>
          this.#services.fleet.call(computer, 'session.lock', { session: id }),
        );
        return;
      case 'password-change':
        await this.#beginPasswordChange(said.password);
        return;
      case 'password-answer':
        await this.#passwordChange.answer(said.answer);
        return;
      case 'password-cancel':
        this.#passwordChange.cancel();
        return;
      case 'sign-out':
        await this.#command('session.sign-out', ({ id, computer }) =>
          this.#services.fleet.call(computer, 'session.end', { session: id, cause: 'signed-out', afterMs: 0 }),
        );
        return;
    }
  }

  // Becoming a station

  #hello(said: Extract<StationPageSays, { say: 'hello' }>): void {
    if (this.#stage !== 'hello') throw new CodedError('not-possible-now');
    this.#key = said.key;
    this.#language = said.language;
    this.#facts = { ...this.#facts, widthPx: said.widthPx, heightPx: said.heightPx };
    this.#half = said.half ?? null;
    this.#id = said.half === 'right' ? rightHalfIdOf(this.#keyText()) : stationIdOf(this.#keyText());
    this.#nonce = randomBytes(32).toString('base64url');
    this.#stage = 'proof';
    this.#say({ say: 'challenge', nonce: this.#nonce });
  }

  #proof(signature: string): void {
    if (this.#stage !== 'proof') throw new CodedError('not-possible-now');
    if (!this.#isProven(signature)) {
      this.#error(new CodedError('proof-wrong'));
      this.#room.forged(this.#id, this.#facts.address);
      this.close('refused');
      return;
    }
    if (this.#services.stations.enrolledWith(this.#id, this.#keyText()) !== null) this.#enter();
    else if (this.#half === 'right') this.removed();
    else this.#askToEnrol();
  }

  #isProven(signature: string): boolean {
    try {
      const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', ...this.#key }, format: 'jwk' });
      const text = Buffer.from(stationProofText(this.#origin, this.#nonce), 'utf8');
      return verify('sha256', text, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
    } catch {
      // Coordinates that are no point of the curve.
      return false;
    }
  }

  #keyText(): string {
    return keyTextOf(this.#key);
  }

  #askToEnrol(): void {
    const { stations, settings } = this.#services;
    const way = settings.now.enrolment;
    if (way === 'open') {
      this.#becomeStation('open');
      return;
    }
    this.#stage = 'enrol';
    let label = '';
    let error: CodedError | null = null;
    if (way === 'approval') {
      try {
        label = stations.wait(this.#id, this.#keyText(), this.#facts).name;
      } catch (fault) {
        if (!(fault instanceof CodedError)) throw fault;
        error = fault;
      }
    }
    this.#room.arrived(this, this.#id);
    this.#say({ say: 'enrol', way, label, error: error === null ? null : tellError(error) });
  }

  #enrol(code: string): void {
    if (this.#stage !== 'enrol' || this.#services.settings.now.enrolment !== 'code') throw new CodedError('not-possible-now');
    const { throttle, codes } = this.#services;
    try {
      const attempt = throttle.begin({ user: null, address: this.#facts.address, station: this.#id });
      codes.check(code);
      attempt.right();
    } catch (error) {
      this.#say({ say: 'enrol', way: 'code', label: '', error: tellError(error) });
      return;
    }
    this.#becomeStation('code');
  }

  #becomeStation(way: 'open' | 'code'): void {
    const { stations, audit } = this.#services;
    try {
      stations.enrol(this.#id, this.#keyText(), this.#facts, (station) =>
        audit.record({
          actor: '',
          action: 'station.enrol',
          target: station.name,
          address: this.#facts.address,
          outcome: 'done',
          details: { way },
        }),
      );
    } catch (error) {
      this.#stage = 'enrol';
      this.#say({ say: 'enrol', way: way === 'code' ? 'code' : 'approval', label: '', error: tellError(error) });
      return;
    }
    this.#enter();
  }

  #enter(): void {
    this.#stage = 'ready';
    const split = this.#services.stations.get(this.#id)?.split ?? null;
    if (this.#half !== null || split !== null) this.#sayHalves(split?.half ?? 'whole');
    this.configured();
    this.#room.arrived(this, this.#id);
    this.#services.stations.seen(this.#id, this.#facts);
    const station = this.#services.stations.get(this.#id);
    this.#view = '';
    this.#show(true);
    if (station?.identifying === true) this.identify(true);
  }

  // What is shown

  #sessionHere(): Session | null {
    return this.#services.fleet.sessions().find((session) => session.station === this.#id && holdsStation(session)) ?? null;
  }

  /** Tells the page what it shall show, if that is something else than what it shows. */
  #show(again = false): void {
    if (this.#stage !== 'ready') return;
    this.#showView(again);
    this.#showControl();
    this.#showHand();
  }

  #showView(again: boolean): void {
    const { fleet, stations } = this.#services;
    const station = stations.get(this.#id);
    if (station === null) return;
    // The page makes room for its halves; the left one shows what it showed.
    if (this.#half === null && station.split !== null) return;
    const session = this.#sessionHere();
    if (this.#signIn?.stage === 'entering') {
      // What becomes of entering is said when its answer is there; until then how far it is.
      if (this.#signIn.purpose === 'enter' && session !== null && !isRunning(session)) this.#showOpening(session, false);
      return;
    }
    if (session === null) {
      const leaving = this.#leaving(station);
      if (leaving !== null && leaving.phase !== 'warning') {
        this.#showWait(leaving.how === 'restart' ? 'computer-restarting' : 'computer-shutting-down', again);
      } else if (!fleet.isReachable(station.computer)) this.#showWait('host-unreachable', again);
      else if (this.#isClosed(station)) this.#showWait('console-mode', again);
      else if (this.#signIn === null) this.#showFree(station, again);
      return;
    }
    switch (session.state) {
      case 'active':
        this.#showActive(station, session, again);
        break;
      case 'locked':
        // Who is signing in, or unlocking the session that was here before, has nothing to say about this one.
        if (this.#signIn?.purpose === 'enter' || (this.#signIn !== null && this.#signIn.conversation.user !== session.user))
          this.#leaveSignIn();
        this.#showLocked(station, session, again);
        break;
      default:
        this.#leaveSignIn();
        this.#showOpening(session, again);
    }
  }

  /** The administrator has closed the stations of its computer. */
  #isClosed(station: Station): boolean {
    return this.#services.fleet.computers().find(({ name }) => name === station.computer)?.mode === 'console';
  }

  #leaving(station: Station): Leaving | null {
    return this.#services.fleet.computers().find(({ name }) => name === station.computer)?.leaving ?? null;
  }

  #showWait(why: WaitReason, again: boolean): void {
    if (this.#view !== `wait ${why}` || again) this.#leaveSignIn();
    this.#showOnce(`wait ${why}`, { say: 'wait', why }, again);
  }

  /** `session`: the one that is to be continued, null for a new one. */
  #showOpening(session: Session | null, again: boolean): void {
    const what = openingOf(session);
    this.#showOnce(`opening ${what}`, { say: 'opening', what }, again);
  }

  /** Says that the computer restarts or shuts down, or no longer does. */
  #showLeaving(again: boolean): void {
    const station = this.#services.stations.get(this.#id);
    const leaving = station === null ? null : this.#leaving(station);
    const told = this.#toldLeaving;
    if (leaving === null) {
      this.#toldLeaving = null;
      if (told !== null) this.#say({ say: 'leaving', how: told.how, remainingMs: null });
      return;
    }
    const { how } = leaving;
    const until = leaving.phase === 'warning' ? leaving.until : 0;
    if (!again && told?.how === how && Math.abs(told.until - until) < sameTimeMs) return;
    this.#toldLeaving = { how, until };
    this.#say({ say: 'leaving', how, remainingMs: remainingMs(until) });
  }

  #showOnce(view: string, message: GatewaySaysToStation, again: boolean): void {
    if (this.#view === view && !again) return;
    // It is somebody else's screen now, or locked.
    if (this.#view !== view) this.#passwordChange.cancel();
    this.#view = view;
    this.#say(message);
    if (message.say === 'free' || showsSession(message.say)) this.#showLeaving(true);
  }

  #showFree(station: Station, again: boolean): void {
    const because = this.#room.reasonOf(this.#id);
    const { id, name, computer } = station;
    const autoLogon = this.#planAutoLogon(station, because);
    this.#showOnce(
      'free',
      { say: 'free', station: { id, name }, computer, because, ...(autoLogon !== null && { autoLogon }) },
      again,
    );
  }

  // Signing in by itself

  /** Whom the station will sign in, and when. The same answer for as long as nothing else happened. */
  #planAutoLogon(
    { configuration: { autoLogon: user } }: Station,
    because: FreeReason,
  ): { user: string; inMs: number | null } | null {
    const key = `${user} ${JSON.stringify(because)}`;
    if (user === '') {
      this.#forgetAutoLogon();
      return null;
    }
    if (this.#autoLogon?.key !== key) {
      this.#forgetAutoLogon();
      const delayMs = this.#staysFree ? null : autoLogonDelayMs(because, this.#room.autoLogonFailures(this.#id));
      this.#staysFree = false;
      const timer = delayMs === null ? null : setTimeout(() => this.#autoLogonDue(), delayMs);
      this.#autoLogon = { key, at: delayMs === null ? null : performance.now() + delayMs, timer };
    }
    const { at } = this.#autoLogon;
    return { user, inMs: at === null ? null : Math.max(0, Math.round(at - performance.now())) };
  }

  #forgetAutoLogon(): void {
    if (this.#autoLogon?.timer != null) clearTimeout(this.#autoLogon.timer);
    this.#autoLogon = null;
  }

  #autoLogonDue(): void {
    if (this.#view === 'free') this.#beginAutoLogon().catch((error: unknown) => this.#error(error));
  }

  async #takeAutoLogon(now: boolean): Promise<void> {
    if (now) {
      await this.#beginAutoLogon();
      return;
    }
    if (this.#autoLogon === null) return;
    if (this.#autoLogon.timer !== null) clearTimeout(this.#autoLogon.timer);
    this.#autoLogon = { ...this.#autoLogon, at: null, timer: null };
  }

  async #beginAutoLogon(): Promise<void> {
    const { desk, settings, stations } = this.#services;
    const station = stations.get(this.#id);
    const user = station?.configuration.autoLogon ?? '';
    if (station !== null && this.#isClosed(station)) throw new CodedError('console-mode');
    if (station === null || user === '' || this.#signIn !== null || this.#sessionHere() !== null || this.#stage !== 'ready')
      throw new CodedError('not-possible-now');
    await this.#converse(
      'enter',
      desk.open({
        action: 'station.auto-logon',
        target: station.name,
        computer: station.computer,
        user,
        password: '',
        automatic: true,
        address: this.#facts.address,
        station: this.#id,
        who: settings.now.whoMaySignIn,
        groups: signInGroupNames(settings.now.signInGroups) ?? [],
        only: onlyOf(station),
      }),
    );
  }

  /** Its desktop, or what covers it. While that is not known yet, neither. */
  #showActive(station: Station, session: Session, again: boolean): void {
    const cover = this.#services.covers.of(session);
    if (cover === null) this.#showDesktop(station, session, again);
    else if (cover === undefined) this.#showOpening(session, again);
    else this.#showCovered(station, session, cover, again);
  }

  #showCovered(station: Station, session: Session, cover: Cover, again: boolean): void {
    this.#forgetAutoLogon();
    this.#room.autoLogonSucceeded(this.#id);
    this.#leaveSignIn();
    const { id, name, computer } = station;
    const { user, fullName } = session;
    const { kind, text, by } = cover;
    this.#showOnce(
      `covered ${session.id} ${JSON.stringify([kind, text, by])}`,
      { say: 'covered', station: { id, name }, computer, user, fullName, cover: { kind, text, by } },
      again,
    );
    this.#showCountdown(session);
    this.#showTime(session);
  }

  #showDesktop(station: Station, session: Session, again: boolean): void {
    this.#forgetAutoLogon();
    this.#room.autoLogonSucceeded(this.#id);
    this.#leaveSignIn();
    const { id, name, computer } = station;
    const view = `desktop ${session.id} ${session.attachment}`;
    if (this.#view !== view || again) {
      const ticket = this.#issue(session);
      this.#toldEnd = null;
      this.#toldTime = false;
      const { user, fullName } = session;
      const movedHere = !again && session.cause === 'moved-by-administrator';
      const place = { station: { id, name }, computer };
      this.#showOnce(view, { say: 'desktop', ...place, user, fullName, ticket, ...(movedHere && { movedHere }) }, again);
    }
    this.#showCountdown(session);
    this.#showTime(session);
  }

  #showLocked(station: Station, session: Session, again: boolean, error: CodedError | null = null): void {
    this.#forgetAutoLogon();
    const { id, name, computer } = station;
    const { user, fullName } = session;
    if (this.#signIn === null) {
      this.#showOnce(
        `locked ${session.id}`,
        { say: 'locked', station: { id, name }, computer, user, fullName, error: error === null ? null : tellError(error) },
        again,
      );
    }
    this.#showCountdown(session);
    this.#showTime(session);
  }

  #showCountdown(session: Session): void {
    const { endsAt: at, endsBy: by } = session;
    if (at === (this.#toldEnd?.at ?? null) && by === (this.#toldEnd?.by ?? '')) return;
    this.#toldEnd = at === null ? null : { at, by };
    this.#say({ say: 'countdown', remainingMs: at === null ? null : remainingMs(at), by });
  }

  /** Says by when a limit of time takes the session from here, or that none does any more. */
  #showTime(session: Session): void {
    const shown = this.#services.times.shown(session.id);
    if (shown === null && !this.#toldTime) return;
    this.#toldTime = shown !== null;
    if (shown === null) {
      this.#say({ say: 'time', ends: null });
      return;
    }
    const { why, endsAtMs, request } = shown;
    const leftMs = Math.max(0, Math.round(endsAtMs - this.#services.clock.monotonicMs()));
    this.#say({ say: 'time', ends: { why, remainingMs: leftMs, request } });
  }

  #showControl(): void {
    const session = this.#sessionHere();
    const shown = session === null ? null : this.#services.controls.shown(session);
    const told = shown === null ? noControl : JSON.stringify(shown);
    if (told === this.#toldControl) return;
    this.#toldControl = told;
    const { by = [], mayEnd = false, asks = null } = shown ?? {};
    const leftMs = Math.max(0, Math.round((asks?.untilMs ?? 0) - this.#services.clock.monotonicMs()));
    this.#say({
      say: 'controlled',
      by,
      mayEnd,
      asks: asks === null ? null : { question: asks.id, by: asks.by, uses: asks.uses, remainingMs: leftMs },
    });
  }

  #showHand(by: string | null = null): void {
    const session = this.#sessionHere();
    const up = session === null ? null : this.#services.hands.isUp(session);
    if (up === this.#toldHand) return;
    this.#toldHand = up;
    this.#say({ say: 'hand', up, by });
  }

  #hand(up: boolean): void {
    const { hands, audit, stations } = this.#services;
    this.#withSession((session) => {
      const deed = {
        actor: session.user,
        action: up ? 'session.raise-hand' : 'session.lower-hand',
        target: stations.get(this.#id)?.name ?? this.#id,
        address: this.#facts.address,
        outcome: 'done',
        details: { session: session.id },
      } as const;
      if (up) hands.raise(session, () => audit.record(deed));
      else hands.lower(session, () => audit.note(deed));
    });
  }

  /** Throws `not-possible-now` where none is shown here. */
  #withSession(work: (session: Session) => void): void {
    const session = this.#sessionHere();
    if (session?.state !== 'active') throw new CodedError('not-possible-now');
    work(session);
  }

  #here(): void {
    const session = this.#sessionHere();
    if (session !== null) this.#services.times.input(session.id);
  }

  #askForTime(): void {
    const session = this.#sessionHere();
    if (session === null) throw new CodedError('not-possible-now');
    const { times, audit, stations } = this.#services;
    const target = stations.get(this.#id)?.name ?? this.#id;
    times.ask(session, () =>
      audit.record({
        actor: session.user,
        action: 'session.ask-time',
        target,
        address: this.#facts.address,
        outcome: 'done',
        details: { session: session.id },
      }),
    );
  }

  #issue(session: Session): string {
    const { id, attachment, user } = session;
    return this.#services.tickets.issue({ for: 'station', station: this.#id, session: id, attachment, user });
  }

  #furtherTicket(): void {
    const station = this.#services.stations.get(this.#id);
    const session = this.#sessionHere();
    if (station === null || session?.state !== 'active') throw new CodedError('not-possible-now');
    this.#showActive(station, session, true);
  }

  // The sign-in conversation

  #leaveSignIn(): void {
    const signIn = this.#signIn;
    this.#signIn = null;
    if (signIn === null) return;
    signIn.finished = true;
    // What is being entered goes on; the grace time decides about its session.
    if (signIn.stage !== 'entering') signIn.conversation.finish();
  }

  #refuse(error: CodedError): void {
    if (this.#signIn?.conversation.isAutomatic === true) this.#room.autoLogonFailed(this.#id);
    this.#leaveSignIn();
    const session = this.#sessionHere();
    const station = this.#services.stations.get(this.#id);
    if (station !== null && session?.state === 'locked') {
      this.#showLocked(station, session, true, error);
      return;
    }
    this.#room.setReason(this.#id, { reason: 'refused', error: tellError(error) });
    this.#show(true);
  }

  #cancel(): void {
    if (this.#signIn === null || this.#signIn.stage === 'entering') throw new CodedError('not-possible-now');
    this.#leaveSignIn();
    this.#room.setReason(this.#id, { reason: 'none' });
    this.#show(true);
  }

  async #beginSignIn({ user, password, changePassword }: Extract<StationPageSays, { say: 'sign-in' }>): Promise<void> {
    const { desk, settings, stations } = this.#services;
    const station = stations.get(this.#id);
    if (station === null || this.#signIn !== null || this.#sessionHere() !== null) throw new CodedError('not-possible-now');
    if (this.#isClosed(station)) throw new CodedError('console-mode');
    await this.#converse(
      'enter',
      desk.open({
        action: 'station.sign-in',
        target: station.name,
        computer: station.computer,
        user,
        password,
        changePassword,
        address: this.#facts.address,
        station: this.#id,
        who: settings.now.whoMaySignIn,
        groups: signInGroupNames(settings.now.signInGroups) ?? [],
        only: onlyOf(station),
      }),
    );
  }

  async #beginUnlock(password: string): Promise<void> {
    const { desk, stations } = this.#services;
    const station = stations.get(this.#id);
    const session = this.#sessionHere();
    if (station === null || this.#signIn !== null || session?.state !== 'locked') throw new CodedError('not-possible-now');
    await this.#converse(
      'unlock',
      desk.open({
        action: 'session.unlock',
        target: station.name,
        computer: session.computer,
        user: session.user,
        password,
        address: this.#facts.address,
        station: this.#id,
        // Whoever has a session here was let in; a changed setting must not keep them from it.
        who: 'everyone',
      }),
    );
  }

  async #beginPasswordChange(password: string): Promise<void> {
    const { desk, stations } = this.#services;
    const station = stations.get(this.#id);
    const session = this.#sessionHere();
    if (station === null || session?.state !== 'active') {
      this.#passwordChange.refuse(new CodedError('not-possible-now'));
      return;
    }
    await this.#passwordChange.begin(
      desk.open({
        action: 'account.own-password',
        target: station.name,
        computer: session.computer,
        user: session.user,
        password,
        changePassword: true,
        address: this.#facts.address,
        station: this.#id,
        // Whoever has a session here was let in.
        who: 'everyone',
      }),
    );
  }

  async #converse(purpose: SignIn['purpose'], conversation: SignInConversation): Promise<void> {
    this.#forgetAutoLogon();
    const signIn: SignIn = { purpose, conversation, stage: 'checking', account: null, sessions: [], lost: [], finished: false };
    this.#signIn = signIn;
    this.#view = 'sign-in';
    this.#say({ say: 'checking' });
    await this.#step(signIn, await conversation.begin());
  }

  async #answer(answer: string): Promise<void> {
    const signIn = this.#signIn;
    if (signIn?.stage !== 'question') throw new CodedError('not-possible-now');
    signIn.stage = 'checking';
    this.#say({ say: 'checking' });
    await this.#step(signIn, await signIn.conversation.answer(answer));
  }

  async #step(signIn: SignIn, step: SignInStep): Promise<void> {
    if (signIn.finished) {
      signIn.conversation.finish();
      return;
    }
    if (step.step === 'refused') {
      this.#refuse(new CodedError(step.error.code, step.error.details));
      return;
    }
    if (step.step === 'question') {
      signIn.stage = 'question';
      this.#say({ say: 'question', question: step.question });
      return;
    }
    signIn.account = step.account;
    signIn.sessions = step.sessions.filter(isResumable);
    if (signIn.purpose === 'unlock') {
      await this.#unlock(signIn);
      return;
    }
    const { settings, notices } = this.#services;
    if (
      step.account.level === 'standard' &&
      settings.now.privacyNotice &&
      settings.now.allowMonitoring &&
      !notices.hasAccepted(step.account)
    ) {
      signIn.stage = 'notice';
      this.#say({ say: 'notice' });
      return;
    }
    await this.#afterNotice(signIn);
  }

  /** Sessions of this person that are no more, or cannot be continued, of which nobody told yet. */
  #untoldLosses(account: Account): Session[] {
    const { fleet, losses, stations } = this.#services;
    const computer = stations.get(this.#id)?.computer;
    return fleet
      .sessions()
      .filter(({ user, uid, computer: its }) => user === account.name && uid === account.uid && its === computer)
      .filter((session) => session.state === 'lost' || (session.state === 'hibernated' && !isResumable(session)))
      .filter(({ id }) => !losses.has(id));
  }

  async #acceptNotice(): Promise<void> {
    const signIn = this.#signIn;
    if (signIn?.stage !== 'notice' || signIn.account === null) throw new CodedError('not-possible-now');
    this.#services.notices.accept(signIn.account);
    await this.#afterNotice(signIn);
  }

  async #afterNotice(signIn: SignIn): Promise<void> {
    signIn.lost = signIn.account === null ? [] : this.#untoldLosses(signIn.account);
    if (signIn.lost.length === 0) {
      await this.#afterLosses(signIn);
      return;
    }
    signIn.stage = 'lost';
    this.#say({ say: 'lost', sessions: signIn.lost.map(lossOf) });
  }

  /** What is lost goes; what cannot be continued is kept for the administrator. Both have been told now. */
  async #acceptLost(): Promise<void> {
    const signIn = this.#signIn;
    if (signIn?.stage !== 'lost') throw new CodedError('not-possible-now');
    signIn.stage = 'checking';
    this.#say({ say: 'checking' });
    for (const { id } of signIn.lost) this.#services.losses.remember(id);
    await Promise.all(signIn.lost.filter(({ state }) => state === 'lost').map((session) => this.#dismiss(session)));
    if (signIn.finished) signIn.conversation.finish();
    else await this.#afterLosses(signIn);
  }

  async #dismiss({ id, user, computer }: Session): Promise<void> {
    const { fleet, audit, stations, log } = this.#services;
    const target = stations.get(this.#id)?.name ?? this.#id;
    const deed = {
      actor: user,
      action: 'session.dismiss' as const,
      target,
      address: this.#facts.address,
      details: { session: id },
    };
    try {
      await fleet.call(computer, 'session.end', { session: id, cause: 'dismissed', afterMs: 0 });
      audit.note({ ...deed, outcome: 'done' });
    } catch (error) {
      // It stays in the list until the administrator ends it, and does not keep anybody from working.
      audit.note({ ...deed, outcome: tellError(error).code });
      log.warn({ err: error, session: id }, 'A lost session could not be dismissed.');
    }
  }

  async #afterLosses(signIn: SignIn): Promise<void> {
    const { fleet, settings, pictures } = this.#services;
    const multiple = settings.now.multipleSessions;
    // They may have changed since the password was accepted.
    signIn.sessions = signIn.sessions
      .map((session) => fleet.session(session.id))
      .filter((session) => session !== null && isResumable(session)) as Session[];
    const { sessions } = signIn;
    if (signIn.conversation.isAutomatic) {
      await this.#enterByItself(signIn);
      return;
    }
    const [first] = sessions;
    const well = first?.saved?.fault == null;
    if (first === undefined || (sessions.length === 1 && well && (!multiple || !holdsStation(first)))) {
      await this.#enterSession(signIn, 'any', first ?? null);
      return;
    }
    if (multiple && sessions.every(holdsStation)) {
      await this.#enterSession(signIn, 'new', null);
      return;
    }
    signIn.stage = 'choose';
    const choices = await Promise.all(
      sessions.map(
        async (session): Promise<Resumable> => ({
          session: session.id,
          startedAt: session.startedAt,
          since: session.since,
          desktop: session.desktop,
          station: session.station === null ? null : (this.#services.stations.get(session.station)?.name ?? ''),
          saved: ['hibernating', 'hibernated', 'restoring'].includes(session.state),
          fault: session.saved?.fault ?? null,
          picture: dataUrlOf(await pictures.find(session.id)),
        }),
      ),
    );
    if (!signIn.finished) this.#say({ say: 'choose', sessions: choices, mayStartNew: this.#mayStartNew(sessions) });
  }

  /** Nobody is there to choose, and nobody who works elsewhere is disturbed. */
  async #enterByItself(signIn: SignIn): Promise<void> {
    const { settings, stations } = this.#services;
    const user = signIn.account?.name ?? '';
    const isWell = ({ saved }: Session): boolean => saved?.fault == null;
    const elsewhere = signIn.sessions.filter((session) => holdsStation(session) && session.station !== this.#id);
    const free = signIn.sessions.filter((session) => isWell(session) && !elsewhere.includes(session));
    if (!settings.now.multipleSessions) {
      using claim = this.#room.claimAutoLogon(user);
      if (claim === null || elsewhere.length > 0) {
        const station = stations.get(elsewhere[0]?.station ?? '')?.name ?? '';
        this.#refuseAutoLogon(user, new CodedError('session-elsewhere', { station }));
        return;
      }
      const [first] = free;
      await this.#enterSession(signIn, first?.id ?? (signIn.sessions.length === 0 ? 'any' : 'new'), first ?? null);
      return;
    }
    for (const session of free) {
      using claim = this.#room.claimAutoLogon(session.id);
      if (claim === null) continue;
      await this.#enterSession(signIn, session.id, session);
      return;
    }
    await this.#enterSession(signIn, 'new', null);
  }

  #refuseAutoLogon(user: string, error: CodedError): void {
    const { audit, stations } = this.#services;
    const target = stations.get(this.#id)?.name ?? '';
    // It is tried again and again; the first time is for the activity.
    if (this.#room.autoLogonFailures(this.#id) === 0)
      audit.note({ actor: user, action: 'station.auto-logon', target, address: this.#facts.address, outcome: error.code });
    this.#refuse(error);
  }

  /** What could not be continued keeps nobody from working. */
  #mayStartNew(sessions: readonly Session[]): boolean {
    return this.#services.settings.now.multipleSessions || sessions.every(({ saved }) => saved?.fault != null);
  }

  async #choose(choice: string): Promise<void> {
    const signIn = this.#signIn;
    if (signIn?.stage !== 'choose') throw new CodedError('not-possible-now');
    const chosen = signIn.sessions.find(({ id }) => id === choice);
    if (choice === 'new' ? !this.#mayStartNew(signIn.sessions) : chosen === undefined) {
      throw new CodedError('not-possible-now');
    }
    await this.#enterSession(signIn, choice, chosen === undefined ? null : (this.#services.fleet.session(chosen.id) ?? chosen));
  }

  /** `continued`: the session that `choice` means, null where it is a new one. */
  async #enterSession(signIn: SignIn, choice: string, continued: Session | null): Promise<void> {
    const { fleet, settings, stations, audit } = this.#services;
    const station = stations.get(this.#id);
    if (station === null || signIn.account === null) throw new CodedError('station-not-found');
    const { account, conversation } = signIn;
    signIn.stage = 'entering';
    conversation.usedUp();
    const endsNow =
      continued === null && fleet.sessions().some((session) => session.user === account.name && session.state === 'ending');
    if (endsNow) this.#say({ say: 'wait', why: 'ending' });
    else this.#showOpening(continued, true);
    const action = conversation.isAutomatic ? 'station.auto-logon' : 'station.sign-in';
    const deed = { actor: account.name, action, target: station.name, address: this.#facts.address } as const;
    try {
      const own = await this.#services.limits.forEntering(station.computer, account.name, this.#id);
      const { session, started } = await fleet.call(station.computer, 'session.enter', {
        ...own,
        attempt: conversation.attempt,
        station: this.#id,
        choice,
        multiple: settings.now.multipleSessions,
        desktop: settings.now.desktop,
        widthPx: Math.max(smallestSidePx, this.#facts.widthPx),
        heightPx: Math.max(smallestSidePx, this.#facts.heightPx),
        language: this.#language,
      });
      audit.note({ ...deed, outcome: 'done', details: { session: session.id, started: started ? 1 : 0 } });
    } catch (error) {
      const fault = error instanceof CodedError ? error : new CodedError('internal', {}, { cause: error });
      audit.note({ ...deed, outcome: fault.code, details: continued === null ? {} : { session: continued.id } });
      if (this.#signIn === signIn) this.#failedToEnter(withPrograms(fault, continued, fleet), conversation.isAutomatic);
      return;
    }
    if (this.#signIn !== signIn) return;
    this.#signIn = null;
    this.#show(true);
  }

  #failedToEnter(fault: CodedError, automatic: boolean): void {
    if (automatic) this.#room.autoLogonFailed(this.#id);
    this.#signIn = null;
    // Of a session that was taken away meanwhile the room already knows the reason in better words.
    const taken = fault.code === 'suspended-meanwhile' || fault.code === 'ended-meanwhile';
    const known = taken && this.#room.reasonOf(this.#id).reason !== 'none';
    if (!known) this.#room.setReason(this.#id, { reason: 'refused', error: tellError(fault) });
    this.#show(true);
  }

  async #unlock(signIn: SignIn): Promise<void> {
    const { fleet, audit, stations } = this.#services;
    const session = this.#sessionHere();
    if (session?.state !== 'locked') {
      this.#leaveSignIn();
      this.#show(true);
      return;
    }
    signIn.stage = 'entering';
    const { attempt, user } = signIn.conversation;
    signIn.conversation.usedUp();
    const target = stations.get(this.#id)?.name ?? this.#id;
    const details = { session: session.id };
    const deed = { actor: user, action: 'session.unlock' as const, target, address: this.#facts.address, details };
    try {
      await fleet.call(session.computer, 'session.unlock', { session: session.id, attempt });
      audit.note({ ...deed, outcome: 'done' });
    } catch (error) {
      audit.note({ ...deed, outcome: tellError(error).code });
      if (this.#signIn === signIn) {
        this.#signIn = null;
        this.#refuse(error instanceof CodedError ? error : new CodedError('internal', {}, { cause: error }));
      }
      return;
    }
    if (this.#signIn !== signIn) return;
    this.#signIn = null;
    this.#show(true);
  }

  /** Does something to the session that is shown here, for its own person. */
  async #command(action: AuditAction, work: (session: Session) => Promise<unknown>): Promise<void> {
    const session = this.#sessionHere();
    if (session?.state !== 'active' || this.#commanding) throw new CodedError('not-possible-now');
    this.#commanding = true;
    const target = this.#services.stations.get(this.#id)?.name ?? this.#id;
    const deed = { actor: session.user, action, target, address: this.#facts.address, details: { session: session.id } };
    try {
      await work(session);
      this.#services.audit.note({ ...deed, outcome: 'done' });
    } catch (error) {
      this.#services.audit.note({ ...deed, outcome: error instanceof CodedError ? error.code : 'internal' });
      throw error;
    } finally {
      this.#commanding = false;
    }
  }
}

/** Whether what a page shows, or is told to show, is a session at its station. */
function showsSession(view: string): boolean {
  return ['desktop', 'covered', 'locked'].includes(view.split(' ', 1)[0] ?? '');
}

/** Whom the station is for; undefined: for all. */
function onlyOf({ configuration: { users, groups } }: Station): OnlyThese | undefined {
  return users.length === 0 && groups.length === 0 ? undefined : { users, groups };
}

function remainingMs(until: number): number {
  return Math.min(Math.max(0, until - Date.now()), longestCountdownMs);
}

function openingOf(session: Session | null): Opening {
  switch (session?.state) {
    case undefined:
    case 'starting':
      return 'start';
    case 'hibernating':
      return 'save';
    case 'hibernated':
    case 'restoring':
      return 'restore';
    default:
      return 'resume';
  }
}

function lossOf({ startedAt, since, cause, saved }: Session): LostSession {
  return { startedAt, at: saved?.at ?? since, programs: [...(saved?.programs ?? [])], cause, fault: saved?.fault ?? null };
}

/** The error with the programs that were open in the session on disk, so that the person knows what it is about. */
function withPrograms(fault: CodedError, continued: Session | null, fleet: Fleet): CodedError {
  if (continued === null || !restoreFaults.has(fault.code) || fault.details['programs'] !== undefined) return fault;
  const saved = fleet.session(continued.id)?.saved ?? continued.saved;
  if (saved === null || saved.programs.length === 0) return fault;
  return new CodedError(fault.code, { ...fault.details, programs: saved.programs.join(', ') }, { cause: fault });
}

function dataUrlOf(picture: Picture | null): string | null {
  return picture === null ? null : `data:image/jpeg;base64,${picture.jpeg.toString('base64')}`;
}
