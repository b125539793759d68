// Elements of the page, and texts that follow the language without anything being built again (what is typed stays).

/** A text, or how to say it in the language of the moment. */
export type Words = string | (() => string);

interface Properties {
  class?: string;
  text?: Words;
  /** Accessible name where the visible text is not enough. */
  label?: Words;
  title?: Words;
  attributes?: Readonly<Record<string, string>>;
  on?: { [E in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[E]) => void };
}

const fills = new WeakMap<Element, (() => void)[]>();
const marked = 'data-words';

/** Runs `fill` now and after every change of the language while `element` is in the page. */
export function inWords(element: Element, fill: () => void): void {
  fill();
  fills.set(element, [...(fills.get(element) ?? []), fill]);
  element.setAttribute(marked, '');
}

/** Says everything in the page again, after the language changed. */
export function sayAgain(): void {
  for (const element of document.querySelectorAll(`[${marked}]`)) for (const fill of fills.get(element) ?? []) fill();
}

function setWords(element: Element, words: Words, put: (text: string) => void): void {
  if (typeof words === 'string') put(words);
  else inWords(element, () => put(words()));
}

/** An element with its texts, listeners and children. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (properties.class !== undefined) element.className = properties.class;
  for (const [name, value] of Object.entries(properties.attributes ?? {})) element.setAttribute(name, value);
  if (properties.text !== undefined) {
    setWords(element, properties.text, (text) => {
      element.textContent = text;
    });
  }
  if (properties.label !== undefined) setWords(element, properties.label, (text) => element.setAttribute('aria-label', text));
  if (properties.title !== undefined) setWords(element, properties.title, (text) => element.setAttribute('title', text));
  for (const [event, listener] of Object.entries(properties.on ?? {})) element.addEventListener(event, listener as EventListener);
  element.append(...children);
  return element;
}

let lastId = 0;

/** An identity for an element that another one refers to. */
export function newId(): string {
  lastId += 1;
  return `e${lastId}`;
}
