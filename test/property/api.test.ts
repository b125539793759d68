// Asks every route of the API, with what its own OpenAPI document allows and with what it just does not allow, of a real gateway before
// the real host server over fake people and desktops: no answer is a fault of ours, each fits the document, and the gateway goes on.
// Twelve seconds; STATIONMASTER_FUZZ_SECONDS says how long else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { errorCodes } from '#contract/errors.ts';
import type { ErrorCode } from '#contract/errors.ts';
import { GatewayRoom } from '../support/gateway-room.ts';
import type { Reply, TestStation } from '../support/gateway-room.ts';
import type { Route } from '../../src/web/api/described.ts';
import { ApiDocument } from './api-document.ts';
import { away, fitting, nastyValues } from './api-requests.ts';

const limitMs = Number(process.env['STATIONMASTER_FUZZ_SECONDS'] ?? 12) * 1000;
/** Then the room is made anew: by then it has no stations or sessions left. */
const requestsPerRoom = 400;
/** The same with one thing in it that does not belong there, or without something that does. */
function almost(value: unknown, at: number, wrong: unknown): unknown {
  if (typeof value !== 'object' || value === null) return wrong;
  const names = Object.keys(value);
  if (Array.isArray(value) || names.length === 0) return at % 2 === 0 ? wrong : { ...value, extra: wrong };
  const name = names[at % names.length] ?? '';
  const rest = Object.fromEntries(Object.entries(value).filter(([other]) => other !== name));
  if (at % 5 === 0) return rest;
  return { ...rest, [name]: almost((value as Record<string, unknown>)[name], Math.floor(at / 7), wrong) };
}

function almostRecord(record: Record<string, unknown>, at: number, wrong: unknown): Record<string, unknown> {
  const result = almost(record, at, wrong);
  return typeof result === 'object' && result !== null ? (result as Record<string, unknown>) : { extra: wrong };
}

/** As it stands in an address. */
function textFor(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? '');
}

interface Asking {
  route: Route;
  params: Record<string, unknown>;
  /** Chooses among those that there are; null: a name as it was made up. */
  known: number | null;
  query: Record<string, unknown>;
  headers: Record<string, unknown>;
  body: unknown;
  raw: string | null;
}

function askingOf(route: Route): fc.Arbitrary<Asking> {
  const { parameters = [], requestBody } = route.operation;
  const partOf = (place: 'path' | 'query' | 'header'): fc.Arbitrary<Record<string, unknown>> => {
    const ours = parameters.filter((one) => one.in === place);
    const arbitraries = Object.fromEntries(ours.map(({ name, schema }) => [name, fitting(schema)]));
    return fc.record(arbitraries, {
      requiredKeys: ours.filter(({ required }) => required).map(({ name }) => name),
      noNullPrototype: true,
    });
  };
  const bodySchema = requestBody?.content['application/json'].schema;
  const change = fc.record({ at: fc.nat(200), wrong: fc.constantFrom(...nastyValues) });
  return fc
    .record({
      params: partOf('path'),
      known: fc.option(fc.nat(20), { freq: 4 }),
      query: partOf('query'),
      headers: partOf('header'),
      // Keys that come again, with the same request or another one.
      usedKey: fc.option(fc.constantFrom('a-key-that-comes-again-1', 'a-key-that-comes-again-2'), { freq: 3 }),
      body: bodySchema === undefined ? fc.constant(undefined) : fitting(bodySchema),
      raw: fc.option(fc.constantFrom('', '{', 'null', '[]', '"x"', '{"a":'), { freq: 20, nil: null }),
      where: fc.constantFrom('nowhere', 'nowhere', 'body', 'query', 'params', 'headers'),
      change,
    })
    .map(({ where, change: { at, wrong }, params, known, query, headers, usedKey, body, raw }) => ({
      route,
      params: where === 'params' ? almostRecord(params, at, wrong) : params,
      known: where === 'params' ? null : known,
      query: where === 'query' ? almostRecord(query, at, wrong) : query,
      headers:
        where === 'headers'
          ? almostRecord(headers, at, wrong)
          : usedKey !== null && 'Idempotency-Key' in headers
            ? { 'Idempotency-Key': usedKey }
            : headers,
      body: where === 'body' && body !== undefined ? almost(body, at, wrong) : body,
      raw: body === undefined ? null : raw,
    }));
}

/** Of these only in a room of its own would the rest still be worth asking. */
const rare: ReadonlySet<string> = new Set(['leave', 'removeAccount', 'logOffAll', 'suspendAll']);

class Fuzzed implements AsyncDisposable {
  readonly room: GatewayRoom;
  readonly #pages: TestStation[];
  readonly #ids: Record<string, string[]>;
  /** Where lists go on, as they said themselves. */
  readonly #cursors = new Map<string, string>();

  private constructor(room: GatewayRoom, pages: TestStation[], ids: Record<string, string[]>) {
    this.room = room;
    this.#pages = pages;
    this.#ids = ids;
  }

