// People over the API, against the real host program with fake accounts.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { GatewayRoom, until } from '../../../test/support/gateway-room.ts';
import type { Reply } from '../../../test/support/gateway-room.ts';

let room: GatewayRoom;
let cookie = '';

before(async () => {
  room = await GatewayRoom.make();
  cookie = await room.pageCookie('admin');
});
after(() => room[Symbol.asyncDispose]());

const ask = (method: string, path: string, body?: unknown): Promise<Reply> =>
  room.ask(method, path, { cookie, ...(body === undefined ? {} : { body }) });

const listed = async (name: string) =>
  ((await ask('GET', '/users')).body as { name: string; [key: string]: unknown }[]).find((one) => one.name === name);

const audited = async (action: string) => {
  const entries = (await ask('GET', `/audit?search=${action}`)).body as { action: string; target: string; outcome: string }[];
  return entries.filter((entry) => entry.action === action).map(({ target, outcome }) => [target, outcome]);
};

test('an account is made, changed, given a password and removed, and the activity has it without the password', async () => {
  const order = { user: 'dora', fullName: 'Dora Dean', password: 'dora-secret', level: 'dashboard', mustChange: true };
  assert.equal((await ask('POST', '/users', order)).body.level, 'dashboard');
  assert.equal((await ask('POST', '/users', order)).body.code, 'name-taken');
  assert.deepEqual(await listed('dora'), {
    name: 'dora',
    uid: (await listed('dora'))?.['uid'],
    fullName: 'Dora Dean',
    level: 'dashboard',
    listed: true,
    domain: false,
    disabled: false,
    inGroups: false,
    sessions: 0,
    lastSignInAt: null,
    removal: null,
  });
  const changed = await ask('PATCH', '/users/dora', { fullName: 'Dora Dee', level: 'standard', was: { level: 'dashboard' } });
  assert.deepEqual([changed.body.fullName, changed.body.level], ['Dora Dee', 'standard']);
  assert.equal(
    (await ask('PATCH', '/users/dora', { level: 'standard', was: { level: 'dashboard' } })).body.code,
    'changed-meanwhile',
  );
  assert.equal((await ask('POST', '/users/dora/password', { password: 'other-secret' })).status, 200);
  const refused = await ask('POST', '/users/dora/password', { password: 'x' });
  assert.equal(refused.body.code, 'password-refused');
  assert.match(refused.body.details.says, /too short/);
  const removed = await ask('DELETE', '/users/dora?files=keep');
  assert.deepEqual([removed.body.phase, removed.body.archive, removed.body.left], ['done', null, '/home/dora']);
  assert.equal(await listed('dora'), undefined);
  assert.deepEqual(await audited('account.create'), [
    ['dora', 'name-taken'],
    ['dora', 'done'],
  ]);
  assert.deepEqual(await audited('account.remove'), [['dora', 'done']]);
  const everything = JSON.stringify((await ask('GET', '/audit?limit=500')).body);
  assert.doesNotMatch(everything, /dora-secret|other-secret/);
});

test('what is wrong is refused with the field, and changes nothing', async () => {
  const good = { user: 'emil', password: 'emil-secret' };
  for (const [change, field] of [
    [{ user: 7 }, 'user'],
    [{ password: 'x'.repeat(513) }, 'password'],
    [{ level: 'king' }, 'level'],
    [{ fullName: 'a\nb' }, 'fullName'],
  ] as const) {
    const { status, body } = await ask('POST', '/users', { ...good, ...change });
    assert.deepEqual([status, body.code, body.details.field], [400, 'bad-request', field]);
  }
  assert.equal((await ask('PATCH', '/users/anna', { uid: 0 })).status, 400);
  assert.equal((await ask('PATCH', '/users/nobody-here', { disabled: true })).body.code, 'not-found');
  assert.equal((await ask('DELETE', '/users/anna')).body.code, 'bad-request');
  assert.equal(await listed('emil'), undefined);
});

