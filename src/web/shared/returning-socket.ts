// A WebSocket to the gateway that comes back by itself.
import { closeCodes } from '#contract/wire.ts';
import { socketAddress } from './socket-address.ts';

const retryMs = [250, 500, 1000, 2000, 4000] as const;
/** No line after this long counts as lost; a reconnect within it is not worth a word. */
const silentMs = 1200;

export interface SocketOwner {
  opened?: () => void;
  took: (data: unknown) => void;
  /** There has been no line for a while. It goes on trying. */
  lost: () => void;
  /** The server no longer takes the person's sign-in; it is stopped. */
  refused: () => void;
}

export class ReturningSocket {
  readonly #path: string;
  readonly #owner: SocketOwner;
  #socket: WebSocket | null = null;
  #again: ReturnType<typeof setTimeout> | undefined;
  #lost: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #running = false;

  /** `path`: below /api/v1/. */
  constructor(path: string, owner: SocketOwner) {
    this.#path = path;
    this.#owner = owner;
  }

  get running(): boolean {
    return this.#running;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    addEventListener('online', this.#now);
    document.addEventListener('visibilitychange', this.#now);
    this.#open();
  }

  stop(): void {
    this.#running = false;
    removeEventListener('online', this.#now);
    document.removeEventListener('visibilitychange', this.#now);
    clearTimeout(this.#again);
    clearTimeout(this.#lost);
    this.#lost = undefined;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  /** To be called by the owner when the line does what it is for. */
  up(): void {
    this.#failures = 0;
    clearTimeout(this.#lost);
    this.#lost = undefined;
  }

  /** False: there is no line now. */
  send(text: string): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(text);
    return true;
  }

  /** Tries at once instead of waiting for the next turn. */
  readonly #now = (): void => {
    if (!this.#running || this.#socket !== null || document.hidden) return;
    this.#open();
  };

  #open(): void {
    clearTimeout(this.#again);
    const socket = new WebSocket(socketAddress(this.#path));
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    this.#wait();
    socket.addEventListener('open', () => {
      if (this.#socket === socket) this.#owner.opened?.();
    });
    socket.addEventListener('message', (message) => {
      if (this.#socket === socket) this.#owner.took(message.data);
    });
    socket.addEventListener('close', (close) => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      if (close.code === closeCodes.refused) {
        this.stop();
        this.#owner.refused();
        return;
      }
      this.#wait();
      const wait = retryMs[Math.min(this.#failures, retryMs.length - 1)] ?? 4000;
      this.#failures += 1;
      this.#again = setTimeout(() => this.#open(), wait * (0.8 + 0.4 * Math.random()));
    });
  }

  #wait(): void {
    this.#lost ??= setTimeout(() => this.#owner.lost(), silentMs);
  }
}
