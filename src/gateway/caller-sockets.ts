// The WebSockets of callers that stay open: pinged, and closed once the right is gone that they depend on.
import type { WebSocket } from 'ws';
import { closeCodes } from '#contract/wire.ts';
import { may, scopesAllow } from '#model/permissions.ts';
import type { Action, Target } from '#model/permissions.ts';
import type { Caller } from './callers.ts';
import type { Log } from './log.ts';
import type { PageSessions } from './people/page-sessions.ts';
import type { Tokens } from './people/tokens.ts';
import type { RoomSettings } from './room-settings.ts';
import type { CloseName } from './station/pixel-door.ts';

const usualRecheckMs = 30_000;
/** What a timer can hold, in milliseconds; then it is set again. */
const longestTimer = 2 ** 31 - 1;

export interface CallerSocket {
  readonly socket: WebSocket;
  /** Its role is as it was when the rights were last asked. */
  readonly caller: Caller;
  /** Called once, when it is closed, by whomever. */
  left: () => void;
  /** Called every half minute, after `caller` was looked up again. */
  rechecked: () => void;
}

interface Kept {
  alive: boolean;
  /** Until the token that it depends on expires. */
  expiry: NodeJS.Timeout | null;
}

export interface CallerSocketParts {
  settings: RoomSettings;
  pageSessions: PageSessions;
  tokens: Tokens;
  log: Log;
}

export class CallerSockets<S extends CallerSocket> {
  readonly #parts: CallerSocketParts;
  readonly #right: { action: Action; target: Target };
  readonly #recheckMs: number;
  readonly #open = new Map<S, Kept>();
  readonly #undo = new DisposableStack();
  /** Only while somebody is here. */
  #timer: NodeJS.Timeout | null = null;

  /** `right`: what a caller must be allowed to be here. */
  constructor(parts: CallerSocketParts, right: { action: Action; target: Target }, recheckMs = usualRecheckMs) {
    this.#parts = parts;
    this.#right = right;
    this.#recheckMs = recheckMs;
  }

  get size(): number {
    return this.#open.size;
  }

  [Symbol.iterator](): Iterator<S> {
    return this.#open.keys();
  }

  start(): void {
    const { settings, pageSessions, tokens } = this.#parts;
    this.#undo.defer(
      settings.onChange(({ allowRemoteManagement }) => {
        if (!allowRemoteManagement) this.#end((caller) => caller.remote);
      }),
    );
    this.#undo.defer(pageSessions.onClose((hash) => this.#end((caller) => caller.pageSession === hash)));
    this.#undo.defer(tokens.onRevoke((id) => this.#end((caller) => caller.token?.id === id)));
  }

  stop(): void {
    this.#undo.dispose();
    for (const one of this.#open.keys()) this.close(one, 'restarting');
  }

  /** False: it may not stay, and is closed. */
  enter(one: S): boolean {
    const { caller, socket } = one;
    if (!this.#mayStay(caller) || (caller.remote && !this.#parts.settings.now.allowRemoteManagement)) {
      socket.close(closeCodes.refused, 'refused');
      return false;
    }
    const kept: Kept = { alive: true, expiry: null };
    this.#open.set(one, kept);
    socket.on('pong', () => {
      kept.alive = true;
    });
    // What goes wrong with the socket is followed by its `close`.
    socket.on('error', () => {});
    socket.on('close', () => this.#leave(one));
    this.#timer ??= setInterval(() => this.#recheck(), this.#recheckMs);
    this.#watchExpiry(one, kept);
    return this.#open.has(one);
  }

  close(one: S, why: CloseName): void {
    one.socket.close(closeCodes[why], why);
    this.#leave(one);
  }

  /** Without a good-bye: the other end does not read. */
  cut(one: S): void {
    one.socket.terminate();
    this.#leave(one);
  }

  #end(which: (caller: Caller) => boolean): void {
    for (const one of this.#open.keys()) if (which(one.caller)) this.close(one, 'refused');
  }

  #leave(one: S): void {
    const kept = this.#open.get(one);
    if (kept === undefined) return;
    this.#open.delete(one);
    if (kept.expiry !== null) clearTimeout(kept.expiry);
    one.left();
    if (this.#open.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #recheck(): void {
    for (const [one, kept] of this.#open) {
      if (!kept.alive) {
        this.cut(one);
        continue;
      }
      kept.alive = false;
      one.socket.ping();
      // By the time that it is now: the clock may have been set meanwhile.
      this.#watchExpiry(one, kept);
      if (!this.#open.has(one)) continue;
      this.#recheckLevel(one).catch((error: unknown) =>
        this.#parts.log.error({ err: error }, 'A right could not be looked up again.'),
      );
    }
  }

  async #recheckLevel(one: S): Promise<void> {
    const { pageSession } = one.caller;
    if (pageSession !== null) {
      const session = await this.#parts.pageSessions.recheck(pageSession);
      if (session !== null) one.caller.role = session.level;
      if (session === null || !this.#mayStay(one.caller)) {
        this.close(one, 'refused');
        return;
      }
    }
    if (this.#open.has(one)) one.rechecked();
  }

  #mayStay({ role, token }: Caller): boolean {
    const { action, target } = this.#right;
    return may(role, action, target) && scopesAllow(token?.scopes ?? null, action);
  }

  /** Closes it at the moment at which its token expires. */
  #watchExpiry(one: S, kept: Kept): void {
    if (kept.expiry !== null) clearTimeout(kept.expiry);
    kept.expiry = null;
    const { token } = one.caller;
    const { tokens } = this.#parts;
    if (token === null || token.expiresAt === null) return;
    if (tokens.isExpired(token)) {
      this.close(one, 'refused');
      return;
    }
    kept.expiry = setTimeout(() => this.#watchExpiry(one, kept), Math.min(tokens.leftMs(token.expiresAt), longestTimer));
  }
}
