// A browser that is no station yet: the box for the administrator's code.
import { errorText } from '../shared/error-text.ts';
import { i18n } from '../shared/i18n.ts';
import { make } from './element.ts';
import { Note, SubmitButton, form, textField } from './form.ts';
import type { ToldError, View } from './view.ts';

export class EnrolmentView implements View {
  readonly name = 'enrol';
  readonly element: HTMLElement;
  readonly #code = textField(() => i18n._('Code'), { maxlength: '32', class: 'code' });
  readonly #error = new Note('error');
  readonly #submit = new SubmitButton(() => i18n._('Become a station'));

  constructor(enrol: (code: string) => void) {
    const { input } = this.#code;
    this.#error.belongsTo(input);
    this.element = make(
      'div',
      { class: 'panel' },
      make('h1', { text: () => i18n._('Make this a station') }),
      make('p', { text: () => i18n._('This browser is not a station yet. Type the code that the administrator gives you.') }),
      form(
        () => {
          if (this.#submit.isBusy) return;
          const code = input.value.trim();
          if (code === '') {
            this.#error.say(() => i18n._('Type the code.'));
            input.focus();
            return;
          }
          this.busy();
          enrol(code);
        },
        this.#code.element,
        this.#error.element,
        this.#submit.element,
      ),
    );
  }

  focus(): void {
    this.#code.input.focus();
  }

  busy(): void {
    this.#error.say(null);
    this.#submit.work(() => i18n._('Checking…'));
  }

  fail(error: ToldError): void {
    this.#submit.work(null);
    this.#error.say(() => errorText(error));
    this.#code.input.select();
    this.focus();
  }
}
