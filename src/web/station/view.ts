// What the page shows at a moment, by the name that tests and measurements know (`data-view` of the page).
import type { errorText } from '../shared/error-text.ts';

export type ViewName =
  | 'connecting'
  | 'enrol'
  | 'waiting'
  | 'sign-in'
  | 'question'
  | 'notice'
  | 'lost'
  | 'choose'
  | 'opening'
  | 'desktop'
  | 'split'
  | 'covered'
  | 'locked'
  | 'wait'
  | 'replaced'
  | 'removed'
  | 'refused'
  | 'no-storage'
  | 'insecure';

export type ToldError = Parameters<typeof errorText>[0];

export interface View {
  readonly name: ViewName;
  readonly element: HTMLElement;
  /** Puts the keyboard where the person goes on; after `element` came into the page. */
  focus(): void;
  /** Says what went wrong and lets the person try again. Without it the view has nothing to try. */
  fail?(error: ToldError): void;
  /** The gateway works on what was sent. */
  busy?(): void;
}
