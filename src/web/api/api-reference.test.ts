// The reference of the API in a real browser, under the real security headers: everything that the document says, in both languages.
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { errorCodes } from '#contract/errors.ts';
import { apiDocument } from '#gateway/api-document.ts';
import type { FakeGateway } from '../../../test/support/fake-gateway.ts';
import { managerRoom } from '../../../test/support/manager-room.ts';
import { axeFaults, keepPicture } from '../../../test/support/page-checks.ts';
import { boundsOf, commandFor, exampleOf, kindOf, routesOf, rowsOf } from './described.ts';
import type { Described } from './described.ts';

const described = JSON.parse(apiDocument()) as Described;
const routes = routesOf(described);

describe('the reference of the API', () => {
  const room = managerRoom({ widthPx: 1280, heightPx: 900 });
  let gateway: FakeGateway;
  let page: Page;

  const picture = (name: string): Promise<void> => keepPicture(page, name);
  const operation = (id: string) => page.locator(`details#${id}`);

  beforeEach(() => {
    ({ gateway, page } = room);
  });

  test('is for everybody, and has every operation and every error', async () => {
    gateway.principal = null;
    await page.goto(gateway.url('/api'));
    await operation('suspendAll').waitFor();
    const ids = await page.locator('details').evaluateAll((all) => all.map(({ id }) => id));
    assert.deepEqual(ids.toSorted(), routes.map(({ operation: { operationId } }) => operationId).toSorted());
    const codes = await page.getByRole('group', { name: 'Errors' }).locator('tbody tr td:first-child').allTextContents();
    assert.deepEqual(codes, Object.keys(errorCodes));
  });

  test('an address that nothing can be read from shows it all the same', async () => {
    await page.goto(gateway.url('/api#%'));
    await operation('suspendAll').waitFor();
  });

  test('unfolds an operation: who may, what it takes and gives, and a command; the address keeps it', async () => {
    await page.goto(gateway.url('/api'));
    await operation('logOffAll').locator('summary').click();
    const shown = operation('logOffAll');
    await shown.getByText('Who may: Administrator').waitFor();
    await shown.getByText('Scopes that include it: sessions').waitFor();
    await shown.getByRole('group', { name: 'Parameters' }).getByText('Idempotency-Key:').waitFor();
    await shown.getByRole('group', { name: 'Body', exact: true }).getByText('seconds').waitFor();
    await shown.getByText('/api/v1/computers/NAME/log-off-all').waitFor();
    assert.equal(new URL(page.url()).hash, '#logOffAll');
    await page.reload();
    await operation('logOffAll').getByText('Who may: Administrator').waitFor();
    const top = await operation('logOffAll').evaluate((element) => element.getBoundingClientRect().top);
    assert.ok(top >= -1 && top < 450, `not in sight: ${top}`);
    await picture('api-operation');
    assert.deepEqual(await axeFaults(page), []);
  });

  test('is searched, and says if there is nothing', async () => {
    await page.goto(gateway.url('/api'));
    await page.getByRole('searchbox', { name: 'Search the API' }).fill('split');
    await operation('sessions').waitFor({ state: 'detached' });
    assert.deepEqual(await page.locator('details').evaluateAll((all) => all.map(({ id }) => id)), [
      'splitStation',
      'unsplitStation',
    ]);
    await page.getByRole('searchbox', { name: 'Search the API' }).fill('no such thing');
    await page.getByText('Nothing matches “no such thing”.').waitFor();
  });

  test('a document that does not come is said, and asked for again', async () => {
    await page.route('**/openapi.json', (route) => route.abort());
    await page.goto(gateway.url('/api'));
    await page.getByText('The computer cannot be reached. Check the network, then try again.').waitFor();
    await page.unroute('**/openapi.json');
    await page.getByRole('button', { name: 'Try again' }).click();
    await operation('sessions').waitFor();
  });

  for (const [language, dark] of [
    ['en', false],
    ['fr', true],
  ] as const) {
    test(`has no accessibility fault in ${language}, ${dark ? 'dark' : 'light'}, wide and narrow`, async () => {
      await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
      await page.addInitScript((chosen) => localStorage.setItem('stationmaster.language', chosen), language);
      await page.goto(gateway.url('/api#createAccount'));
      await operation('createAccount').getByRole('group').first().waitFor();
      assert.deepEqual(await axeFaults(page), []);
      await picture(`api-${language}`);
      await page.setViewportSize({ width: 390, height: 800 });
      assert.deepEqual(await axeFaults(page), []);
      const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(tooWide <= 0, `${tooWide} px too wide`);
      await picture(`api-${language}-narrow`);
    });
  }
});

describe('what the reference says of a value', () => {
  const { schemas } = described.components;

  test('its kind and bounds', () => {
    assert.equal(kindOf({ type: 'string' }, schemas), 'string');
    assert.equal(kindOf({ anyOf: [{ type: 'string' }, { type: 'null' }] }, schemas), 'string | null');
    assert.equal(kindOf({ enum: ['csv', 'jsonl'] }, schemas), '"csv" | "jsonl"');
    assert.match(kindOf({ enum: Object.keys(errorCodes) }, schemas), /^"bad-request" \|.{1,400}\| …$/);
    assert.equal(kindOf({ type: 'array', items: { enum: ['a', 'b'] } }, schemas), '("a" | "b")[]');
    assert.equal(kindOf({ type: 'array', items: { $ref: '#/components/schemas/Session' } }, schemas), 'Session[]');
    assert.equal(boundsOf({ type: 'integer', minimum: 1, maximum: 500, default: 100 }), '1…500, default 100');
    assert.equal(boundsOf({ type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }), '');
  });

  test('something of every operation, without going round in circles', () => {
    for (const route of routes) {
      const { operation } = route;
      const body = operation.requestBody?.content['application/json'].schema;
      if (body?.properties !== undefined)
        for (const name of Object.keys(body.properties))
          assert.ok(
            rowsOf(body, schemas).some((row) => row.name === name && row.depth === 0),
            `${operation.operationId} ${name}`,
          );
      const command = commandFor(route, 'https://computer/api/v1', schemas);
      const query = operation.parameters?.filter((one) => one.in === 'query' && one.required).map(({ name }) => name) ?? [];
      const address = query.length === 0 ? /https:\/\/computer\/api\/v1\/[^ {}?"]+$/ : /"https:\/\/computer\/api\/v1\/[^ {}"]+"$/;
      assert.match(command, address, operation.operationId);
      for (const name of query) assert.ok(command.includes(`${name}=${name.toUpperCase()}`), command);
      assert.ok(!command.includes('undefined'), command);
      for (const { schema } of Object.values(operation.responses['200'].content))
        if (schema !== undefined) assert.doesNotThrow(() => JSON.stringify(exampleOf(schema, schemas)));
      assert.equal(command.includes('Idempotency-Key'), JSON.stringify(operation.parameters ?? []).includes('Idempotency-Key'));
    }
  });
});
