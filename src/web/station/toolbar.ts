// The toolbar over the desktop. It hides at the top edge: the pointer held there, a touch of its handle or the keys bring it.
import { i18n } from '../shared/i18n.ts';
import { inWords, make, newId } from './element.ts';
import { icon } from './icon.ts';
import type { IconName } from './icon.ts';
import { shownSize } from './orientation.ts';

/** The pointer stays at the edge so long: menus of the desktop lie there, too. */
const dwellMs = 350;
const leaveMs = 700;
const hintMs = 7000;

export interface ToolbarActions {
  disconnect(): void;
  lock(): void;
  signOut(): void;
  fullScreen(): void;
  clipboard(): void;
  keyboard(): void;
  password(): void;
  /** The person raises a hand, or takes it down. */
  hand(up: boolean): void;
  otherHalf: (() => void) | null;
  /** The keyboard goes back to the desktop. */
  focusDesktop(): void;
}

export class Toolbar {
  readonly element: HTMLElement;
  readonly #bar: HTMLElement;
  readonly #handle: HTMLButtonElement;
  readonly #who = make('p', { class: 'who' });
  readonly #hint = make('div', { class: 'toolbar-hint', attributes: { role: 'status' } });
  readonly #actions: ToolbarActions;
  readonly #hand: HTMLButtonElement;
  readonly #handText = make('span');
  readonly #handMark = make('div', { class: 'hand-up', attributes: { role: 'status' } });
  readonly #tools: HTMLElement;
  #handUp = false;
  readonly #buttons: HTMLButtonElement[];
  #dwell: ReturnType<typeof setTimeout> | undefined;
  #leave: ReturnType<typeof setTimeout> | undefined;
  #hinting: ReturnType<typeof setTimeout> | undefined;
  #hinted = false;
  #isOpen = false;

