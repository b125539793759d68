// The pictures of the product: which there are, what is to be seen on each, and how a browser gets there.
import type { Page } from 'playwright-core';
import type { Level } from '#model/account.ts';
import type { FakeGateway } from '../support/fake-gateway.ts';
import { beginRemap } from './school.ts';

export type Look = 'plain' | 'dark-french' | 'narrow';

export interface Picture {
  /** Below docs/pictures, without what it ends in. */
  name: string;
  says: string;
  path: string;
  /** Who is signed in at the page; null: nobody. */
  as: Level | null;
  look: Look;
  /** From the open page to what is shown. */
  steps: (page: Page, gateway: FakeGateway) => Promise<void>;
}

const looks: Readonly<Record<Look, string>> = { plain: '', 'dark-french': ', dark and in French', narrow: ', on a phone' };

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const choose = (page: Page, name: RegExp) => page.getByRole('row', { name }).first().getByRole('gridcell').nth(1).click();

/** Nothing is opened, the page is as it comes. */
const asItComes: Picture['steps'] = async (page) => {
  await page.getByText('classroom').or(page.getByText('ada')).first().waitFor();
};

interface Place {
  name: string;
  says: string;
  path: string;
  as: Level | null;
  steps?: Picture['steps'];
}

const places: readonly Place[] = [
  {
    name: 'manager-home',
    says: 'Home: what needs attention first, such as what became of each session at a restart; then the computers',
    path: '/manager/home',
    as: 'administrator',
  },
  {
    name: 'manager-stations',
    says: 'Stations: who is where, and the tasks of a computer',
    path: '/manager/stations',
    as: 'administrator',
    steps: (page) =>
      page
        .getByRole('row', { name: /Anna Keller/ })
        .first()
        .waitFor(),
  },
  {
    name: 'manager-users',
    says: 'Users: the accounts of the computer and what each may do',
    path: '/manager/users',
    as: 'administrator',
    steps: (page) => page.getByText('Karim Benali').first().waitFor(),
  },
  {
    name: 'manager-systems',
    says: 'Systems: how full the computer is, whether it can save sessions, restart and shutdown',
    path: '/manager/systems',
    as: 'administrator',
  },
  {
    name: 'manager-activity',
    says: 'Activity: who did what to whom, which cannot be changed unnoticed',
    path: '/manager/activity',
    as: 'administrator',
    steps: (page) => page.getByText('tina').first().waitFor(),
  },
  {
    name: 'dashboard',
    says: 'The Dashboard: a teacher sees the room and helps',
    path: '/dashboard',
    as: 'dashboard',
    steps: (page) =>
      page
        .getByRole('checkbox', { name: /Anna Keller/ })
        .first()
        .waitFor(),
  },
  {
    name: 'station-sign-in',
    says: 'A station that waits for somebody to sign in',
    path: '/',
    as: null,
    steps: async (page) => void (await page.waitForFunction(() => document.documentElement.dataset['view'] === 'sign-in')),
  },
];

const dialogues: readonly Place[] = [
  {
    name: 'configure-station',
    says: 'A station is configured: its name, its room, its screen, who may sign in',
    path: '/manager/stations',
    as: 'administrator',
    steps: async (page) => {
      await choose(page, /Station 9/);
      await button(page, 'Configure station').click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'remap-stations',
    says: 'All stations are remapped: the letters are pressed in the order of the room',
    path: '/manager/stations',
    as: 'administrator',
    steps: async (page, gateway) => {
      await button(page, 'Remap all stations…').click();
      await page.getByRole('dialog').waitFor();
      beginRemap(gateway);
      await page.getByText('Number 4').waitFor();
    },
  },
  {
    name: 'move-session',
    says: 'A session is moved to another station, also where somebody sits',
    path: '/manager/stations',
    as: 'administrator',
    steps: async (page) => {
      await choose(page, /Anna Keller/);
      await button(page, 'Move…').click();
      await page
        .getByRole('dialog')
        .getByRole('radio', { name: /Station 2/ })
        .click();
    },
  },
  {
    name: 'import-people',
    says: 'A list of people is looked at before it is imported',
    path: '/manager/users',
    as: 'administrator',
    steps: async (page) => {
      await button(page, 'Import…').click();
      const list = { name: 'class-7b.csv', mimeType: 'text/csv', buffer: Buffer.from('maya,Maya Novak,,standard') };
      await page.locator('input[type=file]').setInputFiles(list);
      await page.getByText('Quentin Leroy').waitFor();
    },
  },
  {
    name: 'restart-computer',
    says: 'Before a restart: who is at work, and what saving cannot keep as it is',
    path: '/manager/systems',
    as: 'administrator',
    steps: async (page) => {
      await button(page, 'Restart classroom').click();
      await page.getByRole('dialog').getByText('VirtualBox').waitFor();
    },
  },
];

const inLook = (all: readonly Place[], look: Look): Picture[] =>
  all.map((place) => ({
    steps: asItComes,
    ...place,
    look,
    name: look === 'plain' ? place.name : `${place.name}-${look}`,
    says: `${place.says}${looks[look]}`,
  }));

/** In the order in which they are shown. */
export const pictures: readonly Picture[] = [
  ...inLook(places, 'plain'),
  ...inLook(dialogues, 'plain'),
  ...inLook(places, 'dark-french'),
  ...inLook(places, 'narrow'),
];
