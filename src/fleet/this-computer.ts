// The fleet of one: the computer that the gateway itself runs on, reached over the host's unix socket.
import { createConnection } from 'node:net';
import type { Socket } from 'node:net';
import { hostname } from 'node:os';
import { CodedError } from '#contract/errors.ts';
import { hostCalls, hostEventSchema, hostProtocol, hostReplySchema, longestHostLine } from '#contract/host.ts';
import type { HostArgs, HostCall, HostResult } from '#contract/host.ts';
import { pixelSocket } from '#contract/places.ts';
import type { Places } from '#contract/places.ts';
import type { Computer } from '#contract/values.ts';
import type { Session } from '#model/session.ts';
import type { Fleet, SessionListener } from './fleet.ts';

/** What is told of trouble with the host's connection, for the log. */
export interface FleetLog {
  info(details: object, text: string): void;
  warn(details: object, text: string): void;
}

const firstRetryMs = 50;
const longestRetryMs = 500;
const callLimitMs = 30_000;
/** Calls that wait for a person, for PAM or for a desktop. */
const longCallLimitMs = 180_000;
const longCalls: ReadonlySet<HostCall> = new Set([
  'signIn.begin',
  'signIn.answer',
  'session.enter',
  'session.unsaved',
  'account.create',
  'account.change',
  'account.password',
]);
/** Calls that wait for a disk: gigabytes are written. */
const savingLimitMs = 600_000;
const savingCalls: ReadonlySet<HostCall> = new Set(['session.hibernate', 'session.hibernateAll', 'account.remove']);

function limitOf(call: HostCall): number {
  if (savingCalls.has(call)) return savingLimitMs;
  return longCalls.has(call) ? longCallLimitMs : callLimitMs;
}

interface Pending {
  call: HostCall;
  resolve(result: unknown): void;
  reject(error: CodedError): void;
  limit: NodeJS.Timeout;
}

export class ThisComputer implements Fleet {
  readonly #places: Places;
  readonly #log: FleetLog;
  readonly #sessions = new Map<string, Session>();
  readonly #sessionListeners = new Set<SessionListener>();
  readonly #reachableListeners = new Set<(computer: string, reachable: boolean) => void>();
  readonly #computerListeners = new Set<(computer: Computer) => void>();
  readonly #pending = new Map<number, Pending>();
  #computer: Computer;
  #socket: Socket | null = null;
  #retry: NodeJS.Timeout | null = null;
  #retryMs = firstRetryMs;
  #nextId = 0;
  #stopped = true;
  #toldLost = false;

