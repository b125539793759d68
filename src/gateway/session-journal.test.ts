// Orders about sessions on disk and what the audit has of them, and of what happens to sessions without an order.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AuditEntry } from '#contract/api.ts';
import { CodedError, tellError } from '#contract/errors.ts';
import type { LeaveReport } from '#contract/values.ts';
import { GatewayRoom, until } from '../../test/support/gateway-room.ts';

const room = (): Promise<GatewayRoom> => GatewayRoom.make({ scripted: true });
const saved = { at: 1000, bytes: 5_000_000, programs: ['Mousepad', 'Firefox'], fault: null };

/** The entries of these actions, oldest first: who, what, whom, outcome, details. */
async function entries(here: GatewayRoom, ...actions: string[]) {
  const { body } = await here.ask('GET', '/audit?limit=500', { local: true });
  return (body as AuditEntry[])
    .filter(({ action }) => actions.includes(action))
    .toReversed()
    .map(({ actor, action, target, outcome, details }) => ({ actor, action, target, outcome, details }));
}

async function heard(here: GatewayRoom, count: number, ...actions: string[]) {
  await until(`${count} entries`, async () => (await entries(here, ...actions)).length >= count);
  return await entries(here, ...actions);
}

describe('saving by order', () => {
  test('one session: the host is asked as the administrator said, and the audit has it once', async () => {
    await using here = await room();
    const { id } = here.script.add('anna');
    const cookie = await here.pageCookie('admin');
    const { status, body } = await here.ask('POST', `/sessions/${id}/hibernate`, { cookie, body: { closing: true } });
    assert.deepEqual([status, body.state, body.saved.programs], [200, 'hibernated', ['Mousepad', 'Terminal']]);
    assert.deepEqual(here.script.heardOf('session.hibernate'), [
      { session: id, cause: 'hibernated-by-administrator', closing: true },
    ]);
    const expected = [
      {
        actor: 'admin',
        action: 'session.hibernate',
        target: 'anna',
        outcome: 'done',
        details: { session: id, at: body.saved.at },
      },
    ];
    assert.deepEqual(await entries(here, 'session.hibernate'), expected);
    // The next life of the gateway finds it on disk, and knows that it was ordered.
    await here.stopGateway();
    await here.startGateway();
    assert.deepEqual(await entries(here, 'session.hibernate'), expected);
  });

  test('one that cannot be saved: the code and the program are told and written, and it runs on', async () => {
    await using here = await room();
    const { id } = here.script.add('anna');
    here.script.saving = () => Promise.reject(new CodedError('cannot-be-saved', { program: 'Chess', reason: 'device' }));
    const { status, body } = await here.ask('POST', `/sessions/${id}/hibernate`, { local: true, body: {} });
    assert.deepEqual([status, body.code, body.details], [409, 'cannot-be-saved', { program: 'Chess', reason: 'device' }]);
    assert.equal(here.script.sessions.get(id)?.state, 'suspended');
    assert.deepEqual(await entries(here, 'session.hibernate'), [
      {
        actor: 'root',
        action: 'session.hibernate',
        target: 'anna',
        outcome: 'cannot-be-saved',
        details: { program: 'Chess', reason: 'device', session: id },
      },
    ]);
    assert.equal(
      (await here.ask('POST', '/sessions/aaaaaaaaaaaaaaaa/hibernate', { local: true })).body.code,
      'session-not-found',
    );
  });

  test('all of a computer: an outcome and an entry for each, beside the one for the whole', async () => {
    await using here = await room();
    const good = here.script.add('anna');
    const bad = here.script.add('ben');
    here.script.saving = async (session) => {
      if (session.user === 'ben') throw new CodedError('disk-full');
    };
    const path = `/computers/${here.computerName}/hibernate-all`;
    const { body } = await here.ask('POST', path, { local: true, body: {} });
    assert.deepEqual(
      body.outcomes.map((one: { session: string; error: { code: string } | null }) => [one.session, one.error?.code ?? null]),
      [
        [good.id, null],
        [bad.id, 'disk-full'],
      ],
    );
    const at = here.script.sessions.get(good.id)?.saved?.at ?? 0;
    assert.deepEqual(await entries(here, 'computer.hibernate-all', 'session.hibernate'), [
      {
        actor: 'root',
        action: 'computer.hibernate-all',
        target: here.computerName,
        outcome: 'done',
        details: { closing: 0 },
      },
      { actor: 'root', action: 'session.hibernate', target: 'anna', outcome: 'done', details: { session: good.id, at } },
      { actor: 'root', action: 'session.hibernate', target: 'ben', outcome: 'disk-full', details: { session: bad.id } },
    ]);
    await here.stopHost();
    await until('the gateway knows', async () => !(await here.ask('GET', '/healthz', { local: true })).body.host);
    assert.equal((await here.ask('POST', path, { local: true, body: {} })).body.code, 'computer-unreachable');
    assert.equal((await entries(here, 'computer.hibernate-all')).at(-1)?.outcome, 'computer-unreachable');
  });

  test('what saving would do is asked of the host', async () => {
    await using here = await room();
    const { id: session, user } = here.script.add('anna');
    here.script.checks = [{ session, user, atRisk: [{ program: 'Firefox', fate: 'reopened', reason: 'sandbox' }] }];
    const { body } = await here.ask('GET', `/computers/${here.computerName}/check`, { local: true });
    assert.deepEqual(body, { checks: here.script.checks });
  });
});

