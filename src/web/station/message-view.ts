// Views that only say something, with a button or two at most: opening, waiting, and why nothing goes on by itself.
import type { GatewaySaysToStation } from '#contract/station-page.ts';
import { errorText } from '../shared/error-text.ts';
import { i18n, msg } from '../shared/i18n.ts';
import { make } from './element.ts';
import type { Words } from './element.ts';
import { Note, button } from './form.ts';
import type { ToldError, View, ViewName } from './view.ts';

interface Message {
  name: ViewName;
  heading: Words;
  /** Shown large below the heading. */
  large?: string;
  text?: Words;
  error?: ToldError | null;
  /** A wheel turns: something is under way. */
  turning?: boolean;
  /** It may take a while: a bar moves if it does. */
  lengthy?: boolean;
  buttons?: readonly { text: () => string; pressed: () => void }[];
}

/** A bar without an end that is known; the style sheet shows it after half a second. */
function lengthyBar(): HTMLElement {
  return make(
    'div',
    { class: 'progress', label: () => i18n._('Opening your desktop…'), attributes: { role: 'progressbar' } },
    make('div', { class: 'moving' }),
  );
}

export class MessageView implements View {
  readonly name: ViewName;
  readonly element: HTMLElement;
  readonly #heading: HTMLElement;
  readonly #buttons: HTMLButtonElement[];

  constructor(message: Message) {
    this.name = message.name;
    this.#heading = make('h1', { text: message.heading, attributes: { tabindex: '-1' } });
    this.element = make('div', { class: 'panel message', attributes: { role: 'status' } });
    if (message.turning === true) this.element.append(make('div', { class: 'wheel', attributes: { 'aria-hidden': 'true' } }));
    this.element.append(this.#heading);
    if (message.large !== undefined && message.large !== '')
      this.element.append(make('p', { class: 'large', text: message.large }));
    if (message.text !== undefined) this.element.append(make('p', { text: message.text }));
    if (message.lengthy === true) this.element.append(lengthyBar());
    const { error } = message;
    if (error !== undefined && error !== null) {
      const note = new Note('error');
      note.say(() => errorText(error));
      this.element.append(note.element);
    }
    this.#buttons = (message.buttons ?? []).map(({ text, pressed }, index) =>
      button(text, index === 0 ? 'primary' : 'plain', pressed),
    );
    if (this.#buttons.length > 0) this.element.append(make('div', { class: 'buttons' }, ...this.#buttons));
  }

  focus(): void {
    (this.#buttons[0] ?? this.#heading).focus();
  }
}

export function connectingView(slow: boolean): MessageView {
  return slow
    ? new MessageView({
        name: 'connecting',
        turning: true,
        heading: () => i18n._('The computer does not answer yet'),
        text: () => i18n._('This page keeps trying and goes on by itself. If it stays like this, tell your administrator.'),
      })
    : new MessageView({ name: 'connecting', turning: true, heading: () => i18n._('Connecting…') });
}

const openingTexts = {
  start: msg('A new session starts for you.'),
  resume: msg('Your session goes on where you left it.'),
  restore: msg('Your desktop is read from disk and goes on where you left it. That takes a moment.'),
  save: msg('Your desktop is just being saved. It comes back at once.'),
} as const;

export function openingView(what: keyof typeof openingTexts): MessageView {
  return new MessageView({
    name: 'opening',
    turning: what === 'start' || what === 'resume',
    lengthy: what === 'restore' || what === 'save',
    heading: () => i18n._('Opening your desktop…'),
    text: () => i18n._(openingTexts[what]),
  });
}

export function waitView(why: Extract<GatewaySaysToStation, { say: 'wait' }>['why']): MessageView {
  if (why === 'computer-restarting') {
    return new MessageView({
      name: 'wait',
      turning: true,
      heading: () => i18n._('The computer restarts'),
      text: () => i18n._('Sessions are saved before and continue afterwards. This page comes back by itself.'),
    });
  }
  if (why === 'computer-shutting-down') {
    return new MessageView({
      name: 'wait',
      turning: true,
      heading: () => i18n._('The computer shuts down'),
      text: () => i18n._('Sessions are saved before and continue when the computer is on again. This page comes back by itself.'),
    });
  }
  if (why === 'console-mode') {
    return new MessageView({
      name: 'wait',
      heading: () => i18n._('The stations are closed'),
      text: () =>
        i18n._('The computer is being looked after. Sessions are kept and go on afterwards. This page opens again by itself.'),
    });
  }
  return why === 'ending'
    ? new MessageView({
        name: 'wait',
        turning: true,
        heading: () => i18n._('A session is being closed…'),
        text: () => i18n._('Its programs get a moment to end. This page goes on by itself.'),
      })
    : new MessageView({
        name: 'wait',
        turning: true,
        heading: () => i18n._('The computer does not answer'),
        text: () => i18n._('Sessions are not lost by this. This page goes on by itself as soon as the computer is back.'),
      });
}

export function approvalView(label: string, error: ToldError | null): MessageView {
  return new MessageView({
    name: 'waiting',
    turning: error === null,
    heading: () => i18n._('Waiting for the administrator'),
    large: label,
    text: () =>
      i18n._('This browser asks to become a station. An administrator finds it in the Manager under this name and lets it in.'),
    error,
  });
}

export function replacedView(useHere: () => void): MessageView {
  return new MessageView({
    name: 'replaced',
    heading: () => i18n._('This station was opened in another window'),
    text: () => i18n._('A station works in one window at a time. What is open there goes on here if you take it over.'),
    buttons: [{ text: () => i18n._('Use it here'), pressed: useHere }],
  });
}

export function removedView(askAgain: () => void): MessageView {
  return new MessageView({
    name: 'removed',
    heading: () => i18n._('This station was removed'),
    text: () =>
      i18n._(
        'The administrator removed this station. A session that was open here keeps running: sign in at another station to go on.',
      ),
    buttons: [{ text: () => i18n._('Ask to be a station again'), pressed: askAgain }],
  });
}

export function refusedView(tryAgain: () => void, forget: () => void): MessageView {
  return new MessageView({
    name: 'refused',
    heading: () => i18n._('This browser could not prove which station it is'),
    text: () =>
      i18n._(
        'Check that the address of this page is the one your administrator gave you, then try again. If that does not help, start as a new station.',
      ),
    buttons: [
      { text: () => i18n._('Try again'), pressed: tryAgain },
      { text: () => i18n._('Start as a new station'), pressed: forget },
    ],
  });
}

export function noStorageView(tryAgain: () => void): MessageView {
  return new MessageView({
    name: 'no-storage',
    heading: () => i18n._('This browser keeps nothing'),
    text: () =>
      i18n._(
        'A station must be able to remember who it is. Open this page in a normal window instead of a private one, and allow this site to store data. Then try again.',
      ),
    buttons: [{ text: () => i18n._('Try again'), pressed: tryAgain }],
  });
}

export function insecureView(address: string): MessageView {
  return new MessageView({
    name: 'insecure',
    heading: () => i18n._('This connection is not secure'),
    text: () =>
      i18n._(
        'The browser does not trust this page, so it cannot be a station. Open it by its address that begins with https, and make sure that the browser accepts the certificate: {address}',
        { address },
      ),
  });
}
