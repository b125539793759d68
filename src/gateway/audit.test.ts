// The audit: its chain, what the filter lets through, its export, and what happens to old entries.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { pino } from 'pino';
import { GatewayRoom } from '../../test/support/gateway-room.ts';
import { Audit } from './audit.ts';
import type { Deed } from './audit.ts';
import { verifyChain } from './audit-chain.ts';
import { AuditWatch } from './audit-watch.ts';
import { exportAudit } from './audit-export.ts';
import { migrations } from './store-migrations.ts';
import { Store } from './store.ts';

const dayMs = 86_400_000;
const silent = pino({ level: 'silent' });

/** A store with an audit, and a way to write into the store past the gateway, as somebody with the file could. */
class Books implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'stationmaster-audit-'));
  readonly file = join(this.folder, 'store.db');
  nowMs = Date.UTC(2026, 0, 1);
  store: Store;
  audit: Audit;

  constructor() {
    this.store = Store.open(this.file);
    this.audit = this.#open();
  }

  #open(): Audit {
    return new Audit(this.store, silent, { nowMs: () => this.nowMs, monotonicMs: () => this.nowMs });
  }

  write(more: Partial<Deed> = {}): void {
    this.audit.record({
      actor: 'admin',
      action: 'session.suspend',
      target: 'anna',
      address: '10.0.0.1',
      outcome: 'done',
      ...more,
    });
  }

  /** Past the gateway; the triggers are put away before, as whoever means it would. */
  forge(sql: string): void {
    this.store[Symbol.dispose]();
    const database = new DatabaseSync(this.file);
    database.exec(`DROP TRIGGER auditStays; DROP TRIGGER auditIsTrue; ${sql}`);
    database.close();
    this.store = Store.open(this.file);
    this.audit = this.#open();
  }

  [Symbol.dispose](): void {
    this.store[Symbol.dispose]();
    rmSync(this.folder, { recursive: true });
  }
}

function withEntries(count: number): Books {
  const books = new Books();
  for (let number = 1; number <= count; number++) books.write({ target: `user ${number}` });
  return books;
}

test('an audit that nobody has touched is found so, also one of no entries and one longer than what is read at once', async () => {
  for (const count of [0, 1, 1203]) {
    using books = withEntries(count);
    const report = await verifyChain(books.audit, null);
    assert.deepEqual([report.entries, report.brokenAt, report.fault, report.head.number], [count, null, null, count]);
  }
});

for (const [what, sql, fault, brokenAt] of [
  ['a changed entry', "UPDATE audit SET actor = 'carla' WHERE number = 700", 'entry', 700],
  ['a changed time', 'UPDATE audit SET at = at + 1 WHERE number = 1', 'entry', 1],
  ['changed details', `UPDATE audit SET details = '{"a":1}' WHERE number = 2`, 'entry', 2],
  ['a removed entry', 'DELETE FROM audit WHERE number = 700', 'entry', 701],
  ['removed first entries', 'DELETE FROM audit WHERE number <= 3', 'entry', 4],
  ['a cut off end', 'DELETE FROM audit WHERE number > 900', 'end', 901],
  ['everything removed', 'DELETE FROM audit', 'end', 1],
  [
    'an entry slipped in behind',
    "INSERT INTO audit (at, actor, action, target, address, outcome, details, hash) VALUES (1, 'a', 'setup', '', '', 'done', '{}', 'x')",
    'entry',
    1001,
  ],
  [
    'removed first entries, with a beginning to match',
    'UPDATE auditChain SET anchorNumber = 3, anchorHash = (SELECT hash FROM audit WHERE number = 3); DELETE FROM audit WHERE number <= 3',
    'beginning',
    4,
  ],
] as const) {
  test(`${what} is found, and where`, async () => {
    using books = withEntries(1000);
    books.forge(sql);
    const report = await verifyChain(books.audit, null);
    assert.deepEqual([report.fault, report.brokenAt], [fault, brokenAt]);
  });
}

test('the watch says what it found and since when, again the same way, and nothing any more once it fits', async () => {
  using books = withEntries(4);
  const watch = new AuditWatch(books.audit, { nowMs: () => books.nowMs, monotonicMs: () => books.nowMs }, silent);
  await watch.verify(null);
  assert.equal(watch.damage, null);
  books.store.run('DROP TRIGGER auditIsTrue');
  books.store.run("UPDATE audit SET target = 'nobody' WHERE number = 3");
  const foundAt = books.nowMs;
  assert.equal((await watch.verify(null)).brokenAt, 3);
  books.nowMs += 1000;
  await watch.verify(null);
  assert.deepEqual(watch.damage, { fault: 'entry', from: 3, foundAt });
  books.store.run("UPDATE audit SET target = 'user 3' WHERE number = 3");
  await watch.verify(null);
  assert.equal(watch.damage, null);
  await watch.stop();
});

