// A screen that hangs turned: the page is turned by CSS (station.css), and what comes from mouse and fingers is told in the page's own
// coordinates. A half of a split screen stays as it is; the page around it is turned.
import type { Orientation } from '#model/station.ts';

export interface Point {
  x: number;
  y: number;
}

/** The window as the browser has it, not turned. */
export interface WindowSize {
  width: number;
  height: number;
}

let shown: Orientation = 'landscape';

/** Where in the turned page a point of the window is. */
export function inPage(orientation: Orientation, { x, y }: Point, { width, height }: WindowSize): Point {
  switch (orientation) {
    case 'landscape':
      return { x, y };
    case 'portrait':
      return { x: y, y: width - x };
    case 'landscape-flipped':
      return { x: width - x, y: height - y };
    case 'portrait-flipped':
      return { x: height - y, y: x };
  }
}

/** Where in the window a point of the turned page is. */
export function inWindow(orientation: Orientation, { x, y }: Point, { width, height }: WindowSize): Point {
  switch (orientation) {
    case 'landscape':
      return { x, y };
    case 'portrait':
      return { x: width - y, y: x };
    case 'landscape-flipped':
      return { x: width - x, y: height - y };
    case 'portrait-flipped':
      return { x: y, y: height - x };
  }
}

/** The page's own size: sides swapped where it stands upright. */
export function pageSize(orientation: Orientation, { width, height }: WindowSize): WindowSize {
  return orientation.startsWith('portrait') ? { width: height, height: width } : { width, height };
}

const windowNow = (): WindowSize => ({ width: innerWidth, height: innerHeight });

/** The size of the page as it is shown now. */
export function shownSize(): WindowSize {
  return pageSize(shown, windowNow());
}

/** Where an element is in the turned page. */
export function rectInPage(element: Element): DOMRect {
  const { left, top, right, bottom } = Element.prototype.getBoundingClientRect.call(element);
  const one = inPage(shown, { x: left, y: top }, windowNow());
  const other = inPage(shown, { x: right, y: bottom }, windowNow());
  return new DOMRect(Math.min(one.x, other.x), Math.min(one.y, other.y), Math.abs(one.x - other.x), Math.abs(one.y - other.y));
}

function tellPoint(target: MouseEvent | Touch): Point {
  return inPage(shown, { x: target.clientX, y: target.clientY }, windowNow());
}

function turnMouse(event: MouseEvent): void {
  const { x, y } = tellPoint(event);
  Object.defineProperties(event, { clientX: { value: x }, clientY: { value: y } });
}

function turnTouches(event: TouchEvent): void {
  for (const list of ['touches', 'targetTouches', 'changedTouches'] as const) {
    const turned = [...event[list]].map((touch) => {
      const { x, y } = tellPoint(touch);
      return { identifier: touch.identifier, target: touch.target, clientX: x, clientY: y };
    });
    Object.defineProperty(event, list, { value: turned });
  }
}

/** What noVNC makes of an event itself carries the page's coordinates already. */
const turn = (event: Event): void => {
  if (!event.isTrusted || shown === 'landscape') return;
  if (event instanceof MouseEvent) turnMouse(event);
  else if ('changedTouches' in event) turnTouches(event as TouchEvent);
};

const mouseEvents = [
  'mousedown',
  'mouseup',
  'mousemove',
  'mouseenter',
  'mouseover',
  'mouseout',
  'mouseleave',
  'click',
  'dblclick',
  'auxclick',
  'contextmenu',
  'wheel',
  'pointerdown',
  'pointerup',
  'pointermove',
];
const touchEvents = ['touchstart', 'touchmove', 'touchend', 'touchcancel'];

/** Once, before anything else listens. */
export function startTurning(): void {
  for (const type of [...mouseEvents, ...touchEvents]) addEventListener(type, turn, { capture: true, passive: true });
  // noVNC looks with it for what is below the pointer.
  document.elementFromPoint = (x: number, y: number): Element | null => {
    const at = inWindow(shown, { x, y }, windowNow());
    return Document.prototype.elementFromPoint.call(document, at.x, at.y);
  };
}

/** Turns the page; those who fill the window learn it as a change of its size. */
export function turnTo(orientation: Orientation): void {
  if (orientation === shown) return;
  shown = orientation;
  if (orientation === 'landscape') delete document.documentElement.dataset['orientation'];
  else document.documentElement.dataset['orientation'] = orientation;
  dispatchEvent(new Event('resize'));
}