  static async make(): Promise<Fuzzed> {
    const room = await GatewayRoom.make();
    const pages: TestStation[] = [];
    for (const user of ['anna', 'teacher', null, null]) {
      const page = await room.station();
      await page.hear('free');
      if (user !== null) await page.signIn(user);
      pages.push(page);
    }
    const { body: stations } = await room.ask('GET', '/stations', { local: true });
    return new Fuzzed(room, pages, {
      '/sessions': room.sessions.list().map(({ id }) => id),
      '/stations': stations.map(({ id }: { id: string }) => id),
      '/computers': [room.computerName],
      '/users': ['anna', 'ben', 'carla', 'teacher', 'admin'],
    });
  }

  async ask({ route, params, known, query, headers, body, raw }: Asking): Promise<{ line: string; reply: Reply }> {
    const there = this.#ids[`/${route.path.split('/')[1]}`] ?? [];
    const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const real = known === null ? undefined : there[known % there.length];
      return encodeURIComponent((real ?? textFor(params[name])).toWellFormed());
    });
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) search.set(name, textFor(value));
    const cursor = this.#cursors.get(path);
    if (known !== null && cursor !== undefined && search.has('cursor')) search.set('cursor', cursor);
    const text = search.size === 0 ? path : `${path}?${search.toString()}`;
    const sent = raw ?? (body === undefined ? undefined : (JSON.stringify(body) ?? ''));
    const sentHeaders = Object.fromEntries(
      Object.entries(headers)
        // What HTTP cannot carry does not reach the gateway.
        .map(
          ([name, value]) =>
            [
              name,
              textFor(value)
                .replaceAll(/[^\t\u0020-\u007e\u0080-\u00ff]/g, '?')
                .slice(0, 4000),
            ] as const,
        )
        .filter(([name]) => name === 'Idempotency-Key'),
    );
    const options = { local: true, headers: sentHeaders, ...(sent === undefined ? {} : { body: sent }) };
    const reply = await this.room.ask(route.method, text, options);
    const [, next] = /[?&]cursor=([^>&]+)/.exec(String(reply.headers['link'] ?? '')) ?? [];
    if (next !== undefined) this.#cursors.set(path, next);
    const told = JSON.stringify(sentHeaders);
    return { line: `${route.method} ${text.slice(0, 300)} ${told} ${String(sent).slice(0, 500)}`, reply };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const page of this.#pages) page[Symbol.dispose]();
    await this.room[Symbol.asyncDispose]();
  }
}

test('no request to any route makes the gateway fail, and every answer is as the document says', {
  timeout: limitMs + 120_000,
}, async (t) => {
  const end = performance.now() + limitMs;
  const asked = new Map<string, number>();
  const statuses = new Map<number, number>();
  let seed = Number(process.env['STATIONMASTER_FUZZ_SEED'] ?? Date.now() % 2 ** 31);
  while (performance.now() < end) {
    await using fuzzed = await Fuzzed.make();
    const document = new ApiDocument((await fuzzed.room.ask('GET', '/openapi.json')).body);
    const { routes, error: isError } = document;
    const validatorOf = new Map(routes.map((route) => [route.operation.operationId, document.replyOf(route)]));
    const asking = fc.oneof(
      ...routes.map((route) => ({ weight: rare.has(route.operation.operationId) ? 1 : 12, arbitrary: askingOf(route) })),
    );
    await fc.assert(
      fc.asyncProperty(asking, async (one) => {
        const { line, reply } = await fuzzed.ask(one);
        const { operationId } = one.route.operation;
        asked.set(operationId, (asked.get(operationId) ?? 0) + 1);
        statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1);
        const answer = `${line} → ${reply.status} ${JSON.stringify(reply.body).slice(0, 500)}`;
        if (reply.status === 200) {
          const validator = validatorOf.get(operationId);
          assert.notEqual(validator, undefined, operationId);
          if (validator != null) assert.ok(validator(reply.body), `${answer}: ${JSON.stringify(validator.errors)}`);
          return;
        }
        assert.ok(isError(reply.body), `${answer}: ${JSON.stringify(isError.errors)}`);
        assert.equal(errorCodes[reply.body.code as ErrorCode].status, reply.status, answer);
        assert.ok(reply.status < 500 || away.has(reply.body.code), answer);
      }),
      {
        numRuns: requestsPerRoom,
        // Smaller requests would meet a room that is another one by then.
        endOnFailure: true,
        seed,
        // A run that is interrupted before its first request counts as a failure.
        interruptAfterTimeLimit: Math.max(2000, end - performance.now()),
        markInterruptAsFailure: false,
      },
    );
    seed += 1;
    const { body: health } = await fuzzed.room.ask('GET', '/healthz', { local: true });
    assert.equal(health.ready, true);
    const { body: report } = await fuzzed.room.ask('POST', '/audit/verify', { local: true, body: {} });
    assert.equal(report.fault, null);
  }
  t.diagnostic(
    `${[...asked.values()].reduce((sum, count) => sum + count, 0)} requests to ${asked.size} routes; ${JSON.stringify(Object.fromEntries(statuses))}`,
  );
});
