// The keys that call the toolbar: Ctrl, Alt and Shift pressed together and let go, with no other key meanwhile. The desktop gets
// them as well and sees them released, so nothing is stuck there, and no program takes modifiers alone for a command.

const modifiers = {
  ControlLeft: 'ctrl',
  ControlRight: 'ctrl',
  AltLeft: 'alt',
  AltRight: 'alt',
  ShiftLeft: 'shift',
  ShiftRight: 'shift',
};

export class KeyChord {
  readonly #down = new Set<string>();
  readonly #pressed: () => void;
  #all = false;
  #spoiled = false;

  constructor(pressed: () => void) {
    this.#pressed = pressed;
  }

  start(): void {
    addEventListener('keydown', this.#onDown, true);
    addEventListener('keyup', this.#onUp, true);
    addEventListener('blur', this.#reset);
  }

  stop(): void {
    removeEventListener('keydown', this.#onDown, true);
    removeEventListener('keyup', this.#onUp, true);
    removeEventListener('blur', this.#reset);
  }

  readonly #reset = (): void => {
    this.#down.clear();
    this.#all = false;
    this.#spoiled = false;
  };

  readonly #onDown = ({ code }: KeyboardEvent): void => {
    if (!Object.hasOwn(modifiers, code)) {
      this.#spoiled = true;
      return;
    }
    if (this.#down.size === 0) this.#reset();
    this.#down.add(code);
    this.#all ||= new Set([...this.#down].map((each) => modifiers[each as keyof typeof modifiers])).size === 3;
  };

  readonly #onUp = ({ code }: KeyboardEvent): void => {
    this.#down.delete(code);
    if (this.#down.size > 0) return;
    const pressed = this.#all && !this.#spoiled;
    this.#reset();
    // After the desktop has seen this key go up.
    if (pressed) setTimeout(this.#pressed);
  };
}
