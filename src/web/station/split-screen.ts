// A screen that is split: two halves side by side, each a station page of its own in a frame. The keyboard belongs to the half that was
// pressed last; a frame around it and a word say which that is.
import { i18n } from '../shared/i18n.ts';
import { make } from './element.ts';
import { heardFromHalf } from './half.ts';
import type { Half, HalfSays } from './half.ts';
import { icon } from './icon.ts';
import { turnTo } from './orientation.ts';

/** A half that is not up by then is loaded again: the server may just be restarting. */
const upWithinMs = 8000;
const wordMs = 3000;

export interface SplitListener {
  /** The left half shows what this page showed. */
  leftIsUp(): void;
  over(why: 'whole' | 'removed'): void;
}

interface Side {
  half: Half;
  box: HTMLElement;
  frame: HTMLIFrameElement;
  word: HTMLElement;
  station: string;
  isUp: boolean;
}

export class SplitScreen {
  readonly element: HTMLElement;
  readonly #listener: SplitListener;
  readonly #sides: Readonly<Record<Half, Side>>;
  #patience: ReturnType<typeof setInterval> | undefined;
  #hiding: ReturnType<typeof setTimeout> | undefined;
  #keyboard: Half = 'left';

  constructor(listener: SplitListener) {
    this.#listener = listener;
    this.#sides = { left: this.#makeSide('left'), right: this.#makeSide('right') };
    this.element = make('div', { class: 'halves' }, this.#sides.left.box, this.#sides.right.box);
    this.#mark();
  }

  start(): void {
    addEventListener('message', this.#heard);
    addEventListener('focus', this.#handOn);
    this.#patience = setInterval(() => this.#lookAfter(), upWithinMs);
  }

  stop(): void {
    removeEventListener('message', this.#heard);
    removeEventListener('focus', this.#handOn);
    clearInterval(this.#patience);
    clearTimeout(this.#hiding);
    this.element.remove();
  }

  #makeSide(half: Half): Side {
    const frame = make('iframe', {
      title: () => (half === 'left' ? i18n._('Left half') : i18n._('Right half')),
      attributes: { src: `${location.pathname}?half=${half}`, allow: 'fullscreen; clipboard-read; clipboard-write' },
    });
    const word = make('div', { class: 'keyboard-word', attributes: { role: 'status' } });
    return { half, frame, word, box: make('div', { class: `half ${half}` }, frame, word), station: '', isUp: false };
  }

  /** The window itself got the keyboard, not one of its halves. */
  readonly #handOn = (): void => {
    const { frame } = this.#sides[this.#keyboard];
    if (document.activeElement !== this.#sides.left.frame && document.activeElement !== this.#sides.right.frame)
      frame.contentWindow?.focus();
  };

  readonly #heard = (event: MessageEvent<unknown>): void => {
    const side = Object.values(this.#sides).find(({ frame }) => frame.contentWindow === event.source);
    const said = side === undefined ? null : heardFromHalf(event);
    if (side !== undefined && said !== null) this.#take(side, said);
  };

  #take(side: Side, said: HalfSays): void {
    switch (said.say) {
      case 'up':
        if (side.isUp) return;
        side.isUp = true;
        if (side.half === 'left') this.#listener.leftIsUp();
        if (side.half === this.#keyboard) side.frame.contentWindow?.focus();
        return;
      case 'place':
        side.station = said.station;
        document.title = `${[this.#sides.left.station, this.#sides.right.station].filter((name) => name !== '').join(' · ')} – Stationmaster`;
        return;
      case 'turn':
        if (side.half === 'left') turnTo(said.orientation);
        return;
      case 'keyboard':
        this.#give(said.where === 'here' ? side.half : side.half === 'left' ? 'right' : 'left', said.where === 'other');
        return;
      case 'over':
        this.#listener.over(said.why);
    }
  }

  /** `bring`: it must be taken there, it did not go by itself. */
  #give(half: Half, bring: boolean): void {
    const changes = this.#keyboard !== half;
    this.#keyboard = half;
    this.#mark();
    if (bring) this.#sides[half].frame.contentWindow?.focus();
    if (!changes) return;
    clearTimeout(this.#hiding);
    for (const { word } of Object.values(this.#sides)) word.replaceChildren();
    const { word, station } = this.#sides[half];
    word.replaceChildren(icon('keyboard'), make('span', { text: () => i18n._('The keyboard is at {station}.', { station }) }));
    this.#hiding = setTimeout(() => word.replaceChildren(), wordMs);
  }

  #mark(): void {
    for (const { half, box } of Object.values(this.#sides)) box.classList.toggle('keyboard', half === this.#keyboard);
  }

  #lookAfter(): void {
    for (const { isUp, frame } of Object.values(this.#sides)) if (!isUp) frame.src = frame.getAttribute('src') ?? frame.src;
    if (Object.values(this.#sides).every(({ isUp }) => isUp)) clearInterval(this.#patience);
  }
}
