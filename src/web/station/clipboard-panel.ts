// The clipboard between this device and the desktop: by itself where the browser permits it, else by hand in a box of text.
import { i18n } from '../shared/i18n.ts';
import { make, newId } from './element.ts';
import { button } from './form.ts';
import { Panel } from './panel.ts';

/** Above this nobody means to paste, and the way to the desktop would be blocked by it. */
const longestText = 1_000_000;

export class ClipboardPanel {
  readonly #panel: Panel;
  readonly #box: HTMLTextAreaElement;
  readonly #state = make('p', { class: 'quiet', attributes: { role: 'status' } });
  readonly #allow: HTMLButtonElement;
  readonly #paste: (text: string) => void;
  /** What both sides have, as far as is known. */
  #text = '';
  #automatic = false;

  /** `paste` puts a text into the desktop's clipboard. */
  constructor(paste: (text: string) => void, closed: () => void) {
    this.#paste = paste;
    const id = newId();
    this.#box = make('textarea', {
      attributes: { id, rows: '6', spellcheck: 'false', autocomplete: 'off', maxlength: String(longestText) },
      on: { input: () => this.#give(this.#box.value) },
    });
    this.#allow = button(
      () => i18n._('Exchange by itself'),
      'plain',
      () => void this.#ask(),
    );
    this.#panel = new Panel(
      () => i18n._('Clipboard'),
      closed,
      make('p', {
        text: () =>
          i18n._('What you copy on the desktop appears here. What you type or paste here can be pasted on the desktop.'),
      }),
      make(
        'div',
        { class: 'field' },
        make('label', { text: () => i18n._('Text in the clipboard'), attributes: { for: id } }),
        this.#box,
      ),
      this.#state,
      make('div', { class: 'buttons' }, this.#allow),
    );
  }

  get element(): HTMLElement {
    return this.#panel.element;
  }

  get isOpen(): boolean {
    return this.#panel.isOpen;
  }

  /** Another person's desktop: nothing of the one before is left. */
  clear(): void {
    this.#text = '';
    this.#box.value = '';
    this.#panel.close();
  }

  open(): void {
    void this.#look();
    this.#panel.open(this.#box);
    this.#box.select();
  }

  close(): void {
    this.#panel.close();
  }

  /** The desktop's clipboard has this text. */
  take(text: string): void {
    if (text === this.#text) return;
    this.#text = text;
    this.#box.value = text.slice(0, longestText);
    if (this.#automatic && document.hasFocus()) {
      navigator.clipboard.writeText(text).catch(() => {
        // It stays in the box.
      });
    }
  }

  /** The person comes to the desktop: takes over what they copied elsewhere, where the browser permits that without asking. */
  async bring(): Promise<void> {
    await this.#look();
    if (this.#automatic) await this.#read();
  }

  #give(text: string): void {
    if (text === this.#text || text.length > longestText) return;
    this.#text = text;
    this.#paste(text);
  }

  async #look(): Promise<void> {
    try {
      const permission = await navigator.permissions.query({ name: 'clipboard-read' as PermissionName });
      this.#automatic = permission.state === 'granted';
    } catch {
      // Firefox and Safari know no such permission.
      this.#automatic = false;
    }
    this.#tell();
  }

  async #ask(): Promise<void> {
    await this.#read();
    await this.#look();
    if (this.#automatic) return;
    this.#state.replaceChildren(make('span', { text: () => i18n._('The browser does not permit it. Use the box instead.') }));
  }

  async #read(): Promise<void> {
    try {
      const text = await navigator.clipboard.readText();
      if (text === '' || text === this.#text) return;
      this.#box.value = text.slice(0, longestText);
      this.#give(text);
    } catch {
      // Not permitted, no focus, or no text in it.
    }
  }

  #tell(): void {
    this.#allow.hidden = this.#automatic;
    this.#state.replaceChildren(
      ...(this.#automatic ? [make('span', { text: () => i18n._('Both clipboards are exchanged by themselves.') })] : []),
    );
  }
}