  constructor(actions: ToolbarActions) {
    this.#actions = actions;
    const id = newId();
    const entry = (picture: IconName, text: () => string, pressed: () => void): HTMLButtonElement =>
      make(
        'button',
        {
          class: 'tool',
          attributes: { type: 'button', tabindex: '-1' },
          on: {
            click: () => {
              this.close();
              pressed();
            },
          },
        },
        icon(picture),
        make('span', { text }),
      );
    this.#buttons = [
      entry(
        'disconnect',
        () => i18n._('Disconnect'),
        () => actions.disconnect(),
      ),
      entry(
        'lock',
        () => i18n._('Lock'),
        () => actions.lock(),
      ),
      entry(
        'signOut',
        () => i18n._('Sign out'),
        () => actions.signOut(),
      ),
      entry(
        'fullScreen',
        () => i18n._('Full screen'),
        () => actions.fullScreen(),
      ),
      entry(
        'clipboard',
        () => i18n._('Clipboard'),
        () => actions.clipboard(),
      ),
      entry(
        'keyboard',
        () => i18n._('Keyboard'),
        () => actions.keyboard(),
      ),
      entry(
        'key',
        () => i18n._('Password'),
        () => actions.password(),
      ),
    ];
    this.#hand = entry(
      'hand',
      () => '',
      () => actions.hand(!this.#handUp),
    );
    this.#hand.querySelector('span')?.replaceWith(this.#handText);
    inWords(this.#handText, () => this.#sayHand());
    const { otherHalf } = actions;
    if (otherHalf !== null) {
      this.#buttons.push(
        entry(
          'otherHalf',
          () => i18n._('Other half'),
          () => otherHalf(),
        ),
      );
    }
    this.#tools = make('div', { class: 'tools' }, ...this.#buttons);
    this.#buttons[0]?.setAttribute('tabindex', '0');
    this.#bar = make(
      'div',
      {
        class: 'toolbar',
        label: () => i18n._('Session'),
        attributes: { id, role: 'toolbar' },
        on: { keydown: (event) => this.#key(event) },
      },
      this.#who,
      this.#tools,
    );
    this.#handle = make('button', {
      class: 'handle',
      label: () => i18n._('Toolbar'),
      title: () => i18n._('Toolbar: Ctrl+Alt+Shift'),
      attributes: { type: 'button', 'aria-expanded': 'false', 'aria-controls': id },
      on: { click: () => this.toggle() },
    });
    this.element = make('div', { class: 'toolbar-place' }, this.#bar, this.#handle, this.#handMark, this.#hint);
    addEventListener('pointermove', (event) => this.#pointerAt(event), true);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whose desktop, at which station. */
  describe(person: string, station: string): void {
    this.#who.replaceChildren(make('strong', { text: person }), make('span', { text: station }));
  }

  /** Whether the person's hand is up; null: they cannot raise one. */
  hand(up: boolean | null): void {
    this.#handUp = up === true;
    this.#sayHand();
    if (this.#handUp) this.#handMark.replaceChildren(icon('hand'), make('span', { text: () => i18n._('Your hand is up') }));
    else this.#handMark.replaceChildren();
    const at = this.#buttons.indexOf(this.#hand);
    if (up !== null && at < 0) {
      this.#tools.append(this.#hand);
      this.#buttons.push(this.#hand);
    } else if (up === null && at >= 0) {
      this.#hand.remove();
      this.#buttons.splice(at, 1);
      this.#hand.setAttribute('tabindex', '-1');
      if (!this.#buttons.some((each) => each.getAttribute('tabindex') === '0')) this.#buttons[0]?.setAttribute('tabindex', '0');
    }
  }

  toggle(): void {
    if (this.#isOpen) {
      this.close();
      this.#actions.focusDesktop();
    } else {
      this.open();
      this.#buttons[0]?.focus();
    }
  }

  open(): void {
    this.#set(true);
  }

  close(): void {
    clearTimeout(this.#leave);
    this.#set(false);
  }

  /** Says once how to find it. */
  hint(): void {
    if (this.#hinted) return;
    this.#hinted = true;
    this.#hint.replaceChildren(
      make('span', {
        text: () =>
          this.#actions.otherHalf === null
            ? i18n._('For Disconnect, Lock and Sign out, hold the pointer at the middle of the top edge or press Ctrl+Alt+Shift.')
            : i18n._(
                'For Disconnect, Lock and Sign out, hold the pointer at the middle of the top edge or press Ctrl+Alt+Shift. Press in a half to type there, or Ctrl+Alt+Shift with ← or →.',
              ),
      }),
    );
    this.#hinting = setTimeout(() => this.#hint.replaceChildren(), hintMs);
  }

  #sayHand(): void {
    this.#handText.textContent = this.#handUp ? i18n._('Take hand down') : i18n._('Raise hand');
  }

  #set(open: boolean): void {
    clearTimeout(this.#dwell);
    this.#dwell = undefined;
    this.#isOpen = open;
    this.#bar.classList.toggle('open', open);
    this.#handle.setAttribute('aria-expanded', String(open));
    if (!open) return;
    clearTimeout(this.#hinting);
    this.#hint.replaceChildren();
  }

  #pointerAt({ clientX, clientY, buttons, pointerType, target }: PointerEvent): void {
    if (pointerType === 'touch' || !this.element.isConnected || this.element.closest('[hidden]') !== null) return;
    if (this.#isOpen) {
      if (target instanceof Node && this.element.contains(target)) {
        clearTimeout(this.#leave);
        this.#leave = undefined;
      } else if (!this.#bar.contains(document.activeElement)) {
        this.#leave ??= setTimeout(() => {
          this.#leave = undefined;
          this.close();
        }, leaveMs);
      }
      return;
    }
    const { width } = shownSize();
    const atEdge = clientY <= 1 && Math.abs(clientX - width / 2) < Math.min(240, width / 5) && buttons === 0;
    if (!atEdge) {
      clearTimeout(this.#dwell);
      this.#dwell = undefined;
    } else {
      this.#dwell ??= setTimeout(() => this.open(), dwellMs);
    }
  }

  #key(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      this.close();
      this.#actions.focusDesktop();
      return;
    }
    const last = this.#buttons.length - 1;
    const at = this.#buttons.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    for (const each of this.#buttons) each.setAttribute('tabindex', '-1');
    const next = this.#buttons.at(to > last ? 0 : to);
    next?.setAttribute('tabindex', '0');
    next?.focus();
  }
}
