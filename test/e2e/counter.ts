// A program that a person starts in a terminal: it counts, into a file and as the colour of its window, so that a test can read
// from the picture on the page how far it has come.
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import type { Frame, Page } from 'playwright-core';
import { eventually } from './eventually.ts';
import { processNames } from './processes.ts';

/** The red part of the window's colour; green and blue carry the count. */
const mark = 0x2a;

const script = `#!/bin/sh
i=0
while :; do
  i=$((i + 1))
  printf '\\033]11;#%02x%02x%02x\\007\\r%s' ${mark} $((i / 256 % 256)) $((i % 256)) "$i"
  echo "$i" > "$HOME/.count.new" && mv "$HOME/.count.new" "$HOME/count"
  sleep 0.1
done
`;

/** Puts the program into the home folder, as \`count.sh\`. */
export async function placeCounter(account: { home: string; uid: number; gid: number }): Promise<void> {
  await writeFile(`${account.home}/count.sh`, script, { mode: 0o755 });
}

/** Opens a terminal with the desktop's own keyboard shortcut and starts the counter in it, as a person does. */
export async function startCounter(page: Page, account: { uid: number }): Promise<void> {
  // The desktop listens to its shortcuts only when it has come up; a person would press again, too.
  await eventually('the counter runs', 60_000, async () => {
    await page.locator('canvas').click({ position: { x: 500, y: 650 } });
    await page.keyboard.press('Control+Alt+t');
    const shell = await eventually('a shell waits in a terminal', 8_000, async () =>
      (await processNames(account.uid)).includes('bash') ? true : undefined,
    ).catch(() => undefined);
    if (!shell) return undefined;
    await page.keyboard.type('./count.sh\n', { delay: 20 });
    return (await eventually('the counter started', 5_000, () => findCounter(account.uid)).catch(() => null)) ?? undefined;
  });
}

export interface CounterProcess {
  pid: number;
  /** In clock ticks since the computer started; with the PID it names one process for ever. */
  startTicks: number;
}

/** The counter of this account among all processes of the computer, null if it does not run. */
export async function findCounter(uid: number): Promise<CounterProcess | null> {
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      if ((await stat(`/proc/${pid}`)).uid !== uid) continue;
      const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
      if (!/\bsh$/.test(words[0] ?? '') || !(words[1] ?? '').endsWith('count.sh')) continue;
      const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /s, '').split(' ');
      return { pid: Number(pid), startTicks: Number(fields[19]) };
    } catch {
      // It ended while we looked.
    }
  }
  return null;
}

export async function countInFile(home: string): Promise<number> {
  return Number(await readFile(`${home}/count`, 'utf8').catch(() => '0'));
}

/** The count that the picture of a station page, or of half a split one, shows; 0 if the window is not to be seen. */
export async function countInPicture(page: Page | Frame): Promise<number> {
  return page.evaluate((red) => {
    const canvas = document.querySelector('canvas');
    const context = canvas?.getContext('2d');
    if (!canvas || !context || canvas.width === 0 || canvas.height === 0) return 0;
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const seen = new Map<number, number>();
    for (let at = 0; at < data.length; at += 4 * 7) {
      if (data[at] !== red) continue;
      const count = (data[at + 1] ?? 0) * 256 + (data[at + 2] ?? 0);
      seen.set(count, (seen.get(count) ?? 0) + 1);
    }
    const [best] = [...seen].toSorted((a, b) => b[1] - a[1]);
    return best !== undefined && best[1] > 500 ? best[0] : 0;
  }, mark);
}
