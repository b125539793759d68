// Asks before a session is ended, and says what is at stake.
import { i18n } from '../shared/i18n.ts';
import { make } from './element.ts';
import { button } from './form.ts';
import { Panel } from './panel.ts';

export class SignOutPanel {
  readonly #panel: Panel;
  readonly #cancel: HTMLButtonElement;

  constructor(actions: { signOut(): void; disconnect(): void; closed(): void }) {
    const choose = (action: () => void) => (): void => {
      this.#panel.close();
      action();
    };
    this.#cancel = button(
      () => i18n._('Cancel'),
      'plain',
      () => this.#panel.close(),
    );
    this.#panel = new Panel(
      () => i18n._('End this session?'),
      () => actions.closed(),
      make('p', { text: () => i18n._('Your programs are closed, and work that is not saved is lost.') }),
      make('p', { text: () => i18n._('Disconnect keeps everything as it is: you go on later, at this or any other station.') }),
      make(
        'div',
        { class: 'buttons' },
        button(
          () => i18n._('Sign out'),
          'primary',
          choose(() => actions.signOut()),
        ),
        button(
          () => i18n._('Disconnect'),
          'plain',
          choose(() => actions.disconnect()),
        ),
        this.#cancel,
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
    this.#panel.open(this.#cancel);
  }

  close(): void {
    this.#panel.close();
  }
}
