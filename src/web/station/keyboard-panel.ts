// Keys that the browser or the device keeps for itself, sent to the desktop by a button; text for devices without keys; help.
import { alt, ctrl, ctrlAltDelete } from '../shared/desktop-keys.ts';
import type { Key } from '../shared/desktop-keys.ts';
import { i18n } from '../shared/i18n.ts';
import { make } from './element.ts';
import { button, textField } from './form.ts';
import { keysymOf } from './keysym.ts';
import { Panel } from './panel.ts';

const combinations: Readonly<Record<string, readonly Key[]>> = {
  'Ctrl+Alt+Del': ctrlAltDelete,
  Super: [[0xffeb, 'MetaLeft']],
  'Alt+Tab': [alt, [0xff09, 'Tab']],
  'Alt+F4': [alt, [0xffc1, 'F4']],
  F11: [[0xffc8, 'F11']],
  Esc: [[0xff1b, 'Escape']],
  Tab: [[0xff09, 'Tab']],
  'Ctrl+W': [ctrl, [0x77, 'KeyW']],
  'Ctrl+T': [ctrl, [0x74, 'KeyT']],
  'Ctrl+N': [ctrl, [0x6e, 'KeyN']],
  'Print Screen': [[0xff61, 'PrintScreen']],
};

export class KeyboardPanel {
  readonly #panel: Panel;
  readonly #first: HTMLButtonElement | null;

  /** `press` presses keys on the desktop together and lets go of them. */
  constructor(press: (keys: readonly Key[]) => void, closed: () => void) {
    const keys = Object.entries(combinations).map(([name, keys]) => button(name, 'plain', () => press(keys)));
    this.#first = keys[0] ?? null;
    const text = textField(() => i18n._('Type on the desktop'));
    const { input } = text;
    input.addEventListener('input', (event) => {
      if (event instanceof InputEvent && event.isComposing) return;
      for (const character of input.value) press([[keysymOf(character), null]]);
      input.value = '';
    });
    input.addEventListener('keydown', (event) => {
      const key = { Enter: 0xff0d, Backspace: 0xff08 }[event.key];
      if (key === undefined || event.isComposing) return;
      event.preventDefault();
      press([[key, event.key]]);
    });
    const row = (keys: () => string, words: () => string): HTMLElement[] => [
      make('dt', {}, make('kbd', { text: keys })),
      make('dd', { text: words }),
    ];
    this.#panel = new Panel(
      () => i18n._('Keyboard'),
      closed,
      make('p', { text: () => i18n._('Send keys to the desktop that your browser keeps for itself:') }),
      make('div', { class: 'keys' }, ...keys),
      text.element,
      make(
        'dl',
        { class: 'help' },
        ...row(
          () => i18n._('Ctrl+Alt+Shift'),
          () => i18n._('Shows or hides the toolbar'),
        ),
        ...row(
          () => i18n._('Esc'),
          () => i18n._('Closes the toolbar or a window like this one'),
        ),
        ...row(
          () => '← →',
          () => i18n._('Go from button to button in the toolbar'),
        ),
        ...row(
          () => 'F11',
          () => i18n._('In full screen most browsers pass every key on to the desktop; hold Esc to leave full screen'),
        ),
      ),
    );
  }

  get element(): HTMLElement {
    return this.#panel.element;
  }

  get isOpen(): boolean {
    return this.#panel.isOpen;
  }

  open(): void {
    this.#panel.open(this.#first);
  }

  close(): void {
    this.#panel.close();
  }
}
