// The command line's way to the host program, for root: what must work while the gateway does not, and what only root may do.
import { once } from 'node:events';
import { createConnection } from 'node:net';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { hostCalls, hostProtocol, hostReplySchema } from '#contract/host.ts';
import type { HostArgs, HostCall, HostResult } from '#contract/host.ts';
import type { Places } from '#contract/places.ts';
import { CommandError, exitCode } from '../exit-code.ts';

const usualPatienceMs = 30_000;

interface Waiting {
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
}

export class HostClient implements Disposable {
  readonly #connection: Socket;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor(connection: Socket, patienceMs: number) {
    this.#connection = connection;
    const lines = createInterface({ input: connection });
    lines.on('error', () => undefined);
    lines.on('line', (line) => this.#take(line));
    lines.once('close', () => {
      for (const { reject } of this.#waiting.values()) {
        reject(new CommandError('the host program ended the connection', exitCode.unreachable));
      }
      this.#waiting.clear();
    });
    connection.on('error', () => connection.destroy());
    connection.setTimeout(patienceMs, () => connection.destroy());
  }

  /** Rejects with a CommandError if it does not run, or may not be reached. `patienceMs`: for the answer to a call. */
  static async connect(places: Places, patienceMs: number = usualPatienceMs): Promise<HostClient> {
    const connection = createConnection(places.hostSocket);
    try {
      await once(connection, 'connect');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EACCES') {
        throw new CommandError('only root may do this: use sudo', exitCode.notAllowed);
      }
      throw new CommandError('the host program does not run; start it with: stationmaster up', exitCode.unreachable);
    }
    const client = new HostClient(connection, patienceMs);
    await client.call('hello', { protocol: hostProtocol });
    return client;
  }

  #take(line: string): void {
    const reply = hostReplySchema.safeParse(JSON.parse(line));
    if (!reply.success) return;
    const waiting = this.#waiting.get(reply.data.id);
    this.#waiting.delete(reply.data.id);
    if ('error' in reply.data) waiting?.reject(CommandError.answered(reply.data.error.code, reply.data.error.message));
    else waiting?.resolve(reply.data.result);
  }

  /** Rejects with a CommandError. */
  async call<const C extends HostCall>(call: C, args: HostArgs<C>): Promise<HostResult<C>> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#lastId += 1;
    this.#waiting.set(this.#lastId, { resolve, reject });
    this.#connection.write(`${JSON.stringify({ id: this.#lastId, call, args })}\n`);
    return hostCalls[call].result.parse(await promise) as HostResult<C>;
  }

  [Symbol.dispose](): void {
    this.#connection.destroy();
  }
}
