// This computer for tests: the real parts of leaving and settings around power and saving that are only fake.
import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import { ThisComputer } from './computer.ts';
import { ConsoleMode } from './console-mode.ts';
import { FakeHibernation } from './fake-hibernation.ts';
import { FakePower } from './fake-power.ts';
import { HostSettings } from './host-settings.ts';
import { LeaveAccount } from './leave-account.ts';
import { Leaving } from './leaving.ts';
import type { LeavableSessions } from './leaving.ts';
import { OwnLimits } from './own-limits.ts';

export class FakeThisComputer {
  readonly power = new FakePower();
  readonly hibernation = new FakeHibernation();
  readonly settings: HostSettings;
  readonly ownLimits: OwnLimits;
  readonly leaving: Leaving;
  readonly mode: ConsoleMode;
  readonly computer: ThisComputer;

  /** `folder`: of its own, for what is kept. */
  constructor(folder: string, sessions: LeavableSessions, clock: Clock, log: Logger) {
    const { power, hibernation } = this;
    const settings = new HostSettings(`${folder}/settings.json`, log);
    const account = new LeaveAccount(`${folder}/last-leave.json`, log);
    this.settings = settings;
    this.ownLimits = new OwnLimits({ file: `${folder}/own-limits.json`, settings, log });
    this.leaving = new Leaving({ sessions, power, account, settings, clock, log });
    this.mode = new ConsoleMode({
      files: { kept: `${folder}/mode.json`, sameBoot: `${folder}/mode-looked-at` },
      settings,
      sessions,
      log,
    });
    this.computer = new ThisComputer({
      hibernation,
      sessionLimits: { fault: 'no-unit' },
      unavailable: {
        describe: async () => ({
          uniqueAddress: { reason: 'none-set-aside', interface: 'eth0', network: '192.0.2.0/24', addresses: 253 },
          graphics: { reason: 'no-card', cards: [], displayServer: 'TigerVNC 1.12.0' },
        }),
      },
      leaving: this.leaving,
      settings,
      mode: this.mode,
      diskFolders: { state: folder, homes: '/home' },
    });
  }
}