test('a watch that is stopped in the middle of a check leaves the store alone', async () => {
  const books = withEntries(2000);
  const failures: unknown[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => failures.push(line) });
  const watch = new AuditWatch(books.audit, { nowMs: () => books.nowMs, monotonicMs: () => books.nowMs }, log);
  watch.start();
  await watch.stop();
  books[Symbol.dispose]();
  await new Promise(setImmediate);
  assert.deepEqual([failures, watch.damage], [[], null]);
});

test('who rewrites the whole chain is found by a hash that was noted elsewhere', async () => {
  using books = withEntries(5);
  const { head } = await verifyChain(books.audit, null);
  books.write();
  assert.equal((await verifyChain(books.audit, head)).noted, 'same');
  books.forge("DELETE FROM audit; UPDATE auditChain SET headNumber = 0, headHash = ''; DELETE FROM sqlite_sequence");
  for (let number = 1; number <= 6; number++) books.write({ actor: 'somebody else' });
  const report = await verifyChain(books.audit, head);
  assert.deepEqual([report.fault, report.noted], [null, 'different']);
  assert.equal((await verifyChain(books.audit, { number: 99, hash: head.hash })).noted, 'gone');
});

test('an entry takes part in the transaction that it tells of', () => {
  using books = withEntries(2);
  assert.throws(() =>
    books.store.transaction(() => {
      books.write();
      throw new Error('not done');
    }),
  );
  books.write({ target: 'next' });
  assert.deepEqual(
    books.audit.list({ limit: 10 }).map(({ number, target }) => [number, target]),
    [
      [3, 'next'],
      [2, 'user 2'],
      [1, 'user 1'],
    ],
  );
});

test('what is too old is removed at the second look, the chain goes on after it, and an entry says so', async () => {
  using books = withEntries(10);
  books.nowMs += 20 * dayMs;
  for (let number = 11; number <= 13; number++) books.write({ target: `user ${number}` });
  books.nowMs += 15 * dayMs;
  books.audit.prune(30);
  assert.equal(books.audit.list({ limit: 100 }).length, 13, 'a clock that is wrong for a moment removes nothing');
  books.audit.prune(30);
  const left = books.audit.list({ limit: 100 });
  assert.deepEqual(
    left.map(({ number }) => number),
    [14, 13, 12, 11],
  );
  assert.equal(left[0]?.action, 'audit.prune');
  assert.deepEqual([left[0]?.details['entries'], left[0]?.details['until']], [10, 10]);
  const report = await verifyChain(books.audit, null);
  assert.deepEqual([report.fault, report.entries, report.anchor], [null, 4, 10]);
  books.audit.prune(30);
  books.audit.prune(30);
  assert.equal(books.audit.list({ limit: 100 }).length, 4, 'nothing more is too old');
  books.forge('DELETE FROM audit WHERE number = 11');
  assert.deepEqual((await verifyChain(books.audit, null)).brokenAt, 12);
});

test('a clock that jumps far ahead and back removes nothing; neither does a retention of 0', () => {
  using books = withEntries(3);
  const now = books.nowMs;
  books.nowMs += 5000 * dayMs;
  books.audit.prune(365);
  books.nowMs = now;
  books.audit.prune(365);
  books.nowMs += 5000 * dayMs;
  books.audit.prune(0);
  books.audit.prune(0);
  assert.equal(books.audit.list({ limit: 100 }).length, 3);
});

