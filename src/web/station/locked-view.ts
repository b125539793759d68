// The page of a locked session: whose it is, and the password that opens it.
import { errorText } from '../shared/error-text.ts';
import { i18n } from '../shared/i18n.ts';
import { personName } from '../shared/names-text.ts';
import { make } from './element.ts';
import { Note, SubmitButton, clearPassword, form, passwordField } from './form.ts';
import type { ToldError, View } from './view.ts';

function initial(word: string | undefined): string {
  const point = word?.codePointAt(0);
  return point === undefined ? '' : String.fromCodePoint(point);
}

/** The first letters of the first and the last name. */
function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => word !== '');
  const last = words.length > 1 ? words.at(-1) : undefined;
  return `${initial(words[0])}${initial(last)}`.toLocaleUpperCase();
}

export class LockedView implements View {
  readonly name = 'locked';
  readonly element: HTMLElement;
  readonly user: string;
  readonly #password = passwordField(() => i18n._('Password'));
  readonly #error = new Note('error');
  readonly #submit = new SubmitButton(() => i18n._('Unlock'));

  constructor(person: { user: string; fullName: string }, unlock: (password: string) => void) {
    this.user = person.user;
    const fullName = personName(person);
    this.#error.belongsTo(this.#password.input);
    this.element = make(
      'div',
      { class: 'panel' },
      make('div', { class: 'avatar', text: initials(fullName), attributes: { 'aria-hidden': 'true' } }),
      make('h1', { text: fullName }),
      make('p', {
        class: 'quiet',
        text: () => i18n._('This station is locked by {user}. The session goes on.', { user: person.user }),
      }),
      form(
        () => {
          if (this.#submit.isBusy) return;
          this.busy();
          unlock(this.#password.input.value);
        },
        this.#password.element,
        this.#error.element,
        this.#submit.element,
      ),
    );
  }

  focus(): void {
    this.#password.input.focus();
  }

  busy(): void {
    this.#error.say(null);
    this.#submit.work(() => i18n._('Checking…'));
  }

  fail(error: ToldError): void {
    this.again();
    this.#error.say(() => errorText(error));
  }

  /** Ready for the password. */
  again(): void {
    this.#submit.work(null);
    clearPassword(this.#password);
    this.focus();
  }
}
