// A window over the desktop with a heading and a cross; keys and pointer are its own while it is open.
import { i18n } from '../shared/i18n.ts';
import { make, newId } from './element.ts';
import { icon } from './icon.ts';

export class Panel {
  readonly element: HTMLDialogElement;

  /** `closed` is called however it was closed. */
  constructor(heading: () => string, closed: () => void, ...children: Node[]) {
    const title = make('h2', { text: heading, attributes: { id: newId() } });
    const cross = make('button', {
      class: 'cross',
      label: () => i18n._('Close'),
      title: () => i18n._('Close'),
      attributes: { type: 'button' },
      on: { click: () => this.close() },
    });
    cross.append(icon('close'));
    this.element = make(
      'dialog',
      {
        class: 'window',
        attributes: { 'aria-labelledby': title.id },
        on: {
          close: closed,
          // The window's own padding belongs to its children, so a press on it itself is one beside it.
          pointerdown: (event) => {
            if (event.target === this.element) this.close();
          },
        },
      },
      make('div', { class: 'body' }, make('div', { class: 'heading' }, title, cross), ...children),
    );
  }

  get isOpen(): boolean {
    return this.element.open;
  }

  open(first: HTMLElement | null = null): void {
    if (!this.element.open) this.element.showModal();
    first?.focus();
  }

  close(): void {
    if (this.element.open) this.element.close();
  }
}
