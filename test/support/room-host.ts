// For tests: the real host server over fake people, fake desktops and a computer that only seems to go.
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Places } from '#contract/places.ts';
import { AccountRemovals } from '#host/account-removals.ts';
import { AutoLogonList } from '#host/auto-logon-list.ts';
import { systemClock } from '#host/clock.ts';
import type { FakeAccounts } from '#host/fake-accounts.ts';
import { FakeDesktops } from '#host/fake-desktops.ts';
import type { FakeComputer } from '#host/fake-desktops.ts';
import { FakeSignIns } from '#host/fake-sign-ins.ts';
import type { FakeQuestion } from '#host/fake-sign-ins.ts';
import { FakeThisComputer } from '#host/fake-this-computer.ts';
import { HostServer } from '#host/host-server.ts';
import type { HostSettings } from '#host/host-settings.ts';
import { SessionRecords } from '#host/session-record.ts';
import { Sessions } from '#host/sessions.ts';

interface RoomHostParts {
  places: Places;
  /** What outlives the host. */
  computer: FakeComputer;
  accounts: FakeAccounts;
  further: FakeQuestion | null;
  log: Logger;
}

export class RoomHost {
  readonly sessions: Sessions;
  readonly #desktops: FakeDesktops;
  readonly #server: HostServer;
  readonly #thisComputer: FakeThisComputer;
  readonly #removals: AccountRemovals;

  constructor({ places, computer, accounts, further, log }: RoomHostParts) {
    this.#desktops = new FakeDesktops(computer);
    this.sessions = new Sessions(this.#desktops, new SessionRecords(places.sessionsRunDir), systemClock, log, {
      bounds: () => this.#thisComputer.settings.values,
      give: (given) => this.#thisComputer.ownLimits.give(given),
    });
    this.#thisComputer = new FakeThisComputer(join(places.stateDir, 'host'), this.sessions, systemClock, log);
    const signIns = new FakeSignIns(accounts, further);
    const autoLogons = new AutoLogonList(
      { kept: join(places.stateDir, 'host/auto-logon.json'), byRoot: join(places.stateDir, 'by-root/auto-logon') },
      (user) => accounts.describe(user),
      log,
      process.getuid?.() ?? 0,
    );
    this.#removals = AccountRemovals.of(
      { accounts, sessions: this.sessions, autoLogons, clock: systemClock, log },
      { notesDir: join(places.stateDir, 'host/removals'), archiveDir: join(places.stateDir, 'removed-accounts') },
    );
    this.#server = new HostServer(
      { path: places.hostSocket, gid: null },
      {
        sessions: this.sessions,
        signIns,
        autoLogons,
        accounts,
        removals: this.#removals,
        computer: this.#thisComputer.computer,
        ownLimits: this.#thisComputer.ownLimits,
        clock: systemClock,
        log,
        version: 'test',
      },
    );
  }

  /** What it keeps of the room's settings. */
  get settings(): HostSettings['values'] {
    return this.#thisComputer.settings.values;
  }

  /** The limits that hold for a session. */
  limitsOf(session: string): HostSettings['values'] {
    return this.#thisComputer.ownLimits.of(session);
  }

  async start(): Promise<void> {
    this.#thisComputer.settings.start();
    this.#thisComputer.mode.start();
    await this.sessions.start();
    this.#thisComputer.ownLimits.start(this.sessions);
    await this.#removals.start();
    this.#thisComputer.leaving.start();
    await this.#server.start();
  }

  /** As if it were killed: the desktops live on. */
  async stop(): Promise<void> {
    this.#desktops.cutOff();
    await this.#server.stop();
    this.#thisComputer.leaving.stop();
    this.sessions.stop();
  }
}
