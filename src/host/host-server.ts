// Serves the host's calls (contract/host.ts) on a unix socket, one JSON object a line, and tells subscribers what changes.
import { chmod, chown, lstat, mkdir, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import type { Logger } from 'pino';
import { CodedError, tellError } from '#contract/errors.ts';
import { hostCalls, hostProtocol, hostRequestSchema, longestHostLine } from '#contract/host.ts';
import type { HostArgs, HostCall, HostEvent, HostResult, SignInStep } from '#contract/host.ts';
import { accountSchema, personSchema } from '#contract/values.ts';
import type { AccountRemovals } from './account-removals.ts';
import type { Accounts, PosixAccount } from './accounts.ts';
import type { AutoLogonList } from './auto-logon-list.ts';
import type { Clock } from './clock.ts';
import type { ThisComputer } from './computer.ts';
import type { OwnLimits } from './own-limits.ts';
import type { Sessions } from './sessions.ts';
import type { SignInAttempt, SignInOrder, SignInOutcome, SignIns } from './sign-in.ts';

/** Who ordered a removal, or asks for one, waits so long at most. */
const removalPatienceMs = 20_000;
/** An attempt that was accepted must be used within this time. */
const acceptedHoldsMs = 60_000;
/** A question must be answered within this time. */
const questionHoldsMs = 300_000;
/** Who says nothing within this time after connecting is not one of ours. */
const helloPatienceMs = 10_000;
/** Who leaves more than this unread is disconnected. */
const mostUnreadBytes = 4_000_000;
const mostConnections = 64;
/** Calls under way on one connection, and sign-in attempts on all. */
const mostCalls = 512;
const mostAttempts = 128;
/** The id of a reply to something that has none. */
const noRequest = -1;

interface Attempt {
  step: 'busy' | 'question' | 'accepted';
  /** Somebody has proved to be the person; a station that signs an account in by itself proves nothing. */
  proved: boolean;
  /** Null until its worker first answered. */
  attempt: SignInAttempt | null;
  account: PosixAccount | null;
  expiry: Disposable | null;
}

interface Connection {
  readonly socket: Socket;
  readonly attempts: Map<string, Attempt>;
  greeted: boolean;
  subscribed: boolean;
  calls: number;
  /** The beginning of a line. */
  parts: Buffer[];
  partBytes: number;
  /** Ends the connection of somebody who says nothing, or who was turned away and does not go. */
  patience: Disposable;
}

type Handlers = {
  readonly [C in HostCall]: (args: HostArgs<C>, connection: Connection) => HostResult<C> | Promise<HostResult<C>>;
};

interface HostServerParts {
  sessions: Sessions;
  signIns: SignIns;
  autoLogons: AutoLogonList;
  accounts: Accounts;
  removals: AccountRemovals;
  computer: ThisComputer;
  ownLimits: OwnLimits;
  clock: Clock;
  log: Logger;
  version: string;
}

interface SocketPlace {
  path: string;
  /** Group that may connect beside root; null: only the user that this program runs as. */
  gid: number | null;
}

export class HostServer {
  readonly #parts: HostServerParts;
  readonly #place: SocketPlace;
  readonly #connections = new Set<Connection>();
  #server: Server | null = null;
  #inode = 0;
  #stopListening: (() => void) | null = null;
  /** A change of the computer is being told; another came meanwhile. */
  #tellingComputer = false;
  #tellComputerAgain = false;

  constructor(place: SocketPlace, parts: HostServerParts) {
    this.#place = place;
    this.#parts = parts;
  }

  /** Listens. A socket that an earlier life left is replaced; it never stands there with wrong rights. */
  async start(): Promise<void> {
    const { path, gid } = this.#place;
    const fresh = `${path}.new`;
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    await rm(fresh, { force: true });
    const server = createServer((socket) => this.#accept(socket));
    server.maxConnections = mostConnections;
    const listening = Promise.withResolvers<void>();
    server.once('error', listening.reject);
    server.listen(fresh, listening.resolve);
    await listening.promise;
    server.on('error', (error) => this.#parts.log.error({ err: error }, 'a connection could not be taken'));
    this.#server = server;
    if (gid !== null) await chown(fresh, 0, gid);
    await chmod(fresh, gid === null ? 0o600 : 0o660);
    this.#inode = (await lstat(fresh)).ino;
    await rename(fresh, path);
    const { sessions, computer } = this.#parts;
    const stops = [
      sessions.on((session) => this.#tell({ event: 'session.changed', session })),
      computer.on(() => void this.#tellComputer()),
    ];
    this.#stopListening = () => {
      for (const stop of stops) stop();
    };
  }

  /** Closes every connection and lets their sign-in attempts go. */
  async stop(): Promise<void> {
    this.#stopListening?.();
    this.#stopListening = null;
    const server = this.#server;
    if (server === null) return;
    this.#server = null;
    const closed = Promise.withResolvers<void>();
    server.close(() => closed.resolve());
    for (const connection of this.#connections) connection.socket.destroy();
    await closed.promise;
    const { path } = this.#place;
    const there = await lstat(path).catch(() => null);
    if (there?.ino === this.#inode) await rm(path, { force: true });
  }

  #accept(socket: Socket): void {
    const connection: Connection = {
      socket,
      attempts: new Map(),
      greeted: false,
      subscribed: false,
      calls: 0,
      parts: [],
      partBytes: 0,
      patience: this.#parts.clock.after(helloPatienceMs, () => socket.destroy()),
    };
    this.#connections.add(connection);
    socket.on('data', (chunk) => this.#read(connection, chunk));
    socket.on('error', (error) => this.#parts.log.debug({ err: error }, 'a connection broke'));
    socket.on('close', () => this.#forget(connection));
  }

  #forget(connection: Connection): void {
    this.#connections.delete(connection);
    connection.patience[Symbol.dispose]();
    for (const id of connection.attempts.keys()) this.#dropAttempt(connection, id);
  }

  /** Takes whole lines out of what came. */
  #read(connection: Connection, chunk: Buffer): void {
    let rest = chunk;
    while (!connection.socket.destroyed && !connection.socket.writableEnded) {
      const end = rest.indexOf(0x0a);
      const bytes = end === -1 ? rest.length : end;
      if (connection.partBytes + bytes > longestHostLine) {
        this.#turnAway(connection, noRequest, new CodedError('too-large'));
        return;
      }
      if (end === -1) {
        if (bytes > 0) connection.parts.push(rest);
        connection.partBytes += bytes;
        return;
      }
      const line = Buffer.concat([...connection.parts, rest.subarray(0, end)]);
      connection.parts = [];
      connection.partBytes = 0;
      rest = rest.subarray(end + 1);
      this.#take(connection, line);
    }
  }

  #take(connection: Connection, line: Buffer): void {
    let value: unknown;
    try {
      value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line));
    } catch {
      this.#turnAway(connection, noRequest, new CodedError('bad-request'));
      return;
    }
    const request = hostRequestSchema.safeParse(value);
    if (!request.success) {
      const id = (value as { id?: unknown } | null)?.id;
      this.#turnAway(connection, Number.isSafeInteger(id) ? (id as number) : noRequest, new CodedError('bad-request'));
      return;
    }
    const { id, call, args } = request.data;
    if (!connection.greeted && call !== 'hello') {
      this.#turnAway(connection, id, new CodedError('bad-request', { expected: 'hello' }));
    } else if (connection.calls >= mostCalls) {
      this.#send(connection, { id, error: tellError(new CodedError('too-many-requests')) });
    } else {
      void this.#answer(connection, id, call, args);
    }
  }

  /** Says what was wrong and closes this connection. */
  #turnAway(connection: Connection, id: number, error: CodedError): void {
    this.#parts.log.warn(
      { code: error.code, ...error.details },
      'a connection is closed: what it said is not of the form expected',
    );
    this.#send(connection, { id, error: tellError(error) });
    connection.socket.end();
    connection.socket.resume();
    connection.parts = [];
    connection.patience[Symbol.dispose]();
    connection.patience = this.#parts.clock.after(helloPatienceMs, () => connection.socket.destroy());
  }

  async #answer(connection: Connection, id: number, call: HostCall, given: unknown): Promise<void> {
    connection.calls += 1;
    try {
      const args = hostCalls[call].args.safeParse(given);
      if (!args.success) throw new CodedError('bad-request', { field: args.error.issues[0]?.path.join('.') ?? '' });
      const handler = this.#handlers[call] as (args: unknown, connection: Connection) => unknown;
      // What is decided at once is answered at once: between a snapshot and the events after it there must be nothing.
      const result = handler(args.data, connection);
      this.#send(connection, { id, result: result instanceof Promise ? await result : result });
    } catch (error) {
      if (!(error instanceof CodedError) || error.code === 'internal')
        this.#parts.log.error({ err: error, call }, 'a call failed');
      this.#send(connection, { id, error: tellError(error) });
      if (call === 'hello') connection.socket.end();
    } finally {
      connection.calls -= 1;
    }
  }

  #send(connection: Connection, message: object): void {
    const { socket } = connection;
    if (!socket.writable) return;
    socket.write(`${JSON.stringify(message)}\n`);
    if (socket.writableLength > mostUnreadBytes) {
      this.#parts.log.warn({ unread: socket.writableLength }, 'a connection is closed: it does not read');
      socket.destroy();
    }
  }

  #tell(event: HostEvent): void {
    for (const connection of this.#connections) if (connection.subscribed) this.#send(connection, event);
  }

  /** Describing takes a moment: changes meanwhile are one more event after this one, never before it. Never rejects. */
  async #tellComputer(): Promise<void> {
    this.#tellComputerAgain = true;
    if (this.#tellingComputer) return;
    this.#tellingComputer = true;
    try {
      while (this.#tellComputerAgain) {
        this.#tellComputerAgain = false;
        this.#tell({ event: 'computer.changed', computer: await this.#parts.computer.describe() });
      }
    } catch (error) {
      this.#parts.log.error({ err: error }, 'the computer could not be described');
    } finally {
      this.#tellingComputer = false;
    }
  }

  readonly #handlers: Handlers = {
    hello: ({ protocol }, connection) => {
      if (protocol !== hostProtocol) throw new CodedError('version-mismatch', { protocol: hostProtocol });
      connection.greeted = true;
      connection.patience[Symbol.dispose]();
      return { protocol: hostProtocol, computer: hostname(), version: this.#parts.version };
    },
    subscribe: (_args, connection) => {
      connection.subscribed = true;
      return { sessions: this.#parts.sessions.list() };
    },
    'computer.status': () => this.#parts.computer.describe(),
    'computer.configure': (values) => {
      this.#parts.computer.settings.configure(values);
      return {};
    },
    'computer.leave': (order) => {
      this.#parts.computer.leaving.order(order);
      return this.#parts.computer.describe();
    },
    'computer.setMode': ({ mode }) => {
      this.#parts.computer.mode.set(mode);
      return this.#parts.computer.describe();
    },
    'computer.stay': () => {
      this.#parts.computer.leaving.stay();
      return this.#parts.computer.describe();
    },
    'computer.prepare': (order) => this.#parts.computer.leaving.prepare(order),
    'signIn.begin': ({ attempt: id, ...order }, connection) => this.#beginSignIn(connection, id, order),
    'signIn.automatic': async ({ attempt: id, ...order }, connection) => {
      await this.#parts.autoLogons.check(order.user);
      return await this.#beginSignIn(connection, id, { ...order, password: '', automatic: true });
    },
    'autoLogon.check': async ({ user }) => {
      await this.#parts.autoLogons.check(user);
      return {};
    },
    'autoLogon.allow': async ({ attempt: id, user }, connection) => {
      const { account, attempt } = this.#takeProved(connection, id);
      attempt.finish();
      await this.#parts.autoLogons.allow(user, account);
      return {};
    },
    'autoLogon.forbid': ({ user }) => {
      this.#parts.autoLogons.forbid(user);
      return {};
    },
    'autoLogon.keepOnly': ({ users }) => {
      this.#parts.autoLogons.keepOnly(new Set(users));
      return {};
    },
    'signIn.answer': ({ attempt: id, answer }, connection) => this.#answerQuestion(connection, id, answer),
    'signIn.finish': ({ attempt: id }, connection) => {
      this.#dropAttempt(connection, id);
      return {};
    },
    'session.enter': async ({ attempt: id, ...order }, connection) => {
      const { account, attempt } = this.#takeAccepted(connection, id);
      const { sessions, computer, removals } = this.#parts;
      const { refusal } = computer.mode;
      if (refusal !== null || removals.isGoing(account.name)) {
        attempt.finish();
        throw refusal ?? new CodedError('account-being-removed', { user: account.name });
      }
      const entered = await sessions.enter({ ...order, account, attempt });
      const { refusal: meanwhile } = computer.mode;
      if (meanwhile === null) return entered;
      // The person waited for an earlier session to end while the stations were closed.
      const { session } = entered;
      sessions.suspend(session.id, 'suspended-by-administrator', session.attachment);
      throw meanwhile;
    },
    'session.suspend': ({ session, cause, attachment }) => ({
      session: this.#parts.sessions.suspend(session, cause, attachment),
    }),
    'session.move': ({ session, ...order }) => {
      const { refusal } = this.#parts.computer.mode;
      if (refusal !== null) throw refusal;
      return { session: this.#parts.sessions.move(session, order) };
    },
    'session.suspendAll': ({ cause }) => ({ outcomes: this.#parts.sessions.suspendAll(cause) }),
    'session.lock': ({ session }) => ({ session: this.#parts.sessions.lock(session) }),
    'session.unlock': ({ session, attempt: id }, connection) => {
      const { account, attempt } = this.#takeProved(connection, id);
      attempt.finish();
      return { session: this.#parts.sessions.unlock(session, account) };
    },
    'session.end': ({ session, cause, afterMs, by }) => ({ session: this.#parts.sessions.end(session, cause, afterMs, by) }),
    'session.keep': ({ session }) => ({ session: this.#parts.sessions.keep(session) }),
    'session.hibernate': async ({ session, cause, closing }) => ({
      session: await this.#parts.sessions.hibernate(session, cause, { closing }),
    }),
    'session.hibernateAll': async ({ cause, closing }) => ({
      outcomes: await this.#parts.sessions.hibernateAll(cause, { closing }),
    }),
    'session.check': async () => ({ checks: await this.#parts.sessions.check() }),
    'session.unsaved': async ({ sessions }) => ({ sessions: await this.#parts.sessions.unsaved(sessions) }),
    'session.limit': ({ sessions }) => {
      const known = new Set(this.#parts.sessions.list().map(({ id }) => id));
      this.#parts.ownLimits.give(sessions.filter(({ session }) => known.has(session)));
      return {};
    },
    'session.list': () => ({ sessions: this.#parts.sessions.list() }),
    'account.list': async ({ groups }) => ({ accounts: await this.#parts.accounts.list(groups) }),
    'account.describe': async ({ user }) => accountSchema.parse(await this.#parts.accounts.describe(user)),
    'account.groups': async ({ user }) => await this.#parts.accounts.groupsOf(user),
    'group.list': async ({ groups }) => ({ groups: await this.#parts.accounts.groups(groups) }),
    'account.create': async (order) => accountSchema.parse(await this.#parts.accounts.create(order)),
    'account.change': async (order) => {
      this.#parts.removals.mustNotBeGoing(order.user);
      return personSchema.parse(await this.#parts.accounts.change(order));
    },
    'account.password': (order) => {
      this.#parts.removals.mustNotBeGoing(order.user);
      return this.#parts.accounts.setPassword(order);
    },
    'account.remove': async (order) => {
      const { id } = await this.#parts.removals.order(order);
      return await this.#parts.removals.waitFor(id, removalPatienceMs);
    },
    'account.removals': () => ({ removals: this.#parts.removals.list() }),
    'account.removal': ({ id }) => this.#parts.removals.waitFor(id, removalPatienceMs),
    'account.removalNoted': ({ id }) => {
      this.#parts.removals.noted(id);
      return {};
    },
    'account.setLevel': async ({ user, level }) => {
      this.#parts.removals.mustNotBeGoing(user);
      return accountSchema.parse(await this.#parts.accounts.setLevel(user, level));
    },
  };

  async #beginSignIn(connection: Connection, id: string, order: SignInOrder): Promise<SignInStep> {
    if (connection.attempts.has(id)) throw new CodedError('bad-request', { field: 'attempt' });
    const { refusal } = this.#parts.computer.leaving;
    if (refusal !== null) throw refusal;
    let under = 0;
    for (const { attempts } of this.#connections) under += attempts.size;
    if (under >= mostAttempts) throw new CodedError('too-many-requests');
    const proved = order.automatic !== true;
    const held: Attempt = { step: 'busy', proved, attempt: null, account: null, expiry: null };
    connection.attempts.set(id, held);
    try {
      const { attempt, outcome } = await this.#parts.signIns.begin(order);
      held.attempt = attempt;
      return this.#step(connection, id, held, outcome);
    } catch (error) {
      connection.attempts.delete(id);
      throw error;
    }
  }

  async #answerQuestion(connection: Connection, id: string, answer: string): Promise<SignInStep> {
    const held = connection.attempts.get(id);
    if (held === undefined || held.attempt === null) throw new CodedError('sign-in-timed-out');
    if (held.step !== 'question') throw new CodedError('not-possible-now');
    held.step = 'busy';
    held.expiry?.[Symbol.dispose]();
    return this.#step(connection, id, held, await held.attempt.answer(answer));
  }

  /** What the conversation came to, as it is told. An attempt that was dropped meanwhile is let go. */
  #step(connection: Connection, id: string, held: Attempt, outcome: SignInOutcome): SignInStep {
    if (connection.attempts.get(id) !== held) {
      held.attempt?.finish();
      throw new CodedError('sign-in-timed-out');
    }
    switch (outcome.step) {
      case 'question':
        held.step = 'question';
        held.expiry = this.#parts.clock.after(questionHoldsMs, () => this.#dropAttempt(connection, id));
        return outcome;
      case 'refused':
        this.#dropAttempt(connection, id);
        return { step: 'refused', error: tellError(outcome.error), messages: outcome.messages };
      case 'accepted':
        held.step = 'accepted';
        held.account = outcome.account;
        held.expiry = this.#parts.clock.after(acceptedHoldsMs, () => this.#dropAttempt(connection, id));
        return {
          step: 'accepted',
          account: accountSchema.parse(outcome.account),
          sessions: this.#parts.sessions.resumable(outcome.account),
          messages: outcome.messages,
        };
    }
  }

  /** An accepted attempt, which cannot be used again. */
  #takeAccepted(connection: Connection, id: string): { account: PosixAccount; attempt: SignInAttempt } {
    const held = connection.attempts.get(id);
    if (held === undefined) throw new CodedError('sign-in-timed-out');
    const { step, attempt, account } = held;
    if (step !== 'accepted' || attempt === null || account === null) throw new CodedError('not-possible-now');
    held.expiry?.[Symbol.dispose]();
    connection.attempts.delete(id);
    return { account, attempt };
  }

  /** An accepted attempt of somebody who was asked for a password. Throws `not-allowed` for one without. */
  #takeProved(connection: Connection, id: string): { account: PosixAccount; attempt: SignInAttempt } {
    if (connection.attempts.get(id)?.proved === false) {
      this.#dropAttempt(connection, id);
      throw new CodedError('not-allowed');
    }
    return this.#takeAccepted(connection, id);
  }

  #dropAttempt(connection: Connection, id: string): void {
    const held = connection.attempts.get(id);
    if (held === undefined) return;
    connection.attempts.delete(id);
    held.expiry?.[Symbol.dispose]();
    held.attempt?.finish();
  }
}
