// On the sign-in page of a station that signs an account in by itself: who, in how many seconds, now, or not.
import { i18n } from '../shared/i18n.ts';
import { make } from './element.ts';
import { button } from './form.ts';

export interface AutoLogon {
  user: string;
  /** Null: only when somebody asks for it. */
  inMs: number | null;
}

export class AutoLogonNote {
  readonly element = make('div', { class: 'auto-logon' });
  readonly #decide: (now: boolean) => void;
  readonly #words = make('p');
  #user = '';
  #at: number | null = null;
  #ticking: ReturnType<typeof setInterval> | undefined;

  constructor(decide: (now: boolean) => void) {
    this.#decide = decide;
    this.element.hidden = true;
    this.#words.setAttribute('role', 'timer');
  }

  say(auto: AutoLogon | undefined): void {
    clearInterval(this.#ticking);
    this.element.hidden = auto === undefined;
    if (auto === undefined) return;
    this.#user = auto.user;
    this.#at = auto.inMs === null ? null : performance.now() + auto.inMs;
    const words = (): string => i18n._('Sign in as {user}', { user: auto.user });
    this.element.replaceChildren(
      this.#words,
      button(words, 'plain', () => this.#decide(true)),
    );
    this.#tell();
    if (this.#at !== null) this.#ticking = setInterval(() => this.#tell(), 1000);
  }

  /** Somebody else is about to sign in. */
  hold(): void {
    if (this.element.hidden || this.#at === null) return;
    this.#at = null;
    clearInterval(this.#ticking);
    this.#tell();
    this.#decide(false);
  }

  #tell(): void {
    const seconds = this.#at === null ? 0 : Math.max(0, Math.ceil((this.#at - performance.now()) / 1000));
    this.#words.hidden = this.#at === null;
    this.#words.replaceChildren(
      i18n._('{user} is signed in in {count, plural, one {# second} other {# seconds}}. Type to sign in as somebody else.', {
        user: this.#user,
        count: seconds,
      }),
    );
  }
}
