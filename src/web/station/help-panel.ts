// The question mark above the sign-in page, and F1: both open the help of the station, which is loaded then.
import { loadHelp } from '../shared/help/help-topic.ts';
import { currentLanguage, i18n } from '../shared/i18n.ts';
import { make } from './element.ts';
import { icon } from './icon.ts';
import { Panel } from './panel.ts';

export class HelpPanel {
  readonly button: HTMLButtonElement;
  /** Where the panel is put while it is open. */
  readonly #home: HTMLElement;
  #panel: Panel | null = null;
  #isOpening = false;

  /** `mayOpen`: over a desktop F1 is the desktop's. */
  constructor(home: HTMLElement, mayOpen: () => boolean) {
    this.#home = home;
    this.button = make('button', {
      class: 'help-button',
      label: () => i18n._('Help'),
      title: () => i18n._('Help (F1)'),
      attributes: { type: 'button', 'aria-haspopup': 'dialog' },
      on: { click: () => void this.#open(mayOpen) },
    });
    this.button.append(icon('question'));
    addEventListener('keydown', (event) => {
      if (event.key !== 'F1' || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || !mayOpen()) return;
      event.preventDefault();
      if (this.#panel === null) void this.#open(mayOpen);
      else this.close();
    });
  }

  close(): void {
    this.#panel?.close();
  }

  async #open(mayOpen: () => boolean): Promise<void> {
    if (this.#isOpening || this.#panel !== null) return;
    this.#isOpening = true;
    try {
      const { station: text } = await loadHelp(currentLanguage());
      if (!mayOpen()) return;
      const rows = text.tasks.map(({ what, how }) => make('section', {}, make('h3', { text: what }), make('p', { text: how })));
      const panel = new Panel(
        () => i18n._('Help: {page}', { page: text.title }),
        () => {
          panel.element.remove();
          this.#panel = null;
        },
        make('p', { text: text.purpose }),
        ...rows,
      );
      this.#panel = panel;
      this.#home.append(panel.element);
      panel.open();
    } catch {
      // Without the connection there are no texts; the page says itself that it is lost.
    } finally {
      this.#isOpening = false;
    }
  }
}
