// Takes a small picture of a session's screen, as an RFB client of its own beside the station's.
import { connect } from 'node:net';
import { encodeJpeg } from '#pixels/jpeg.ts';
import { ScreenReader } from '#pixels/screen-reader.ts';
import type { SmallPicture } from '#pixels/screen-reader.ts';

const quality = 80;

export interface PictureOptions {
  /** The picture's width; its height follows from the screen. A narrower screen is not made wider. */
  widthPx: number;
  /** After so many milliseconds it is given up; 3000 if not said. */
  limitMs?: number;
  /** Gives it up at once. */
  signal?: AbortSignal;
}

/**
 * A JPEG of the whole screen of the X server that listens at the unix socket `desktopPath`. Rejects when the X server is not
 * there, says something else than RFB, or takes too long. Uses a processor for about 20 ms: take many one after another.
 */
export async function takePicture(desktopPath: string, options: PictureOptions): Promise<Buffer> {
  const { rgb, widthPx, heightPx } = await readScreen(desktopPath, options);
  return Buffer.from(encodeJpeg(rgb, widthPx, heightPx, quality));
}

function readScreen(desktopPath: string, { widthPx, limitMs = 3000, signal }: PictureOptions): Promise<SmallPicture> {
  const { promise, resolve, reject } = Promise.withResolvers<SmallPicture>();
  const reader = new ScreenReader(widthPx);
  const socket = connect({
    path: desktopPath,
    onread: {
      buffer: new Uint8Array(64 * 1024),
      callback: (count, bytes) => {
        try {
          for (const reply of reader.push(bytes.subarray(0, count))) socket.write(reply);
        } catch (error) {
          socket.destroy(error instanceof Error ? error : new Error(String(error)));
          return false;
        }
        if (reader.picture === null) return true;
        resolve(reader.picture);
        socket.destroy();
        return false;
      },
    },
  });
  const limit = setTimeout(() => socket.destroy(new Error('The X server took too long to show its screen.')), limitMs);
  const giveUp = (): void => {
    socket.destroy(new Error('The picture is no longer wanted.'));
  };
  if (signal?.aborted === true) giveUp();
  signal?.addEventListener('abort', giveUp, { once: true });
  socket.on('error', reject);
  socket.on('close', () => {
    clearTimeout(limit);
    signal?.removeEventListener('abort', giveUp);
    reject(new Error('The X server closed the connection before it had shown its screen.'));
  });
  return promise;
}
