// What needs the administrator now, and what of it was put aside, by whom.
import type { ToldAlert } from '#contract/api.ts';
import { CodedError } from '#contract/errors.ts';
import type { Fleet } from '#fleet/fleet.ts';
import { alertsOf, dismissible } from '#model/alert.ts';
import type { Alert } from '#model/alert.ts';
import type { Audit } from './audit.ts';
import type { AuditWatch } from './audit-watch.ts';
import type { Certificate } from './certificate.ts';
import type { Clock } from './clock.ts';
import type { RoomSettings } from './room-settings.ts';
import type { Stations } from './station/stations.ts';
import type { Store } from './store.ts';

const dayMs = 86_400_000;

type Dismissal = NonNullable<ToldAlert['dismissed']> & { key: string };

export interface AlertParts {
  fleet: Fleet;
  stations: Stations;
  audit: Audit;
  auditWatch: Pick<AuditWatch, 'damage'>;
  settings: Pick<RoomSettings, 'now'>;
  certificate: Pick<Certificate, 'endsAt'>;
  store: Store;
  clock: Clock;
}

export class Alerts {
  readonly #parts: AlertParts;

  constructor(parts: AlertParts) {
    this.#parts = parts;
  }

  list(): ToldAlert[] {
    const kept = this.#parts.store.all<Dismissal>('SELECT key, by, at FROM dismissedAlerts');
    const dismissals = new Map(kept.map(({ key, by, at }) => [key, { by, at }]));
    return this.#now().map((alert) => ({ ...alert, dismissed: dismissals.get(alert.key) ?? null }));
  }

  /** `alongside` runs in the same transaction. Throws `not-found` where there is no such alert, `not-possible-now` where it must stay. */
  dismiss(key: string, by: string, alongside: (alert: Alert) => void): void {
    const { store, clock } = this.#parts;
    const now = this.#now();
    const alert = now.find((each) => each.key === key);
    if (alert === undefined) throw new CodedError('not-found');
    if (!dismissible.has(alert.code)) throw new CodedError('not-possible-now');
    store.transaction(() => {
      // What is long over needs no dismissal any more.
      const old = store.all<{ key: string }>('SELECT key FROM dismissedAlerts WHERE at < ?', clock.nowMs() - 30 * dayMs);
      for (const each of old) {
        if (!now.some((still) => still.key === each.key)) store.run('DELETE FROM dismissedAlerts WHERE key = ?', each.key);
      }
      store.run(
        'INSERT INTO dismissedAlerts (key, by, at) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING',
        key,
        by,
        clock.nowMs(),
      );
      alongside(alert);
    });
  }

  /** Throws `not-found` where it was not put aside. */
  restore(key: string, alongside: () => void): void {
    const { store } = this.#parts;
    store.transaction(() => {
      if (store.all('SELECT 1 FROM dismissedAlerts WHERE key = ?', key).length === 0) throw new CodedError('not-found');
      store.run('DELETE FROM dismissedAlerts WHERE key = ?', key);
      alongside();
    });
  }

  #now(): Alert[] {
    const { fleet, stations, audit, auditWatch, settings, certificate, clock } = this.#parts;
    const now = clock.nowMs();
    return alertsOf({
      computers: fleet.computers(),
      stations: stations.list(),
      sessions: fleet.sessions(),
      certificateEndsAt: certificate.endsAt(),
      failedSignIns: audit.failedSignIns(now - dayMs),
      mostSessions: settings.now.mostSessions,
      refusedAsFull: audit.refusedAsFull(now - dayMs),
      auditDamage: auditWatch.damage,
      now,
    });
  }
}
