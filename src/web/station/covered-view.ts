// What shows while something covers the person's desktop.
import type { GatewaySaysToStation } from '#contract/station-page.ts';
import { i18n } from '../shared/i18n.ts';
import { personName } from '../shared/names-text.ts';
import { make } from './element.ts';
import { button } from './form.ts';
import { icon } from './icon.ts';
import type { View } from './view.ts';

type Covered = Extract<GatewaySaysToStation, { say: 'covered' }>;

/** The screen of a blocked desktop: the teacher's words, large; and the way out for somebody who has to go. */
export class CoveredView implements View {
  readonly name = 'covered';
  readonly element: HTMLElement;
  readonly #heading: HTMLElement;

  constructor({ cover: { text, by }, ...person }: Covered, disconnect: () => void) {
    this.#heading = make('h1', {
      class: 'cover-text',
      text: text === '' ? (): string => i18n._('Station blocked') : text,
      attributes: { tabindex: '-1', dir: 'auto' },
    });
    this.element = make(
      'div',
      { class: 'panel message covered', attributes: { role: 'status' } },
      make('div', { class: 'cover-mark', attributes: { 'aria-hidden': 'true' } }, icon('blocked')),
      this.#heading,
      make('p', {
        class: 'quiet',
        text: () =>
          by === ''
            ? i18n._('The administrator has blocked this desktop.')
            : i18n._('{person} has blocked this desktop.', { person: by }),
      }),
      make('p', {
        class: 'quiet',
        text: () =>
          i18n._('The session of {person} goes on and comes back by itself. Nothing is lost.', { person: personName(person) }),
      }),
      make(
        'div',
        { class: 'buttons' },
        button(() => i18n._('Disconnect'), 'plain', disconnect),
      ),
    );
  }

  focus(): void {
    this.#heading.focus();
  }
}
