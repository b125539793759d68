// Desktops as the sessions see them: something that is opened, lives, may be saved to disk and restored, and is gone. Real ones
// in real-desktops.ts, fake ones in fake-desktops.ts.
import type { ProgramAtRisk, SavedSession, Session, SessionCause, UnsavedWindow } from '#model/session.ts';
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

export interface SaveOrder {
  /** As it is listed; the image keeps it. */
  session: Session;
  /** Programs that cannot be saved are asked to close. */
  closing: boolean;
}

export interface Desktop {
  readonly session: string;
  /** The X session that really runs. */
  readonly desktop: string;
  /**
   * Fulfilled, with the reason, when all its processes are gone and its mounts, sockets and folders removed; with `saved` when
   * what is needed to restore it has been kept. Never rejected.
   */
  readonly gone: Promise<SessionCause>;
  /** Asks its programs to end, kills what is left after a stated time. Fulfilled when it is gone. A second call does no harm. */
  end(): Promise<void>;
  /** What saving it would do to its programs. */
  atRisk(): Promise<ProgramAtRisk[]>;
  /** What its windows say of unsaved work, and which other programs are open. Rejects if its X server does not answer soon. */
  openWork(): Promise<{ unsaved: UnsavedWindow[]; silent: string[] }>;
  /** Keeps on disk who has which programs open, for a computer that stops without having saved it. Never rejects. */
  note(session: Session): Promise<void>;
  /**
   * Fulfilled when it is safe on disk and its processes are no more. Rejects with a CodedError (`hibernation-impossible`,
   * `cannot-be-saved`, `still-watched`, `disk-full`, `save-failed`); then it runs on.
   */
  save(order: SaveOrder): Promise<SavedSession>;
}

/** What there is of a session on the computer. Saved and lost ones as they are to be listed. */
export type FoundDesktop =
  | { kind: 'running'; desktop: Desktop }
  | { kind: 'saved'; session: Session }
  | { kind: 'lost'; session: Session }
  | { kind: 'nothing' };

export interface Desktops {
  /**
   * Opens a desktop for the person whom `attempt` accepted; its worker becomes the desktop's keeper. Fulfilled when its X
   * server answers. Rejects with a CodedError (`home-missing`, `home-not-writable`, `home-full`, `disk-full`,
   * `desktop-not-installed`, `desktop-failed`); then nothing is left of it.
   */
  open(order: DesktopOrder, attempt: SignInAttempt): Promise<Desktop>;
  /**
   * Makes a saved desktop run again, once; its image is removed when its X server answers. Rejects with a CodedError
   * (`image-damaged`, `image-foreign`, `software-changed`, `processor-lacks`, `display-taken`, `memory-short`, `disk-full`,
   * `restore-failed`, or as `open`); then it is saved as before.
   */
  restore(order: DesktopOrder, attempt: SignInAttempt): Promise<Desktop>;
  /** What there is of this session. What is left of one that neither runs nor is saved or lost is removed. */
  find(session: string): Promise<FoundDesktop>;
  /** Sessions of which something is found on the computer: alive, saved, or rests. */
  found(): Promise<string[]>;
  /** Removes what is on disk of a saved or lost session. */
  discard(session: string): Promise<void>;
}
