// Looks after host and gateway where there is no systemd: starts them, brings them back at once when they die, and takes
// orders over a unix socket that only root can reach.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmod, copyFile, mkdir, open, rm, stat, truncate } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { say } from '../voice.ts';
import type { Layout } from './layout.ts';
import type { ProgramName, ProgramOrder } from './programs.ts';
import { supervisorSocket } from './supervisor-link.ts';
import type { ProgramReport, SupervisorReply, SupervisorReport, SupervisorRequest } from './supervisor-link.ts';

/** Restarts wait 100 ms at first, twice as long each time, this long at most; a program that ran well begins anew. */
const firstDelayMs = 100;
const longestDelayMs = 30_000;
const ranWellMs = 10_000;
/** A program that was asked to end and does not is killed after this. */
const stopPatienceMs = 10_000;
const largestLogBytes = 20_000_000;
const housekeepingMs = 3_600_000;

/** One program that is kept running. */
class KeptProgram {
  order: ProgramOrder;
  readonly #logFile: string;
  #child: ChildProcess | null = null;
  #closed: Promise<void> = Promise.resolve();
  #startedAtMs = 0;
  #startedAt = 0;
  #delayMs = firstDelayMs;
  #timer: NodeJS.Timeout | null = null;
  #wanted = false;
  #restarts = 0;

  constructor(order: ProgramOrder, logDir: string) {
    this.order = order;
    this.#logFile = `${logDir}/${order.name}.log`;
  }

  get report(): ProgramReport {
    return {
      name: this.order.name,
      pid: this.#child?.pid ?? null,
      startedAt: this.#startedAt,
      restarts: this.#restarts,
      digest: this.order.digest,
    };
  }

  async start(): Promise<void> {
    this.#wanted = true;
    await this.#spawn();
  }

