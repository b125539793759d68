// The page as a whole: turns what the gateway says into what is shown, and what the person does into what is said.
import type { FreeReason, GatewaySaysToStation } from '#contract/station-page.ts';
import type { LeaveWay } from '#contract/values.ts';
import { errorText } from '../shared/error-text.ts';
import { beginInLanguage, currentLanguage, i18n } from '../shared/i18n.ts';
import { personName } from '../shared/names-text.ts';
import type { AutoLogon } from './auto-logon-note.ts';
import { BackOff } from './back-off.ts';
import { ChoiceView } from './choice-view.ts';
import { loadPainter } from '../shared/pixel-line.ts';
import { ControlMark } from './control-mark.ts';
import { CoveredView } from './covered-view.ts';
import { DesktopView } from './desktop-view.ts';
import { make } from './element.ts';
import { EnrolmentView } from './enrolment-view.ts';
import { Frame } from './frame.ts';
import { ownHalf, screenWindow, tellScreen } from './half.ts';
import { LockedView } from './locked-view.ts';
import {
  approvalView,
  connectingView,
  insecureView,
  noStorageView,
  openingView,
  refusedView,
  removedView,
  replacedView,
  waitView,
} from './message-view.ts';
import { LostView } from './lost-view.ts';
import { NoticeView } from './notice-view.ts';
import { CountdownBanner, IdentifyOverlay, LineOverlay, RemapOverlay, Toast, leavingText, logOffText } from './overlays.ts';
import { startTurning, turnTo } from './orientation.ts';
import { QuestionView } from './question-view.ts';
import { isUpdated, reloadOnce } from './page-update.ts';
import { SignInView } from './sign-in-view.ts';
import { SplitScreen } from './split-screen.ts';
import { NoStorageError, StationKey } from './station-key.ts';
import { StationLink } from './station-link.ts';
import { TimeBanner } from './time-banner.ts';
import type { LinkState } from './station-link.ts';
import type { View, ViewName } from './view.ts';

/** A first connection that takes longer is worth a word. */
const slowMs = 3000;
/** After pixels were cut because the session left, the gateway says what comes next; if it does not, ask. */
const saysWithinMs = 3000;

interface Place {
  name: string;
  computer: string;
}

interface TypedSignIn {
  user: string;
  password: string;
  changePassword?: boolean;
}

