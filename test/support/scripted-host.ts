// For tests: a host program that a test leads. It speaks the host's calls over a real socket and holds to the one table of
// transitions, but what becomes of a desktop, a disk and a computer is what the test says.
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { CodedError, tellError } from '#contract/errors.ts';
import { hostCalls, hostProtocol, hostRequestSchema } from '#contract/host.ts';
import type { HostArgs, HostCall, HostEvent, HostResult } from '#contract/host.ts';
import type { Computer } from '#contract/values.ts';
import { FakeAccounts } from '#host/fake-accounts.ts';
import { isResumable, isRunning, sessionAfter } from '#model/session.ts';
import type { Session, SessionCheck, SessionHappening } from '#model/session.ts';

type Answer<C extends HostCall> = (args: HostArgs<C>) => HostResult<C> | Promise<HostResult<C>>;
type AnyAnswer = (args: unknown) => unknown;

export class ScriptedHost implements AsyncDisposable {
  readonly accounts = FakeAccounts.demonstration();
  readonly sessions = new Map<string, Session>();
  /** Every call with what it took, in order. */
  readonly heard: { call: HostCall; args: unknown }[] = [];
  checks: SessionCheck[] = [];
  computer: Computer;
  /** What opening a desktop waits for, once for each of its steps; what it throws is what came of it. */
  opening: (session: Session) => Promise<void> = async () => {};
  /** The same for saving one. */
  saving: (session: Session) => Promise<void> = async () => {};
  readonly #path: string;
  readonly #answers = new Map<HostCall, AnyAnswer>();
  readonly #accepted = new Map<string, string>();
  readonly #sockets = new Set<Socket>();
  readonly #subscribed = new Set<Socket>();
  #server: Server | null = null;
  #made = 0;

  constructor(path: string, computerName: string) {
    this.#path = path;
    this.computer = {
      name: computerName,
      reachable: true,
      version: 'test',
      system: 'Debian GNU/Linux 13 (trixie)',
      startedAt: 1,
      cores: 2,
      load: 0,
      processorBusy: 0.1,
      memoryTotal: 8 * 2 ** 30,
      memoryAvailable: 4 * 2 ** 30,
      hibernation: { fault: null, says: '4.1', asRoot: true, freeBytes: 2 ** 36, savedBytes: 0 },
      sessionLimitsFault: null,
      unavailable: null,
      leaving: null,
      lastLeave: null,
      leaveFault: null,
      mode: 'station',
      disks: [{ holds: ['state', 'homes'], totalBytes: 500 * 2 ** 30, freeBytes: 320 * 2 ** 30 }],
    };
  }

  async start(): Promise<void> {
    rmSync(this.#path, { force: true });
    const server = createServer((socket) => this.#serve(socket)).listen(this.#path);
    await once(server, 'listening');
    this.#server = server;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    for (const socket of this.#sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Answers a call in this way from now on. */
  answer<C extends HostCall>(call: C, answer: Answer<C>): void {
    this.#answers.set(call, answer as AnyAnswer);
  }

  /** What a call was given, each time. */
  heardOf<C extends HostCall>(call: C): HostArgs<C>[] {
    return this.heard.filter((one) => one.call === call).map(({ args }) => args as HostArgs<C>);
  }

  /** A session that is there, in this state. */
  add(user: string, change: Partial<Session> = {}): Session {
    const account = this.#account(user);
    const id = `s${'abcdefghijklmnop'[this.#made] ?? 'z'}`.padEnd(16, 'a');
    this.#made += 1;
    const now = Date.now();
    return this.#set({
      id,
      user,
      uid: account.uid,
      fullName: account.fullName,
      computer: this.computer.name,
      state: 'suspended',
      cause: 'disconnected',
      station: null,
      attachment: 1,
      startedAt: now,
      since: now,
      endsAt: null,
      endsBy: '',
      desktop: 'xfce',
      saved: null,
      ...change,
    });
  }

  /** What happens to a session; refused where the table refuses it. */
  happen(id: string, happening: SessionHappening, change: Partial<Session> = {}): Session {
    const session = this.#get(id);
    const state = sessionAfter(session.state, happening);
    if (state === undefined) throw new CodedError('not-possible-now', { state: session.state, happening });
    return this.#set({ ...session, state, since: Date.now(), ...change });
  }

  changeComputer(change: Partial<Computer>): Computer {
    this.computer = { ...this.computer, ...change };
    this.#tell({ event: 'computer.changed', computer: this.computer });
    return this.computer;
  }

  #get(id: string): Session {
    const session = this.sessions.get(id);
    if (session === undefined) throw new CodedError('session-not-found');
    return session;
  }

