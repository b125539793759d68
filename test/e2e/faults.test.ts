// What goes wrong in a room, against the whole product with real people, PAM and desktops: nothing is lost, nothing is orphaned,
// and everybody is told why.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { newStationKey, TestStation } from '../support/gateway-room.ts';
import { startProduct } from '../support/product.ts';
import type { Product } from '../support/product.ts';
import { Browser, desktopShown, signInAtStation, viewShown } from './browser.ts';
import { eventually } from './eventually.ts';
import { processIds, processNames } from './processes.ts';

interface ListedSession {
  id: string;
  user: string;
  state: string;
  station: string | null;
}

describe('faults', () => {
  let product: Product;
  before(async () => {
    product = await startProduct({ accounts: 3, administrator: true, settings: { graceSeconds: 1 } });
  });
  after(async () => {
    await product[Symbol.asyncDispose]();
  });

  async function openStation(): Promise<TestStation> {
    const socket = new WebSocket(`${product.origin.replace('https', 'wss')}/api/v1/station`, {
      origin: product.origin,
      ca: readFileSync(product.ca),
    });
    await once(socket, 'open');
    const station = new TestStation(socket, newStationKey(), product.origin);
    await station.prove();
    await station.hear('free');
    return station;
  }

  async function sessions(): Promise<ListedSession[]> {
    const { code, stdout, stderr } = await product.cli('session', 'list', '--json');
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as ListedSession[];
  }

  async function logEverybodyOff(): Promise<void> {
    const { code, stdout, stderr } = await product.cli('session', 'logoff', '--all', '--suspended', '--seconds', '0', '--json');
    assert.equal(code, 0, `${stdout}${stderr}`);
    await eventually('no session is left', 20_000, async () => ((await sessions()).length === 0 ? true : undefined));
    assert.deepEqual(
      await eventually('nothing is left behind', 10_000, async () => {
        const left = await product.room.leftBehind();
        return left.length === 0 ? left : undefined;
      }),
      [],
    );
  }

  test('an X server that is killed ends the session, which says why and leaves nothing behind', async () => {
    const person = product.user(0);
    using station = await openStation();
    await station.signIn(person.name, person.password);
    const [xServer] = await processIds(person.uid, 'Xvnc');
    assert.ok(xServer);
    process.kill(xServer, 'SIGKILL');
    const { because } = await station.hear('free');
    assert.deepEqual(because, { reason: 'session', cause: 'x-server-died', user: person.name });
    await logEverybodyOff();
    assert.deepEqual(await processNames(person.uid), []);
  });

  test('two sign-ins of one account at the same instant give one session at one of the two stations', async () => {
    const person = product.user(1);
    using first = await openStation();
    using second = await openStation();
    const outcomes = await Promise.allSettled([
      first.signIn(person.name, person.password),
      second.signIn(person.name, person.password),
    ]);
    assert.ok(outcomes.some(({ status }) => status === 'fulfilled'));
    const list = await sessions();
    assert.equal(list.length, 1);
    assert.equal(list[0]?.state, 'active');
    assert.equal((await processIds(person.uid, 'Xvnc')).length, 1, 'one X server, no orphan');
    await logEverybodyOff();
  });

  test('a page that is closed in the middle of a sign-in leaves no session that nobody can find', async () => {
    const person = product.user(2);
    const station = await openStation();
    station.say({ say: 'sign-in', user: person.name, password: person.password });
    await station.hear('opening');
    station.socket.terminate();
    // What was under way is either taken back or there, suspended, for the next sign-in.
    await eventually('it is settled', 20_000, async () => {
      const list = await sessions();
      return list.every(({ state }) => state === 'suspended') ? true : undefined;
    });
    using later = await openStation();
    await later.signIn(person.name, person.password);
    assert.equal((await processIds(person.uid, 'Xvnc')).length, 1);
    await logEverybodyOff();
  });

  test('a session that is suspended while it starts goes on as suspended, and the next sign-in continues it', async () => {
    const person = product.user(0);
    using station = await openStation();
    station.say({ say: 'sign-in', user: person.name, password: person.password });
    await station.hear('opening');
    await eventually('it is starting', 5_000, async () => ((await sessions()).length === 1 ? true : undefined));
    assert.equal((await product.cli('session', 'suspend', '--all')).code, 0);
    await eventually('it is suspended', 20_000, async () => ((await sessions())[0]?.state === 'suspended' ? true : undefined));
    const [before] = await processIds(person.uid, 'Xvnc');
    using other = await openStation();
    await other.signIn(person.name, person.password);
    assert.deepEqual(await processIds(person.uid, 'Xvnc'), [before]);
    await logEverybodyOff();
  });

  test('signing out and suspending at the same instant end in no session, with nothing left', async () => {
    const person = product.user(1);
    using station = await openStation();
    await station.signIn(person.name, person.password);
    station.say({ say: 'sign-out' });
    await product.cli('session', 'suspend', '--all');
    await eventually('it has ended', 20_000, async () => ((await sessions()).length === 0 ? true : undefined));
    await logEverybodyOff();
  });

  test('host and gateway killed at the same time while a person works: the session is found again as it was', async () => {
    const person = product.user(2);
    using station = await openStation();
    await station.signIn(person.name, person.password);
    const [was] = await sessions();
    const [xServer] = await processIds(person.uid, 'Xvnc');
    await Promise.all([product.killHost(), product.killGateway()]);
    await Promise.all([product.startHost(), product.startGateway()]);
    const now = await eventually('the session is listed', 10_000, async () => (await sessions())[0]);
    assert.equal(now.id, was?.id);
    assert.deepEqual(await processIds(person.uid, 'Xvnc'), [xServer]);
    await eventually('its station did not come back, so it is suspended', 20_000, async () =>
      (await sessions())[0]?.state === 'suspended' ? true : undefined,
    );
    await logEverybodyOff();
  });

  test('a browser that is closed suspends the session after the grace time, and is the same station when it is back', async () => {
    const person = product.user(0);
    const profile = await mkdtemp(join(tmpdir(), 'stationmaster-browser-'));
    try {
      let browser = await Browser.open({ profile });
      await browser.page.goto(product.urls.station);
      await viewShown(browser.page, 'sign-in');
      await signInAtStation(browser.page, person.name, person.password);
      await desktopShown(browser.page);
      const [active] = await sessions();
      assert.ok(active?.station);
      await browser.close();
      await eventually('the session is suspended', 20_000, async () =>
        (await sessions())[0]?.state === 'suspended' ? true : undefined,
      );
      browser = await Browser.open({ profile });
      await using _closing = browser;
      await browser.page.goto(product.urls.station);
      await viewShown(browser.page, 'sign-in');
      await browser.page.getByText(active.station, { exact: false }).first().waitFor();
      await signInAtStation(browser.page, person.name, person.password);
      await desktopShown(browser.page);
      assert.equal((await sessions())[0]?.station, active.station);
    } finally {
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    }
    await logEverybodyOff();
  });

  test('twenty people sign in at once, and twenty desktops are there', { timeout: 240_000 }, async () => {
    const people = [];
    for (let count = 0; count < 20; count += 1) people.push(await product.room.addAccount());
    const stations = await Promise.all(people.map(() => openStation()));
    try {
      for (const [index, station] of stations.entries()) {
        const person = people[index];
        if (person) station.say({ say: 'sign-in', user: person.name, password: person.password });
      }
      await eventually('all twenty are active', 200_000, async () => {
        const refused = stations.flatMap((station) => station.heard.filter(({ say }) => say === 'free').slice(1));
        assert.deepEqual(refused, []);
        return (await sessions()).filter(({ state }) => state === 'active').length === 20 ? true : undefined;
      });
      assert.equal(new Set((await sessions()).map(({ user }) => user)).size, 20);
    } finally {
      for (const station of stations) station[Symbol.dispose]();
    }
    await logEverybodyOff();
  });
});
