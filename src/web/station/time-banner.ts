// The countdown of the limits of time: nobody seems to be there, or the session has taken its time and its person may ask for more.
import type { GatewaySaysToStation } from '#contract/station-page.ts';
import { i18n } from '../shared/i18n.ts';
import { make } from './element.ts';
import { button } from './form.ts';
import { CountdownBanner } from './overlays.ts';

type Ends = NonNullable<Extract<GatewaySaysToStation, { say: 'time' }>['ends']>;

/** Input is told so often at most. */
const hereEveryMs = 1000;
/** From so many seconds on, whole minutes are told. */
const inMinutesFromSeconds = 120;

function idleText(seconds: number): string {
  return seconds === 0
    ? i18n._('Your desktop is being suspended…')
    : i18n._(
        'Nobody seems to be here. Your desktop is suspended in {seconds, plural, one {# second} other {# seconds}}. Press a key or move the pointer to stay.',
        { seconds },
      );
}

function longestText(seconds: number): string {
  if (seconds === 0) return i18n._('Your time is over.');
  return seconds >= inMinutesFromSeconds
    ? i18n._('Your time is over in {minutes} minutes. You are logged off then. Save your work now.', {
        minutes: Math.ceil(seconds / 60),
      })
    : i18n._(
        'Your time is over in {seconds, plural, one {# second} other {# seconds}}. You are logged off then. Save your work now.',
        { seconds },
      );
}

export class TimeBanner {
  readonly element: HTMLElement;
  readonly #countdown = new CountdownBanner();
  readonly #request = make('div', { class: 'time-request', attributes: { 'aria-live': 'polite' } });
  readonly #ask: () => void;
  readonly #here: () => void;
  readonly #focusDesktop: () => void;
  #why: Ends['why'] | null = null;
  #saidHereAt = 0;

  /**
   * `ask`: the person wants more time. `here`: a key or the pointer was used while nobody seemed to be there. `focusDesktop`: what
   * had the keyboard here goes away.
   */
  constructor(ask: () => void, here: () => void, focusDesktop: () => void) {
    this.#ask = ask;
    this.#here = here;
    this.#focusDesktop = focusDesktop;
    this.element = make('div', { class: 'time' });
    for (const type of ['keydown', 'pointermove', 'pointerdown', 'wheel', 'touchstart'] as const)
      addEventListener(type, () => this.#used(), { capture: true, passive: true });
  }

  show({ why, remainingMs, request }: Ends): void {
    this.#why = why;
    this.#countdown.start(remainingMs, why === 'idle' ? idleText : longestText);
    this.#showRequest(request);
    // Put in once: an element that is put in again loses the keyboard.
    if (this.element.childElementCount === 0) this.element.replaceChildren(this.#countdown.element, this.#request);
  }

  stop(): void {
    this.#why = null;
    this.#countdown.stop();
    const hadKeyboard = this.#hasKeyboard;
    this.element.replaceChildren();
    if (hadKeyboard) this.#focusDesktop();
  }

  get #hasKeyboard(): boolean {
    return this.element.contains(document.activeElement);
  }

  #showRequest(request: Ends['request']): void {
    const isOffered = this.#why !== 'idle' && request === 'none';
    // The same button, so that the keyboard stays on it.
    if (isOffered && this.#request.querySelector('button') !== null) return;
    const hadKeyboard = this.#hasKeyboard;
    if (this.#why === 'idle') this.#request.replaceChildren();
    else if (isOffered) this.#request.replaceChildren(this.#askButton());
    else
      this.#request.replaceChildren(
        make('span', {
          text: () =>
            request === 'asked'
              ? i18n._('You asked for more time. The answer comes here.')
              : i18n._('You are not given more time.'),
        }),
      );
    if (hadKeyboard) this.#focusDesktop();
  }

  #askButton(): HTMLButtonElement {
    const ask = button(
      () => i18n._('Ask for more time'),
      'plain',
      () => {
        this.#ask();
        this.#focusDesktop();
      },
    );
    // The keyboard stays in the desktop.
    ask.addEventListener('mousedown', (event) => event.preventDefault());
    return ask;
  }

  #used(): void {
    const now = performance.now();
    if (this.#why !== 'idle' || now - this.#saidHereAt < hereEveryMs) return;
    this.#saidHereAt = now;
    this.#here();
  }
}
