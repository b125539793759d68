// One further question of the computer while signing in: a new password, a one-time code.
import type { Question } from '#contract/values.ts';
import { errorText } from '../shared/error-text.ts';
import { i18n } from '../shared/i18n.ts';
import { make } from './element.ts';
import { Note, SubmitButton, button, clearPassword, form, passwordField, textField } from './form.ts';
import type { Field } from './form.ts';
import type { ToldError, View } from './view.ts';

export class QuestionView implements View {
  readonly name = 'question';
  readonly element: HTMLElement;
  readonly #field: Field;
  readonly #error = new Note('error');
  readonly #submit = new SubmitButton(() => i18n._('Continue'));

  constructor(question: Question, answer: (text: string) => void, cancel: () => void) {
    // The computer words it, mostly as a prompt that ends in a colon.
    const asked = question.text.replace(/[\s:]+$/, '');
    const label = asked === '' ? () => i18n._('Answer') : asked;
    this.#field = question.visible ? textField(label, { maxlength: '512' }) : passwordField(label);
    const { input } = this.#field;
    this.#error.belongsTo(input);
    const messages = new Note('info');
    const said = question.messages.map((message) => message.trim()).filter((message) => message !== '');
    if (said.length > 0) messages.say(() => said.join('\n'));
    messages.belongsTo(input);
    this.element = make(
      'div',
      { class: 'panel' },
      make('h1', { text: () => i18n._('One more question') }),
      messages.element,
      form(
        () => {
          if (this.#submit.isBusy) return;
          this.busy();
          answer(input.value);
        },
        this.#field.element,
        this.#error.element,
        make(
          'div',
          { class: 'buttons' },
          this.#submit.element,
          button(() => i18n._('Cancel'), 'plain', cancel),
        ),
      ),
    );
  }

  focus(): void {
    this.#field.input.focus();
  }

  busy(): void {
    this.#error.say(null);
    this.#submit.work(() => i18n._('Checking…'));
  }

  fail(error: ToldError): void {
    this.#submit.work(null);
    this.#error.say(() => errorText(error));
    clearPassword(this.#field);
    this.focus();
  }
}
