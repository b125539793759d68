// The parts that the page's forms are made of: labelled boxes, notes, buttons, the button that works.
import { i18n } from '../shared/i18n.ts';
import { inWords, make, newId } from './element.ts';
import type { Words } from './element.ts';
import { icon } from './icon.ts';
import type { IconName } from './icon.ts';

export interface Field {
  element: HTMLElement;
  input: HTMLInputElement;
}

function describe(input: HTMLInputElement, id: string): void {
  const ids = new Set((input.getAttribute('aria-describedby') ?? '').split(' ').filter((each) => each !== ''));
  ids.add(id);
  input.setAttribute('aria-describedby', [...ids].join(' '));
}

/** A box for text with its label above it. */
export function textField(label: Words, attributes: Readonly<Record<string, string>> = {}): Field {
  const id = newId();
  const input = make('input', {
    attributes: {
      id,
      type: 'text',
      autocomplete: 'off',
      autocapitalize: 'none',
      autocorrect: 'off',
      spellcheck: 'false',
      ...attributes,
    },
  });
  const element = make('div', { class: 'field' }, make('label', { text: label, attributes: { for: id } }), input);
  return { element, input };
}

/** A box to tick, with its label beside it. */
export function checkBox(label: Words): Field {
  const id = newId();
  const input = make('input', { attributes: { id, type: 'checkbox' } });
  const element = make('div', { class: 'check' }, input, make('label', { text: label, attributes: { for: id } }));
  return { element, input };
}

/** A box for a password: it can be looked at, and says when Caps Lock is on. */
export function passwordField(label: Words): Field {
  // Stations are shared: no browser is to keep anybody's password or offer it to the next person.
  const field = textField(label, { type: 'password', maxlength: '512' });
  const { input } = field;
  const look = make('button', {
    class: 'look',
    label: () => i18n._('Show password'),
    title: () => i18n._('Show password'),
    attributes: { type: 'button', 'aria-pressed': 'false' },
    on: {
      click: () => {
        const shown = input.type === 'password';
        input.type = shown ? 'text' : 'password';
        look.setAttribute('aria-pressed', String(shown));
        look.replaceChildren(icon(shown ? 'eyeShut' : 'eye'));
        input.focus();
      },
    },
  });
  look.append(icon('eye'));
  const box = make('div', { class: 'with-look' });
  input.replaceWith(box);
  box.append(input, look);
  const capsLock = make('p', { class: 'hint', attributes: { id: newId(), role: 'status' } });
  describe(input, capsLock.id);
  const saying = make('span', { text: () => i18n._('Caps Lock is on.') });
  let on = false;
  const noticeCapsLock = (event: KeyboardEvent | MouseEvent): void => {
    const now = event.getModifierState('CapsLock');
    if (now === on) return;
    on = now;
    capsLock.replaceChildren(...(on ? [icon('capsLock'), saying] : []));
  };
  input.addEventListener('keydown', noticeCapsLock);
  input.addEventListener('keyup', noticeCapsLock);
  input.addEventListener('mousedown', noticeCapsLock);
  field.element.append(capsLock);
  return field;
}

/** Empties a password box and hides what will be typed. */
export function clearPassword({ element, input }: Field): void {
  input.value = '';
  if (input.type === 'text') element.querySelector<HTMLButtonElement>('.look')?.click();
}

export type NoteKind = 'info' | 'error' | 'warning';

/** A place for a sentence that screen readers read aloud when it changes; nothing is seen while it is empty. */
export class Note {
  readonly element: HTMLElement;
  readonly #kind: NoteKind;

  constructor(kind: NoteKind) {
    this.#kind = kind;
    this.element = make('div', {
      class: `note ${kind}`,
      attributes: { id: newId(), role: kind === 'error' ? 'alert' : 'status' },
    });
  }

  /** Null empties it. */
  say(words: (() => string) | null): void {
    if (words === null) {
      this.element.replaceChildren();
      return;
    }
    this.element.replaceChildren(icon(this.#kind === 'info' ? 'info' : 'warning'), make('span', { text: words }));
  }

  /** A person who comes to `input` hears it, too. */
  belongsTo(input: HTMLInputElement): void {
    describe(input, this.element.id);
  }
}

/** A button; `primary` is the one that Enter presses. */
export function button(text: Words, kind: 'primary' | 'plain', pressed?: () => void, picture?: IconName): HTMLButtonElement {
  const element = make('button', { class: `button ${kind}`, attributes: { type: pressed === undefined ? 'submit' : 'button' } });
  if (picture !== undefined) element.append(icon(picture));
  element.append(make('span', { text }));
  if (pressed !== undefined) element.addEventListener('click', pressed);
  return element;
}

/** A form's main button, which tells that it works and takes no second press meanwhile; the keyboard stays on it. */
export class SubmitButton {
  readonly element: HTMLButtonElement;
  readonly #label: HTMLElement;
  readonly #idle: () => string;
  #words: () => string;
  #busy = false;

  constructor(text: () => string) {
    this.#idle = text;
    this.#words = text;
    this.#label = make('span');
    inWords(this.#label, () => {
      this.#label.textContent = this.#words();
    });
    this.element = make('button', { class: 'button primary', attributes: { type: 'submit' } }, this.#label);
  }

  get isBusy(): boolean {
    return this.#busy;
  }

  /** `words` while it works, null when it is done. */
  work(words: (() => string) | null): void {
    this.#busy = words !== null;
    this.#words = words ?? this.#idle;
    this.#label.textContent = this.#words();
    this.element.setAttribute('aria-disabled', String(this.#busy));
    this.element.classList.toggle('working', this.#busy);
  }
}

/** A form that is never sent by the browser itself. */
export function form(submitted: () => void, ...children: Node[]): HTMLFormElement {
  return make(
    'form',
    {
      attributes: { novalidate: '' },
      on: {
        submit: (event) => {
          event.preventDefault();
          submitted();
        },
      },
    },
    ...children,
  );
}