test('the last administrator stays that, and a directory keeps its accounts', async () => {
  for (const change of [{ level: 'standard' }, { disabled: true }])
    assert.equal((await ask('PATCH', '/users/admin', change)).body.code, 'last-administrator');
  assert.equal((await ask('DELETE', '/users/admin?files=remove')).body.code, 'last-administrator');
  room.accounts.add('dirk', 'Dirk', 'standard', 'dirk');
  room.accounts.moveToDomain('dirk');
  assert.equal((await listed('dirk'))?.['domain'], true);
  assert.equal((await ask('PATCH', '/users/dirk', { fullName: 'X' })).body.code, 'domain-account');
  assert.equal((await ask('PATCH', '/users/dirk', { level: 'dashboard' })).body.level, 'dashboard');
  assert.equal((await ask('DELETE', '/users/dirk?files=keep')).body.code, 'domain-account');
});

test('a person with a session is removed only if that is said; then the session is gone first', async () => {
  using page = await room.station();
  await page.hear('free');
  await page.signIn('ben');
  const ben = await listed('ben');
  assert.equal(ben?.['sessions'], 1);
  assert.ok(Math.abs(Number(ben['lastSignInAt']) - room.clock.nowMs()) < 60_000);
  const refused = await ask('DELETE', '/users/ben?files=keep');
  assert.deepEqual([refused.body.code, refused.body.details], ['session-exists', { sessions: 1 }]);
  assert.ok(room.sessions.list().some(({ user }) => user === 'ben'));
  assert.equal((await ask('DELETE', '/users/ben?files=archive&endSession=yes')).status, 200);
  assert.ok(!room.sessions.list().some(({ user }) => user === 'ben'));
});

test('a removal that takes long is shown as going on, and its end is in the activity, whatever was restarted meanwhile', async () => {
  const packing = Promise.withResolvers<void>();
  const packed = Promise.withResolvers<void>();
  room.accounts.packing = async (progress) => {
    progress(1_000, 4_000);
    packing.resolve();
    await packed.promise;
  };
  room.accounts.add('lola', 'Lola', 'standard', 'lola');
  // Whoever asked gets no answer any more; the removal goes on.
  const asked = ask('DELETE', '/users/lola?files=archive').catch(() => null);
  await packing.promise;
  await room.stopGateway();
  await asked;
  await room.startGateway();
  const removalOf = async () => (await listed('lola'))?.['removal'] as { id: string; phase: string } | null;
  await until('the gateway knows of the removal', async () => (await removalOf())?.phase === 'packing');
  const going = await removalOf();
  assert.ok(going !== null);
  assert.equal((await ask('DELETE', '/users/lola?files=keep')).body.code, 'account-being-removed');
  assert.equal((await ask('PATCH', '/users/lola', { disabled: false })).body.code, 'account-being-removed');
  const waited = ask('GET', `/removals/${going.id}`);
  packed.resolve();
  assert.equal((await waited).body.phase, 'done');
  assert.equal(await listed('lola'), undefined);
  const outcomes = (await audited('account.remove')).filter(([target]) => target === 'lola').map(([, outcome]) => outcome);
  assert.deepEqual(outcomes.slice(0, 2), ['done', 'account-being-removed']);
  assert.equal(outcomes.filter((outcome) => outcome === 'done').length, 1);
  assert.equal((await ask('GET', '/removals/aaaaaaaaaaaaaaaa')).body.code, 'not-found');
});

test('who is disabled or loses the level is out of the pages at once', async () => {
  const theirs = await room.pageCookie('teacher', 'dashboard');
  assert.equal((await room.ask('GET', '/me', { cookie: theirs })).status, 200);
  await ask('PATCH', '/users/teacher', { disabled: true });
  assert.equal((await room.ask('GET', '/me', { cookie: theirs })).status, 401);
  assert.equal(
    (await room.ask('POST', '/sign-in', { body: { user: 'teacher', password: 'teacher', page: 'dashboard' } })).status,
    403,
  );
  await ask('PATCH', '/users/teacher', { disabled: false });
  const again = await room.pageCookie('teacher', 'dashboard');
  await ask('POST', '/users/teacher/password', { password: 'another' });
  assert.equal((await room.ask('GET', '/me', { cookie: again })).status, 401);
});

