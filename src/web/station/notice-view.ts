// The privacy notice: before somebody works here for the first time they accept that their screen may be watched.
import { errorText } from '../shared/error-text.ts';
import { i18n } from '../shared/i18n.ts';
import { make } from './element.ts';
import { Note, SubmitButton, button, form } from './form.ts';
import type { ToldError, View } from './view.ts';

export class NoticeView implements View {
  readonly name = 'notice';
  readonly element: HTMLElement;
  readonly #accept = new SubmitButton(() => i18n._('Accept'));
  readonly #error = new Note('error');

  constructor(accept: () => void, cancel: () => void) {
    const heading = make('h1', { text: () => i18n._('Your screen may be watched'), attributes: { tabindex: '-1' } });
    this.element = make(
      'div',
      { class: 'panel' },
      heading,
      make('p', {
        text: () =>
          i18n._('A teacher or an administrator may see the screen of your session while you work, and may help you with it.'),
      }),
      make('p', {
        text: () =>
          i18n._(
            'If you accept, this is recorded with the date, and you are not asked again. If you cancel, you are not signed in.',
          ),
      }),
      form(
        () => {
          if (this.#accept.isBusy) return;
          this.busy();
          accept();
        },
        this.#error.element,
        make(
          'div',
          { class: 'buttons' },
          this.#accept.element,
          button(() => i18n._('Cancel'), 'plain', cancel),
        ),
      ),
    );
    this.focus = () => heading.focus();
  }

  focus: () => void;

  busy(): void {
    this.#accept.work(() => i18n._('Opening your desktop…'));
  }

  fail(error: ToldError): void {
    this.#accept.work(null);
    this.#error.say(() => errorText(error));
  }
}
