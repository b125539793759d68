// What a teacher sees of real desktops: each picture follows its screen, and nothing of it once watching is not allowed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../eventually.ts';
import type { Classroom } from './classroom.ts';

export function watching(room: () => Classroom): void {
  const shownOf = async ({ dashboard }: Classroom, user: string): Promise<string | null> =>
    await dashboard
      .getByRole('img', { name: `Screen of ${user}` })
      .first()
      .getAttribute('src');

  test('the teacher sees every desktop, each changes with its screen, and one is seen large', async () => {
    const classroom = room();
    await classroom.dashboard.goto(classroom.product.urls.dashboard);
    for (const { account } of classroom.pupils)
      await classroom.dashboard.getByRole('img', { name: `Screen of ${account.name}` }).waitFor();
    const { account, page } = classroom.pupil(0);
    const before = await shownOf(classroom, account.name);
    // The menu of the desktop's background.
    await page.mouse.click(640, 500, { button: 'right' });
    await eventually('the picture is another', 10_000, async () =>
      (await shownOf(classroom, account.name)) === before ? null : true,
    );
    await page.keyboard.press('Escape');
    await classroom.dashboard.getByRole('button', { name: `Enlarge the screen of ${account.name}` }).click();
    await classroom.dashboard.getByRole('dialog').getByRole('img').waitFor();
    const large = await classroom.dashboard
      .getByRole('dialog')
      .getByRole('img')
      .evaluate(async (image: HTMLImageElement) => {
        await image.decode();
        return image.naturalWidth;
      });
    assert.ok(large > 640, String(large));
    await classroom.dashboard.keyboard.press('Escape');
    const { api } = classroom.product;
    assert.ok((await api.call('audit', { query: { action: 'session.watch' } })).some(({ target }) => target === account.name));
  });

  test('once the settings forbid it no picture is left, and they come back when it is allowed again', async () => {
    const classroom = room();
    const { dashboard, product } = classroom;
    await dashboard.goto(product.urls.dashboard);
    const pictures = dashboard.getByRole('img', { name: /^Screen of/ });
    await pictures.first().waitFor();
    await product.api.call('changeSettings', { body: { allowMonitoring: false } });
    await eventually('no picture is left', 10_000, async () => ((await pictures.count()) === 0 ? true : null));
    await product.api.call('changeSettings', { body: { allowMonitoring: true } });
    await pictures.first().waitFor();
  });
}
