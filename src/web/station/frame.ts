// The page around every view but the desktop: which station this is, the clock, the language.
import { changeLanguage, currentLanguage, currentLocale, i18n, languages } from '../shared/i18n.ts';
import type { Language } from '../shared/i18n.ts';
import { inWords, make } from './element.ts';
import { HelpPanel } from './help-panel.ts';
import { icon } from './icon.ts';
import type { View } from './view.ts';

function isLanguage(code: string): code is Language {
  return Object.hasOwn(languages, code);
}

/** The time of day, renewed with each minute while the page is seen. */
function clock(): HTMLElement {
  const time = make('time', { class: 'clock' });
  const day = make('span', { class: 'day' });
  const show = (): void => {
    const now = new Date();
    time.textContent = new Intl.DateTimeFormat(currentLocale(), { hour: '2-digit', minute: '2-digit' }).format(now);
    time.setAttribute('datetime', now.toISOString().slice(0, 16));
    day.textContent = new Intl.DateTimeFormat(currentLocale(), { weekday: 'long', day: 'numeric', month: 'long' }).format(now);
  };
  inWords(time, show);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tick = (): void => {
    clearTimeout(timer);
    if (document.hidden) return;
    show();
    timer = setTimeout(tick, 60_000 - (Date.now() % 60_000) + 20);
  };
  document.addEventListener('visibilitychange', tick);
  tick();
  return make('div', { class: 'time' }, time, day);
}

function languageChoice(): HTMLElement {
  const select = make('select', { label: () => i18n._('Language') });
  for (const [code, name] of Object.entries(languages)) {
    select.append(make('option', { text: name, attributes: { value: code, lang: code } }));
  }
  inWords(select, () => {
    select.value = currentLanguage();
  });
  select.addEventListener('change', () => {
    if (!isLanguage(select.value)) return;
    // Where its texts cannot be loaded the page stays in the language that it has.
    changeLanguage(select.value).catch(() => {
      select.value = currentLanguage();
    });
  });
  return make('div', { class: 'language' }, icon('globe'), select);
}

export class Frame {
  readonly element: HTMLElement;
  readonly #name = make('p', { class: 'name' });
  readonly #computer = make('span');
  readonly #place = make('div', { class: 'place' });
  readonly #main = make('main');
  readonly #help: HelpPanel;
  #view: View | null = null;

  constructor() {
    this.#place.append(this.#name, make('p', { class: 'computer' }, icon('monitor'), this.#computer));
    this.#place.hidden = true;
    const brand = make('p', { class: 'brand', text: 'Stationmaster' });
    const side = make('div', { class: 'side' });
    this.#help = new HelpPanel(side, () => this.#view !== null && !this.element.hidden);
    side.append(make('header', { class: 'top' }, this.#help.button, languageChoice()), this.#main);
    this.element = make(
      'div',
      { class: 'frame' },
      make('section', { class: 'here', label: () => i18n._('This station') }, brand, clock(), this.#place),
      side,
    );
  }

  get view(): View | null {
    return this.#view;
  }

  /** Which station this page is, as far as it is known. */
  place(station: string, computer: string): void {
    this.#name.textContent = station;
    this.#computer.textContent = computer;
    this.#place.hidden = false;
  }

  show(view: View): void {
    this.#help.close();
    this.#view = view;
    this.#main.replaceChildren(view.element);
    this.element.hidden = false;
    view.focus();
  }

  hide(): void {
    this.#help.close();
    this.#view = null;
    this.#main.replaceChildren();
    this.element.hidden = true;
  }
}
