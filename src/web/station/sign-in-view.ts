// The sign-in page: user name and password, why it shows, and what went wrong.
import type { FreeReason } from '#contract/station-page.ts';
import { errorText } from '../shared/error-text.ts';
import { i18n } from '../shared/i18n.ts';
import { AutoLogonNote } from './auto-logon-note.ts';
import type { AutoLogon } from './auto-logon-note.ts';
import { make } from './element.ts';
import { Note, SubmitButton, checkBox, clearPassword, form, passwordField, textField } from './form.ts';
import { reasonText } from './reason-text.ts';
import type { ToldError, View } from './view.ts';

export class SignInView implements View {
  readonly name = 'sign-in';
  readonly element: HTMLElement;
  readonly #user = textField(() => i18n._('User name'), { maxlength: '256' });
  readonly #password = passwordField(() => i18n._('Password'));
  readonly #change = checkBox(() => i18n._('Change my password'));
  readonly #reason = new Note('info');
  readonly #error = new Note('error');
  readonly #auto: AutoLogonNote;
  readonly #submit = new SubmitButton(() => i18n._('Sign in'));
  /** The reason that was told last. */
  #known = '';

  /** `signIn` is called with what was typed, `autoLogon` to sign the station's own account in now, or not. */
  constructor(signIn: (user: string, password: string, changePassword: boolean) => void, autoLogon: (now: boolean) => void) {
    this.#auto = new AutoLogonNote(autoLogon);
    const [user, password] = [this.#user.input, this.#password.input];
    for (const typed of [user, password]) typed.addEventListener('input', () => this.#auto.hold());
    this.#reason.belongsTo(user);
    this.#error.belongsTo(user);
    this.#error.belongsTo(password);
    user.addEventListener('keydown', (event) => {
      // Enter in the first box goes on to the second one.
      if (event.key !== 'Enter' || event.isComposing || password.value !== '' || user.value.trim() === '') return;
      event.preventDefault();
      password.focus();
    });
    const submitted = (): void => {
      if (this.#submit.isBusy) return;
      if (user.value.trim() === '') {
        this.#sayError(() => i18n._('Type your user name.'));
        user.focus();
        return;
      }
      performance.mark('sign-in');
      this.busy();
      signIn(user.value, password.value, this.#change.input.checked);
    };
    this.element = make(
      'div',
      { class: 'panel' },
      make('h1', { text: () => i18n._('Sign in') }),
      this.#reason.element,
      this.#auto.element,
      form(
        submitted,
        this.#user.element,
        this.#password.element,
        this.#change.element,
        this.#error.element,
        this.#submit.element,
      ),
    );
  }

  /** Nothing typed, nothing under way: the page may be replaced without anybody losing anything. */
  get isUntouched(): boolean {
    return !this.#submit.isBusy && this.#user.input.value === '' && this.#password.input.value === '';
  }

  get isBusy(): boolean {
    return this.#submit.isBusy;
  }

  focus(): void {
    if (this.#user.input.value === '') this.#user.input.focus();
    else this.#password.input.focus();
  }

  /**
   * The station is free, for this reason. What is typed stays, unless it was sent and refused.
   * `broke`: the connection broke after it was sent, so nobody knows what became of it.
   */
  because(reason: FreeReason, broke: boolean): void {
    const wasBusy = this.#submit.isBusy;
    const known = JSON.stringify(reason);
    if (known === this.#known && !wasBusy) return;
    this.#known = known;
    this.#submit.work(null);
    this.#reason.say(reasonText(reason));
    // What somebody else had ticked.
    if (reason.reason !== 'refused') this.#change.input.checked = false;
    if (reason.reason === 'refused') this.fail(reason.error);
    else if (wasBusy && broke) this.#failed(() => i18n._('The connection broke while you were signing in. Try again.'));
  }

  /** Whom the station signs in by itself, and when; undefined: nobody. */
  signsInBy(auto: AutoLogon | undefined): void {
    this.#auto.say(auto);
  }

  busy(): void {
    this.#auto.say(undefined);
    this.#sayError(null);
    this.#reason.say(null);
    this.#submit.work(() => i18n._('Checking…'));
  }

  /** The sign-in waits until the gateway is there again. */
  holdOn(): void {
    this.#submit.work(() => i18n._('Waiting for the connection…'));
  }

  fail(error: ToldError): void {
    this.#failed(() => errorText(error));
  }

  #failed(words: () => string): void {
    this.#submit.work(null);
    this.#sayError(words);
    clearPassword(this.#password);
    this.focus();
  }

  #sayError(words: (() => string) | null): void {
    this.#error.say(words);
    for (const { input } of [this.#user, this.#password]) input.setAttribute('aria-invalid', String(words !== null));
  }
}