describe('restart and shutdown by order', () => {
  test('begins with who ordered it, is refused a second time, is taken back; the audit has all of it', async () => {
    await using here = await room();
    here.script.add('anna');
    const cookie = await here.pageCookie('admin');
    const path = `/computers/${here.computerName}`;
    const { body } = await here.ask('POST', `${path}/leave`, { cookie, body: { how: 'shut-down', seconds: 20 } });
    assert.deepEqual(here.script.heardOf('computer.leave'), [{ how: 'shut-down', afterMs: 20_000, by: 'admin' }]);
    assert.deepEqual([body.leaving.phase, body.leaving.by, body.leaving.unsaved], ['warning', 'admin', 1]);
    const second = await here.ask('POST', `${path}/leave`, { cookie, body: { how: 'restart' } });
    assert.equal(second.body.code, 'not-possible-now');
    assert.equal((await here.ask('POST', `${path}/stay`, { cookie })).body.leaving, null);
    assert.equal((await here.ask('POST', `${path}/stay`, { cookie })).body.code, 'not-possible-now');
    assert.deepEqual(
      (await entries(here, 'computer.leave', 'computer.stay')).map(({ actor, action, outcome, details }) => [
        actor,
        action,
        outcome,
        details,
      ]),
      [
        ['admin', 'computer.leave', 'done', { how: 'shut-down', seconds: 20, sessions: 1 }],
        ['admin', 'computer.leave', 'not-possible-now', { how: 'restart', seconds: 30, sessions: 1 }],
        ['admin', 'computer.stay', 'done', {}],
        ['admin', 'computer.stay', 'not-possible-now', {}],
      ],
    );
  });
});

