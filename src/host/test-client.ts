// For tests: one connection to a host server, as a gateway has it, that can also say what it should not.
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { CodedError } from '#contract/errors.ts';
import type { ErrorCode } from '#contract/errors.ts';
import { hostCalls, hostEventSchema, hostProtocol, hostReplySchema } from '#contract/host.ts';
import type { HostArgs, HostCall, HostResult } from '#contract/host.ts';
import type { Computer } from '#contract/values.ts';
import type { Session } from '#model/session.ts';

export class TestClient implements Disposable {
  readonly socket: Socket;
  /** Every event of a session so far. */
  readonly events: Session[] = [];
  /** Every event of the computer so far. */
  readonly computers: Computer[] = [];
  /** What the subscription's answer and the events after it add up to: the sessions that have not ended. */
  readonly mirror = new Map<string, Session>();
  /** Errors that came for no call of ours. */
  readonly strayErrors: ErrorCode[] = [];
  /** Fulfilled when the connection is no more. */
  readonly closed: Promise<void>;
  /** Sees every event with what was known of the session before. */
  onChange: ((session: Session, before: Session | undefined) => void) | null = null;
  onComputer: ((computer: Computer) => void) | null = null;
  readonly #calls = new Map<number, PromiseWithResolvers<unknown> & { call: string }>();
  #lastId = 0;
  #rest = '';

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.#read(text));
    // What was under way is rejected when it closes, which follows.
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        for (const call of this.#calls.values()) call.reject(new CodedError('computer-unreachable'));
        this.#calls.clear();
        resolve();
      });
    });
  }

  /** Connects and says hello. */
  static async greet(path: string): Promise<TestClient> {
    const client = await TestClient.connect(path);
    await client.call('hello', { protocol: hostProtocol });
    return client;
  }

  static async connect(path: string): Promise<TestClient> {
    const socket = connect(path);
    await once(socket, 'connect');
    return new TestClient(socket);
  }

  /** Rejects with the CodedError that the server tells, `computer-unreachable` if the connection closes before. */
  async call<C extends HostCall>(call: C, args: HostArgs<C>): Promise<HostResult<C>> {
    return hostCalls[call].result.parse(await this.callRaw(call, args)) as HostResult<C>;
  }

  /** As `call`, with anything for a call and its arguments. */
  async callRaw(call: string, args: unknown): Promise<unknown> {
    const answer = Promise.withResolvers<unknown>();
    if (this.socket.destroyed) throw new CodedError('computer-unreachable');
    this.#lastId += 1;
    this.#calls.set(this.#lastId, { ...answer, call });
    this.socket.write(`${JSON.stringify({ id: this.#lastId, call, args })}\n`);
    return await answer.promise;
  }

  async subscribe(): Promise<void> {
    await this.call('subscribe', {});
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#take(JSON.parse(line));
  }

  #take(message: unknown): void {
    const event = hostEventSchema.safeParse(message);
    if (event.success) {
      if (event.data.event === 'computer.changed') {
        this.computers.push(event.data.computer);
        this.onComputer?.(event.data.computer);
        return;
      }
      const { session } = event.data;
      this.events.push(session);
      this.onChange?.(session, this.mirror.get(session.id));
      if (session.state === 'ended') this.mirror.delete(session.id);
      else this.mirror.set(session.id, session);
      return;
    }
    const reply = hostReplySchema.parse(message);
    const error = 'error' in reply ? new CodedError(reply.error.code, reply.error.details) : null;
    const call = this.#calls.get(reply.id);
    this.#calls.delete(reply.id);
    if (error !== null) {
      if (call === undefined) this.strayErrors.push(error.code);
      else call.reject(error);
      return;
    }
    const { result } = reply as { result: unknown };
    if (call?.call === 'subscribe') {
      // The events after a snapshot may come in the same piece, before whoever asked for it goes on.
      for (const session of hostCalls.subscribe.result.parse(result).sessions) this.mirror.set(session.id, session);
    }
    call?.resolve(result);
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}
