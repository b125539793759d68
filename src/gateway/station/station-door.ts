// All open station pages: which page is which station, and who of them hears what of the sessions.
import type { WebSocket } from 'ws';
import type { FreeReason } from '#contract/station-page.ts';
import { holdsStation } from '#model/session.ts';
import type { Session } from '#model/session.ts';
import { Grace } from './grace.ts';
import { StationPage } from './station-page.ts';
import type { StationRoom, StationServices } from './station-page.ts';
import type { StationChange } from './stations.ts';

export class StationDoor implements StationRoom {
  readonly #services: StationServices;
  readonly #grace: Grace;
  readonly #pages = new Set<StationPage>();
  /** The page of each station, and of each browser that asks to be one. */
  readonly #pageOf = new Map<string, StationPage>();
  readonly #reasons = new Map<string, FreeReason>();
  readonly #names = new Map<string, string>();
  readonly #identifying = new Set<string>();
  readonly #autoLogonFailures = new Map<string, number>();
  readonly #claimed = new Set<string>();
  readonly #forgedAt = new Map<string, number>();
  readonly #undo = new DisposableStack();

  constructor(services: StationServices) {
    this.#services = services;
    this.#grace = new Grace(services.fleet, services.settings, (station) => this.#pageOf.has(station), services.log);
  }

  start(): void {
    const { fleet, stations, pictures, pixels, losses, times, controls, hands, covers } = this.#services;
    for (const station of stations.list()) this.#names.set(station.id, station.name);
    this.#undo.defer(fleet.onSession((session, before) => this.#sessionChanged(session, before)));
    this.#undo.defer(
      fleet.onReachable((_computer, reachable) => {
        if (reachable) {
          this.#grace.lookAt(null);
          pictures.dropOthers();
          losses.forgetOthers(fleet);
        }
        for (const page of this.#pages) page.computerChanged();
      }),
    );
    this.#undo.defer(
      fleet.onComputer(() => {
        for (const page of this.#pages) page.computerChanged();
      }),
    );
    this.#undo.defer(
      covers.onChange((session) => {
        if (session.station !== null) this.#pageOf.get(session.station)?.sessionChanged();
        pixels.sessionChanged(session);
      }),
    );
    this.#undo.defer(times.onChange((station) => this.#pageOf.get(station)?.timeChanged()));
    this.#undo.defer(times.onAnswer((station, minutes) => this.#pageOf.get(station)?.timeAnswered(minutes)));
    this.#undo.defer(
      controls.onChange((id) => {
        const station = fleet.session(id)?.station;
        if (station != null) this.#pageOf.get(station)?.controlChanged();
      }),
    );
    this.#undo.defer(
      hands.onChange((id, by) => {
        if (id === null) for (const page of this.#pages) page.handChanged();
        else {
          const station = fleet.session(id)?.station;
          if (station != null) this.#pageOf.get(station)?.handChanged(by);
        }
      }),
    );
    this.#undo.defer(stations.onChange((change) => this.#stationChanged(change)));
  }

  stop(): void {
    this.#undo.dispose();
    for (const page of this.#pages) page.close('restarting');
    this.#pages.clear();
    this.#grace.stop();
  }

  enter(socket: WebSocket, from: { address: string; origin: string }): void {
    const page = new StationPage(this.#services, this, socket, from);
    this.#pages.add(page);
    socket.on('close', () => this.#pages.delete(page));
    page.start();
  }

  arrived(page: StationPage, station: string): void {
    const before = this.#pageOf.get(station);
    this.#pageOf.set(station, page);
    if (before !== undefined && before !== page) {
      before.close('replaced');
      this.#services.pixels.closeStation(station, 'replaced');
    }
    this.#grace.lookAt(station);
  }

  left(page: StationPage): void {
    const { station } = page;
    if (this.#pageOf.get(station) !== page) return;
    this.#pageOf.delete(station);
    this.#services.pixels.closeStation(station, 'desktopGone');
    this.#services.stations.leaveWaiting(station);
    this.#services.stations.seen(station, null);
    this.#grace.lookAt(station);
  }

  reasonOf(station: string): FreeReason {
    return this.#reasons.get(station) ?? { reason: 'none' };
  }

  setReason(station: string, reason: FreeReason): void {
    if (reason.reason === 'none') this.#reasons.delete(station);
    else this.#reasons.set(station, reason);
  }

  autoLogonFailures(station: string): number {
    return this.#autoLogonFailures.get(station) ?? 0;
  }

  autoLogonFailed(station: string): void {
    this.#autoLogonFailures.set(station, this.autoLogonFailures(station) + 1);
  }

  autoLogonSucceeded(station: string): void {
    this.#autoLogonFailures.delete(station);
  }

  claimAutoLogon(what: string): Disposable | null {
    if (this.#claimed.has(what)) return null;
    this.#claimed.add(what);
    return { [Symbol.dispose]: () => this.#claimed.delete(what) };
  }

  forged(station: string, address: string): void {
    // The first in a minute from each address: nobody shall fill the audit from outside.
    const now = performance.now();
    for (const [known, at] of this.#forgedAt) if (now - at > 60_000) this.#forgedAt.delete(known);
    if (this.#forgedAt.has(address) || this.#forgedAt.size > 1000) return;
    this.#forgedAt.set(address, now);
    const target = this.#services.stations.get(station)?.name ?? '';
    this.#services.audit.note({ actor: '', action: 'station.proof', target, address, outcome: 'proof-wrong' });
  }

  #sessionChanged(session: Session, before: Session | null): void {
    const { pixels, stations, pictures, losses } = this.#services;
    pixels.sessionChanged(session);
    const here = holdsStation(session) ? session.station : null;
    const was = before !== null && holdsStation(before) ? before.station : null;
    if (was !== null && was !== here) {
      const { user, cause } = session;
      const moved = here === null ? null : (stations.get(here)?.name ?? '');
      const ordered = cause === 'moved-by-administrator';
      this.setReason(
        was,
        moved === null ? { reason: 'session', cause, user } : { reason: 'moved', station: moved, user, ordered },
      );
    }
    if (here !== null && here !== was) this.setReason(here, { reason: 'none' });
    if (was !== null) this.#pageOf.get(was)?.sessionChanged();
    if (here !== null && here !== was) this.#pageOf.get(here)?.sessionChanged();
    this.#grace.look(session);
    pictures.sessionChanged(session, before);
    if (session.state === 'ended') losses.forget(session.id);
  }

  #stationChanged(change: StationChange): void {
    if ('removed' in change) {
      this.#reasons.delete(change.removed);
      this.#names.delete(change.removed);
      this.#autoLogonFailures.delete(change.removed);
      this.#identifying.delete(change.removed);
      const page = this.#pageOf.get(change.removed);
      page?.removed();
      return;
    }
    const { id, name, state, identifying, split } = change.station;
    const page = this.#pageOf.get(id);
    const nameBefore = this.#names.get(id);
    this.#names.set(id, name);
    if (state === 'enrolled' && page?.admitted() === false && nameBefore !== name) page.renamed();
    page?.configured();
    page?.remapChanged();
    page?.splitChanged(split?.half ?? 'whole');
    if (identifying !== this.#identifying.has(id)) {
      if (identifying) this.#identifying.add(id);
      else this.#identifying.delete(id);
      page?.identify(identifying);
    }
  }
}