describe('what happens without an order', () => {
  test('saved by a limit, continued, not saved, not continued: nobody did it, and the entry says why', async () => {
    await using here = await room();
    const { script } = here;
    const { id } = script.add('anna');
    script.happen(id, 'hibernate', { cause: 'suspended-too-long' });
    // Somebody waits for it already: why it was saved is known from before.
    script.happen(id, 'attach', { cause: 'signed-in' });
    script.happen(id, 'saved', { cause: 'suspended-too-long', saved });
    script.happen(id, 'attach', { cause: 'signed-in' });
    script.happen(id, 'unrestored', { cause: 'not-restored', saved: { ...saved, fault: 'memory-short' } });
    script.happen(id, 'attach', { cause: 'signed-in' });
    script.happen(id, 'opened', { cause: 'restored', saved: null });
    script.happen(id, 'suspend', { cause: 'disconnected' });
    script.happen(id, 'hibernate', { cause: 'memory-short' });
    script.happen(id, 'kept', { cause: 'not-saved' });
    const actions = ['session.hibernate', 'session.restore'];
    assert.deepEqual(
      (await heard(here, 4, ...actions)).map(({ actor, action, target, outcome, details }) => [
        actor,
        action,
        target,
        outcome,
        details,
      ]),
      [
        ['', 'session.hibernate', 'anna', 'done', { session: id, cause: 'suspended-too-long', at: 1000, bytes: 5_000_000 }],
        ['', 'session.restore', 'anna', 'memory-short', { session: id }],
        ['', 'session.restore', 'anna', 'done', { session: id }],
        ['', 'session.hibernate', 'anna', 'save-failed', { session: id, cause: 'memory-short' }],
      ],
    );
  });

  test('what was on disk for too long and is removed is written with what was open in it', async () => {
    await using here = await room();
    const { script } = here;
    const { id } = script.add('anna', { state: 'hibernated', cause: 'suspended-too-long', saved });
    script.happen(id, 'end', { cause: 'saved-too-long' });
    script.happen(id, 'gone');
    const other = script.add('ben', { state: 'hibernated', cause: 'suspended-too-long', saved });
    await here.ask('POST', `/sessions/${other.id}/log-off`, { local: true });
    assert.deepEqual(
      (await heard(here, 2, 'session.log-off')).map(({ actor, target, details }) => [actor, target, details]),
      [
        ['', 'anna', { session: id, cause: 'saved-too-long', programs: 'Mousepad, Firefox' }],
        ['root', 'ben', { session: other.id }],
      ],
    );
  });

  test('what was saved or lost while the gateway was away is written when it is back, once', async () => {
    await using here = await room();
    await here.stopGateway();
    const asleep = here.script.add('anna', { state: 'hibernated', cause: 'memory-short', saved });
    const gone = here.script.add('ben', { state: 'lost', cause: 'power-lost', saved: { ...saved, bytes: 0 } });
    const actions = ['session.hibernate', 'session.lost'];
    const expected = [
      {
        actor: '',
        action: 'session.hibernate',
        target: 'anna',
        outcome: 'done',
        details: { session: asleep.id, cause: 'memory-short', at: 1000, bytes: 5_000_000 },
      },
      {
        actor: '',
        action: 'session.lost',
        target: 'ben',
        outcome: 'done',
        details: { session: gone.id, cause: 'power-lost', at: 1000, programs: 'Mousepad, Firefox' },
      },
    ];
    await here.startGateway();
    assert.deepEqual(await heard(here, 2, ...actions), expected);
    await here.stopGateway();
    await here.startGateway();
    assert.deepEqual(await entries(here, ...actions), expected);
  });

  test('the account of a restart is written when the computer is back, an entry for each session, once', async () => {
    await using here = await room();
    const { script } = here;
    const [anna, ben, carla] = [script.add('anna').id, script.add('ben').id, script.add('carla').id];
    const error = tellError(new CodedError('disk-full'));
    const lastLeave: LeaveReport = {
      how: 'restart',
      at: 7000,
      by: 'admin',
      sessions: [
        { session: anna, user: 'anna', outcome: 'saved', programs: [], error: null },
        { session: ben, user: 'ben', outcome: 'saved-without', programs: ['Chess'], error: null },
        { session: carla, user: 'carla', outcome: 'lost', programs: ['GIMP', 'Terminal'], error },
      ],
    };
    await here.stopHost();
    script.changeComputer({ lastLeave });
    await here.startHost();
    const common = { at: 7000, computer: here.computerName, how: 'restart' };
    const expected = [
      ['admin', 'anna', 'done', { session: anna, ...common, became: 'saved', programs: '' }],
      ['admin', 'ben', 'done', { session: ben, ...common, became: 'saved-without', programs: 'Chess' }],
      ['admin', 'carla', 'disk-full', { session: carla, ...common, became: 'lost', programs: 'GIMP, Terminal' }],
    ];
    const brief = ({ actor, target, outcome, details }: Awaited<ReturnType<typeof entries>>[number]) => [
      actor,
      target,
      outcome,
      details,
    ];
    assert.deepEqual((await heard(here, 3, 'computer.left')).map(brief), expected);
    await here.stopGateway();
    await here.startGateway();
    assert.deepEqual((await entries(here, 'computer.left')).map(brief), expected);
    script.changeComputer({ lastLeave: { ...lastLeave, at: 9000 } });
    assert.equal((await heard(here, 6, 'computer.left')).length, 6, 'the next restart has its own');
  });
});
