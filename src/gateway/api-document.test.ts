// The OpenAPI document: valid, served, and the same as the contract.
import assert from 'node:assert/strict';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { test } from 'node:test';
import { apiRoutes } from '#contract/api.ts';
import { GatewayRoom } from '../../test/support/gateway-room.ts';
import { apiDocument } from './api-document.ts';

interface Operation {
  operationId: string;
  parameters?: { name: string; in: string; required: boolean }[];
  requestBody?: { content: { 'application/json': { schema: object } } };
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

const document = (): Document => JSON.parse(apiDocument()) as Document;

test('the document is one of OpenAPI 3.1', async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(JSON.parse(apiDocument()) as Record<string, unknown>);
  assert.equal(valid, true, JSON.stringify(errors));
  assert.equal(validator.version, '3.1');
  const broken = JSON.parse(apiDocument()) as { paths: Record<string, unknown> };
  broken.paths['no-slash'] = { get: 7 };
  assert.equal((await new Validator().validate(broken)).valid, false, 'the validator finds what is wrong');
});

test('every schema in it can be used, and nothing in it points to what is not there', () => {
  const { paths, components } = document();
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'document', components });
  for (const name of Object.keys(components.schemas)) assert.ok(ajv.getSchema(`document#/components/schemas/${name}`), name);
  for (const [, name] of JSON.stringify(paths).matchAll(/#\/components\/schemas\/(\w+)/g))
    assert.ok(Object.hasOwn(components.schemas, name ?? ''), name);
});

test('every route is in it with its parameters and body, and no other', () => {
  const found = Object.entries(document().paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ line: `${method.toUpperCase()} ${path}`, operation })),
  );
  const routes = Object.entries(apiRoutes).map(([name, route]) => ({
    name,
    route,
    line: `${route.method} ${route.path.replaceAll(/:(\w+)/g, '{$1}')}`,
  }));
  assert.deepEqual(found.map(({ line }) => line).toSorted(), routes.map(({ line }) => line).toSorted());
  for (const { name, route, line } of routes) {
    const operation = found.find((one) => one.line === line)?.operation;
    assert.equal(operation?.operationId, name);
    const parameters = operation.parameters?.map((one) => `${one.in} ${one.name}`) ?? [];
    const expected = [
      ...Object.keys(route.params.shape).map((one) => `path ${one}`),
      ...Object.keys(route.query.shape).map((one) => `query ${one}`),
      ...('keyed' in route ? ['header Idempotency-Key'] : []),
      ...('conditional' in route ? ['header If-None-Match'] : []),
    ];
    assert.deepEqual(parameters.toSorted(), expected.toSorted(), line);
    assert.equal(operation.requestBody !== undefined, route.method === 'POST' || route.method === 'PATCH', line);
  }
});

test('it is served to everybody, and says who may', async () => {
  await using room = await GatewayRoom.make();
  const { status, body } = await room.ask('GET', '/openapi.json');
  assert.equal(status, 200);
  assert.equal(body.openapi, '3.1.1');
  assert.deepEqual(body.paths['/settings'].patch['x-rights'], { administrator: 'any' });
  assert.deepEqual(body.paths['/setup'].get.security, []);
  assert.equal(body.paths['/settings'].patch.security, undefined);
});
