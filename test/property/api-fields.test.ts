// Every field of every body that the API takes, with every value that belongs nowhere: what is not of the form is refused, and nothing
// makes the gateway fail.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { errorCodes } from '#contract/errors.ts';
import type { ErrorCode } from '#contract/errors.ts';
import { GatewayRoom } from '../support/gateway-room.ts';
import type { Schema } from '../../src/web/api/described.ts';
import { ApiDocument } from './api-document.ts';
import { away, fitting, nastyValues } from './api-requests.ts';

/** A place in a value: names of fields, numbers of entries. */
type Place = readonly (string | number)[];

/** All places in what fits the schema, with the value itself first. */
function placesIn(schema: Schema, at: Place = []): Place[] {
  const choices = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap((choice) => placesIn(choice, at));
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, part]) => placesIn(part, [...at, name]));
  const entries = schema.items === undefined ? [] : placesIn(schema.items, [...at, 0]);
  const all = [at, ...choices, ...fields, ...entries];
  return [...new Map(all.map((place) => [place.join('/'), place])).values()];
}

/** The value with `wrong` at the place, and what is needed on the way there. */
function changed(value: unknown, [step, ...rest]: Place, wrong: unknown): unknown {
  if (step === undefined) return wrong;
  if (typeof step === 'number') return [changed(Array.isArray(value) ? value[0] : undefined, rest, wrong)];
  const fields = typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  return { ...fields, [step]: changed(fields[step], rest, wrong) };
}

test('every field of every body, with every value that belongs nowhere', async (t) => {
  await using room = await GatewayRoom.make();
  const document = new ApiDocument((await room.ask('GET', '/openapi.json')).body);
  let asked = 0;
  let refused = 0;
  for (const route of document.routes) {
    const { method, path, operation } = route;
    const schema = operation.requestBody?.content['application/json'].schema;
    const fits = document.bodyOf(route);
    if (schema === undefined || fits === null) continue;
    const [base] = fc.sample(fitting(schema), { numRuns: 1, seed: 7 });
    // Nobody and nothing of this name is there, so that what would be carried out finds nobody.
    const address = path.replaceAll(/\{\w+\}/g, 'nobody-of-this-name');
    for (const place of placesIn(schema)) {
      for (const wrong of nastyValues) {
        const body = changed(base, place, wrong);
        const sent = JSON.stringify(body);
        const { status, body: answer } = await room.ask(method, address, { local: true, body: sent });
        const told = `${method} ${address} ${sent.slice(0, 300)} → ${status} ${JSON.stringify(answer).slice(0, 300)}`;
        asked += 1;
        // No body at all is one without fields.
        if (sent !== 'null' && !fits(JSON.parse(sent))) {
          refused += 1;
          assert.ok(status >= 400 && status < 500, told);
        }
        if (status === 200) continue;
        assert.equal(errorCodes[answer.code as ErrorCode].status, status, told);
        assert.ok(status < 500 || away.has(answer.code), told);
      }
    }
  }
  t.diagnostic(`${asked} requests, ${refused} of them not of the form`);
  assert.equal((await room.ask('GET', '/healthz', { local: true })).body.ready, true);
  assert.equal((await room.ask('POST', '/audit/verify', { local: true, body: {} })).body.fault, null);
});
