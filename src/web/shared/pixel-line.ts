// A desktop's pixels in a page: the WebSocket that a ticket opens, painted by noVNC, which is loaded here and nowhere else.
import type RFB from '@novnc/novnc';
import { socketAddress } from './socket-address.ts';
import { ticketProtocolPrefix } from '#contract/wire.ts';

let loading: Promise<typeof RFB> | null = null;

/** Loads noVNC ahead of its use, while a person types. */
export async function loadPainter(): Promise<typeof RFB> {
  loading ??= import('@novnc/novnc').then((module) => module.default);
  try {
    return await loading;
  } catch (error) {
    loading = null;
    throw error;
  }
}

export interface PixelListener {
  /** noVNC is there; the picture comes. */
  ready(painter: RFB): void;
  /** The line closed, not by this side. */
  closed(code: number, reason: string): void;
  /** noVNC itself could not be loaded. */
  unavailable(): void;
}

/** One connection to a desktop. After `close` nothing is told any more. */
export class PixelLine {
  readonly #socket: WebSocket;
  #painter: RFB | null = null;
  #open = true;

  /** Connects with a fresh ticket, and paints into `target`. */
  constructor(ticket: string, target: Element, listener: PixelListener) {
    const socket = new WebSocket(socketAddress('pixels'), ['binary', ticketProtocolPrefix + ticket]);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.addEventListener('close', ({ code, reason }) => {
      if (this.#open) listener.closed(code, reason);
    });
    // The connection is opened while noVNC may still be loading; what came meanwhile is told to it afterwards.
    const early: MessageEvent[] = [];
    const keep = (event: MessageEvent): void => void early.push(event);
    socket.addEventListener('message', keep);
    loadPainter().then(
      (Painter) => {
        socket.removeEventListener('message', keep);
        if (!this.#open || socket.readyState > WebSocket.OPEN) return;
        const painter = new Painter(target, socket, { shared: true });
        this.#painter = painter;
        painter.background = 'transparent';
        painter.qualityLevel = 6;
        painter.compressionLevel = 2;
        painter.addEventListener('disconnect', ({ detail }) => {
          // What noVNC did not understand; a broken connection is told by the socket.
          if (this.#open && !detail.clean) socket.close();
        });
        listener.ready(painter);
        for (const { data } of early) socket.dispatchEvent(new MessageEvent('message', { data }));
      },
      () => {
        if (this.#open) listener.unavailable();
      },
    );
  }

  close(): void {
    this.#open = false;
    this.#painter?.disconnect();
    this.#painter = null;
    this.#socket.close();
  }
}
