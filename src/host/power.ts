// Restarting and shutting the computer down, by its own system.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import type { LeaveWay } from '#contract/values.ts';

export interface Power {
  /** Fulfilled when the system has taken the order, rejected with what it said if it does not. */
  leave(how: LeaveWay): Promise<void>;
}

/** The system only takes an order; it does not carry it out while we wait. */
const patienceMs = 30_000;

/** There while systemd is process 1, see sd_booted(3). */
const systemdMark = '/run/systemd/system';

const orders: Readonly<Record<'systemd' | 'other', Readonly<Record<LeaveWay, readonly [string, ...string[]]>>>> = {
  // systemctl asks logind, so that what others hold against a restart (an update under way) counts for ours too.
  systemd: { restart: ['systemctl', 'reboot'], 'shut-down': ['systemctl', 'poweroff'] },
  other: { restart: ['shutdown', '-r', 'now'], 'shut-down': ['shutdown', '-h', 'now'] },
};

export class SystemPower implements Power {
  readonly #systemdMark: string;

  constructor(mark = systemdMark) {
    this.#systemdMark = mark;
  }

  async leave(how: LeaveWay): Promise<void> {
    const [program, ...args] = orders[existsSync(this.#systemdMark) ? 'systemd' : 'other'][how];
    try {
      await promisify(execFile)(program, args, { timeout: patienceMs, killSignal: 'SIGKILL' });
    } catch (error) {
      const said = (error as { stderr?: string }).stderr?.trim() ?? '';
      throw new Error(said === '' ? `${program}: ${error instanceof Error ? error.message : String(error)}` : said, {
        cause: error,
      });
    }
  }
}
