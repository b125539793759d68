// What people wait for: from the press of Sign in to their desktop, suspended or new, and from Suspend all to the last of ten
// stations showing the sign-in page. The real product, real desktops, Chromium.
import { setTimeout as wait } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { Pam, pamCode } from '#host/pam.ts';
import type { TestAccount } from '#host/test-room.ts';
import { options, publish, rounded, spreadOf, tell } from './figures.ts';
import type { Goal, Spread } from './figures.ts';
import { BenchRoom, timeOf } from './room.ts';

const resumes = options.quick ? 8 : 40;
const suspensions = options.quick ? 3 : 12;
const stations = 10;
const newDesktops = options.quick ? 3 : 9;

/** How long PAM itself thinks about a right password, in milliseconds. */
function pamTime(service: string, account: TestAccount): number {
  const start = performance.now();
  using pam = Pam.start(service, account.name, ({ kind }) => (kind === 'hidden-question' ? Buffer.from(account.password) : null));
  pam.describe('127.0.0.1', 'bench');
  if (pam.authenticate() !== pamCode.success || pam.checkAccount() !== pamCode.success) throw new Error('PAM refused.');
  return performance.now() - start;
}

/**
 * From now on looks at the desktop twenty times a second, until it has not changed for eight seconds; gives when it first looked
 * as it does then, but for a fiftieth of it (milliseconds since 1970).
 */
async function drawnAt(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const small = new OffscreenCanvas(96, 54);
        const context = small.getContext('2d', { willReadFrequently: true });
        const looks: { at: number; pixels: Uint8ClampedArray }[] = [];
        let changedAt = performance.now();
        const differs = (a: Uint8ClampedArray, b: Uint8ClampedArray): number => {
          let count = 0;
          for (let index = 0; index < a.length; index += 4) {
            if (Math.abs((a[index] ?? 0) - (b[index] ?? 0)) + Math.abs((a[index + 1] ?? 0) - (b[index + 1] ?? 0)) > 12)
              count += 1;
          }
          return count / (a.length / 4);
        };
        const timer = setInterval(() => {
          const canvas = document.querySelector('canvas');
          if (canvas === null || context === null) return;
          context.drawImage(canvas, 0, 0, 96, 54);
          const { data: pixels } = context.getImageData(0, 0, 96, 54);
          const last = looks.at(-1);
          if (last === undefined || differs(pixels, last.pixels) > 0.001) changedAt = performance.now();
          looks.push({ at: performance.now(), pixels });
          const isEmpty = pixels.every((value, index) => value === pixels[index % 4]);
          if (isEmpty || performance.now() - changedAt < 8000) return;
          clearInterval(timer);
          const unlike = looks.findLastIndex((look) => differs(look.pixels, pixels) > 0.02);
          resolve(performance.timeOrigin + (looks[unlike + 1]?.at ?? changedAt));
        }, 50);
      }),
  );
}

await using room = await BenchRoom.open(stations + newDesktops);
const { product } = room;

tell('New desktops …');
const first = await room.station();
const drawn: number[] = [];
const firstFrames: number[] = [];
for (const account of product.accounts.slice(0, newDesktops)) {
  const seen = await room.signIn(first, account);
  const pressed = timeOf(seen, 'sign-in');
  firstFrames.push(timeOf(seen, 'first frame') - pressed);
  drawn.push((await drawnAt(first)) - pressed);
  tell(`  ${rounded(drawn.at(-1) ?? 0)} ms`);
  await product.cli('session', 'logoff', account.name, '--seconds', '0');
  await first.waitForFunction(() => document.documentElement.dataset['view'] === 'sign-in');
  await wait(1000);
}

tell('Resuming …');
const person = product.user(newDesktops);
await room.signIn(first, person);
await drawnAt(first);
const pam: number[] = [];
const total: number[] = [];
const untilOpening: number[] = [];
const afterOpening: number[] = [];
for (let round = 0; round < resumes; round += 1) {
  await room.suspendAll();
  await wait(300);
  pam.push(pamTime(product.places.pamService, person));
  const seen = await room.signIn(first, person);
  const pressed = timeOf(seen, 'sign-in');
  const frame = timeOf(seen, 'first frame');
  total.push(frame - pressed);
  const opening = seen.find(({ what }) => what === 'view opening' || what === 'view desktop')?.at ?? pressed;
  untilOpening.push(opening - pressed);
  afterOpening.push(frame - opening);
}

tell(`Suspending ${stations} stations …`);
for (let station = 1; station < stations; station += 1) {
  const page = await room.station();
  await room.signIn(page, product.user(newDesktops + station));
}
await Promise.all(room.pages.map((page) => drawnAt(page)));
const suspendAll: number[] = [];
for (let round = 0; round < suspensions; round += 1) {
  if (round > 0) {
    for (const [station, page] of room.pages.entries()) await room.signIn(page, product.user(newDesktops + station));
    await wait(1000);
  }
  const asked = await room.suspendAll();
  const seen = await Promise.all(room.pages.map((page) => page.evaluate(() => globalThis.window.seen)));
  suspendAll.push(Math.max(...seen.map((list) => timeOf(list, 'view sign-in'))) - asked);
}

const pamMedian = spreadOf(pam).p50;
const figures: Record<string, Spread> = {
  'resume: press of Sign in to first full frame, in all': spreadOf(total),
  'PAM alone (same account, between the samples)': spreadOf(pam),
  'resume without PAM (in all, less the PAM time beside it)': spreadOf(
    total.map((time, index) => time - (pam[index] ?? pamMedian)),
  ),
  'of it: press to "desktop is on its way" (worker, PAM, host)': spreadOf(untilOpening),
  'of it: from there to first full frame': spreadOf(afterOpening),
  'new session: press to first full frame': spreadOf(firstFrames),
  'new session: press to desktop drawn': spreadOf(drawn),
  [`suspend all: call to the last of ${stations} sign-in pages`]: spreadOf(suspendAll),
};
const resumeP95 = figures['resume without PAM (in all, less the PAM time beside it)']?.p95 ?? Number.NaN;
const drawnP50 = spreadOf(drawn).p50;
const suspendP95 = spreadOf(suspendAll).p95;
const goals: Goal[] = [
  { what: 'resume p95 without PAM', goal: '≤ 400 ms', measured: `${resumeP95} ms`, reached: resumeP95 <= 400 },
  { what: 'new desktop drawn, p50', goal: '≤ 3 s', measured: `${drawnP50} ms`, reached: drawnP50 <= 3000 },
  { what: `suspend all of ${stations}, p95`, goal: '≤ 500 ms', measured: `${suspendP95} ms`, reached: suspendP95 <= 500 },
];
await publish(
  'resume',
  figures,
  [
    {
      title: 'Resume, new desktop, suspend all; milliseconds, 1920×1080, XFCE, Chromium on the same machine',
      head: ['', 'n', 'min', 'p50', 'p95', 'max'],
      rows: Object.entries(figures).map(([name, { count, min, p50, p95, max }]) => [name, count, min, p50, p95, max]),
    },
  ],
  goals,
);
