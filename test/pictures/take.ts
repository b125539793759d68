// Takes the pictures of the product again, into docs/pictures: `node test/pictures/take.ts [part of a name]…`
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { Browser } from '../e2e/browser.ts';
import { FakeGateway, idOf, makePrincipal } from '../support/fake-gateway.ts';
import { complaintsOf, still } from '../support/page-checks.ts';
import { builtPages } from '../support/pages.ts';
import { StationGateway } from '../support/station-gateway.ts';
import { pictures } from './pictures.ts';
import type { Look, Picture } from './pictures.ts';
import { furnishSchool, moment } from './school.ts';

const folder = resolve(import.meta.dirname, '../../docs/pictures');
const withinMs = 60_000;

/** Nothing fades any more, everything is loaded. */
async function settled(page: Page): Promise<void> {
  await page.locator('.fui-Spinner').waitFor({ state: 'detached' });
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  await still(page);
}

async function take(picture: Picture, browser: Browser, pages: string): Promise<number> {
  await using gateway = await FakeGateway.start(pages);
  await using stationGateway = await StationGateway.start(pages);
  stationGateway.welcome = (there) =>
    there.say({
      say: 'free',
      station: { id: idOf('sg'), name: 'Station 7' },
      computer: 'classroom',
      because: { reason: 'none' },
    });
  furnishSchool(gateway);
  if (picture.as !== null)
    gateway.principal = {
      ...makePrincipal(picture.as === 'administrator' ? 'ada' : 'tina', picture.as),
      fullName: picture.as === 'administrator' ? 'Ada Martin' : 'Tina Holm',
    };
  const page = await browser.page.context().newPage();
  try {
    page.setDefaultTimeout(withinMs);
    await page.clock.setFixedTime(moment);
    const complaints = complaintsOf(page);
    await page.goto(picture.as === null ? stationGateway.url : gateway.url(picture.path));
    await picture.steps(page, gateway);
    await settled(page);
    if (complaints.length > 0) throw new Error(`${picture.name}: ${complaints.join('; ')}`);
    const image = await sharp(await page.screenshot({ caret: 'hide' }))
      .webp({ quality: 82, effort: 6 })
      .toBuffer();
    await writeFile(join(folder, `${picture.name}.webp`), image);
    return image.length;
  } finally {
    await page.close();
  }
}

const openAs: Readonly<Record<Look, Parameters<typeof Browser.open>[0]>> = {
  plain: { widthPx: 1280, heightPx: 800 },
  'dark-french': { widthPx: 1280, heightPx: 800, language: 'fr-FR', dark: true },
  narrow: { widthPx: 390, heightPx: 844 },
};

const asked = process.argv.slice(2);
const wanted = pictures.filter(({ name }) => asked.length === 0 || asked.some((part) => name.includes(part)));
if (wanted.length === 0) throw new Error(`No picture has a name with ${asked.join(' or ')}.`);
const pages = await builtPages();
await mkdir(folder, { recursive: true });
for (const look of Object.keys(openAs) as Look[]) {
  const ofLook = wanted.filter((picture) => picture.look === look);
  if (ofLook.length === 0) continue;
  await using browser = await Browser.open(openAs[look]);
  for (const picture of ofLook) {
    const bytes = await take(picture, browser, pages);
    process.stdout.write(`${picture.name} ${Math.ceil(bytes / 1024)} KiB\n`);
  }
}
const lines = pictures.flatMap(({ name, says }) => ['', `${says}.`, '', `![${says}](${name}.webp)`]);
await writeFile(
  join(folder, 'README.md'),
  ['# Pictures of Stationmaster', '', 'Of a made-up school, taken by `node test/pictures/take.ts`.', ...lines, ''].join('\n'),
);
