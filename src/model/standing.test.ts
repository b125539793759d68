// Standing orders: what holds for whom, whatever was ordered and taken back before.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { giverOf, orderFor, othersOrderFor, othersOrders, released, releasedAll, withOrder } from './standing.ts';
import type { Concerned, Orders, StandingOrder } from './standing.ts';

const person = (user: string, room = '', groups: readonly string[] = []): Concerned => ({ user, room, groups });
const anna = person('anna', 'Room 1', ['class-7a']);
const ben = person('ben', 'Room 2', ['class-7a']);
const cleo = person('cleo', 'Room 2', ['class-7b']);
const people = [anna, ben, cleo, person('teacher', 'Room 1'), person('head', 'Room 1')];

let made = 0;
function order(by: string, given: Partial<StandingOrder>): StandingOrder {
  made += 1;
  return { id: made, kind: 'block', user: null, scope: null, value: 'x', giver: giverOf(by), by, at: made, ...given };
}

const heldBy = (orders: Orders): string[] => people.filter((one) => orderFor(orders, one) !== null).map(({ user }) => user);

test('the newest order that concerns somebody holds; an exception is none', () => {
  let orders: Orders = withOrder([], order('teacher', { value: 'all' }));
  orders = withOrder(orders, order('teacher', { user: 'anna', value: 'you' }));
  assert.equal(orderFor(orders, anna)?.value, 'you');
  assert.equal(orderFor(orders, ben)?.value, 'all');
  orders = released(orders, order('teacher', { user: 'anna', value: null }), anna);
  assert.deepEqual(heldBy(orders), ['ben', 'cleo', 'head']);
  orders = withOrder(orders, order('teacher', { value: 'again' }));
  assert.deepEqual(heldBy(orders), ['anna', 'ben', 'cleo', 'head']);
  assert.equal(orders.length, 1);
});

test('what one takes back frees nobody from what somebody else ordered, and binds nobody again', () => {
  let orders: Orders = withOrder([], order('head', { value: 'head' }));
  orders = withOrder(orders, order('teacher', { value: 'teacher' }));
  const release = { exception: order('teacher', { value: null }), had: people, self: null };
  orders = releasedAll(orders, release, false);
  assert.equal(orderFor(orders, anna)?.value, 'head');
  assert.equal(othersOrderFor(orders, giverOf('teacher'), anna)?.by, 'head');
  orders = released(orders, order('teacher', { user: 'anna', value: null }), anna);
  assert.equal(orderFor(orders, anna), null);
  orders = releasedAll(orders, { ...release, exception: order('teacher', { value: null }) }, false);
  assert.equal(orderFor(orders, anna), null, 'the exception is kept');
});

test('who frees all does not free the own session', () => {
  const orders = withOrder([], order('head', { value: 'head' }));
  const after = releasedAll(orders, { exception: order('teacher', { value: null }), had: [anna, ben], self: 'teacher' }, true);
  assert.deepEqual(heldBy(after), ['teacher']);
});

test('within a scope others are freed only there', () => {
  const orders = withOrder([], order('head', { value: 'head' }));
  const scope = { rooms: ['Room 2'], groups: [] };
  const exception = order('teacher', { scope, value: null });
  assert.deepEqual(
    othersOrders(orders, { exception, had: [ben, cleo], self: null }).map(({ by }) => by),
    ['head'],
  );
  assert.deepEqual(heldBy(releasedAll(orders, { exception, had: [ben, cleo], self: null }, true)), ['anna', 'teacher']);
});

test('property: for everybody it is as if nothing were ever tidied', () => {
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  const scopes = [null, { rooms: ['Room 1'], groups: [] }, { rooms: ['Room 2'], groups: ['class-7a'] }];
  for (let round = 0; round < 400; round += 1) {
    let orders: Orders = [];
    /** Every order ever given and not taken back by its giver, newest last: the plain meaning. */
    let plain: StandingOrder[] = [];
    for (let step = 0; step < 12; step += 1) {
      const by = ['teacher', 'head'][random(2)] ?? 'head';
      const subject = people[random(people.length)] ?? anna;
      const what = random(4);
      if (what === 0) {
        const given = order(by, { scope: scopes[random(scopes.length)] ?? null, value: String(step) });
        orders = withOrder(orders, given);
        plain.push(given);
      } else if (what === 1) {
        const given = order(by, { user: subject.user, value: String(step) });
        orders = withOrder(orders, given);
        plain.push(given);
      } else if (what === 2) {
        const exception = order(by, { user: subject.user, value: null });
        orders = released(orders, exception, subject);
        plain = [...plain.filter(({ user }) => user !== subject.user), exception];
      } else {
        orders = releasedAll(orders, { exception: order(by, { value: null }), had: people, self: null }, false);
        plain = plain.filter(({ giver, value }) => giver !== giverOf(by) || value === null);
      }
      // What a giver ordered again for the same people replaced it, so only whether something holds can be compared after that.
      for (const one of people) {
        const meant = plain.filter(
          ({ user, scope, giver }) =>
            user === one.user ||
            (user === null &&
              giver !== giverOf(one.user) &&
              (scope === null || scope.rooms.includes(one.room) || scope.groups.some((group) => one.groups.includes(group)))),
        );
        const newest = meant.at(-1);
        assert.equal(orderFor(orders, one)?.value ?? null, newest?.value ?? null, `${one.user} after ${step} in round ${round}`);
      }
    }
  }
});
