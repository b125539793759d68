// Systems in a real browser: connection files are saved as they are chosen, and bad addresses refused.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { beforeEach, describe, test } from 'node:test';
import { makeComputer, makePrincipal } from '../../../test/support/fake-gateway.ts';
import { managerRoom } from '../../../test/support/manager-room.ts';
import { axeFaults } from '../../../test/support/page-checks.ts';

describe('Systems', () => {
  const room = managerRoom();
  beforeEach(() => {
    room.gateway.principal = makePrincipal('ada', 'administrator');
    room.gateway.computers = [makeComputer('classroom')];
  });

  test('saves a connection file for the page and the device that are chosen, by keyboard alone', async () => {
    const { page, gateway } = room;
    await page.goto(gateway.url('/manager/systems'));
    await page.getByRole('button', { name: 'Save connection files' }).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Save connection files' });
    await dialog.getByText('This address works on the computer itself only.').waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await dialog.getByRole('radio', { name: 'Dashboard' }).press('Space');
    await dialog.getByRole('radio', { name: 'Windows (.url)' }).press('Space');
    const address = dialog.getByRole('textbox', { name: 'Address of this computer' });
    for (const wrong of ['', 'http://room.example', 'https://room.example/manager', 'room']) {
      await address.fill(wrong);
      await dialog.getByText('An address such as https://room.example:8443.').waitFor();
      await dialog.getByRole('button', { name: 'Save file' }).press('Enter');
    }
    await address.fill('https://room.example:8443');
    await dialog.getByText('File: Stationmaster Dashboard - room.example.url').waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), address.press('Enter')]);
    assert.equal(download.suggestedFilename(), 'Stationmaster Dashboard - room.example.url');
    assert.equal(
      await readFile(await download.path(), 'utf8'),
      '[InternetShortcut]\r\nURL=https://room.example:8443/dashboard\r\n',
    );
    await dialog.waitFor({ state: 'detached' });
  });
});
