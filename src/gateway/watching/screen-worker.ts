// The thread that looks at screens: what is read, shrunk and encoded there keeps nobody's key press waiting.
import { parentPort } from 'node:worker_threads';
import type { PictureSize } from '#model/picture.ts';
import { ScreenWatch } from './screen-watch.ts';

/** To the thread. Numbers are given by who asks. `after`: only another picture than that with this tag. */
export type ToScreenWorker =
  | { say: 'begin'; watch: number; path: string }
  | { say: 'want'; watch: number; request: number; size: PictureSize; after: string | null }
  | { say: 'drop'; request: number }
  | { say: 'end'; watch: number };

/** From it. `jpeg` null: the one of this watch and size that was sent last. */
export type FromScreenWorker =
  | { say: 'picture'; request: number; watch: number; size: PictureSize; tag: string; jpeg: Uint8Array | null }
  | { say: 'failed'; request: number; why: string }
  | { say: 'ended'; watch: number; why: string };

interface Running {
  watch: ScreenWatch;
  /** By size, the tag of what was sent last. */
  sent: Map<PictureSize, string>;
}

const running = new Map<number, Running>();
const wanted = new Map<number, AbortController>();

function tell(message: FromScreenWorker): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port between threads has no origin
  parentPort?.postMessage(message);
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function answer({ watch: number, request, size, after }: Extract<ToScreenWorker, { say: 'want' }>): Promise<void> {
  const one = running.get(number);
  if (one === undefined) return;
  const given = new AbortController();
  wanted.set(request, given);
  try {
    const { watch, sent } = one;
    const { tag, jpeg } = await (after === null
      ? watch.picture(size, given.signal)
      : watch.pictureAfter(after, size, given.signal));
    tell({ say: 'picture', request, watch: number, size, tag, jpeg: sent.get(size) === tag ? null : jpeg });
    sent.set(size, tag);
  } catch (error) {
    tell({ say: 'failed', request, why: textOf(error) });
  } finally {
    wanted.delete(request);
  }
}

function begin(number: number, path: string): void {
  const watch = new ScreenWatch(path);
  running.set(number, { watch, sent: new Map() });
  watch.ended.addEventListener('abort', () => {
    if (running.delete(number)) tell({ say: 'ended', watch: number, why: textOf(watch.ended.reason) });
  });
}

parentPort?.on('message', (message: ToScreenWorker) => {
  switch (message.say) {
    case 'begin':
      begin(message.watch, message.path);
      break;
    case 'want':
      void answer(message);
      break;
    case 'drop':
      wanted.get(message.request)?.abort();
      break;
    case 'end': {
      const one = running.get(message.watch);
      running.delete(message.watch);
      one?.watch[Symbol.dispose]();
    }
  }
});
