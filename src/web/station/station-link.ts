// The page's WebSocket to the gateway: proves who the station is, passes messages on, and comes back by itself whenever it
// breaks, unless it was told not to.
import type { GatewaySaysToStation, StationPageSays } from '#contract/station-page.ts';
import { closeCodes, stationProofText } from '#contract/wire.ts';
import { BackOff } from './back-off.ts';
import { ownHalf } from './half.ts';
import type { StationKey } from './station-key.ts';
import { socketAddress } from '../shared/socket-address.ts';
import { windowSize } from './window-size.ts';

/** `lost`: it is coming back by itself. The others wait for a person. */
export type LinkState = 'connecting' | 'up' | 'lost' | 'restarting' | 'replaced' | 'removed' | 'refused';

/** The gateway pings every five seconds. */
const silenceMs = 12_000;
const suspiciousSilenceMs = 6000;
const openWithinMs = 8000;

export interface LinkListener {
  heard(message: GatewaySaysToStation): void;
  changed(state: LinkState): void;
}

function isMessage(value: unknown): value is GatewaySaysToStation {
  return typeof value === 'object' && value !== null && 'say' in value && typeof value.say === 'string';
}

function parsed(data: unknown): GatewaySaysToStation | null {
  if (typeof data !== 'string') return null;
  try {
    const value: unknown = JSON.parse(data);
    return isMessage(value) ? value : null;
  } catch {
    return null;
  }
}

export class StationLink {
  readonly #key: StationKey;
  readonly #language: () => string;
  readonly #listener: LinkListener;
  readonly #backOff = new BackOff();
  #socket: WebSocket | null = null;
  #state: LinkState = 'connecting';
  #again: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;
  #heardAt = 0;
  #wasUp = false;

  constructor(key: StationKey, language: () => string, listener: LinkListener) {
    this.#key = key;
    this.#language = language;
    this.#listener = listener;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Connects; again after `stop`. */
  start(): void {
    this.#state = 'connecting';
    this.#wasUp = false;
    this.#backOff.reset();
    addEventListener('online', this.#hurry);
    addEventListener('resize', this.#resized);
    document.addEventListener('visibilitychange', this.#looked);
    this.#watch = setInterval(() => {
      if (this.#socket !== null && performance.now() - this.#heardAt > silenceMs) this.#lose(null);
    }, 2000);
    this.#open();
  }

  stop(): void {
    removeEventListener('online', this.#hurry);
    removeEventListener('resize', this.#resized);
    document.removeEventListener('visibilitychange', this.#looked);
    clearInterval(this.#watch);
    clearTimeout(this.#again);
    this.#again = undefined;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  /** False if it cannot be sent now; nothing is kept for later. */
  send(message: StationPageSays): boolean {
    if (this.#state !== 'up' || this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** Connects anew at once: a person asked for it, or the page has something new to say in its `hello`. */
  renew(): void {
    this.#backOff.reset();
    this.#open();
  }

  readonly #hurry = (): void => {
    if (this.#state === 'lost' || this.#state === 'restarting' || this.#state === 'connecting') this.renew();
  };

  readonly #looked = (): void => {
    if (document.hidden) return;
    if (this.#state === 'up' && performance.now() - this.#heardAt > suspiciousSilenceMs) this.#lose(null);
    else if (this.#again !== undefined) this.#hurry();
  };

  readonly #resized = (): void => {
    this.send({ say: 'size', ...windowSize() });
  };

  #open(): void {
    clearTimeout(this.#again);
    this.#again = undefined;
    this.#socket?.close();
    const socket = new WebSocket(socketAddress('station'));
    this.#socket = socket;
    this.#heardAt = performance.now();
    const tooLong = setTimeout(() => {
      if (this.#socket === socket) this.#lose(null);
    }, openWithinMs);
    socket.addEventListener('open', () => {
      clearTimeout(tooLong);
      if (this.#socket !== socket) return;
      const half = ownHalf();
      this.#say(socket, {
        say: 'hello',
        key: this.#key.publicKey,
        language: this.#language().slice(0, 16),
        ...(half !== null && { half }),
        ...windowSize(),
      });
    });
    socket.addEventListener('message', ({ data }) => {
      if (this.#socket !== socket) return;
      this.#heardAt = performance.now();
      const message = parsed(data);
      if (message !== null) this.#hear(socket, message);
    });
    socket.addEventListener('close', ({ code }) => {
      clearTimeout(tooLong);
      if (this.#socket === socket) this.#lose(code);
    });
  }

  #hear(socket: WebSocket, message: GatewaySaysToStation): void {
    if (message.say === 'ping') {
      this.#say(socket, { say: 'pong', number: message.number });
      return;
    }
    if (message.say === 'challenge') {
      this.#key.sign(stationProofText(location.origin, message.nonce)).then(
        (signature) => this.#say(socket, { say: 'proof', signature }),
        () => socket.close(),
      );
      return;
    }
    if (message.say !== 'error') {
      this.#backOff.reset();
      this.#wasUp = true;
      this.#set('up');
    }
    this.#listener.heard(message);
  }

  #say(socket: WebSocket, message: StationPageSays): void {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  }

  #lose(code: number | null): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    switch (code) {
      case closeCodes.replaced:
        this.#set('replaced');
        return;
      case closeCodes.removed:
        this.#set('removed');
        return;
      case closeCodes.refused:
        this.#set('refused');
        return;
      case closeCodes.restarting:
        this.#set('restarting');
        break;
      default:
        if (this.#state !== 'restarting') this.#set(this.#wasUp ? 'lost' : 'connecting');
    }
    const slowly = code === closeCodes.badMessage || code === closeCodes.tooMany;
    this.#again = setTimeout(() => this.#open(), this.#backOff.next(slowly));
  }

  #set(state: LinkState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#listener.changed(state);
  }
}
