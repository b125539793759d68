// A window over the desktop in which people give themselves another password: the one they have first, then what the computer asks.
import type { PasswordStep } from '#contract/station-page.ts';
import { errorText } from '../shared/error-text.ts';
import { i18n } from '../shared/i18n.ts';
import { make } from './element.ts';
import type { Words } from './element.ts';
import { Note, SubmitButton, button, form, passwordField, textField } from './form.ts';
import { Panel } from './panel.ts';

interface Asked {
  label: Words;
  visible: boolean;
  /** What the computer says to it. */
  said: (() => string) | null;
  error: (() => string) | null;
  /** False: there is no connection to say it over. */
  send: (text: string) => boolean;
}

const linesOf = (messages: readonly string[]): string[] =>
  messages.map((message) => message.trim()).filter((message) => message !== '');

export class PasswordPanel {
  readonly #panel: Panel;
  readonly #place = make('div', { class: 'step' });
  readonly #actions: { begin(password: string): boolean; answer(text: string): boolean; cancel(): void };
  #input: HTMLInputElement | null = null;
  #isUnderWay = false;
  /** An answer is on its way, and it may have been the last: then the password is changed before that is told. */
  #mayBeChanged = false;

  constructor(actions: {
    begin(password: string): boolean;
    answer(text: string): boolean;
    cancel(): void;
    closed(): void;
  }) {
    this.#actions = actions;
    this.#panel = new Panel(
      () => i18n._('Change my password'),
      () => {
        if (this.#isUnderWay) actions.cancel();
        this.#isUnderWay = false;
        // No password stays in the page.
        this.#place.replaceChildren();
        actions.closed();
      },
      this.#place,
    );
  }

  get element(): HTMLElement {
    return this.#panel.element;
  }

  get isOpen(): boolean {
    return this.#panel.isOpen;
  }

  open(): void {
    this.#askCurrent(null);
    this.#panel.open(this.#input);
  }

  close(): void {
    this.#panel.close();
  }

  /** The connection broke, and the conversation with it. */
  interrupted(): void {
    if (!this.isOpen || !this.#isUnderWay) return;
    this.#isUnderWay = false;
    this.#askCurrent(
      this.#mayBeChanged
        ? () =>
            i18n._(
              'The connection was lost before the answer came: it is not known whether the password was changed. Begin again, and try the new one as the current password first.',
            )
        : () => i18n._('The connection was lost before the password was changed. Begin again.'),
    );
    this.#input?.focus();
  }

  /** True once the password is changed. */
  heard(now: PasswordStep): boolean {
    if (now.step === 'done') {
      this.#isUnderWay = false;
      this.close();
      return true;
    }
    if (!this.isOpen) return false;
    switch (now.step) {
      case 'checking':
        break;
      case 'question': {
        this.#mayBeChanged = false;
        const { text, visible, messages } = now.question;
        // The computer words it, mostly as a prompt that ends in a colon.
        const asked = text.replace(/[\s:]+$/, '');
        const said = linesOf(messages);
        this.#ask({
          label: asked === '' ? () => i18n._('Answer') : asked,
          visible,
          said: said.length === 0 ? null : () => said.join('\n'),
          error: null,
          send: (answer) => {
            this.#mayBeChanged = this.#actions.answer(answer);
            return this.#mayBeChanged;
          },
        });
        break;
      }
      case 'refused': {
        this.#isUnderWay = false;
        const said = linesOf(now.messages);
        this.#askCurrent(() => [refusalText(now.error), ...said].join('\n'));
        break;
      }
    }
    this.#input?.focus();
    return false;
  }

  #askCurrent(error: (() => string) | null): void {
    this.#ask({
      label: () => i18n._('Current password'),
      visible: false,
      said: error === null ? () => i18n._('Your programs go on meanwhile.') : null,
      error,
      send: (password) => {
        this.#mayBeChanged = false;
        this.#isUnderWay = this.#actions.begin(password);
        return this.#isUnderWay;
      },
    });
  }

  #ask({ label, visible, said, error, send }: Asked): void {
    const { element, input } = visible ? textField(label, { maxlength: '512' }) : passwordField(label);
    const submit = new SubmitButton(() => i18n._('Continue'));
    const note = new Note('info');
    const refused = new Note('error');
    note.belongsTo(input);
    refused.belongsTo(input);
    this.#place.replaceChildren(
      note.element,
      form(
        () => {
          if (submit.isBusy || input.value === '') return;
          refused.say(null);
          submit.work(() => i18n._('Checking…'));
          if (!send(input.value)) submit.work(null);
        },
        element,
        refused.element,
        make(
          'div',
          { class: 'buttons' },
          submit.element,
          button(
            () => i18n._('Cancel'),
            'plain',
            () => this.close(),
          ),
        ),
      ),
    );
    // After they are in the page, so that they are read aloud.
    note.say(said);
    refused.say(error);
    this.#input = input;
  }
}

function refusalText(error: Extract<PasswordStep, { step: 'refused' }>['error']): string {
  if (error.code === 'wrong-credentials') return i18n._('The current password is wrong.');
  if (error.code === 'password-not-changed') return i18n._('The password was not changed.');
  return errorText(error);
}
