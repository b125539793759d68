// What slows guessing down, and what it must not do to the innocent.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { CodedError } from '#contract/errors.ts';
import { GatewayRoom, TestClock } from '../../../test/support/gateway-room.ts';
import { Store } from '../store.ts';
import { Throttle } from './throttle.ts';

class Bench implements Disposable {
  readonly clock = new TestClock();
  readonly #folder = mkdtempSync(join(tmpdir(), 'stationmaster-throttle-'));
  store = Store.open(join(this.#folder, 'store.db'));
  throttle = new Throttle(this.store, this.clock);

  restart(): void {
    this.store[Symbol.dispose]();
    this.store = Store.open(join(this.#folder, 'store.db'));
    this.throttle = new Throttle(this.store, this.clock);
    this.throttle.start();
  }

  /** Seconds to wait, or null where the attempt was let through (and failed). */
  fail(user: string, address = '10.0.0.1', station?: string): number | null {
    try {
      this.throttle.begin({ user, address, station });
      return null;
    } catch (error) {
      assert.ok(error instanceof CodedError && error.code === 'throttled');
      return Number(error.details['seconds']);
    }
  }

  succeed(user: string, address = '10.0.0.1'): void {
    this.throttle.begin({ user, address }).right();
  }

  [Symbol.dispose](): void {
    this.store[Symbol.dispose]();
    rmSync(this.#folder, { recursive: true });
  }
}

describe('the throttle', () => {
  test('five failures of an account are free, then the wait doubles up to five minutes', () => {
    using bench = new Bench();
    for (let times = 0; times < 5; times += 1) assert.equal(bench.fail('anna'), null);
    const waits: number[] = [];
    for (let times = 0; times < 9; times += 1) {
      const wait = bench.fail('anna') ?? 0;
      waits.push(wait);
      bench.clock.pass(wait * 1000);
      assert.equal(bench.fail('anna'), null);
    }
    // Failures are slowly forgotten, so a wait may come twice.
    for (const [index, wait] of waits.entries()) assert.ok(wait >= (waits[index - 1] ?? 0), waits.join(' '));
    assert.equal(waits[0], 5);
    assert.equal(waits[1], 10);
    assert.ok(Math.max(...waits) <= 300);
  });

  test('an account does not depend on how its name is written, and names that nobody has count as well', () => {
    using bench = new Bench();
    for (const name of ['Anna', 'anna', 'ANNA', 'aNNa', 'anna']) assert.equal(bench.fail(name), null);
    assert.notEqual(bench.fail('anna'), null);
    for (let times = 0; times < 5; times += 1) assert.equal(bench.fail('no such person'), null);
    assert.notEqual(bench.fail('no such person'), null);
  });

  test('a success starts the account afresh', () => {
    using bench = new Bench();
    for (let times = 0; times < 4; times += 1) bench.fail('anna');
    bench.succeed('anna');
    for (let times = 0; times < 5; times += 1) assert.equal(bench.fail('anna'), null);
    assert.notEqual(bench.fail('anna'), null);
  });

  test('attempts count before their answer: guesses at the same instant gain nothing', () => {
    using bench = new Bench();
    const let_through = Array.from({ length: 50 }, () => bench.fail('anna')).filter((wait) => wait === null);
    assert.equal(let_through.length, 5);
  });

  test('what turned out not to be about the password does not count', () => {
    using bench = new Bench();
    for (let times = 0; times < 50; times += 1) bench.throttle.begin({ user: 'anna', address: '10.0.0.1' }).undecided();
    assert.equal(bench.fail('anna'), null);
  });

  test('waits survive a restart, and a clock set back or forward does not shorten or lengthen them', () => {
    using bench = new Bench();
    for (let times = 0; times < 5; times += 1) bench.fail('anna');
    assert.equal(bench.fail('anna'), 5);
    bench.restart();
    assert.equal(bench.fail('anna'), 5);
    bench.clock.wallShiftMs += 3_600_000;
    assert.equal(bench.fail('anna'), 5, 'set forward');
    bench.clock.wallShiftMs -= 7_200_000;
    assert.equal(bench.fail('anna'), 5, 'set back');
    bench.restart();
    assert.ok((bench.fail('anna') ?? 0) <= 5, 'never longer than it was');
  });

  test('one pupil who hammers at a station uses up neither the room nor the classmates', () => {
    using bench = new Bench();
    let tried = 0;
    for (let second = 0; second < 600; second += 1) {
      if (bench.fail(`guess${second}`, '10.0.0.1', 'pupils-station') === null) tried += 1;
      bench.clock.pass(1000);
    }
    assert.ok(tried <= 20 + 600 / 15 + 1, String(tried));
    for (let pupil = 0; pupil < 40; pupil += 1) assert.equal(bench.fail(`pupil${pupil}`, '10.0.0.1', `station${pupil}`), null);
  });

  test('an address has its allowance; whoever signed in from there before is let through even then', () => {
    using bench = new Bench();
    bench.succeed('anna');
    let tried = 0;
    for (let times = 0; times < 1000; times += 1) if (bench.fail(`guess${times}`) === null) tried += 1;
    assert.ok(tried >= 290 && tried <= 310, String(tried));
    assert.notEqual(bench.fail('ben'), null);
    assert.equal(bench.fail('anna'), null);
    assert.equal(bench.fail('ben', '10.0.0.2'), null);
    bench.restart();
    assert.equal(bench.fail('anna'), null);
  });

  test('of IPv6 the network counts: another address of the same device gains nothing', () => {
    using bench = new Bench();
    let tried = 0;
    for (let times = 0; times < 1000; times += 1)
      if (bench.fail(`guess${times}`, `2001:db8:0:7::${(times + 1).toString(16)}`) === null) tried += 1;
    assert.ok(tried >= 290 && tried <= 310, String(tried));
    assert.notEqual(bench.fail('ben', '2001:db8:0:7:1:2:3:4'), null);
    assert.equal(bench.fail('ben', '2001:db8:0:8::1'), null);
    assert.equal(bench.fail('ben', '2001:db8::1'), null);
  });

  test('at a station and a page, a correct password is not even tried during the wait; the screen is told how long', async () => {
    await using room = await GatewayRoom.make();
    for (let times = 0; times < 5; times += 1) {
      await room.ask('POST', '/sign-in', { body: { user: 'admin', password: 'wrong', page: 'manager' } });
    }
    const { status, body, headers } = await room.ask('POST', '/sign-in', {
      body: { user: 'admin', password: 'admin', page: 'manager' },
    });
    assert.deepEqual([status, body.code, body.details.seconds, headers['retry-after']], [429, 'throttled', 5, '5']);
    await room.stopGateway();
    await room.startGateway();
    const page = await room.station();
    await page.hear('free');
    page.say({ say: 'sign-in', user: 'admin', password: 'admin' });
    const { because } = await page.hear('free');
    assert.equal(because.reason === 'refused' ? because.error.code : '', 'throttled');
    room.clock.pass(5000);
    await page.signIn('admin');
  });

  test('guesses at the same instant through the API: five are tried, no more', async () => {
    await using room = await GatewayRoom.make();
    const replies = await Promise.all(
      Array.from({ length: 30 }, () =>
        room.ask('POST', '/sign-in', { body: { user: 'admin', password: 'wrong', page: 'manager' } }),
      ),
    );
    assert.equal(replies.filter(({ body }) => body.code === 'wrong-credentials').length, 5);
    assert.equal(replies.filter(({ body }) => body.code === 'throttled').length, 25);
  });

  test('twenty people sign in at once', async () => {
    await using room = await GatewayRoom.make();
    for (let person = 0; person < 20; person += 1) room.accounts.add(`pupil${person}`, '', 'standard', 'pw');
    await Promise.all(
      Array.from({ length: 20 }, async (_, person) => {
        const page = await room.station();
        await page.hear('free');
        await page.signIn(`pupil${person}`, 'pw');
      }),
    );
    assert.equal(room.sessions.list().filter(({ state }) => state === 'active').length, 20);
  });
});
