// Long lists in pieces: everything once, whatever is added or removed meanwhile; a cursor that is none is refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { GatewayRoom } from '../../test/support/gateway-room.ts';
import { pageOf } from './list-page.ts';

const keyOf = (item: string): string => item;

/** The items of all pieces; `between` is called after each. */
function walk(items: readonly string[], limit: number, between: (known: readonly string[]) => readonly string[]): string[] {
  const seen: string[] = [];
  let known = items;
  let cursor: string | undefined;
  for (;;) {
    const { items: piece, next } = pageOf('list', known, keyOf, { limit, cursor });
    assert.ok(piece.length <= limit);
    seen.push(...piece);
    if (next === null) return seen;
    cursor = next;
    known = between(known);
  }
}

test('the pieces are the whole list, once, in one order', () => {
  const items = fc.uniqueArray(fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', '').toWellFormed()));
  fc.assert(
    fc.property(items, fc.integer({ min: 1, max: 7 }), (list, limit) => {
      assert.deepEqual(
        walk(list, limit, (known) => known.toReversed()),
        list.toSorted((a, b) => (a < b ? -1 : 1)),
      );
    }),
  );
});

test('what stays is there once, though others come and go between two pieces', () => {
  const items = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,6}$/), { minLength: 1 });
  fc.assert(
    fc.property(items, items, fc.integer({ min: 1, max: 4 }), (stays, others, limit) => {
      let there = false;
      const passing = others.filter((other) => !stays.includes(other));
      const seen = walk(stays, limit, () => {
        there = !there;
        return there ? [...passing, ...stays] : stays;
      });
      assert.deepEqual(
        seen.filter((one) => stays.includes(one)),
        stays.toSorted(),
      );
      assert.equal(new Set(seen).size, seen.length);
    }),
  );
});

test('a cursor that is none, or of another list, is refused', () => {
  const { next } = pageOf('list', ['a', 'b'], keyOf, { limit: 1 });
  assert.ok(next !== null);
  for (const [list, cursor] of [
    ['other', next],
    ['list', `${next}x`],
    ['list', ''],
    ['list', '!!'],
    ['list', Buffer.from('list').toString('base64url')],
    ['list', Buffer.from('list\na\nb').toString('base64url')],
    ['list', `${next}=`],
  ] as const)
    assert.throws(() => pageOf(list, ['a', 'b'], keyOf, { cursor }), { code: 'bad-request' }, cursor);
});

test('sessions, stations, users and tokens go on where their Link says', async () => {
  await using room = await GatewayRoom.make();
  for (let at = 0; at < 3; at += 1) {
    const page = await room.station();
    await page.hear('free');
    await page.signIn(['anna', 'ben', 'carla'][at] ?? '');
    await room.ask('POST', '/tokens', { local: true, body: { name: `T${at}`, level: 'dashboard' } });
  }
  for (const list of ['sessions', 'stations', 'users', 'tokens']) {
    const all = await room.ask('GET', `/${list}`, { local: true });
    assert.equal(all.headers['link'], undefined);
    const idOf = (one: { id?: string; name: string }): string => one.id ?? one.name;
    const seen: string[] = [];
    let path: string | undefined = `/${list}?limit=2`;
    while (path !== undefined) {
      const { status, body, headers } = await room.ask('GET', path, { local: true });
      assert.equal(status, 200, path);
      assert.ok(body.length > 0 && body.length <= 2);
      seen.push(...body.map(idOf));
      const [, next] = /^<\/api\/v1(.*)>; rel="next"$/.exec(String(headers['link'] ?? '')) ?? [];
      path = next;
    }
    assert.deepEqual(seen, all.body.map(idOf).toSorted(), list);
    assert.ok(seen.length >= 3, list);
    for (const query of ['limit=0', 'limit=1001', 'limit=x', 'cursor=x', 'cursor=', `cursor=${'x'.repeat(501)}`]) {
      const { status, body } = await room.ask('GET', `/${list}?${query}`, { local: true });
      assert.deepEqual([status, body.code], [400, 'bad-request'], `${list} ${query}`);
    }
  }
});
