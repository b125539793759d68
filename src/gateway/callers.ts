// Who makes a request: root by the unix socket, the command line by its token, a person by the page's cookie, or nobody.
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Principal, Token } from '#contract/api.ts';
import { CodedError } from '#contract/errors.ts';
import type { ErrorCode } from '#contract/errors.ts';
import { scopesAllow, scopesFor } from '#model/permissions.ts';
import type { Action, Role } from '#model/permissions.ts';
import type { Settings } from '#model/settings.ts';
import { pageCookie } from './people/page-sessions.ts';
import type { PageSessions } from './people/page-sessions.ts';
import type { Refusals } from './people/refusals.ts';
import type { Tokens } from './people/tokens.ts';
import { addressOf, isFromThisComputer } from './web-security.ts';

export interface Caller {
  role: Role;
  /** Null for nobody. */
  principal: Principal | null;
  address: string;
  /** At another computer than this one. */
  remote: boolean;
  /** What it depends on: the page session's hash or the token. */
  pageSession: string | null;
  token: Token | null;
}

/** Whose something is that is kept for one person; a token may be called as an account is. */
export function ownerOf({ principal }: Pick<Caller, 'principal'>): string {
  return `${principal?.by ?? ''}:${principal?.name ?? ''}`;
}

function cookieOf(request: IncomingMessage): string | null {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [name, value] = part.trim().split('=', 2);
    if (name === pageCookie && value !== undefined) return value;
  }
  return null;
}

export class Callers {
  readonly #pageSessions: PageSessions;
  readonly #tokens: Tokens;
  readonly #refusals: Refusals;
  readonly #settings: { readonly now: Pick<Settings, 'allowRemoteManagement'> };
  /** Connections of the unix socket. */
  readonly #local = new WeakSet<Socket>();

  constructor(
    pageSessions: PageSessions,
    tokens: Tokens,
    refusals: Refusals,
    settings: { readonly now: Pick<Settings, 'allowRemoteManagement'> },
  ) {
    this.#pageSessions = pageSessions;
    this.#tokens = tokens;
    this.#refusals = refusals;
    this.#settings = settings;
  }

  addLocal(socket: Socket): void {
    this.#local.add(socket);
  }

  /**
   * Throws `not-signed-in` for a token that is none, `token-expired`; a cookie that is none is nobody. Throws `remote-management-off` for whoever
   * is elsewhere while the settings want it so.
   */
  async find(request: IncomingMessage): Promise<Caller> {
    const caller: Caller = {
      role: 'nobody',
      principal: null,
      address: addressOf(request),
      remote: !this.#local.has(request.socket) && !isFromThisComputer(request),
      pageSession: null,
      token: null,
    };
    if (this.#local.has(request.socket)) {
      const principal: Principal = { name: 'root', fullName: '', level: 'administrator', by: 'socket' };
      return { ...caller, role: 'administrator', principal };
    }
    if (caller.remote && !this.#settings.now.allowRemoteManagement) throw new CodedError('remote-management-off');
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const token = this.#tokens.find(/^Bearer (\S{1,128})$/.exec(authorization)?.[1] ?? '');
      const code: ErrorCode | null = token === null ? 'not-signed-in' : this.#tokens.isExpired(token) ? 'token-expired' : null;
      if (code !== null) this.#refusals.note(token?.name ?? '', caller.address, code, null);
      if (token === null) throw new CodedError('not-signed-in');
      if (code !== null) throw new CodedError(code, { expiredAt: token.expiresAt ?? 0 });
      this.#tokens.used(token);
      const principal: Principal = { name: token.name, fullName: '', level: token.level, by: 'token' };
      return { ...caller, role: token.level, principal, token };
    }
    const cookie = cookieOf(request);
    const session = cookie === null ? null : await this.#pageSessions.find(cookie);
    if (session === null) return caller;
    const { user, fullName, level, hash } = session;
    return { ...caller, role: level, principal: { name: user, fullName, level, by: 'page' }, pageSession: hash };
  }

  /** Throws `token-not-allowed` where the scopes of the caller's token do not include this. */
  mustBeInScope({ token, address }: Caller, action: Action): void {
    if (token === null || scopesAllow(token.scopes, action)) return;
    this.refused(token, address, 'token-not-allowed', action);
    throw new CodedError('token-not-allowed', { scopes: scopesFor(action).join(', ') });
  }

  /** For the audit: a session or station that they do not have in the Dashboard. */
  refusedOutside(caller: Caller, target: string, action: Action): void {
    this.#refusals.noteOutside(caller, target, action);
  }

  /** For the audit. */
  refused(token: Token, address: string, code: ErrorCode, action: Action): void {
    this.#refusals.note(token.name, address, code, action);
  }
}
