// Who may do what to whom: one table, asked in one place of the gateway.
import type { Level } from './account.ts';

/** Who asks. `nobody` has not signed in; the command line as root on the computer counts as administrator. */
export type Role = 'nobody' | Level;

/**
 * Whom or what it concerns. Sessions and stations of administrators and Dashboard users are out of a teacher's reach. `sessions`: several
 * at once, of which each is asked for by itself. `outside`: a session or station that is not among those which a Dashboard user has.
 */
export type Target =
  | 'none'
  | 'own-session'
  | 'standard-session'
  | 'privileged-session'
  | 'outside'
  | 'sessions'
  | 'station'
  | 'computer';

type Rule = Readonly<Partial<Record<Role, 'any' | readonly Target[]>>>;

const reach = ['own-session', 'standard-session', 'sessions'] as const;

/** Action × role × target. What is missing here is refused. */
export const permissions = {
  'page.sign-in': { nobody: 'any', standard: 'any', dashboard: 'any', administrator: 'any' },
  'page.sign-out': { standard: 'any', dashboard: 'any', administrator: 'any' },
  'setup.finish': { nobody: 'any', standard: 'any', dashboard: 'any', administrator: 'any' },
  'setup.code': { administrator: 'any' },
  'me.see': { standard: 'any', dashboard: 'any', administrator: 'any' },
  'manager.open': { administrator: 'any' },
  'dashboard.open': { dashboard: 'any', administrator: 'any' },
  'computers.list': { dashboard: 'any', administrator: 'any' },
  'computer.suspend-all': { administrator: 'any' },
  'computer.log-off-all': { administrator: 'any' },
  'computer.hibernate-all': { administrator: 'any' },
  'computer.check': { dashboard: 'any', administrator: 'any' },
  'computer.leave': { administrator: 'any' },
  'computer.mode': { administrator: 'any' },
  'computer.identify': { dashboard: 'any', administrator: 'any' },
  'stations.list': { dashboard: 'any', administrator: 'any' },
  'station.identify': { dashboard: 'any', administrator: 'any' },
  'station.configure': { administrator: 'any' },
  'station.split': { administrator: 'any' },
  'station.admit': { administrator: 'any' },
  'station.remove': { administrator: 'any' },
  'station.code': { administrator: 'any' },
  'sessions.list': { dashboard: 'any', administrator: 'any' },
  'session.suspend': { standard: ['own-session'], dashboard: reach, administrator: 'any' },
  'session.move': { dashboard: reach, administrator: 'any' },
  'session.hibernate': { dashboard: reach, administrator: 'any' },
  'session.extend': { dashboard: reach, administrator: 'any' },
  'session.log-off': { standard: ['own-session'], dashboard: reach, administrator: 'any' },
  'session.control': { dashboard: reach, administrator: 'any' },
  'session.lower-hand': { dashboard: reach, administrator: 'any' },
  'session.block': { dashboard: reach, administrator: 'any' },
  'session.picture': { standard: ['own-session'], dashboard: reach, administrator: 'any' },
  'accounts.list': { administrator: 'any' },
  'accounts.manage': { administrator: 'any' },
  /** Beside `accounts.manage`, where it makes an administrator or is done to one. */
  'administrators.manage': { administrator: 'any' },
  'settings.see': { dashboard: 'any', administrator: 'any' },
  'settings.change': { administrator: 'any' },
  'views.keep': { dashboard: 'any', administrator: 'any' },
  'alerts.see': { administrator: 'any' },
  'alerts.dismiss': { administrator: 'any' },
  'audit.see': { administrator: 'any' },
  'tokens.manage': { administrator: 'any' },
  'metrics.see': { dashboard: 'any', administrator: 'any' },
  'live.watch': { dashboard: 'any', administrator: 'any' },
} as const satisfies Readonly<Record<string, Rule>>;

export type Action = keyof typeof permissions;

/** What the room's settings add to the table. */
export interface RoomRules {
  /** A Dashboard user reaches the sessions of administrators and other Dashboard users as those of standard users. */
  allowOrchestration: boolean;
}

/**
 * What a token may be held to, beside its level. Each scope lets through what is listed here and nothing else; what is in none is
 * for tokens without scopes only (tokens, accounts of administrators, who may make tokens, set-up, what each person keeps).
 */
export const tokenScopes = {
  /** Sees everything, changes nothing. */
  read: [
    'me.see',
    'computers.list',
    'computer.check',
    'stations.list',
    'sessions.list',
    'session.picture',
    'accounts.list',
    'settings.see',
    'alerts.see',
    'audit.see',
    'metrics.see',
    'live.watch',
  ],
  metrics: ['me.see', 'metrics.see'],
  sessions: [
    'me.see',
    'computers.list',
    'computer.check',
    'stations.list',
    'sessions.list',
    'session.suspend',
    'session.move',
    'session.hibernate',
    'session.extend',
    'session.log-off',
    'session.control',
    'session.lower-hand',
    'session.block',
    'computer.suspend-all',
    'computer.log-off-all',
    'computer.hibernate-all',
  ],
  stations: [
    'me.see',
    'computers.list',
    'stations.list',
    'station.identify',
    'station.configure',
    'station.split',
    'station.admit',
    'station.remove',
    'station.code',
    'computer.identify',
  ],
  computers: ['me.see', 'computers.list', 'computer.check', 'computer.mode', 'computer.leave'],
  users: ['me.see', 'accounts.list', 'accounts.manage'],
  settings: ['me.see', 'stations.list', 'settings.see', 'settings.change', 'alerts.see', 'alerts.dismiss'],
} as const satisfies Readonly<Record<string, readonly Action[]>>;

/** How long a token holds unless something else is said. */
export const defaultTokenDays = 365;

export type TokenScope = keyof typeof tokenScopes;

/** The scopes that let `action` through. */
export function scopesFor(action: Action): TokenScope[] {
  return (Object.keys(tokenScopes) as TokenScope[]).filter((scope) => (tokenScopes[scope] as readonly Action[]).includes(action));
}

/** True if a token with these scopes (null: without any, it may what its level may) is let through; what is open to nobody is open to it. */
export function scopesAllow(scopes: readonly TokenScope[] | null, action: Action): boolean {
  return scopes === null || 'nobody' in permissions[action] || scopesFor(action).some((scope) => scopes.includes(scope));
}

/** True if someone of `level` may do something with this scope that it is for: beyond looking, where it is not for looking. */
export function scopeSuits(scope: TokenScope, level: Level): boolean {
  const actions: readonly Action[] = tokenScopes[scope];
  const looking: readonly Action[] = tokenScopes.read;
  const acting = actions.filter((action) => !looking.includes(action));
  return (acting.length === 0 ? actions : acting).some((action) => Object.hasOwn(permissions[action], level));
}

const closedRules: RoomRules = { allowOrchestration: false };

/** True if someone of `role` may do `action` to a target of this kind. */
export function may(role: Role, action: Action, target: Target = 'none', rules: RoomRules = closedRules): boolean {
  const rule: Rule = permissions[action];
  const allowed = rule[role];
  if (allowed === undefined || (target === 'outside' && role !== 'administrator')) return false;
  if (allowed === 'any' || allowed.includes(target)) return true;
  return (
    rules.allowOrchestration && role === 'dashboard' && target === 'privileged-session' && allowed.includes('standard-session')
  );
}

/** What kind of target a session of `owner` (of `ownerLevel`) is for the person named `user`. */
export function sessionTarget(user: string | null, owner: string, ownerLevel: Level): Target {
  if (user === owner) return 'own-session';
  return ownerLevel === 'standard' ? 'standard-session' : 'privileged-session';
}
