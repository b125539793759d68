// What is said below the picture of somebody's screen.
import { isRunning } from '#model/session.ts';
import type { Session } from '#model/session.ts';
import { i18n } from '../i18n.ts';

export function pictureNote(session: Session): string {
  return isRunning(session) ? i18n._('Live. That you look is written down.') : i18n._('The last picture that was kept.');
}
