// The desktop with everything around it: picture, toolbar, the toolbar's windows.
import { i18n } from '../shared/i18n.ts';
import { personName } from '../shared/names-text.ts';
import type { PasswordStep } from '#contract/station-page.ts';
import { ClipboardPanel } from './clipboard-panel.ts';
import { DesktopPicture } from './desktop-picture.ts';
import { inWords, make } from './element.ts';
import { toggleFullScreen } from '../shared/full-screen.ts';
import { screenWindow } from './half.ts';
import { KeyChord } from '../shared/key-chord.ts';
import { KeyboardPanel } from './keyboard-panel.ts';
import { PasswordPanel } from './password-panel.ts';
import { SignOutPanel } from './sign-out-panel.ts';
import { Toolbar } from './toolbar.ts';

export interface DesktopActions {
  /** Gives the keyboard to the other half of a split screen; null: the screen is whole. */
  otherHalf: (() => void) | null;
  disconnect(): void;
  lock(): void;
  signOut(): void;
  /** Raises the person's hand, or takes it down. */
  hand(up: boolean): void;
  /** Of changing the own password; false: there is no connection to say it over. */
  password: { begin(password: string): boolean; answer(text: string): boolean; cancel(): void };
  painted(at: number): void;
  lost(expected: boolean): void;
  /** noVNC could not be loaded. */
  unavailable(): void;
}

export interface DesktopOf {
  user: string;
  fullName: string;
  station: string;
  ticket: string;
}

export class DesktopView {
  readonly element: HTMLElement;
  readonly #picture: DesktopPicture;
  readonly #toolbar: Toolbar;
  readonly #signOut: SignOutPanel;
  readonly #clipboard: ClipboardPanel;
  readonly #keyboard: KeyboardPanel;
  readonly #password: PasswordPanel;
  #user = '';
  #isPainted = false;

  constructor(actions: DesktopActions) {
    const focusDesktop = (): void => this.focus();
    this.#picture = new DesktopPicture({
      painted: (at) => {
        this.#isPainted = true;
        actions.painted(at);
        this.focus();
        this.#toolbar.hint();
        void this.#clipboard.bring();
      },
      lost: (expected) => {
        this.#isPainted = false;
        actions.lost(expected);
      },
      clipboard: (text) => this.#clipboard.take(text),
      unavailable: () => actions.unavailable(),
    });
    this.#clipboard = new ClipboardPanel((text) => this.#picture.paste(text), focusDesktop);
    this.#keyboard = new KeyboardPanel((keys) => this.#picture.press(keys), focusDesktop);
    this.#password = new PasswordPanel({ ...actions.password, closed: focusDesktop });
    this.#signOut = new SignOutPanel({
      signOut: () => actions.signOut(),
      disconnect: () => actions.disconnect(),
      closed: focusDesktop,
    });
    this.#toolbar = new Toolbar({
      disconnect: () => actions.disconnect(),
      lock: () => actions.lock(),
      signOut: () => this.#signOut.open(),
      fullScreen: () => void this.#toggleFullScreen(),
      otherHalf: actions.otherHalf,
      clipboard: () => this.#clipboard.open(),
      keyboard: () => this.#keyboard.open(),
      password: () => this.#password.open(),
      hand: (up) => {
        actions.hand(up);
        this.focus();
      },
      focusDesktop,
    });
    this.element = make(
      'section',
      { class: 'desktop', label: () => i18n._('Desktop') },
      this.#picture.element,
      this.#toolbar.element,
      this.#signOut.element,
      this.#clipboard.element,
      this.#keyboard.element,
      this.#password.element,
    );
    this.element.hidden = true;
    new KeyChord(() => {
      if (!this.element.hidden && !this.#isAsking) this.#toolbar.toggle();
    }).start();
    addEventListener('focus', () => {
      if (!this.element.hidden && this.#isPainted) void this.#clipboard.bring();
    });
  }

  /** True while pixels come or are about to. */
  get isOpen(): boolean {
    return this.#picture.isOpen;
  }

  get isPainted(): boolean {
    return this.#isPainted;
  }

  get #isAsking(): boolean {
    return [this.#signOut, this.#clipboard, this.#keyboard, this.#password].some(({ isOpen }) => isOpen);
  }

  show({ user, fullName, station, ticket }: DesktopOf): void {
    if (user !== this.#user) this.#clipboard.clear();
    this.#user = user;
    this.#isPainted = false;
    this.element.hidden = false;
    const person = personName({ user, fullName });
    this.#toolbar.describe(person, station);
    this.#picture.open(ticket, (canvas) => {
      canvas.setAttribute('role', 'application');
      inWords(canvas, () =>
        canvas.setAttribute('aria-label', i18n._('Desktop of {person}. Press Ctrl+Alt+Shift for the toolbar.', { person })),
      );
    });
  }

  hide(): void {
    this.element.hidden = true;
    this.#isPainted = false;
    for (const each of [this.#toolbar, this.#signOut, this.#clipboard, this.#keyboard, this.#password]) each.close();
    this.#picture.close();
  }

  /** Whether the person's hand is up; null: they cannot raise one. */
  hand(up: boolean | null): void {
    this.#toolbar.hand(up);
  }

  /** How the change of the password goes on; true once it is done. */
  passwordHeard(now: PasswordStep): boolean {
    return this.#password.heard(now);
  }

  /** The connection to the gateway broke: what was asked over it is not answered any more. */
  lineLost(): void {
    this.#password.interrupted();
  }

  focus(): void {
    if (!this.element.hidden && !this.#isAsking && !this.#toolbar.isOpen) this.#picture.focus();
  }

  async #toggleFullScreen(): Promise<void> {
    await toggleFullScreen(screenWindow().document.documentElement);
    this.focus();
  }
}
