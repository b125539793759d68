// Hears from logind that the computer is about to go down, whoever ordered it (systemctl, the power button, an update), and makes
// it wait while the sessions are saved. busctl and systemd-inhibit are in the same package as logind itself.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { LeaveWay } from '#contract/values.ts';
import type { Clock } from './clock.ts';
import { KeptProgram } from './kept-program.ts';

const service = 'org.freedesktop.login1';
const object = '/org/freedesktop/login1';
const manager = 'org.freedesktop.login1.Manager';

/** There while systemd is process 1, see sd_booted(3). */
const systemdMark = '/run/systemd/system';

const answerPatienceMs = 5_000;
/** logind's own default of InhibitDelayMaxSec, where it does not say. */
const usualDelayMs = 5_000;
/** A call by which somebody asked for it, not longer ago than this, tells how. */
const orderHoldsMs = 60_000;

/** What busctl says on standard error once it is on the bus. */
const listeningMark = 'Monitoring bus message stream.';
/** What our lock is written back with when it is held. */
const heldMark = 'held';

/** `order`: somebody asks logind for it; whether they may, logind decides. */
export type LogindNews = { news: 'order'; how: LeaveWay } | { news: 'going'; how: LeaveWay | null } | { news: 'staying' };

const messageSchema = z.object({
  type: z.string(),
  interface: z.string(),
  member: z.string(),
  payload: z.object({ data: z.array(z.unknown()) }).optional(),
});
const metadataSchema = z.object({ type: z.object({ data: z.string() }) });
const propertySchema = z.object({ data: z.unknown() });

const orders: Readonly<Record<string, LeaveWay>> = {
  Reboot: 'restart',
  RebootWithFlags: 'restart',
  Kexec: 'restart',
  KexecWithFlags: 'restart',
  PowerOff: 'shut-down',
  PowerOffWithFlags: 'shut-down',
  Halt: 'shut-down',
  HaltWithFlags: 'shut-down',
};

/** logind's words for it: `reboot`, `kexec`, `soft-reboot`, `power-off`, `poweroff`, `halt`. */
function wayOf(type: string): LeaveWay | null {
  if (type === 'kexec' || type.endsWith('reboot')) return 'restart';
  return /^(?:power-?off|halt)$/.test(type) ? 'shut-down' : null;
}

/** What one line of `busctl --json=short monitor` says, null if nothing that concerns us. */
export function readLogindLine(line: string): LogindNews | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  const message = messageSchema.safeParse(value);
  if (!message.success || message.data.interface !== manager) return null;
  const { type, member, payload } = message.data;
  if (type === 'method_call') {
    const how = orders[member];
    return how === undefined ? null : { news: 'order', how };
  }
  if (type !== 'signal' || !['PrepareForShutdown', 'PrepareForShutdownWithMetadata'].includes(member)) return null;
  const [going, metadata] = payload?.data ?? [];
  if (typeof going !== 'boolean') return null;
  if (!going) return { news: 'staying' };
  const told = metadataSchema.safeParse(metadata);
  return { news: 'going', how: told.success ? wayOf(told.data.type.data) : null };
}

interface WatchedLeaving {
  describe(): { phase: string } | null;
  on(listener: () => void): () => void;
  systemBegins(order: { how: LeaveWay; withinMs: number }): void;
  systemStays(): void;
}

interface ShutdownWatchParts {
  leaving: WatchedLeaving;
  clock: Clock;
  log: Logger;
}

/**
 * Where there is no logind it does nothing. Our lock delays, it does not forbid: logind goes on after InhibitDelayMaxSec at the
 * latest. It is let go when all is saved, and taken again if the computer stays.
 */
export class ShutdownWatch {
  readonly #parts: ShutdownWatchParts;
  readonly #monitor: KeptProgram;
  readonly #lock: KeptProgram;
  #lastOrder: { how: LeaveWay; atMs: number } | null = null;
  /** How often it was told that the computer stays. */
  #stays = 0;
  #isHeld = false;
  #isListening = false;
  #stopListening: (() => void) | null = null;

