// One desktop in the page: noVNC over the pixel WebSocket, at the size of the window; the last picture stays when the
// connection breaks.
import type RFB from '@novnc/novnc';
import { pressKeys } from '../shared/desktop-keys.ts';
import type { Key } from '../shared/desktop-keys.ts';
import { PixelLine } from '../shared/pixel-line.ts';
import { closeCodes } from '#contract/wire.ts';
import { make } from './element.ts';
import { rectInPage } from './orientation.ts';
import { windowSize } from './window-size.ts';

export interface PictureListener {
  /** The first full frame is on the screen; `at` in milliseconds of performance.now(). */
  painted(at: number): void;
  /** The pixels stopped coming; a new ticket may bring them back. `expected`: the session left, the station link says why. */
  lost(expected: boolean): void;
  /** The desktop's clipboard has this text. */
  clipboard(text: string): void;
  /** noVNC itself could not be loaded. */
  unavailable(): void;
}

/**
 * Calls `painted` after the browser has shown the first frame that covers the whole canvas. noVNC tells nobody, but it paints
 * through the canvas's only drawing context; what follows a change of size is its own empty picture and does not count.
 */
function awaitFirstFrame(canvas: HTMLCanvasElement, painted: (at: number) => void): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  let [width, height] = [canvas.width, canvas.height];
  let covered = { left: width, top: height, right: 0, bottom: 0 };
  const draw = context.drawImage.bind(context) as (...drawn: unknown[]) => void;
  context.drawImage = (...drawn: unknown[]): void => {
    draw(...drawn);
    if (canvas.width !== width || canvas.height !== height) {
      [width, height] = [canvas.width, canvas.height];
      covered = { left: width, top: height, right: 0, bottom: 0 };
      return;
    }
    const [x, y, w, h] = drawn.slice(5) as [number, number, number, number];
    covered = {
      left: Math.min(covered.left, x),
      top: Math.min(covered.top, y),
      right: Math.max(covered.right, x + w),
      bottom: Math.max(covered.bottom, y + h),
    };
    if (covered.left > 0 || covered.top > 0 || covered.right < width || covered.bottom < height) return;
    // What is left is the one of its class.
    Reflect.deleteProperty(context, 'drawImage');
    const tell = (): void => {
      // Behind the frame that carries it.
      const { port1, port2 } = new MessageChannel();
      port1.addEventListener('message', () => painted(performance.now()), { once: true });
      port1.start();
      port2.postMessage(null);
    };
    if (document.hidden) tell();
    else requestAnimationFrame(tell);
  };
}

export class DesktopPicture {
  readonly element = make('div', { class: 'picture' });
  readonly #listener: PictureListener;
  readonly #live = make('div', { class: 'live' });
  #line: PixelLine | null = null;
  #rfb: RFB | null = null;
  #still: HTMLCanvasElement | null = null;
  #watched: { disconnect(): void }[] = [];

  constructor(listener: PictureListener) {
    this.#listener = listener;
    this.element.append(this.#live);
    addEventListener('resize', () => this.#fill());
    this.#fill();
  }

  /** True while pixels come or are about to. */
  get isOpen(): boolean {
    return this.#line !== null;
  }

  /** Connects with a fresh ticket, in place of what was connected before. `describe` names the canvas to screen readers. */
  open(ticket: string, describe: (canvas: HTMLCanvasElement) => void): void {
    this.#leave(true);
    this.#line = new PixelLine(ticket, this.#live, {
      ready: (rfb) => this.#paint(rfb, describe),
      closed: (code) => {
        this.#leave(true);
        this.#listener.lost(code === closeCodes.sessionLeft || code === closeCodes.replaced);
      },
      unavailable: () => {
        this.#leave(false);
        this.#listener.unavailable();
      },
    });
  }

  /** The desktop is no longer shown here. */
  close(): void {
    this.#leave(false);
  }

  focus(): void {
    this.#rfb?.focus({ preventScroll: true });
  }

  press(keys: readonly Key[]): void {
    if (this.#rfb !== null) pressKeys(this.#rfb, keys);
  }

  /** Puts a text into the desktop's clipboard. */
  paste(text: string): void {
    this.#rfb?.clipboardPasteFrom(text);
  }

  #paint(rfb: RFB, describe: (canvas: HTMLCanvasElement) => void): void {
    this.#rfb = rfb;
    rfb.clipViewport = false;
    rfb.resizeSession = true;
    rfb.addEventListener('clipboard', ({ detail }) => {
      if (this.#rfb === rfb) this.#listener.clipboard(detail.text);
    });
    const canvas = this.#live.querySelector('canvas');
    if (canvas === null) return;
    // noVNC measures with these where a pointer is and how large the desktop shall be: in the page's own coordinates, however it is turned.
    for (const measured of [canvas, canvas.parentElement ?? canvas]) measured.getBoundingClientRect = () => rectInPage(measured);
    describe(canvas);
    this.#keepFitting(rfb, canvas);
    awaitFirstFrame(canvas, (at) => {
      if (this.#rfb !== rfb) return;
      this.#dropStill();
      this.#listener.painted(at);
    });
  }

  /** Shown one to one when the desktop has the window's size, shrunk or enlarged for as long as it has not. */
  #keepFitting(rfb: RFB, canvas: HTMLCanvasElement): void {
    const fit = (): void => {
      const { widthPx, heightPx } = windowSize();
      const fits = canvas.width === widthPx && canvas.height === heightPx;
      if (rfb.scaleViewport === fits) rfb.scaleViewport = !fits;
    };
    const size = new MutationObserver(fit);
    size.observe(canvas, { attributeFilter: ['width', 'height'] });
    const room = new ResizeObserver(fit);
    room.observe(this.#live);
    this.#watched = [size, room];
  }

  #leave(keepPicture: boolean): void {
    const [rfb, line] = [this.#rfb, this.#line];
    this.#rfb = null;
    this.#line = null;
    for (const each of this.#watched) each.disconnect();
    this.#watched = [];
    const canvas = rfb === null ? null : this.#live.querySelector('canvas');
    line?.close();
    this.#live.replaceChildren();
    if (!keepPicture) this.#dropStill();
    else if (canvas !== null && canvas.width > 0) this.#keepStill(canvas);
  }

  #keepStill(canvas: HTMLCanvasElement): void {
    this.#dropStill();
    canvas.removeAttribute('tabindex');
    canvas.setAttribute('aria-hidden', 'true');
    canvas.className = 'still';
    this.#still = canvas;
    // Behind the live one, which is see-through until it has a picture.
    this.element.append(canvas);
  }

  #dropStill(): void {
    this.#still?.remove();
    this.#still = null;
  }

  /** A whole number of pixels: noVNC would ask for half a pixel again and again. */
  #fill(): void {
    const { widthPx, heightPx } = windowSize();
    this.#live.style.width = `${widthPx}px`;
    this.#live.style.height = `${heightPx}px`;
  }
}
