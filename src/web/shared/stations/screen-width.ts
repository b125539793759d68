// The widths at which the Stations page is laid out anew: wide, the tasks stand beside the list; narrow, a line is a card.
import { useMedia } from '../use-media.ts';

export const wideWidth = '(min-width: 1100px)';
export const narrowWidth = '(max-width: 767px)';

/** For styles. */
export const wide = `@media ${wideWidth}`;
export const narrow = `@media ${narrowWidth}`;

/** Whether the screen is so now. */
export function useScreen(width: typeof wideWidth | typeof narrowWidth): boolean {
  return useMedia(width);
}
