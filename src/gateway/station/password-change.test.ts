// Changing the own password at a desktop: through the real station WebSocket and host server, with fake accounts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditEntry } from '#contract/api.ts';
import type { PasswordStep } from '#contract/station-page.ts';
import { GatewayRoom } from '../../../test/support/gateway-room.ts';
import type { TestStation } from '../../../test/support/gateway-room.ts';

/** What the page hears next that is not only that something is looked at. */
async function stepAfter(page: TestStation): Promise<PasswordStep> {
  for (;;) {
    const { now } = await page.hear('password-change');
    if (now.step !== 'checking') return now;
  }
}

async function change(page: TestStation, current: string, first: string, again: string): Promise<PasswordStep> {
  page.say({ say: 'password-change', password: current });
  const asked = await stepAfter(page);
  if (asked.step !== 'question') return asked;
  assert.equal(asked.question.text, 'New password:');
  page.say({ say: 'password-answer', answer: first });
  assert.equal((await stepAfter(page)).step, 'question');
  page.say({ say: 'password-answer', answer: again });
  return await stepAfter(page);
}

const codeOf = (step: PasswordStep): string => (step.step === 'refused' ? step.error.code : step.step);

async function atDesktop(room: GatewayRoom): Promise<TestStation> {
  const page = await room.station();
  await page.hear('free');
  await page.signIn('carla');
  return page;
}

test('the password is changed while the session goes on; what is refused changes nothing; the activity has both', async () => {
  await using room = await GatewayRoom.make();
  using page = await atDesktop(room);
  assert.equal(codeOf(await change(page, 'wrong', '', '')), 'wrong-credentials');
  assert.equal(codeOf(await change(page, 'carla', 'a new word', 'another word')), 'password-not-changed');
  assert.notEqual(room.accounts.check('carla', 'carla'), null);
  assert.equal(codeOf(await change(page, 'carla', 'a new word', 'a new word')), 'done');
  assert.notEqual(room.accounts.check('carla', 'a new word'), null);
  assert.deepEqual(
    room.sessions.list().map(({ user, state }) => [user, state]),
    [['carla', 'active']],
  );
  const { body } = await room.ask('GET', '/audit?action=account.own-password', { local: true });
  assert.deepEqual(
    (body as AuditEntry[]).map(({ actor, target, outcome, details }) => [actor, target, outcome, Object.keys(details)]),
    [
      ['carla', 'Station 1', 'done', []],
      ['carla', 'Station 1', 'password-not-changed', []],
      ['carla', 'Station 1', 'wrong-credentials', []],
    ],
  );
});

test('wrong passwords count as those of a sign-in do', async () => {
  await using room = await GatewayRoom.make();
  using page = await atDesktop(room);
  for (let tries = 0; ; tries += 1) {
    assert.ok(tries < 30, 'never throttled');
    const code = codeOf(await change(page, `guess ${tries}`, '', ''));
    if (code === 'throttled') break;
    assert.equal(code, 'wrong-credentials');
  }
});

test('it is only there at a desktop, and is over when the session leaves the station', async () => {
  await using room = await GatewayRoom.make();
  using free = await room.station();
  await free.hear('free');
  free.say({ say: 'password-change', password: 'carla' });
  assert.equal(codeOf(await stepAfter(free)), 'not-possible-now');
  using page = await atDesktop(room);
  page.say({ say: 'password-answer', answer: 'to nothing' });
  assert.equal(codeOf(await stepAfter(page)), 'not-possible-now');
  page.say({ say: 'password-change', password: 'carla' });
  assert.equal((await stepAfter(page)).step, 'question');
  page.say({ say: 'lock' });
  await page.hear('locked');
  page.say({ say: 'password-answer', answer: 'a new word' });
  assert.equal(codeOf(await stepAfter(page)), 'not-possible-now');
  page.say({ say: 'unlock', password: 'carla' });
  await page.hear('desktop');
  page.say({ say: 'password-change', password: 'carla' });
  assert.equal((await stepAfter(page)).step, 'question');
  page.say({ say: 'password-cancel' });
  page.say({ say: 'password-answer', answer: 'a new word' });
  assert.equal(codeOf(await stepAfter(page)), 'not-possible-now');
  assert.notEqual(room.accounts.check('carla', 'carla'), null);
});

test('with the host away it is refused, at the begin and in the middle', async () => {
  await using room = await GatewayRoom.make();
  using page = await atDesktop(room);
  page.say({ say: 'password-change', password: 'carla' });
  assert.equal((await stepAfter(page)).step, 'question');
  await room.stopHost();
  page.say({ say: 'password-answer', answer: 'a new word' });
  assert.equal(codeOf(await stepAfter(page)), 'computer-unreachable');
  assert.equal(codeOf(await change(page, 'carla', '', '')), 'computer-unreachable');
  page.say({ say: 'password-answer', answer: 'to nothing' });
  assert.equal(codeOf(await stepAfter(page)), 'not-possible-now');
});
