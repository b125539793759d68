// Whose pupils: a teacher who has one room and one class sees and reaches those, with real desktops and real Linux groups.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { eventually } from '../eventually.ts';
import type { Classroom } from './classroom.ts';

export function scope(room: () => Classroom): void {
  const give = async (scopeOf: { rooms: string[]; groups: string[] } | null): Promise<void> => {
    const { product } = room();
    await product.api.call('changeScope', { params: { name: product.teacher.name }, body: { scope: scopeOf } });
  };

  afterEach(() => give(null));

  test('the teacher sees a room and a class, all means those, and nobody else is reached', async () => {
    const classroom = room();
    const { product, dashboard, pupils } = classroom;
    const nameOf = (number: number): string => classroom.pupil(number).account.name;
    const seen = (number: number) => dashboard.getByRole('checkbox', { name: nameOf(number) });
    await dashboard.goto(product.urls.dashboard);
    for (const number of pupils.keys()) await seen(number).waitFor();
    const station = (await classroom.sessionOf(0)).station ?? '';
    await product.api.call('configureStation', { params: { id: station }, body: { configuration: { room: 'Blue' } } });
    // Every account is in a Linux group of its own name.
    await give({ rooms: ['Blue'], groups: [nameOf(1)] });
    for (const number of [2, 3]) await seen(number).waitFor({ state: 'detached' });
    for (const number of [0, 1]) await seen(number).waitFor();

    const outside = await classroom.sessionOf(2);
    const tried = await dashboard.evaluate(async (id) => {
      const post = async (path: string, body: object): Promise<{ status: number; text: string }> => {
        const headers = { 'content-type': 'application/json' };
        const answer = await fetch(`/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
        return { status: answer.status, text: await answer.text() };
      };
      return {
        one: await post(`/sessions/${id}/suspend`, {}),
        several: await post('/desktops/suspend', { who: { sessions: [id] } }),
        picture: (await fetch(`/api/v1/sessions/${id}/picture?size=small`)).status,
        lists: await (await fetch('/api/v1/sessions')).text(),
      };
    }, outside.id);
    assert.equal(tried.one.status, 403);
    assert.match(tried.several.text, /not-allowed/);
    assert.equal(tried.picture, 403);
    assert.ok(!tried.lists.includes(outside.id));
    assert.equal((await classroom.sessionOf(2)).state, 'active');
    const entries = await product.api.call('audit', { query: { actor: product.teacher.name, target: nameOf(2) } });
    const refused = entries.filter(({ outcome }) => outcome === 'not-allowed').map(({ action }) => action);
    for (const action of ['scope.refuse', 'session.suspend']) assert.ok(refused.includes(action), action);

    await classroom.task('Sessions', 'Suspend all');
    for (const number of [0, 1]) await classroom.shows(number, 'sign-in');
    for (const number of [2, 3]) assert.equal((await classroom.sessionOf(number)).state, 'active');
    await give(null);
    for (const number of [2, 3]) await seen(number).waitFor();
    await eventually('all are listed', 10_000, async () =>
      (await classroom.sessions()).length === pupils.length ? true : undefined,
    );
  });
}