  constructor(places: Places, log: FleetLog) {
    this.#places = places;
    this.#log = log;
    this.#computer = {
      name: hostname(),
      reachable: false,
      version: '',
      system: '',
      startedAt: 0,
      cores: 0,
      load: 0,
      processorBusy: 0,
      memoryTotal: 0,
      memoryAvailable: 0,
      hibernation: { fault: 'not-looked-yet', says: '', asRoot: true, freeBytes: 0, savedBytes: 0 },
      sessionLimitsFault: null,
      unavailable: null,
      leaving: null,
      lastLeave: null,
      leaveFault: null,
      mode: 'station',
      disks: [],
    };
  }

  /** Connects, and connects again whenever the connection breaks, until `stop`. */
  start(): void {
    this.#stopped = false;
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    this.#socket?.destroy();
  }

  computers(): Computer[] {
    return [this.#computer];
  }

  isReachable(computer: string): boolean {
    return computer === this.#computer.name && this.#computer.reachable;
  }

  sessions(): Session[] {
    return [...this.#sessions.values()];
  }

  session(id: string): Session | null {
    return this.#sessions.get(id) ?? null;
  }

  async call<C extends HostCall>(computer: string, call: C, args: HostArgs<C>): Promise<HostResult<C>> {
    if (computer !== this.#computer.name) throw new CodedError('computer-not-found');
    if (!this.#computer.reachable || this.#socket === null) throw new CodedError('computer-unreachable');
    return await this.#send(this.#socket, call, args, (result) => {
      if (call === 'computer.status') this.#take(result as Computer);
    });
  }

  pixelPath(session: Session): string {
    return pixelSocket(this.#places, session.id);
  }

  onSession(listener: SessionListener): () => void {
    this.#sessionListeners.add(listener);
    return () => this.#sessionListeners.delete(listener);
  }

  onReachable(listener: (computer: string, reachable: boolean) => void): () => void {
    this.#reachableListeners.add(listener);
    return () => this.#reachableListeners.delete(listener);
  }

  onComputer(listener: (computer: Computer) => void): () => void {
    this.#computerListeners.add(listener);
    return () => this.#computerListeners.delete(listener);
  }

  #connect(): void {
    this.#retry = null;
    const socket = createConnection({ path: this.#places.hostSocket });
    this.#socket = socket;
    let reason = 'it closed the connection';
    socket.on('error', (error) => {
      reason = error.message;
    });
    socket.on('close', () => this.#lost(socket, reason));
    this.#readLines(socket);
    socket.on('connect', () => {
      this.#greet(socket).catch((error: unknown) => {
        reason = error instanceof Error ? error.message : String(error);
        socket.destroy();
      });
    });
  }

  async #greet(socket: Socket): Promise<void> {
    const hello = await this.#send(socket, 'hello', { protocol: hostProtocol });
    if (hello.protocol !== hostProtocol) throw new CodedError('version-mismatch');
    const status = await this.#send(socket, 'computer.status', {});
    this.#computer = { ...status, name: hello.computer, reachable: false };
    await this.#send(socket, 'subscribe', {}, ({ sessions }) => this.#begin(sessions));
    // What changed between the two answers was told to nobody.
    await this.#send(socket, 'computer.status', {}, (now) => {
      const told = ({ hibernation: { fault }, sessionLimitsFault, leaving, lastLeave, leaveFault, mode }: Computer): string =>
        JSON.stringify([fault, sessionLimitsFault, leaving, lastLeave, leaveFault, mode]);
      if (told(now) === told(this.#computer)) this.#take(now);
      else this.#tellComputer(now);
    });
  }

  /** Called as the answer of `subscribe` is read, so that no event behind it is heard before. */
  #begin(sessions: readonly Session[]): void {
    this.#computer = { ...this.#computer, reachable: true };
    this.#retryMs = firstRetryMs;
    this.#toldLost = false;
    this.#log.info({ computer: this.#computer.name, sessions: sessions.length }, 'The host answers.');
    const now = new Map(sessions.map((session) => [session.id, session]));
    for (const known of this.#sessions.values()) {
      if (!now.has(known.id))
        this.#tell({ ...known, state: 'ended', cause: 'keeper-lost', since: Date.now(), endsAt: null, endsBy: '' });
    }
    for (const session of sessions) this.#tell(session);
    for (const listener of this.#reachableListeners) listener(this.#computer.name, true);
  }

  #lost(socket: Socket, reason: string): void {
    if (this.#socket === socket) this.#socket = null;
    for (const [id, pending] of this.#pending) this.#settle(id, pending, new CodedError('computer-unreachable'));
    const wasReachable = this.#computer.reachable;
    this.#computer = { ...this.#computer, reachable: false };
    if (wasReachable) for (const listener of this.#reachableListeners) listener(this.#computer.name, false);
    if (this.#stopped) return;
    if (!this.#toldLost) this.#log.warn({ socket: this.#places.hostSocket, reason }, 'The host does not answer; trying again.');
    this.#toldLost = true;
    this.#retry = setTimeout(() => this.#connect(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, longestRetryMs);
  }

  #send<C extends HostCall>(
    socket: Socket,
    call: C,
    args: HostArgs<C>,
    atOnce: (result: HostResult<C>) => void = () => {},
  ): Promise<HostResult<C>> {
    const checked = hostCalls[call].args.safeParse(args);
    if (!checked.success) return Promise.reject(new CodedError('bad-request', {}, { cause: checked.error }));
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise<HostResult<C>>((resolve, reject) => {
      const limit = setTimeout(() => {
        const pending = this.#pending.get(id);
        if (pending !== undefined) this.#settle(id, pending, new CodedError('computer-unreachable'));
      }, limitOf(call));
      const answered = (result: unknown): void => {
        atOnce(result as HostResult<C>);
        resolve(result as HostResult<C>);
      };
      this.#pending.set(id, { call, resolve: answered, reject, limit });
      socket.write(`${JSON.stringify({ id, call, args: checked.data })}\n`);
    });
  }

  #settle(id: number, pending: Pending, error: CodedError): void {
    this.#pending.delete(id);
    clearTimeout(pending.limit);
    pending.reject(error);
  }

  #readLines(socket: Socket): void {
    const parts: Buffer[] = [];
    let length = 0;
    socket.on('data', (chunk: Buffer) => {
      let from = 0;
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
        parts.push(chunk.subarray(from, end));
        const line = Buffer.concat(parts).toString('utf8');
        parts.length = 0;
        length = 0;
        from = end + 1;
        if (!this.#hear(line)) {
          this.#log.warn({}, 'The host said something that is not of the form expected; connecting anew.');
          socket.destroy();
          return;
        }
      }
      parts.push(chunk.subarray(from));
      length += chunk.length - from;
      if (length > longestHostLine) socket.destroy(new Error('a line is too long'));
    });
  }

  /** False if the line is not of the form expected. */
  #hear(line: string): boolean {
    let said: unknown;
    try {
      said = JSON.parse(line);
    } catch {
      return false;
    }
    const event = hostEventSchema.safeParse(said);
    if (event.success) {
      if (event.data.event === 'session.changed') this.#tell(event.data.session);
      else this.#tellComputer(event.data.computer);
      return true;
    }
    const reply = hostReplySchema.safeParse(said);
    if (!reply.success) return false;
    const pending = this.#pending.get(reply.data.id);
    // A reply later than our own limit.
    if (pending === undefined) return true;
    if ('error' in reply.data) {
      const { code, details } = reply.data.error;
      this.#settle(reply.data.id, pending, new CodedError(code, details));
      return true;
    }
    const result = hostCalls[pending.call].result.safeParse(reply.data.result);
    if (!result.success) {
      this.#settle(reply.data.id, pending, new CodedError('internal', {}, { cause: result.error }));
      return true;
    }
    this.#pending.delete(reply.data.id);
    clearTimeout(pending.limit);
    pending.resolve(result.data);
    return true;
  }

  #tell(session: Session): void {
    const before = this.#sessions.get(session.id) ?? null;
    if (session.state === 'ended') this.#sessions.delete(session.id);
    else this.#sessions.set(session.id, session);
    for (const listener of this.#sessionListeners) listener(session, before);
  }

  /** The computer as it says it is; its name and whether it is reachable we know better. Called in the order of what it says. */
  #take(told: Computer): void {
    this.#computer = { ...told, name: this.#computer.name, reachable: this.#computer.reachable };
  }

  #tellComputer(told: Computer): void {
    this.#take(told);
    for (const listener of this.#computerListeners) listener(this.#computer);
  }
}
