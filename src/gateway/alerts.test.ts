// Alerts and kept views through the API, with the real store and host behind it.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { AuditEntry, SavedView, ToldAlert } from '#contract/api.ts';
import { GatewayRoom, until } from '../../test/support/gateway-room.ts';

const alertsOf = async (room: GatewayRoom): Promise<ToldAlert[]> =>
  (await room.ask('GET', '/alerts', { local: true })).body as ToldAlert[];

/** Puts so many failed sign-ins into the audit, as people at stations do. */
async function failSignIns(room: GatewayRoom, count: number): Promise<void> {
  for (let tries = 0; tries < count; tries += 1) {
    using page = await room.station();
    await page.hear('free');
    page.say({ say: 'sign-in', user: `nobody${tries}`, password: 'wrong' });
    await page.hear('free');
  }
}

test('failed sign-ins are told from the fifth on; they are put aside with who and when, over a restart, and shown again', async () => {
  await using room = await GatewayRoom.make();
  await failSignIns(room, 4);
  const failedOf = async (): Promise<ToldAlert | undefined> =>
    (await alertsOf(room)).find(({ code }) => code === 'failed-sign-ins');
  assert.equal(await failedOf(), undefined);
  await failSignIns(room, 1);
  const alert = await failedOf();
  assert.deepEqual([alert?.details['count'], alert?.dismissed], [5, null]);
  const key = alert?.key ?? '';
  const dismissed = await room.ask('POST', '/alerts/dismiss', { local: true, body: { key } });
  assert.equal(dismissed.status, 200);
  await room.stopGateway();
  await room.startGateway();
  const { by, at } = (await failedOf())?.dismissed ?? { by: '', at: 0 };
  assert.equal(by, 'root');
  assert.ok(Math.abs(Date.now() - at) < 120_000, `put aside at ${at}`);
  assert.equal((await room.ask('POST', '/alerts/restore', { local: true, body: { key } })).status, 200);
  assert.equal((await failedOf())?.dismissed, null);
  const again = await room.ask('POST', '/alerts/restore', { local: true, body: { key } });
  assert.deepEqual([again.status, again.body.code], [404, 'not-found']);
  const { body } = await room.ask('GET', '/audit?limit=500', { local: true });
  const deeds = (body as AuditEntry[])
    .filter(({ action }) => action.startsWith('alert.'))
    .map(({ action, target }) => [action, target]);
  assert.deepEqual(deeds, [
    ['alert.restore', key],
    ['alert.dismiss', key],
  ]);
});

test('a computer that has as many sessions as it may is told, with how many were refused; then only that some were', async () => {
  await using room = await GatewayRoom.make({ settings: { mostSessions: 1 } });
  const fullOf = async (): Promise<ToldAlert | undefined> =>
    (await alertsOf(room)).find(({ code }) => code.startsWith('sessions-'));
  assert.equal(await fullOf(), undefined);
  using first = await room.station();
  await first.hear('free');
  await first.signIn('anna');
  assert.deepEqual((await fullOf())?.details, { sessions: 1, most: 1, refused: 0 });
  using second = await room.station();
  await second.hear('free');
  second.say({ say: 'sign-in', user: 'ben', password: 'ben' });
  const { because } = await second.hear('free');
  assert.ok(JSON.stringify(because).includes('computer-full'), JSON.stringify(because));
  const full = await fullOf();
  assert.deepEqual([full?.code, full?.details['refused']], ['sessions-full', 1]);
  await room.ask('PATCH', '/settings', { local: true, body: { mostSessions: 2 } });
  const over = await fullOf();
  assert.deepEqual([over?.code, over?.details['refused']], ['sessions-refused', 1]);
  assert.equal((await room.ask('POST', '/alerts/dismiss', { local: true, body: { key: over?.key } })).status, 200);
});

test('an audit that was changed while the gateway was down is found at its start, and told from which entry on', async () => {
  await using room = await GatewayRoom.make();
  const damage = async (): Promise<ToldAlert | undefined> => (await alertsOf(room)).find(({ code }) => code === 'audit-damaged');
  await failSignIns(room, 2);
  await room.stopGateway();
  const database = new DatabaseSync(join(room.places.gatewayStateDir, 'store.db'));
  database.exec("DROP TRIGGER auditIsTrue; UPDATE audit SET actor = 'somebody' WHERE number = 2");
  database.close();
  await room.startGateway();
  await until('the damage is found', async () => (await damage()) !== undefined);
  const found = await damage();
  assert.deepEqual([found?.severity, found?.details], ['critical', { fault: 'entry', from: 2 }]);
});

test('what is still going on cannot be put aside, nor what is not there', async () => {
  await using room = await GatewayRoom.make();
  await room.stopHost();
  const unreachable = (await alertsOf(room)).find(({ code }) => code === 'computer-unreachable');
  assert.equal(unreachable?.severity, 'critical');
  const { status, body } = await room.ask('POST', '/alerts/dismiss', { local: true, body: { key: unreachable.key } });
  assert.deepEqual([status, body.code], [409, 'not-possible-now']);
  const unknown = await room.ask('POST', '/alerts/dismiss', { local: true, body: { key: 'x' } });
  assert.deepEqual([unknown.status, unknown.body.code], [404, 'not-found']);
});

test('views are kept by name, replaced by the same name, removed; what is no address is refused', async () => {
  await using room = await GatewayRoom.make();
  const keep = (name: string, query: string) => room.ask('POST', '/views', { local: true, body: { name, query } });
  const list = async (): Promise<SavedView[]> => (await room.ask('GET', '/views', { local: true })).body as SavedView[];
  const first = await keep('Mine', 'sort=user');
  assert.equal(first.status, 200);
  await keep('another', 'status=lost');
  await keep('MINE', 'sort=since&order=down');
  assert.deepEqual(
    (await list()).map(({ name, query }) => [name, query]),
    [
      ['another', 'status=lost'],
      ['MINE', 'sort=since&order=down'],
    ],
  );
  for (const [name, query] of [
    ['', 'sort=user'],
    ['x'.repeat(65), ''],
    ['line\nbreak', ''],
    ['good', 'a b'],
    ['good', 'é'],
    ['good', 'x'.repeat(2001)],
  ] as const)
    assert.equal((await keep(name, query)).status, 400, `${JSON.stringify(name)} ${query.slice(0, 20)}`);
  const { id } = first.body as SavedView;
  assert.equal((await room.ask('DELETE', `/views/${id}`, { local: true })).status, 200);
  assert.equal((await room.ask('DELETE', `/views/${id}`, { local: true })).status, 404);
  for (let at = 0; at < 49; at += 1) assert.equal((await keep(`view ${at}`, '')).status, 200);
  const over = await keep('one more', '');
  assert.deepEqual([over.status, over.body.code], [409, 'too-many']);
  assert.equal((await keep('view 3', 'sort=user')).status, 200);
});
