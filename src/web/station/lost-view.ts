// What became of sessions that could not be kept: which, when, what was open in them, and why. Before anything else opens.
import type { LostSession } from '#contract/station-page.ts';
import type { SessionCause } from '#model/session.ts';
import { errorText, faultText } from '../shared/error-text.ts';
import { i18n, msg } from '../shared/i18n.ts';
import { namesText } from '../shared/names-text.ts';
import { make } from './element.ts';
import { Note, SubmitButton, form } from './form.ts';
import { timeText } from './time-text.ts';
import type { ToldError, View } from './view.ts';

const causes: Readonly<Partial<Record<SessionCause, string>>> = {
  'power-lost': msg('The computer stopped unexpectedly before the session was saved.'),
  'computer-restarting': msg('The computer restarted before the session was saved.'),
  'computer-shutting-down': msg('The computer shut down before the session was saved.'),
  'not-saved': msg('The session could not be saved before the computer stopped.'),
  'saved-too-long': msg('Nobody continued the saved session for a long time, so it was removed.'),
};

function whyText({ cause, fault }: LostSession): string {
  return faultText(fault) ?? i18n._(causes[cause] ?? msg('The session ended unexpectedly.'));
}

function entry(session: LostSession): HTMLElement {
  const item = make(
    'li',
    {},
    make('strong', {
      text: () => i18n._('Session started {time}', { time: timeText(session.startedAt) }),
    }),
    make('span', { text: () => whyText(session) }),
    make('span', { class: 'quiet', text: () => i18n._('Last seen {time}', { time: timeText(session.at) }) }),
  );
  if (session.programs.length > 0) {
    item.append(
      make('span', { text: () => i18n._('Programs that were open: {programs}.', { programs: namesText(session.programs) }) }),
    );
  }
  return item;
}

export class LostView implements View {
  readonly name = 'lost';
  readonly element: HTMLElement;
  readonly #heading: HTMLElement;
  readonly #error = new Note('error');
  readonly #continue = new SubmitButton(() => i18n._('Continue'));

  constructor(sessions: readonly LostSession[], accept: () => void) {
    this.#heading = make('h1', {
      text: () =>
        i18n._('{count, plural, one {A session of yours could not be kept} other {# of your sessions could not be kept}}', {
          count: sessions.length,
        }),
      attributes: { tabindex: '-1' },
    });
    this.element = make(
      'div',
      { class: 'panel message' },
      this.#heading,
      make('ul', { class: 'lost' }, ...sessions.map(entry)),
      make('p', {
        text: () => i18n._('Files that you saved are still in your home folder. What was not saved in a file is lost.'),
      }),
      form(
        () => {
          if (this.#continue.isBusy) return;
          this.busy();
          accept();
        },
        this.#error.element,
        make('div', { class: 'buttons' }, this.#continue.element),
      ),
    );
  }

  /** On the heading, so that it is read from the top. */
  focus(): void {
    this.#heading.focus();
  }

  busy(): void {
    this.#error.say(null);
    this.#continue.work(() => i18n._('Opening your desktop…'));
  }

  fail(error: ToldError): void {
    this.#continue.work(null);
    this.#error.say(() => errorText(error));
  }
}
