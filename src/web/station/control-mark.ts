// Who else is at the desktop: a frame and a bar over everything for as long as it lasts, and the question before it begins. They
// are the page's own, above the picture of the desktop, so that nothing in the session can cover or press them.
import type { GatewaySaysToStation } from '#contract/station-page.ts';
import { i18n } from '../shared/i18n.ts';
import { giverName, namesText } from '../shared/names-text.ts';
import { inWords, make } from './element.ts';
import { button } from './form.ts';
import { icon } from './icon.ts';
import { Panel } from './panel.ts';

type Controlled = Extract<GatewaySaysToStation, { say: 'controlled' }>;
type Asks = NonNullable<Controlled['asks']>;

export interface ControlActions {
  answer(question: string, yes: boolean): void;
  end(): void;
  /** What had the keyboard here goes away. */
  focusDesktop(): void;
}

function markText(by: Controlled['by']): string {
  const user = by.find(({ uses }) => uses);
  const others = by.filter(({ uses }) => !uses).map(({ name }) => giverName(name));
  const values = { names: namesText(others), count: new Set(others).size };
  if (user === undefined)
    return i18n._('{count, plural, one {{names} sees this desktop.} other {{names} see this desktop.}}', values);
  const using = i18n._('{person} sees and uses this desktop.', { person: giverName(user.name) });
  if (others.length === 0) return using;
  return `${using} ${i18n._('{count, plural, one {{names} sees it as well.} other {{names} see it as well.}}', values)}`;
}

export class ControlMark {
  /** The frame around everything. */
  readonly frame = make('div', { class: 'control-frame', attributes: { 'aria-hidden': 'true' } });
  readonly bar = make('div', { class: 'control-bar' });
  readonly question: HTMLElement;
  readonly #actions: ControlActions;
  readonly #text = make('span', { attributes: { role: 'status' } });
  readonly #end: HTMLButtonElement;
  readonly #panel: Panel;
  readonly #asked = make('p');
  readonly #heading: HTMLElement;
  #by: Controlled['by'] = [];
  #asks: Asks | null = null;

  constructor(actions: ControlActions) {
    this.#actions = actions;
    this.frame.hidden = true;
    this.bar.hidden = true;
    inWords(this.#text, () => {
      this.#text.textContent = this.#by.length === 0 ? '' : markText(this.#by);
    });
    this.#end = button(
      () => i18n._('End'),
      'plain',
      () => {
        actions.end();
        actions.focusDesktop();
      },
    );
    // The keyboard stays in the desktop.
    this.#end.addEventListener('mousedown', (event) => event.preventDefault());
    this.bar.append(icon('eye'), this.#text, this.#end);
    inWords(this.#asked, () => {
      this.#asked.textContent = this.#askText();
    });
    this.#panel = new Panel(
      () => i18n._('May somebody join you?'),
      () => this.#closed(),
      this.#asked,
      make('p', {
        class: 'quiet',
        text: () => i18n._('You see it for as long as it lasts, and can end it. If you do not answer, nobody comes in.'),
      }),
      make(
        'div',
        { class: 'buttons' },
        button(
          () => i18n._('Allow'),
          'primary',
          () => this.#answer(true),
        ),
        button(
          () => i18n._('Do not allow'),
          'plain',
          () => this.#answer(false),
        ),
      ),
    );
    this.question = this.#panel.element;
    // What is typed while the question appears must not answer it: no button has the keyboard.
    const heading = this.#panel.element.querySelector('h2');
    if (heading === null) throw new Error('The panel has no heading.');
    heading.setAttribute('tabindex', '-1');
    this.#heading = heading;
  }

  show({ by, mayEnd, asks }: Pick<Controlled, 'by' | 'mayEnd' | 'asks'>): void {
    this.#by = by;
    const isShown = by.length > 0;
    const hadKeyboard = this.bar.contains(document.activeElement);
    this.frame.hidden = !isShown;
    this.bar.hidden = !isShown;
    this.#text.textContent = isShown ? markText(by) : '';
    this.#end.hidden = !mayEnd;
    if (hadKeyboard && (!isShown || !mayEnd)) this.#actions.focusDesktop();
    this.#ask(asks);
  }

  /** The connection broke: what is shown may not be so any more, and a question cannot be answered. */
  lineLost(): void {
    this.show({ by: [], mayEnd: false, asks: null });
  }

  #ask(asks: Asks | null): void {
    if (asks === null) {
      this.#asks = null;
      this.#panel.close();
      return;
    }
    const isNew = this.#asks?.question !== asks.question;
    this.#asks = asks;
    this.#asked.textContent = this.#askText();
    if (isNew) this.#panel.open(this.#heading);
  }

  #askText(): string {
    if (this.#asks === null) return '';
    const person = giverName(this.#asks.by);
    return this.#asks.uses
      ? i18n._('{person} wants to see your desktop and use it together with you.', { person })
      : i18n._('{person} wants to see your desktop.', { person });
  }

  #answer(yes: boolean): void {
    const asks = this.#asks;
    this.#asks = null;
    this.#panel.close();
    if (asks !== null) this.#actions.answer(asks.question, yes);
  }

  /** However it was closed: who closes it without an answer does not agree. */
  #closed(): void {
    const asks = this.#asks;
    this.#asks = null;
    if (asks !== null) this.#actions.answer(asks.question, false);
    this.#actions.focusDesktop();
  }
}
