// How a gateway finds and commands computers. Nothing above this interface knows how they are reached; this-computer.ts is
// the one beside the gateway, over the host's unix socket.
import type { HostArgs, HostCall, HostResult } from '#contract/host.ts';
import type { Computer } from '#contract/values.ts';
import type { Session } from '#model/session.ts';

/** What is told of a session: as it is now, and as it was known before (null: it is new). State `ended` is the last of it. */
export type SessionListener = (session: Session, before: Session | null) => void;

/** The computer that is asked about accounts, which all of a fleet know alike; empty, so that a call fails, where there is none. */
export function accountsComputerOf(fleet: Pick<Fleet, 'computers'>): string {
  return fleet.computers()[0]?.name ?? '';
}

export interface Fleet {
  /**
   * As last known; those that do not answer have `reachable` false, those that never answered the fault `not-looked-yet`. Load
   * and memory are as old as the last `status` call.
   */
  computers(): Computer[];
  isReachable(computer: string): boolean;
  /** Sessions that have not ended, as last known. */
  sessions(): Session[];
  session(id: string): Session | null;
  /**
   * Fails with a CodedError: the computer's own, `computer-not-found`, or `computer-unreachable` at once when it is not
   * connected and when the connection breaks before the answer (then it may have been done).
   */
  call<C extends HostCall>(computer: string, call: C, args: HostArgs<C>): Promise<HostResult<C>>;
  /** Path of the unix socket of the session's X server, which speaks RFB to who connects. */
  pixelPath(session: Session): string;
  /** All return their remover. Listeners run in the order of the host's events, before the reply of the call that caused them. */
  onSession(listener: SessionListener): () => void;
  /** A computer became reachable (its sessions have then been told), or no longer is. */
  onReachable(listener: (computer: string, reachable: boolean) => void): () => void;
  /** A computer told of itself: that it is about to leave or no longer is, that it can save sessions or no longer can. */
  onComputer(listener: (computer: Computer) => void): () => void;
}
