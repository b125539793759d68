// A program that runs beside the host program for as long as this does: started again when it ends, slower each time.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Logger } from 'pino';
import type { Clock } from './clock.ts';

const firstPauseMs = 1_000;
const longestPauseMs = 60_000;
/** Who has run for so long has not failed at its start. */
const healthyAfterMs = 60_000;
/** How long it may take to end when it is asked to. */
const endPatienceMs = 5_000;

interface KeptProgramOptions {
  command: readonly [string, ...string[]];
  /** Each line of its standard output. */
  onLine: (line: string) => void;
  /** Each line of its standard error. */
  onSaid?: (line: string) => void;
  /** It runs; its standard input is open. */
  onStart?: (child: ChildProcess) => void;
  /** It has ended without having been asked to. */
  onEnd?: () => void;
  clock: Clock;
  log: Logger;
}

export class KeptProgram {
  readonly #options: KeptProgramOptions;
  #child: ChildProcess | null = null;
  #ended: Promise<void> = Promise.resolve();
  #pauseMs = firstPauseMs;
  #pause: Disposable | null = null;
  #wanted = false;

  constructor(options: KeptProgramOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    void this.#ended.then(() => this.#spawn());
  }

  /** Closes its standard input and asks it to end; fulfilled when it is gone. */
  async stop(): Promise<void> {
    this.#wanted = false;
    this.#pause?.[Symbol.dispose]();
    this.#pause = null;
    const child = this.#child;
    if (child === null) return;
    child.stdin?.end();
    child.kill('SIGTERM');
    using _timer = this.#options.clock.after(endPatienceMs, () => {
      child.kill('SIGKILL');
      // Its own children may hold them, and are not waited for.
      child.stdout?.destroy();
      child.stderr?.destroy();
    });
    await this.#ended;
  }

  #spawn(): void {
    if (!this.#wanted || this.#child !== null) return;
    const { command, onLine, onSaid, onStart, onEnd, clock, log } = this.#options;
    const startedMs = clock.runningMs();
    // Should the host program be killed, nothing of it stays behind.
    const child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', ...command], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child = child;
    let said = '';
    child.stdin.on('error', () => undefined);
    createInterface({ input: child.stderr }).on('line', (line) => {
      said = `${said}${line}\n`.slice(-1_000);
      onSaid?.(line);
    });
    createInterface({ input: child.stdout }).on('line', onLine);
    const ended = Promise.withResolvers<void>();
    this.#ended = ended.promise;
    let failure: unknown = null;
    child.once('error', (error) => {
      failure = error;
      // No process came of it, so there is no other end.
      if (child.pid === undefined) child.emit('close', null, null);
    });
    child.once('close', (code, signal) => {
      this.#child = null;
      ended.resolve();
      if (!this.#wanted) return;
      if (clock.runningMs() - startedMs >= healthyAfterMs) this.#pauseMs = firstPauseMs;
      log.warn(
        { command: command[0], code, signal, said: said.trim(), err: failure, againInMs: this.#pauseMs },
        'a program that is kept running has ended',
      );
      this.#pause = clock.after(this.#pauseMs, () => this.#spawn());
      this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
      onEnd?.();
    });
    if (child.pid !== undefined) onStart?.(child);
  }
}