test('entries of a version without a chain become part of it as they are', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stationmaster-audit-old-'));
  const file = join(folder, 'store.db');
  try {
    const old = new DatabaseSync(file);
    const before = migrations.findIndex((migration) => migration.includes('auditChain'));
    for (const migration of migrations.slice(0, before)) old.exec(migration);
    old.exec(`PRAGMA user_version = ${before}`);
    for (let number = 0; number < 700; number++)
      old.exec(
        "INSERT INTO audit (at, actor, action, target, address, outcome, details) VALUES (5, 'a', 'b', 'c', '', 'done', '{}')",
      );
    old.close();
    using store = Store.open(file);
    const audit = new Audit(store, pino({ level: 'silent' }), { nowMs: () => 9, monotonicMs: () => 9 });
    audit.record({ actor: 'admin', action: 'setup', target: '', address: '', outcome: 'done' });
    const report = await verifyChain(audit, null);
    assert.deepEqual([report.fault, report.entries], [null, 701]);
    assert.throws(() => store.run("UPDATE audit SET actor = 'x' WHERE number = 1"), /append-only/);
    assert.throws(() => store.run('DELETE FROM audit WHERE number = 1'), /append-only/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a name that is no text, as somebody may send it at a sign-in, does not break the chain', async () => {
  for (const name of ['\ud800', 'a\ud83db', 'a\u0000b', '\u0000', '\u{1f600}', '\u202e', 'a\nb']) {
    using books = withEntries(2);
    books.write({ actor: name, target: name, details: { name } });
    books.write();
    const report = await verifyChain(books.audit, null);
    assert.deepEqual([report.fault, report.entries], [null, 4], JSON.stringify(name));
  }
});

test('filters are joined, and what they say is never taken for a pattern', () => {
  using books = new Books();
  books.write({ actor: 'Admin', target: 'anna' });
  books.nowMs += 1000;
  books.write({ actor: 'admin', target: 'ben', outcome: 'not-possible-now' });
  books.nowMs += 1000;
  books.write({ actor: 'teacher', action: 'session.log-off', target: '100%_x', details: { session: 'abc' } });
  const found = (filter: object): number[] => books.audit.list({ limit: 10, ...filter }).map(({ number }) => number);
  assert.deepEqual(found({ actor: 'admin' }), [2, 1]);
  assert.deepEqual(found({ actor: 'admin', outcome: 'failed' }), [2]);
  assert.deepEqual(found({ outcome: 'done' }), [3, 1]);
  assert.deepEqual(found({ action: 'session.log-off' }), [3]);
  assert.deepEqual(found({ target: 'ANNA' }), [1]);
  assert.deepEqual(found({ from: books.nowMs - 1000, to: books.nowMs }), [2]);
  assert.deepEqual(found({ search: '%_' }), [3]);
  assert.deepEqual(found({ search: 'abc' }), [3]);
  assert.deepEqual(found({ before: 3 }), [2, 1]);
});

const whole = async (text: AsyncIterable<string>): Promise<string> => {
  let all = '';
  for await (const piece of text) all += piece;
  return all;
};

test('an export of JSON lines has all entries in order with hashes that whoever has the file can check', async () => {
  using books = withEntries(1100);
  const file = exportAudit(books.audit, {}, 'jsonl', books.nowMs);
  assert.equal(file.name, 'stationmaster-activity-2026-01-01.jsonl');
  const lines = (await whole(file.text)).trimEnd().split('\n');
  assert.equal(lines.length, 1100);
  let before = '';
  for (const line of lines) {
    const { hash, number, at, actor, action, target, address, outcome, details } = JSON.parse(line) as Record<string, unknown>;
    const content = JSON.stringify([before, number, at, actor, action, target, address, outcome, JSON.stringify(details)]);
    assert.equal(createHash('sha256').update(content).digest('hex'), hash);
    before = String(hash);
  }
});

test('an export for spreadsheets quotes what it must, and has no formula', async () => {
  using books = new Books();
  books.write({ actor: '=cmd|"x"!A1', target: 'a,"b"\nc' });
  const text = await whole(exportAudit(books.audit, {}, 'csv', 0).text);
  assert.match(text, /^\u{feff}number,at,actor,action,target,address,outcome,details,hash\r\n/u);
  assert.ok(text.includes(`"1","2026-01-01T00:00:00.000Z","'=cmd|""x""!A1","session.suspend","a,""b""\nc"`), text);
});

test('over the API: filtered, exported and checked by an administrator, and these are in the activity too', async () => {
  await using room = await GatewayRoom.make();
  const cookie = await room.pageCookie('admin');
  await room.ask('POST', '/stations/codes', { cookie, body: { minutes: 5 } });
  const { body: codes } = await room.ask('GET', '/audit?action=station.code&outcome=done', { cookie });
  assert.deepEqual(
    codes.map(({ actor }: { actor: string }) => actor),
    ['admin'],
  );
  assert.equal((await room.ask('GET', '/audit?action=no.such', { cookie })).status, 400);
  const file = await room.ask('GET', '/audit/export?format=csv&actor=admin', { cookie });
  assert.equal(file.status, 200);
  assert.match(String(file.headers['content-type']), /^text\/csv/);
  assert.match(String(file.headers['content-disposition']), /^attachment; filename="stationmaster-activity-[\d-]+\.csv"$/);
  assert.match(file.body, /"station\.code"/);
  const { body: report } = await room.ask('POST', '/audit/verify', { cookie, body: {} });
  assert.deepEqual([report.fault, report.noted], [null, null]);
  const { body: wrong } = await room.ask('POST', '/audit/verify', {
    cookie,
    body: { noted: { number: report.head.number, hash: '0'.repeat(64) } },
  });
  assert.equal(wrong.noted, 'different');
  const { body: told } = await room.ask('GET', '/audit?search=audit.', { cookie });
  assert.deepEqual(
    told.map(({ action, outcome }: { action: string; outcome: string }) => [action, outcome]),
    [
      ['audit.verify', 'changed'],
      ['audit.verify', 'done'],
      ['audit.export', 'done'],
    ],
  );
  const teacher = await room.pageCookie('teacher', 'dashboard');
  assert.equal((await room.ask('GET', '/audit/export', { cookie: teacher })).status, 403);
  assert.equal((await room.ask('GET', '/audit/export')).status, 401);
});