test('a list of people is looked at without making anybody', async () => {
  const file = Buffer.from('frida;Frida Fox;;Standard\nadmin;;;\n').toString('base64');
  const { lines } = (await ask('POST', '/users/import/preview', { file })).body;
  assert.deepEqual(
    lines.map(({ user, fault, made }: { user: string; fault: string | null; made: boolean }) => [user, fault, made]),
    [
      ['frida', null, true],
      ['admin', 'name-taken', true],
    ],
  );
  assert.equal(await listed('frida'), undefined);
  assert.equal((await ask('POST', '/users/import/preview', { file: 'no base64!' })).status, 400);
  const long = Buffer.alloc(300_000, 'anna;Anna\n').toString('base64');
  assert.equal((await ask('POST', '/users/import/preview', { file: long })).body.code, 'too-large');
});

test('members of further groups sign in at stations once these are named, and lists say so', async () => {
  room.accounts.moveToGroups('anna', ['class-5a']);
  const tries = async (): Promise<string> => {
    using page = await room.station();
    await page.hear('free');
    page.say({ say: 'sign-in', user: 'anna', password: 'anna' });
    for (;;) {
      const said = await page.next();
      if (said.say === 'desktop') return 'desktop';
      if (said.say === 'free') return said.because.reason === 'refused' ? said.because.error.code : said.because.reason;
    }
  };
  assert.equal(await tries(), 'account-not-listed');
  assert.equal((await ask('PATCH', '/settings', { signInGroups: 'staff, class/5a' })).status, 400);
  assert.equal((await ask('PATCH', '/settings', { signInGroups: 'staff, class-5a' })).status, 200);
  assert.equal((await listed('anna'))?.['inGroups'], true);
  assert.equal((await listed('carla'))?.['inGroups'], false);
  assert.equal(await tries(), 'desktop');
  assert.equal((await room.ask('POST', '/sign-in', { body: { user: 'anna', password: 'anna', page: 'dashboard' } })).status, 403);
});

test('a person changes the own password at a station on the way in, and the activity has it', async () => {
  const change = async (again: string): Promise<string> => {
    using page = await room.station();
    await page.hear('free');
    page.say({ say: 'sign-in', user: 'carla', password: 'carla', changePassword: true });
    assert.equal((await page.hear('question')).question.text, 'New password:');
    page.say({ say: 'answer', answer: 'a new word' });
    await page.hear('question');
    page.say({ say: 'answer', answer: again });
    for (;;) {
      const said = await page.next();
      if (said.say === 'desktop') return 'desktop';
      if (said.say === 'free') return said.because.reason === 'refused' ? said.because.error.code : said.because.reason;
    }
  };
  assert.equal(await change('another word'), 'password-not-changed');
  assert.ok(room.accounts.check('carla', 'carla') !== null);
  assert.equal(await change('a new word'), 'desktop');
  assert.ok(room.accounts.check('carla', 'a new word') !== null);
  {
    using page = await room.station();
    await page.hear('free');
    page.say({ say: 'sign-in', user: 'carla', password: 'carla', changePassword: true });
    await page.hear('free');
  }
  const entries = async () => {
    const { body } = await ask('GET', '/audit?action=account.own-password');
    return (body as { actor: string; outcome: string; address: string }[])
      .map(({ actor, outcome, address }) => `${actor} ${outcome} ${address === '' ? 'from nowhere' : 'from an address'}`)
      .toSorted((a, b) => a.localeCompare(b, 'en'));
  };
  await until('the activity has the change and both refusals', async () => (await entries()).length === 3);
  assert.deepEqual(await entries(), [
    'carla done from an address',
    'carla password-not-changed from an address',
    'carla wrong-credentials from an address',
  ]);
  assert.doesNotMatch(JSON.stringify((await ask('GET', '/audit?limit=500')).body), /a new word|another word/);
});