  #set(session: Session): Session {
    if (session.state === 'ended') this.sessions.delete(session.id);
    else this.sessions.set(session.id, session);
    this.#tell({ event: 'session.changed', session });
    return session;
  }

  #tell(event: HostEvent): void {
    for (const socket of this.#subscribed) socket.write(`${JSON.stringify(event)}\n`);
  }

  #account(user: string) {
    // The double's people have their names as passwords.
    const account = this.accounts.check(user, user);
    if (account === null) throw new CodedError('not-found');
    const { name, uid, fullName, level, listed } = account;
    return { name, uid, fullName, level, listed };
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#subscribed.delete(socket);
    });
    let rest = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) void this.#take(socket, line);
    });
  }

  async #take(socket: Socket, line: string): Promise<void> {
    const { id, call, args: given } = hostRequestSchema.parse(JSON.parse(line));
    try {
      const args: unknown = hostCalls[call].args.parse(given);
      this.heard.push({ call, args });
      const answer = this.#answers.get(call) ?? (this.#usual[call] as AnyAnswer | undefined);
      if (answer === undefined) throw new CodedError('not-possible-now', { call });
      const answered = answer(args);
      const result: unknown = hostCalls[call].result.parse(answered instanceof Promise ? await answered : answered);
      socket.write(`${JSON.stringify({ id, result })}\n`);
      if (call === 'subscribe') this.#subscribed.add(socket);
    } catch (error) {
      socket.write(`${JSON.stringify({ id, error: tellError(error) })}\n`);
    }
  }

  async #enter({ attempt, station, choice }: HostArgs<'session.enter'>): Promise<HostResult<'session.enter'>> {
    const user = this.#accepted.get(attempt);
    if (user === undefined || !this.#accepted.delete(attempt)) throw new CodedError('sign-in-timed-out');
    if (this.computer.leaving !== null) throw new CodedError('computer-leaving');
    const own = [...this.sessions.values()].filter((session) => session.user === user && isResumable(session));
    const known = choice === 'any' ? own[0] : own.find(({ id }) => id === choice);
    if (known === undefined && choice !== 'any' && choice !== 'new') throw new CodedError('session-not-found');
    const attached = { station, cause: 'signed-in' } as const;
    let session =
      known === undefined
        ? this.add(user, { ...attached, state: 'starting' })
        : this.happen(known.id, 'attach', { ...attached, attachment: known.attachment + 1 });
    while (session.state !== 'active') {
      try {
        await this.opening(session);
      } catch (error) {
        const saved = this.#get(session.id).saved;
        if (this.#get(session.id).state === 'restoring' && saved !== null)
          this.happen(session.id, 'unrestored', {
            station: null,
            cause: 'not-restored',
            saved: { ...saved, fault: tellError(error).code },
          });
        throw error;
      }
      session = this.#get(session.id);
      if (session.station !== station) throw new CodedError('suspended-meanwhile');
      const waits = session.state === 'starting' || session.state === 'restoring';
      // A desktop that opens is shown at once to whoever waits for it.
      if (waits) session = this.#set({ ...session, state: 'active', since: Date.now(), saved: null });
      else session = this.happen(session.id, 'attach', attached);
    }
    return { session, started: known === undefined };
  }

  async #hibernate({ session: id, cause }: Pick<HostArgs<'session.hibernate'>, 'session' | 'cause'>): Promise<Session> {
    if (this.#get(id).station !== null) this.happen(id, 'suspend', { station: null, cause });
    const session = this.happen(id, 'hibernate', { cause });
    try {
      await this.saving(session);
    } catch (error) {
      this.happen(id, 'kept', { cause: 'not-saved' });
      throw error;
    }
    const saved = { at: Date.now(), bytes: 50_000_000, programs: ['Mousepad', 'Terminal'], fault: null };
    return this.happen(id, 'saved', { cause, saved });
  }

  #suspend(id: string, cause: Session['cause']): Session {
    return this.happen(id, 'suspend', { station: null, cause });
  }

  readonly #usual: { readonly [C in HostCall]?: Answer<C> } = {
    hello: () => ({ protocol: hostProtocol, computer: this.computer.name, version: this.computer.version }),
    subscribe: () => ({ sessions: [...this.sessions.values()] }),
    'computer.status': () => this.computer,
    'computer.configure': () => ({}),
    'computer.leave': ({ how, afterMs, by }) => {
      if (this.computer.leaving !== null) throw new CodedError('not-possible-now');
      const unsaved = [...this.sessions.values()].filter(isRunning).length;
      return this.changeComputer({
        leaving: { how, phase: 'warning', until: Date.now() + afterMs, unsaved, by, stoppable: true },
      });
    },
    'computer.stay': () => {
      if (this.computer.leaving?.phase !== 'warning') throw new CodedError('not-possible-now');
      return this.changeComputer({ leaving: null });
    },
    'signIn.begin': ({ attempt, user, password }) => {
      const account = this.accounts.check(user, password);
      if (account === null) return { step: 'refused', error: tellError(new CodedError('wrong-credentials')), messages: [] };
      this.#accepted.set(attempt, user);
      const sessions = [...this.sessions.values()].filter((session) => session.user === user && isResumable(session));
      return { step: 'accepted', account: this.#account(user), sessions, messages: [] };
    },
    'signIn.finish': ({ attempt }) => {
      this.#accepted.delete(attempt);
      return {};
    },
    'session.enter': (args) => this.#enter(args),
    'session.suspend': ({ session, cause }) => ({ session: this.#suspend(session, cause) }),
    'session.suspendAll': ({ cause }) => ({
      outcomes: [...this.sessions.values()]
        .filter(({ station }) => station !== null)
        .map(({ id, user }) => {
          this.#suspend(id, cause);
          return { session: id, user, error: null };
        }),
    }),
    'session.end': ({ session: id, cause, afterMs }) => {
      if (afterMs > 0) return { session: this.#set({ ...this.#get(id), endsAt: Date.now() + afterMs }) };
      this.happen(id, 'end', { cause });
      return { session: this.happen(id, 'gone') };
    },
    'session.hibernate': async (args) => ({ session: await this.#hibernate(args) }),
    'session.hibernateAll': async ({ cause }) => {
      const suspended = [...this.sessions.values()].filter(({ state }) => state === 'suspended');
      const outcomes = suspended.map(async ({ id, user }) => {
        try {
          await this.#hibernate({ session: id, cause });
          return { session: id, user, error: null };
        } catch (error) {
          return { session: id, user, error: tellError(error) };
        }
      });
      return { outcomes: await Promise.all(outcomes) };
    },
    'session.check': () => ({ checks: this.checks }),
    'session.limit': () => ({}),
    'session.list': () => ({ sessions: [...this.sessions.values()] }),
    'autoLogon.keepOnly': () => ({}),
    'account.removals': () => ({ removals: [] }),
    'account.list': async () => ({ accounts: await this.accounts.list() }),
    'account.describe': ({ user }) => this.#account(user),
  };
}
