// When a station signs its account in by itself: at once when it appears, after a countdown where somebody has just left, and not at all
// where somebody else had a reason to end what was there.
import type { FreeReason } from '#contract/station-page.ts';
import type { SessionCause } from '#model/session.ts';

const afterDisconnectMs = 10_000;
const afterSignOutMs = 30_000;
const firstBackOffMs = 30_000;
const longestBackOffMs = 600_000;

/** The session went with its computer or its page: who comes back appears anew. */
const appearsAnew: ReadonlySet<SessionCause> = new Set([
  'station-lost',
  'computer-restarting',
  'computer-shutting-down',
  'power-lost',
  'saved',
]);

/** Milliseconds until then; null: only when somebody asks for it. `failures`: how often it failed since it last succeeded. */
export function autoLogonDelayMs(because: FreeReason, failures: number): number | null {
  if (failures > 0) return Math.min(longestBackOffMs, firstBackOffMs * 2 ** (failures - 1));
  switch (because.reason) {
    case 'none':
      return 0;
    case 'refused':
      return firstBackOffMs;
    case 'moved':
      return null;
    case 'session':
      if (because.cause === 'disconnected') return afterDisconnectMs;
      if (because.cause === 'signed-out' || because.cause === 'desktop-ended') return afterSignOutMs;
      return appearsAnew.has(because.cause) ? 0 : null;
  }
}