  async #spawn(): Promise<void> {
    await using log = await open(this.#logFile, 'a', 0o640);
    if (!this.#wanted) return;
    const { command, args, cwd, environment } = this.order;
    // A session of its own: Ctrl+C at the terminal is for the supervisor alone.
    const child = spawn(command, args, { cwd, env: environment, stdio: ['ignore', log.fd, log.fd], detached: true });
    this.#child = child;
    this.#startedAtMs = performance.now();
    this.#startedAt = Date.now();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#closed = promise;
    const ended = (how: string): void => {
      if (this.#child !== child) return;
      this.#child = null;
      resolve();
      if (this.#wanted) this.#comeBack(how);
    };
    child.once('error', (error) => ended(error.message));
    child.once('exit', (code, signal) => ended(signal === null ? `ended with ${code}` : `was ended by ${signal}`));
  }

  #comeBack(how: string): void {
    if (performance.now() - this.#startedAtMs >= ranWellMs) this.#delayMs = firstDelayMs;
    const delayMs = this.#delayMs;
    this.#delayMs = Math.min(delayMs * 2, longestDelayMs);
    this.#restarts += 1;
    say(`${new Date().toISOString()} ${this.order.name} ${how}; it is started again in ${delayMs} ms`);
    this.#timer = setTimeout(() => {
      this.#spawn().catch((error: unknown) => this.#comeBack(`could not be started: ${(error as Error).message}`));
    }, delayMs);
  }

  /** Asks it to end, kills it if it does not. */
  async stop(): Promise<void> {
    this.#wanted = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const child = this.#child;
    if (child === null) return;
    child.kill('SIGTERM');
    const killer = setTimeout(() => {
      child.kill('SIGKILL');
    }, stopPatienceMs);
    await this.#closed;
    clearTimeout(killer);
  }

  async restart(order: ProgramOrder): Promise<void> {
    await this.stop();
    this.order = order;
    this.#delayMs = firstDelayMs;
    await this.start();
  }

  /** Puts a log aside that has grown large; the program writes on at its new beginning. */
  async trimLog(): Promise<void> {
    if ((await stat(this.#logFile)).size < largestLogBytes) return;
    await copyFile(this.#logFile, `${this.#logFile}.1`);
    await truncate(this.#logFile);
  }
}

export class Supervisor {
  readonly #layout: Layout;
  readonly #programs: KeptProgram[];
  readonly #detached: boolean;
  readonly #tree: string;
  readonly #renewCertificate: () => Promise<void>;
  readonly #server: Server;
  readonly #connections = new Set<Socket>();
  #housekeeping: NodeJS.Timeout | null = null;
  #stopping: Promise<void> | null = null;
  readonly #stopped = Promise.withResolvers<void>();
  /** Switching and stopping, one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: {
    layout: Layout;
    tree: string;
    orders: readonly ProgramOrder[];
    detached: boolean;
    /** Called once an hour; the gateway notices a new certificate by itself. */
    renewCertificate: () => Promise<void>;
  }) {
    this.#layout = options.layout;
    this.#tree = options.tree;
    this.#detached = options.detached;
    this.#renewCertificate = options.renewCertificate;
    this.#programs = options.orders.map((order) => new KeptProgram(order, options.layout.logDir));
    this.#server = createServer((connection) => this.#serve(connection));
  }

  /** Fulfilled when it has stopped, for whatever reason. */
  get stopped(): Promise<void> {
    return this.#stopped.promise;
  }

  /** Only one at a time may run on the same places; whoever starts it holds the lock of `up`. */
  async start(): Promise<void> {
    const socket = supervisorSocket(this.#layout.places);
    await mkdir(this.#layout.logDir, { recursive: true });
    await rm(socket, { force: true });
    const listening = Promise.withResolvers<void>();
    this.#server.once('error', listening.reject).listen(socket, listening.resolve);
    await listening.promise;
    await chmod(socket, 0o600);
    for (const program of this.#programs) await program.start();
    this.#housekeeping = setInterval(() => {
      this.#keepHouse().catch((error: unknown) => say(`housekeeping failed: ${(error as Error).message}`));
    }, housekeepingMs);
  }

  async #keepHouse(): Promise<void> {
    for (const program of this.#programs) await program.trimLog();
    await this.#renewCertificate();
  }

  /** Stops the programs; sessions go on. A second call waits for the first. */
  async stop(): Promise<void> {
    this.#stopping ??= this.#stopNow();
    await this.#stopping;
  }

  async #stopNow(): Promise<void> {
    if (this.#housekeeping !== null) clearInterval(this.#housekeeping);
    await this.#turn.catch(() => undefined);
    // The gateway first: it can still tell its pages that it comes back.
    for (const program of this.#programs.toReversed()) await program.stop();
    await rm(supervisorSocket(this.#layout.places), { force: true });
    this.#server.close();
    // Whoever asked for it gets the answer first.
    setImmediate(() => this.#stopped.resolve());
  }

  /** Lets those go who wait for an answer; call it when the process is about to end. */
  hangUp(): void {
    for (const connection of this.#connections) connection.end();
  }

  get #report(): SupervisorReport {
    return {
      pid: process.pid,
      detached: this.#detached,
      tree: this.#tree,
      programs: this.#programs.map((program) => program.report),
    };
  }

  async #switchTo(orders: readonly ProgramOrder[]): Promise<ProgramName[]> {
    const changed: ProgramName[] = [];
    for (const order of orders) {
      const program = this.#programs.find((one) => one.order.name === order.name);
      if (program === undefined || program.order.digest === order.digest) continue;
      changed.push(order.name);
      await program.restart(order);
    }
    return changed;
  }

  #serve(connection: Socket): void {
    this.#connections.add(connection);
    connection.on('error', () => connection.destroy());
    connection.once('close', () => this.#connections.delete(connection));
    createInterface({ input: connection }).on('line', (line) => {
      this.#do(line).then(
        (reply) => connection.write(`${JSON.stringify(reply)}\n`),
        (error: unknown) =>
          connection.write(`${JSON.stringify({ error: (error as Error).message } satisfies SupervisorReply)}\n`),
      );
    });
  }

  async #do(line: string): Promise<SupervisorReply> {
    const request = JSON.parse(line) as SupervisorRequest;
    switch (request.ask) {
      case 'report':
        return { report: this.#report, changed: [] };
      case 'switch': {
        const turn = this.#turn.catch(() => undefined).then(async () => await this.#switchTo(request.orders));
        this.#turn = turn;
        const changed = await turn;
        return { report: this.#report, changed };
      }
      case 'stop':
        await this.stop();
        return { report: this.#report, changed: [] };
    }
  }
}