  constructor(parts: ShutdownWatchParts) {
    this.#parts = parts;
    const { clock, log } = parts;
    // The bus itself sees to it that the signals are logind's own: by default anybody on it may send signals of this form.
    const signals = ['PrepareForShutdown', 'PrepareForShutdownWithMetadata'].map(
      (member) => `type='signal',sender='${service}',interface='${manager}',member='${member}'`,
    );
    const calls = Object.keys(orders).map((member) => `type='method_call',interface='${manager}',member='${member}'`);
    this.#monitor = new KeptProgram({
      command: ['busctl', '--system', '--json=short', 'monitor', ...[...signals, ...calls].map((rule) => `--match=${rule}`)],
      onLine: (line) => this.#hear(line),
      onSaid: (line) => {
        if (line !== listeningMark) return;
        this.#isListening = true;
        this.#lookWhetherGoing();
      },
      onEnd: () => {
        this.#isListening = false;
      },
      clock,
      log,
    });
    this.#lock = new KeptProgram({
      command: [
        'systemd-inhibit',
        '--what=shutdown',
        '--mode=delay',
        '--who=Stationmaster',
        '--why=Sessions are being saved to disk',
        // Ends when its input is closed, by us or by our end; what it is given it gives back once it runs, with the lock held.
        'cat',
      ],
      onStart: (child) => child.stdin?.write(`${heldMark}\n`),
      onLine: (line) => {
        if (line !== heldMark) return;
        this.#isHeld = true;
        this.#lookWhetherGoing();
      },
      onEnd: () => {
        this.#isHeld = false;
      },
      clock,
      log,
    });
  }

  /** True while the computer does not go down without telling us and waiting. */
  get isReady(): boolean {
    return this.#isHeld && this.#isListening;
  }

  start(): void {
    if (!existsSync(systemdMark)) {
      this.#parts.log.info('there is no systemd: sessions are saved before a restart only if Stationmaster orders it');
      return;
    }
    this.watch();
  }

  /** As `start`, on whatever system bus there is. */
  watch(): void {
    this.#stopListening = this.#parts.leaving.on(() => this.#follow());
    this.#monitor.start();
    this.#follow();
  }

  /** Lets the lock go. */
  async stop(): Promise<void> {
    this.#stopListening?.();
    this.#stopListening = null;
    this.#isHeld = false;
    this.#isListening = false;
    await Promise.all([this.#monitor.stop(), this.#lock.stop()]);
  }

  #follow(): void {
    if (this.#parts.leaving.describe()?.phase === 'going') {
      this.#isHeld = false;
      void this.#lock.stop();
    } else {
      this.#lock.start();
    }
  }

  /** What was begun before we were ready is found out when we are: while an earlier life ran, or in the instant before. */
  #lookWhetherGoing(): void {
    if (!this.isReady) return;
    void this.#ask('PreparingForShutdown').then((going) => {
      if (going === true && this.#parts.leaving.describe() === null) void this.#begin(null);
    });
  }

  #hear(line: string): void {
    const news = readLogindLine(line);
    const { clock, leaving } = this.#parts;
    switch (news?.news) {
      case 'order':
        this.#lastOrder = { how: news.how, atMs: clock.runningMs() };
        break;
      case 'going':
        // Where it is told with metadata it is told once more without.
        if (news.how !== null) this.#lastOrder = { how: news.how, atMs: clock.runningMs() };
        void this.#begin(news.how);
        break;
      case 'staying':
        this.#stays += 1;
        leaving.systemStays();
        break;
    }
  }

  async #begin(told: LeaveWay | null): Promise<void> {
    const { clock, leaving, log } = this.#parts;
    const beganMs = clock.runningMs();
    const stays = this.#stays;
    const [delayUs, scheduled] = await Promise.all([
      this.#ask('InhibitDelayMaxUSec'),
      told === null ? this.#ask('ScheduledShutdown') : null,
    ]);
    if (this.#stays !== stays || this.#stopListening === null) return;
    const delayMs = typeof delayUs === 'number' ? delayUs / 1_000 : usualDelayMs;
    const how = told ?? this.#ordered() ?? this.#scheduledWay(scheduled) ?? 'shut-down';
    log.info({ how, delayMs }, 'the computer goes down');
    leaving.systemBegins({ how, withinMs: Math.max(0, delayMs - (clock.runningMs() - beganMs)) });
  }

  #ordered(): LeaveWay | null {
    const order = this.#lastOrder;
    return order !== null && this.#parts.clock.runningMs() - order.atMs <= orderHoldsMs ? order.how : null;
  }

  /**
   * Before systemd 255 the signal does not say how. Somebody's call was heard, or it was scheduled (`shutdown +5`); what is left is
   * a key of the machine, which turns it off unless somebody has configured something else.
   */
  #scheduledWay(scheduled: unknown): LeaveWay | null {
    const [type] = Array.isArray(scheduled) ? (scheduled as unknown[]) : [];
    return typeof type === 'string' ? wayOf(type) : null;
  }

  /** A property of logind's, null if it does not say. */
  async #ask(property: string): Promise<unknown> {
    const args = ['--system', '--json=short', 'get-property', service, object, manager, property];
    try {
      const { stdout } = await promisify(execFile)('busctl', args, { timeout: answerPatienceMs });
      return propertySchema.parse(JSON.parse(stdout)).data;
    } catch (error) {
      this.#parts.log.warn({ err: error, property }, 'logind does not answer');
      return null;
    }
  }
}
