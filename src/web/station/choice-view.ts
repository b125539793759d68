// The choice among several sessions of one person, each with its picture and times.
import type { Resumable } from '#contract/station-page.ts';
import { errorText } from '../shared/error-text.ts';
import { i18n } from '../shared/i18n.ts';
import { make } from './element.ts';
import { Note, button } from './form.ts';
import { icon } from './icon.ts';
import { timeText } from './time-text.ts';
import type { ToldError, View } from './view.ts';

function whereText({ station, since, saved }: Resumable): string {
  if (saved) return i18n._('Suspended (saved) since {time}', { time: timeText(since) });
  if (station === null) return i18n._('Suspended since {time}', { time: timeText(since) });
  return station === '' ? i18n._('Shown at another station') : i18n._('Shown at {station}', { station });
}

function card(session: Resumable, choose: () => void): HTMLButtonElement {
  const picture = make('span', { class: 'thumbnail' });
  if (session.picture?.startsWith('data:image/') === true) {
    picture.append(make('img', { attributes: { src: session.picture, alt: '', draggable: 'false' } }));
  } else {
    picture.append(icon('monitor'));
  }
  const card = make('button', { class: 'card', attributes: { type: 'button' }, on: { click: choose } });
  card.append(
    picture,
    make('strong', { text: () => whereText(session) }),
    make('span', { text: () => i18n._('Started {time}', { time: timeText(session.startedAt) }) }),
    make('span', { class: 'quiet', text: session.desktop.toUpperCase() }),
  );
  if (session.saved) {
    card.append(make('span', { class: 'from-disk' }, icon('disk'), make('span', { text: () => i18n._('Is opened from disk') })));
  }
  return card;
}

export class ChoiceView implements View {
  readonly name = 'choose';
  readonly element: HTMLElement;
  readonly #buttons: HTMLButtonElement[];
  readonly #error = new Note('error');
  #chosen = false;

  constructor(sessions: readonly Resumable[], mayStartNew: boolean, choose: (session: string) => void, cancel: () => void) {
    const chosen = (session: string, pressed: HTMLElement): void => {
      if (this.#chosen) return;
      this.busy();
      pressed.classList.add('working');
      choose(session);
    };
    const newest = sessions.toSorted((a, b) => b.since - a.since);
    const cards = newest.map((session) => {
      const pressed = card(session, () => chosen(session.session, pressed));
      return pressed;
    });
    const fresh = button(
      () => i18n._('Start a new session'),
      'plain',
      () => chosen('new', fresh),
      'plus',
    );
    this.#buttons = mayStartNew ? [...cards, fresh] : cards;
    const list = make('ul', { class: 'cards' }, ...cards.map((each) => make('li', {}, each)));
    this.element = make(
      'div',
      { class: 'panel wide', on: { keydown: (event) => this.#move(event) } },
      make('h1', { text: () => i18n._('Choose a session') }),
      make('p', { text: () => i18n._('You have several sessions. Choose the one to go on with.') }),
      this.#error.element,
      list,
      make(
        'div',
        { class: 'buttons' },
        ...(mayStartNew ? [fresh] : []),
        button(() => i18n._('Cancel'), 'plain', cancel),
      ),
    );
  }

  focus(): void {
    this.#buttons[0]?.focus();
  }

  busy(): void {
    this.#chosen = true;
    this.#error.say(null);
  }

  fail(error: ToldError): void {
    this.#chosen = false;
    for (const each of this.#buttons) each.classList.remove('working');
    this.#error.say(() => errorText(error));
  }

  #move(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const at = this.#buttons.indexOf(document.activeElement as HTMLButtonElement);
    if (step === undefined || at < 0) return;
    event.preventDefault();
    this.#buttons.at((at + step) % this.#buttons.length)?.focus();
  }
}
