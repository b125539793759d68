// What lies over every view for a while: the broken connection, the station's name, countdowns, short messages.
import type { LeaveWay } from '#contract/values.ts';
import { i18n } from '../shared/i18n.ts';
import { make } from './element.ts';
import type { Words } from './element.ts';
import { icon } from './icon.ts';

/** A break that is over so soon is not worth a word. */
const unnoticedMs = 250;
const toastMs = 6000;
/** Seconds left at which screen readers say so; every second would drown everything else. */
const spokenSeconds = [300, 120, 60, 30, 20, 10, 5];

/** "Connection lost, coming back…", while it is so. */
export class LineOverlay {
  readonly element = make('div', { class: 'line', attributes: { role: 'status' } });
  #timer: ReturnType<typeof setTimeout> | undefined;

  show(words: () => string): void {
    clearTimeout(this.#timer);
    const say = (): void =>
      this.element.replaceChildren(
        make('span', { class: 'wheel small', attributes: { 'aria-hidden': 'true' } }),
        make('span', { text: words }),
      );
    if (this.element.childElementCount > 0) say();
    else this.#timer = setTimeout(say, unnoticedMs);
  }

  hide(): void {
    clearTimeout(this.#timer);
    this.element.replaceChildren();
  }
}

/** The station's name so large that it is read across the room. Keys and pointer go through it to what is below. */
export class IdentifyOverlay {
  readonly element = make('div', { class: 'identify', attributes: { role: 'status' } });

  show(station: string, computer: string): void {
    const name = make('strong', { text: station });
    // As large as the width allows: a letter is about 0.6 times as wide as high.
    name.style.fontSize = `min(40vh, ${Math.max(6, Math.floor(150 / Math.max(4, station.length)))}vw)`;
    this.element.replaceChildren(name, make('span', { text: computer }));
  }

  hide(): void {
    this.element.replaceChildren();
  }
}

/** The keyboard stays where it was: in the running desktop. */
const keepFocus = (event: Event): void => event.preventDefault();

/** A remap: a letter that somebody presses here, by key, pointer or finger; then the number that the station got. Nothing else is taken. */
export class RemapOverlay {
  readonly element = make('div', { class: 'remap' });
  readonly #press: () => void;
  #letter = '';

  constructor(press: () => void) {
    this.#press = press;
    addEventListener(
      'keydown',
      (event) => {
        const { key, ctrlKey, altKey, metaKey, repeat } = event;
        if (this.#letter === '' || ctrlKey || altKey || metaKey || key.toUpperCase() !== this.#letter) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        if (!repeat) this.#press();
      },
      true,
    );
  }

  /** Null: it is over. */
  show(shows: { letter: string; number: number } | null): void {
    this.#letter = shows === null || shows.number > 0 ? '' : shows.letter;
    if (shows === null) {
      this.element.replaceChildren();
      return;
    }
    const { letter, number } = shows;
    const card =
      number > 0
        ? make(
            'div',
            { class: 'remap-card', attributes: { role: 'status' } },
            make('strong', { text: String(number) }),
            make('span', { text: () => i18n._('This is station number {number}.', { number }) }),
          )
        : make(
            'button',
            { class: 'remap-card', attributes: { type: 'button' }, on: { mousedown: keepFocus, click: () => this.#press() } },
            make('strong', { text: letter }),
            make('span', { text: () => i18n._('Press {letter} when it is the turn of this station.', { letter }) }),
          );
    this.element.replaceChildren(card);
  }
}

/** How long until something that the person must know of: a log-off, a restart of the computer. */
export class CountdownBanner {
  readonly element = make('div', {
    class: 'countdown',
    attributes: { role: 'timer', 'aria-atomic': 'true', 'aria-live': 'off' },
  });
  readonly #words = make('span');
  #timer: ReturnType<typeof setInterval> | undefined;
  #text: (seconds: number) => string = () => '';
  #endsAt = 0;
  #saidSeconds = -1;

  get isShown(): boolean {
    return this.#timer !== undefined;
  }

  /** What it counted down to is happening. */
  get isOver(): boolean {
    return this.isShown && performance.now() >= this.#endsAt;
  }

  /** `text`: what it says while so many seconds are left, and at 0. */
  start(remainingMs: number, text: (seconds: number) => string): void {
    this.stop();
    this.#text = text;
    this.#endsAt = performance.now() + remainingMs;
    this.element.setAttribute('aria-live', 'assertive');
    this.element.replaceChildren(icon('warning'), this.#words);
    this.#tell(true);
    this.#timer = setInterval(() => this.#tell(false), 200);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#saidSeconds = -1;
    this.element.replaceChildren();
  }

  #tell(first: boolean): void {
    const seconds = Math.max(0, Math.ceil((this.#endsAt - performance.now()) / 1000));
    if (seconds === this.#saidSeconds) return;
    // A busy or hidden page may skip a second.
    const passed = spokenSeconds.some((spoken) => seconds <= spoken && spoken < this.#saidSeconds);
    this.#saidSeconds = seconds;
    this.element.setAttribute('aria-live', first || passed ? 'assertive' : 'off');
    this.#words.textContent = this.#text(seconds);
  }
}

/** `by`: who asked for it; empty: the administrator. */
export function logOffText(by: string): (seconds: number) => string {
  return (seconds) => {
    if (seconds === 0) return i18n._('You are being logged off…');
    return by === ''
      ? i18n._('The administrator logs you off in {seconds, plural, one {# second} other {# seconds}}. Save your work now.', {
          seconds,
        })
      : i18n._('{person} logs you off in {seconds, plural, one {# second} other {# seconds}}. Save your work now.', {
          person: by,
          seconds,
        });
  };
}

export function leavingText(how: LeaveWay): (seconds: number) => string {
  if (how === 'restart') {
    return (seconds) =>
      seconds === 0
        ? i18n._('The computer restarts now. Your desktop is being saved.')
        : i18n._(
            'The computer restarts in {seconds, plural, one {# second} other {# seconds}}. Your desktop is saved and continues afterwards.',
            { seconds },
          );
  }
  return (seconds) =>
    seconds === 0
      ? i18n._('The computer shuts down now. Your desktop is being saved.')
      : i18n._(
          'The computer shuts down in {seconds, plural, one {# second} other {# seconds}}. Your desktop is saved and continues when the computer is on again.',
          { seconds },
        );
}

/** A short message that goes away by itself. */
export class Toast {
  readonly element = make('div', { class: 'toast', attributes: { role: 'status' } });
  #timer: ReturnType<typeof setTimeout> | undefined;

  say(words: Words): void {
    clearTimeout(this.#timer);
    this.element.replaceChildren(make('span', { text: words }));
    this.#timer = setTimeout(() => this.element.replaceChildren(), toastMs);
  }
}