export class StationPage {
  readonly #frame = new Frame();
  readonly #line = new LineOverlay();
  readonly #identify = new IdentifyOverlay();
  readonly #remap = new RemapOverlay(() => this.#say({ say: 'remap-press' }));
  readonly #countdown = new CountdownBanner();
  readonly #leaving = new CountdownBanner();
  readonly #time = new TimeBanner(
    () => this.#say({ say: 'ask-time' }),
    () => this.#link?.send({ say: 'here' }),
    () => this.#desktop.focus(),
  );
  readonly #control = new ControlMark({
    answer: (question, yes) => this.#link?.send({ say: 'control-answer', question, yes }),
    end: () => this.#say({ say: 'control-end' }),
    focusDesktop: () => this.#desktop.focus(),
  });
  readonly #toast = new Toast();
  readonly #desktop: DesktopView;
  readonly #ticketBackOff = new BackOff();
  readonly #half = ownHalf();
  /** While this page only holds the halves of a split screen. */
  #split: SplitScreen | null = null;
  #link: StationLink | null = null;
  #ticketTimer: ReturnType<typeof setTimeout> | undefined;
  /** The desktop is what the gateway wants to be shown. */
  #onDesktop = false;
  /** Signing in, to be said as soon as the gateway is there. */
  #held: TypedSignIn | null = null;
  /** The connection broke since the sign-in was sent. */
  #brokeMeanwhile = false;
  #mayBeUpdated = false;
  #shiftHeld = false;
  /** The computer restarts or shuts down, as far as it was told. */
  #leavesBy: LeaveWay | null = null;
  #title = '';

  constructor() {
    this.#desktop = new DesktopView({
      otherHalf: this.#half === null ? null : () => tellScreen({ say: 'keyboard', where: 'other' }),
      disconnect: () => this.#ask({ say: 'disconnect', ...(this.#shiftHeld && { signInPage: true }) }),
      lock: () => this.#ask({ say: 'lock' }),
      signOut: () => this.#ask({ say: 'sign-out' }),
      hand: (up) => this.#say({ say: 'hand', up }),
      password: {
        begin: (password) => this.#say({ say: 'password-change', password }),
        answer: (answer) => this.#say({ say: 'password-answer', answer }),
        cancel: () => this.#link?.send({ say: 'password-cancel' }),
      },
      painted: (at) => this.#painted(at),
      lost: (expected) => this.#pixelsLost(expected),
      unavailable: () => {
        // After an update of the gateway the file of an older page is no more.
        if (!reloadOnce()) this.#askForTicket();
      },
    });
  }

  async start(): Promise<void> {
    startTurning();
    for (const type of ['keydown', 'keyup', 'pointerdown', 'pointerup'] as const)
      addEventListener(type, (event) => (this.#shiftHeld = event.shiftKey), { capture: true, passive: true });
    document.body.replaceChildren(
      this.#frame.element,
      this.#desktop.element,
      make(
        'section',
        { class: 'overlays', label: () => i18n._('Messages') },
        this.#countdown.element,
        this.#leaving.element,
        this.#time.element,
        this.#line.element,
        this.#toast.element,
      ),
      this.#identify.element,
      this.#remap.element,
      this.#control.frame,
      this.#control.bar,
      this.#control.question,
    );
    i18n.on('change', () => this.#languageChanged());
    if (this.#half !== null) this.#holdKeyboard();
    if (!isSecureContext) {
      this.#show(insecureView(`https://${location.hostname}`));
      return;
    }
    this.#show(connectingView(false));
    setTimeout(() => {
      if (this.#link?.state === 'connecting') this.#show(connectingView(true));
    }, slowMs);
    await this.#begin();
  }

  async #begin(): Promise<void> {
    let key: StationKey;
    try {
      key = await StationKey.open();
    } catch (error) {
      if (!(error instanceof NoStorageError)) throw error;
      this.#show(noStorageView(() => location.reload()));
      return;
    }
    this.#link = new StationLink(key, currentLanguage, {
      heard: (message) => this.#heard(message),
      changed: (state) => this.#linkChanged(state),
    });
    this.#link.start();
  }

  // What is shown

  #show(view: View): void {
    this.#leaveDesktop();
    this.#frame.show(view);
    this.#nowShows(view.name);
  }

  #nowShows(name: ViewName): void {
    document.documentElement.dataset['view'] = name;
  }

  #place({ name, computer }: Place, person = ''): void {
    if (this.#half !== null) tellScreen({ say: 'place', station: name });
    this.#frame.place(name, computer);
    this.#title = name;
    document.title = person === '' ? `${name} – Stationmaster` : `${name} – ${person}`;
  }

  #leaveDesktop(): void {
    if (!this.#onDesktop) return;
    this.#onDesktop = false;
    clearTimeout(this.#ticketTimer);
    this.#desktop.hide();
    delete document.documentElement.dataset['firstFrame'];
    if (this.#link?.state === 'up') this.#line.hide();
  }

  #languageChanged(): void {
    // The next session is to speak this language: the gateway learns it from a new hello.
    const { view } = this.#frame;
    if (view instanceof SignInView && !view.isBusy && this.#link?.state === 'up') this.#link.renew();
  }

  // What the gateway says

  #heard(message: GatewaySaysToStation): void {
    if (message.say === 'halves') this.#halves(message.half);
    else if (this.#split === null) this.#take(message);
  }

  #take(message: Exclude<GatewaySaysToStation, { say: 'halves' }>): void {
    switch (message.say) {
      case 'enrol':
        this.#enrol(message);
        break;
      case 'free':
        this.#place({ name: message.station.name, computer: message.computer });
        this.#countdown.stop();
        this.#time.stop();
        this.#free(message.because, message.autoLogon);
        break;
      case 'checking':
        this.#frame.view?.busy?.();
        break;
      case 'question':
        this.#show(
          new QuestionView(
            message.question,
            (answer) => this.#say({ say: 'answer', answer }),
            () => this.#say({ say: 'cancel' }),
          ),
        );
        break;
      case 'notice':
        this.#show(
          new NoticeView(
            () => this.#say({ say: 'accept-notice' }),
            () => this.#say({ say: 'cancel' }),
          ),
        );
        break;
      case 'choose':
        this.#show(
          new ChoiceView(
            message.sessions,
            message.mayStartNew,
            (session) => this.#say({ say: 'choose', session }),
            () => this.#say({ say: 'cancel' }),
          ),
        );
        break;
      case 'lost':
        this.#show(new LostView(message.sessions, () => this.#say({ say: 'accept-lost' })));
        break;
      case 'opening':
        this.#show(openingView(message.what));
        void loadPainter().catch(() => {});
        break;
      case 'desktop':
        // What is left of it is told after this.
        this.#time.stop();
        this.#showDesktop(message);
        break;
      case 'covered':
        // What is left of it is told after this.
        this.#time.stop();
        this.#place({ name: message.station.name, computer: message.computer }, personName(message));
        this.#show(new CoveredView(message, () => this.#say({ say: 'disconnect' })));
        break;
      case 'locked':
        this.#time.stop();
        this.#place({ name: message.station.name, computer: message.computer }, message.fullName);
        this.#locked(message);
        break;
      case 'configured':
        this.#configured(message);
        break;
      case 'remap':
        this.#remap.show(message.shows);
        break;
      case 'identify':
        if (message.on) this.#identify.show(message.station, message.computer);
        else this.#identify.hide();
        if (message.station !== this.#title && this.#title !== '')
          document.title = document.title.replace(this.#title, message.station);
        break;
      case 'countdown':
        this.#count(message);
        break;
      case 'time':
        if (message.ends === null) this.#time.stop();
        else this.#time.show(message.ends);
        break;
      case 'controlled':
        this.#control.show(message);
        break;
      case 'hand':
        this.#desktop.hand(message.up);
        if (message.by !== null) this.#handTaken(message.by);
        break;
      case 'time-answer':
        this.#timeAnswered(message.minutes);
        break;
      case 'leaving':
        this.#leave(message);
        break;
      case 'wait':
        if (message.why === 'computer-restarting' || message.why === 'computer-shutting-down') {
          // The view says it now.
          this.#leaving.stop();
          this.#leavesBy = message.why === 'computer-restarting' ? 'restart' : 'shut-down';
        }
        this.#time.stop();
        this.#show(waitView(message.why));
        break;
      case 'password-change':
        if (this.#desktop.passwordHeard(message.now)) this.#toast.say(() => i18n._('Your password is changed.'));
        break;
      case 'error':
        this.#failed(message.error);
        break;
      default:
        // A newer gateway says more than this page understands; it is renewed at the next sign-in page.
        this.#mayBeUpdated = true;
    }
  }

  #configured({ orientation, language }: Extract<GatewaySaysToStation, { say: 'configured' }>): void {
    if (this.#half === null) turnTo(orientation);
    else if (this.#half === 'left') tellScreen({ say: 'turn', orientation });
    // The halves of a screen are one browser: the left one's counts.
    if (language !== '' && this.#half !== 'right') void beginInLanguage(language);
  }

  #enrol({ way, label, error }: Extract<GatewaySaysToStation, { say: 'enrol' }>): void {
    document.title = label === '' ? 'Stationmaster' : `${label} – Stationmaster`;
    if (way === 'approval') {
      this.#show(approvalView(label, error));
      return;
    }
    const { view } = this.#frame;
    const shown = view instanceof EnrolmentView ? view : new EnrolmentView((code) => this.#say({ say: 'enrol', code }));
    if (shown !== view) this.#show(shown);
    if (error !== null) shown.fail(error);
  }

  #free(because: FreeReason, autoLogon: AutoLogon | undefined): void {
    const { view } = this.#frame;
    const held = this.#held;
    if (view instanceof SignInView && held !== null) {
      this.#held = null;
      this.#say({ say: 'sign-in', ...held });
      return;
    }
    const shown =
      view instanceof SignInView
        ? view
        : new SignInView(
            (user, password, changePassword) => this.#signIn({ user, password, ...(changePassword && { changePassword }) }),
            (now) => this.#say({ say: 'auto-logon', now }),
          );
    if (shown !== view) this.#show(shown);
    shown.because(because, this.#brokeMeanwhile);
    shown.signsInBy(autoLogon);
    this.#brokeMeanwhile = false;
    this.#lookForUpdate();
    // While the person types: what the desktop needs.
    setTimeout(() => void loadPainter().catch(() => {}), 50);
  }

  #signIn(typed: TypedSignIn): void {
    this.#brokeMeanwhile = false;
    if (this.#link?.send({ say: 'sign-in', ...typed }) === true) return;
    this.#held = typed;
    if (this.#frame.view instanceof SignInView) this.#frame.view.holdOn();
  }

  #showDesktop(message: Extract<GatewaySaysToStation, { say: 'desktop' }>): void {
    const { user, fullName, ticket, movedHere } = message;
    const person = personName(message);
    clearTimeout(this.#ticketTimer);
    // The wheel stays until there is something to see; after a break the last picture does.
    if (!this.#onDesktop && this.#frame.view?.name !== 'opening') this.#frame.show(openingView('resume'));
    this.#place({ name: message.station.name, computer: message.computer }, person);
    this.#onDesktop = true;
    delete document.documentElement.dataset['firstFrame'];
    this.#nowShows('desktop');
    this.#desktop.show({ user, fullName, station: message.station.name, ticket });
    if (movedHere === true) this.#toast.say(() => i18n._('The session of {person} was moved here.', { person }));
  }

  #painted(at: number): void {
    if (!this.#onDesktop) return;
    this.#ticketBackOff.reset();
    this.#frame.hide();
    if (this.#link?.state === 'up') this.#line.hide();
    document.documentElement.dataset['firstFrame'] = String(at);
    this.#desktop.focus();
  }

  #locked({ user, fullName, error }: Extract<GatewaySaysToStation, { say: 'locked' }>): void {
    const { view } = this.#frame;
    const again = view instanceof LockedView && view.user === user;
    const shown = again ? view : new LockedView({ user, fullName }, (password) => this.#say({ say: 'unlock', password }));
    if (!again) this.#show(shown);
    if (error !== null) shown.fail(error);
    else if (again) shown.again();
  }

  #count({ remainingMs, by }: Extract<GatewaySaysToStation, { say: 'countdown' }>): void {
    if (remainingMs !== null) {
      this.#countdown.start(remainingMs, logOffText(by));
      return;
    }
    if (this.#countdown.isShown) this.#toast.say(() => i18n._('The log-off was taken back. Your session goes on.'));
    this.#countdown.stop();
  }

  #handTaken(by: string): void {
    this.#toast.say(
      by === ''
        ? () => i18n._('Your raised hand was seen.')
        : () => i18n._('{person} has seen your raised hand.', { person: by }),
    );
  }

  #timeAnswered(minutes: number | null): void {
    this.#toast.say(
      minutes === null
        ? () => i18n._('You are not given more time.')
        : () => i18n._('You are given {minutes, plural, one {# more minute} other {# more minutes}}.', { minutes }),
    );
  }

  #leave({ how, remainingMs }: Extract<GatewaySaysToStation, { say: 'leaving' }>): void {
    this.#leavesBy = remainingMs === null ? null : how;
    if (remainingMs !== null) {
      this.#leaving.start(remainingMs, leavingText(how));
      return;
    }
    if (this.#leaving.isShown) this.#toast.say(() => i18n._('The computer keeps running.'));
    this.#leaving.stop();
  }

  #failed(error: Extract<GatewaySaysToStation, { say: 'error' }>['error']): void {
    if (this.#onDesktop && error.code === 'not-possible-now' && !this.#desktop.isOpen) {
      this.#askForTicket();
      return;
    }
    const { view } = this.#frame;
    if (!this.#onDesktop && view?.fail !== undefined) view.fail(error);
    else this.#toast.say(() => errorText(error));
  }

  // What the person says

  #say(message: Parameters<StationLink['send']>[0]): boolean {
    if (this.#link?.send(message) === true) return true;
    this.#toast.say(() => i18n._('The connection is lost at the moment. Try again when it is back.'));
    return false;
  }

  #ask(message: Parameters<StationLink['send']>[0]): void {
    this.#say(message);
    this.#desktop.focus();
  }

  // A split screen

  #halves(half: 'whole' | 'left' | 'right'): void {
    if (this.#half !== null) {
      if (half === 'whole') tellScreen({ say: 'over', why: 'whole' });
      return;
    }
    if (half !== 'whole') this.#showHalves();
    else if (this.#split !== null) this.#showWhole();
  }

  #showHalves(): void {
    if (this.#split !== null) return;
    this.#held = null;
    this.#leaveDesktop();
    for (const banner of [this.#countdown, this.#leaving, this.#time]) banner.stop();
    this.#identify.hide();
    this.#remap.show(null);
    this.#line.hide();
    this.#frame.hide();
    const split = new SplitScreen({
      // From here on the left half is this station.
      leftIsUp: () => this.#link?.stop(),
      over: (why) => {
        if (this.#split !== split) return;
        this.#showWhole();
        if (why === 'removed') this.#quiet(removedView(() => this.#link?.start()));
        else this.#link?.start();
      },
    });
    this.#split = split;
    document.body.append(split.element);
    this.#nowShows('split');
    split.start();
  }

  /** Says when the keyboard is in this half, and gives it to the other at a key of its own. */
  #holdKeyboard(): void {
    addEventListener('focus', () => {
      tellScreen({ say: 'keyboard', where: 'here' });
      if (this.#onDesktop) this.#desktop.focus();
      else if (document.activeElement === document.body) this.#frame.view?.focus();
    });
    const other = this.#half === 'left' ? 'ArrowRight' : 'ArrowLeft';
    const switches = ({ code, ctrlKey, altKey, shiftKey }: KeyboardEvent): boolean =>
      ctrlKey && altKey && shiftKey && code === other;
    addEventListener(
      'keydown',
      (event) => {
        if (!switches(event)) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        tellScreen({ say: 'keyboard', where: 'other' });
      },
      true,
    );
  }

  #showWhole(): void {
    this.#split?.stop();
    this.#split = null;
    this.#show(connectingView(false));
  }

  // Breaks

  #linkChanged(state: LinkState): void {
    // What the halves show, they know best.
    if (this.#split !== null) return;
    if (this.#half !== null && state === 'up') tellScreen({ say: 'up' });
    if (this.#half === 'left' && state === 'removed') tellScreen({ say: 'over', why: 'removed' });
    document.documentElement.dataset['line'] = state === 'up' ? 'up' : 'lost';
    // Whether it goes on is told anew.
    if (state !== 'up') {
      this.#remap.show(null);
      this.#desktop.lineLost();
      this.#control.lineLost();
    }
    switch (state) {
      case 'up':
        this.#mayBeUpdated ||= this.#brokeMeanwhile;
        // If it still leaves, that is told again.
        this.#leavesBy = null;
        this.#leaving.stop();
        if (!this.#onDesktop || this.#desktop.isPainted) this.#line.hide();
        break;
      case 'connecting':
        break;
      case 'lost':
        this.#brokeMeanwhile = true;
        this.#sayLost();
        break;
      case 'restarting':
        this.#brokeMeanwhile = true;
        if (this.#leavesBy === null) this.#line.show(() => i18n._('The server is restarting. This page comes back by itself.'));
        else this.#sayLost();
        break;
      case 'replaced':
        this.#quiet(replacedView(() => this.#link?.renew()));
        break;
      case 'removed':
        this.#quiet(removedView(() => this.#link?.renew()));
        break;
      case 'refused':
        this.#quiet(
          refusedView(
            () => this.#link?.renew(),
            () => void this.#startAnew(),
          ),
        );
        break;
    }
  }

  #sayLost(): void {
    const how = this.#leavesBy;
    // During its warning a break is a break like others.
    if (how === null || (this.#leaving.isShown && !this.#leaving.isOver)) {
      this.#line.show(() => i18n._('Connection lost, coming back…'));
      return;
    }
    this.#leaving.stop();
    this.#line.show(() =>
      how === 'restart'
        ? i18n._('The computer restarts. This page comes back by itself.')
        : i18n._('The computer shuts down. This page comes back by itself when it is on again.'),
    );
  }

  /** Nothing goes on by itself any more. */
  #quiet(view: View): void {
    this.#held = null;
    for (const banner of [this.#countdown, this.#leaving, this.#time]) banner.stop();
    this.#identify.hide();
    this.#show(view);
    this.#line.hide();
  }

  async #startAnew(): Promise<void> {
    await StationKey.forget().catch(() => {});
    screenWindow().location.reload();
  }

  #pixelsLost(expected: boolean): void {
    if (!this.#onDesktop) return;
    delete document.documentElement.dataset['firstFrame'];
    if (this.#link?.state !== 'restarting') this.#sayLost();
    this.#askForTicket(expected ? saysWithinMs : this.#ticketBackOff.next());
  }

  #askForTicket(afterMs = this.#ticketBackOff.next()): void {
    clearTimeout(this.#ticketTimer);
    this.#ticketTimer = setTimeout(() => {
      // Without the station link there is nobody to ask; when it is back it brings a ticket.
      if (this.#onDesktop && !this.#desktop.isOpen) this.#link?.send({ say: 'ticket' });
    }, afterMs);
  }

  #lookForUpdate(): void {
    if (!this.#mayBeUpdated) return;
    this.#mayBeUpdated = false;
    void isUpdated().then((updated) => {
      const { view } = this.#frame;
      if (!updated) return;
      if (view instanceof SignInView && view.isUntouched) location.reload();
      else this.#mayBeUpdated = true;
    });
  }
}
