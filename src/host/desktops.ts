// Desktops as the sessions see them: something that is opened, lives and is gone. Real ones in real-desktops.ts, fake ones
// in fake-desktops.ts.
import type { SessionCause } from '#model/session.ts';
import type { PosixAccount } from './accounts.ts';
import type { SignInAttempt } from './sign-in.ts';

export interface DesktopOrder {
  session: string;
  account: PosixAccount;
  /** X session by its desktop file's name; another one is taken if it is not installed. */
  desktop: string;
  widthPx: number;
  heightPx: number;
  /** Language of the station page, for accounts that have none: `fr`. */
  language: string;
}

export interface Desktop {
  readonly session: string;
  /** The X session that really runs. */
  readonly desktop: string;
  /** Fulfilled, with the reason, when all its processes are gone and its mounts, sockets and folders removed. Never rejected. */
  readonly gone: Promise<SessionCause>;
  /** Asks its programs to end, kills what is left after a stated time. Fulfilled when it is gone. A second call does no harm. */
  end(): Promise<void>;
}

export interface Desktops {
  /**
   * Opens a desktop for the person whom `attempt` accepted; its worker becomes the desktop's keeper. Fulfilled when its X
   * server answers. Rejects with a CodedError (`home-missing`, `home-not-writable`, `home-full`, `disk-full`,
   * `desktop-not-installed`, `desktop-failed`); then nothing is left of it.
   */
  open(order: DesktopOrder, attempt: SignInAttempt): Promise<Desktop>;
  /** The desktop of this session if it still runs (PID and start time are those recorded), else null with its rests removed. */
  adopt(session: string): Promise<Desktop | null>;
  /** Sessions of which something is found on the computer, alive or rests. */
  found(): Promise<string[]>;
}
