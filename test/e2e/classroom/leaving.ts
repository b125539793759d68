// Suspending and logging off from the Dashboard, with real desktops.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../eventually.ts';
import type { Classroom } from './classroom.ts';

export function leaving(room: () => Classroom): void {
  test('the teacher suspends one, then all; everybody goes on with what they had', async () => {
    const classroom = room();
    const before = await classroom.sessions();
    await classroom.choose(1);
    await classroom.task('Sessions', 'Suspend selected');
    await classroom.shows(1, 'sign-in');
    assert.equal((await classroom.sessionOf(1)).state, 'suspended');
    assert.equal((await classroom.sessionOf(0)).state, 'active');
    await classroom.task('Sessions', 'Suspend all');
    for (const number of classroom.pupils.keys()) await classroom.shows(number, 'sign-in');
    await classroom.everybodyIn();
    const after = await classroom.sessions();
    assert.deepEqual(after.map(({ id }) => id).toSorted(), before.map(({ id }) => id).toSorted());
  });

  test('one who is logged off is warned, and signs in to a new desktop', async () => {
    const classroom = room();
    const { id } = await classroom.sessionOf(2);
    await classroom.choose(2);
    await classroom.task('Sessions', 'Log off selected');
    const dialog = classroom.dashboard.getByRole('dialog');
    await dialog.getByRole('spinbutton').fill('1');
    await dialog.getByRole('button', { name: 'Log off', exact: true }).click();
    await classroom.shows(2, 'sign-in');
    await eventually('the session is gone', 20_000, async () =>
      (await classroom.sessions()).every((session) => session.id !== id) ? true : undefined,
    );
    await classroom.everybodyIn();
    assert.notEqual((await classroom.sessionOf(2)).id, id);
  });
}
