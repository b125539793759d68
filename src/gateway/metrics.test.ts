// /metrics: who is answered, that every line can be read, and that the numbers are those of what happened.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CodedError } from '#contract/errors.ts';
import { apiRoutes } from '#contract/api.ts';
import { may } from '#model/permissions.ts';
import { GatewayRoom, until } from '../../test/support/gateway-room.ts';
import { Counter, Histogram, prometheusText } from './prometheus-text.ts';

interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** Reads the text as Prometheus does; throws at a line that is not of its form or stands in the wrong place. */
function parse(text: string): { samples: Sample[]; types: Map<string, string> } {
  assert.ok(text.endsWith('\n'), 'the last line is ended');
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  let family = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const help = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) \S.*$/.exec(line);
    const type = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)$/.exec(line);
    const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\+Inf|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/.exec(line);
    if (help !== null) {
      family = help[1] ?? '';
      assert.ok(!types.has(family), `${family} comes once`);
    } else if (type !== null) {
      assert.equal(type[1], family, line);
      types.set(family, type[2] ?? '');
    } else {
      assert.ok(sample !== null, `cannot be read: ${line}`);
      const [, name = '', labelText = '', value = ''] = sample;
      const suffixes = types.get(family) === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
      assert.ok(
        suffixes.some((suffix) => name === `${family}${suffix}`),
        `${line} under ${family}`,
      );
      const pairs = [...labelText.matchAll(/([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/g)];
      assert.equal(pairs.map(([whole]) => whole).join(''), labelText, line);
      const labels = Object.fromEntries(pairs.map(([, label = '', of = '']) => [label, of]));
      samples.push({ name, labels, value: value === '+Inf' ? Infinity : Number(value) });
    }
  }
  const keys = samples.map(({ name, labels }) =>
    JSON.stringify([
      name,
      Object.keys(labels)
        .toSorted()
        .map((label) => [label, labels[label]]),
    ]),
  );
  assert.equal(new Set(keys).size, keys.length, 'no sample comes twice');
  return { samples, types };
}

async function scrape(room: GatewayRoom): Promise<Sample[]> {
  const { status, body, headers } = await room.ask('GET', '/metrics', { local: true });
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  assert.equal(headers['cache-control'], 'no-store');
  return parse(String(body)).samples;
}

function valueOf(samples: readonly Sample[], name: string, labels: Record<string, string> = {}): number | undefined {
  const fitting = samples.filter(
    (sample) => sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  );
  assert.ok(fitting.length <= 1, `${name} ${JSON.stringify(labels)}`);
  return fitting[0]?.value;
}

describe('who is answered at /metrics', () => {
  test('root and every token; not the public, a wrong token, or a page of a standard user', async () => {
    await using room = await GatewayRoom.make();
    assert.equal((await room.ask('GET', '/metrics', { local: true })).status, 200);
    for (const level of ['dashboard', 'administrator']) {
      const { body } = await room.ask('POST', '/tokens', { local: true, body: { name: `for ${level}`, level } });
      const { status } = await room.ask('GET', '/metrics', { token: body.token, origin: null });
      assert.equal(status, 200, level);
    }
    for (const options of [{}, { token: 'smt_wrong' }, { cookie: 'x'.repeat(43) }]) {
      const { status, body } = await room.ask('GET', '/metrics', { ...options, origin: null });
      assert.deepEqual([status, body.code], [401, 'not-signed-in'], JSON.stringify(options));
    }
    assert.equal(may('standard', 'metrics.see'), false);
    const cookie = await room.pageCookie('teacher', 'dashboard');
    assert.equal((await room.ask('GET', '/metrics', { cookie, origin: null })).status, 200);
    const foreign = await room.ask('GET', '/metrics', { cookie, origin: 'https://evil.example' });
    assert.deepEqual([foreign.status, foreign.body.code], [403, 'foreign-origin']);
  });
});

describe('what /metrics says', () => {
  test('sessions and stations as they are, sign-ins, and requests by route and class of the status only', async () => {
    await using room = await GatewayRoom.make();
    const page = await room.station();
    await page.hear('free');
    page.say({ say: 'sign-in', user: 'anna', password: 'wrong' });
    await page.hear('free');
    const before = await scrape(room);
    assert.equal(valueOf(before, 'stationmaster_stations', { status: 'free' }), 1);
    assert.equal(valueOf(before, 'stationmaster_sessions', { state: 'active' }), 0);
    assert.equal(valueOf(before, 'stationmaster_sign_ins_total', { kind: 'station.sign-in', outcome: 'wrong-credentials' }), 1);
    await page.signIn('anna');
    const path = '/sessions/aaaaaaaaaaaaaaaa/suspend';
    assert.equal((await room.ask('POST', path, { local: true, body: {} })).status, 404);
    assert.equal((await room.ask('GET', '/no-such-route', { local: true })).status, 404);
    assert.equal((await room.ask('GET', '/sessions', {})).status, 401);
    const samples = await scrape(room);
    assert.equal(valueOf(samples, 'stationmaster_computer_reachable', { computer: room.computerName }), 1);
    assert.equal(valueOf(samples, 'stationmaster_stations', { status: 'in-use' }), 1);
    assert.equal(valueOf(samples, 'stationmaster_stations', { status: 'free' }), 0);
    assert.equal(valueOf(samples, 'stationmaster_stations_online'), 1);
    assert.equal(valueOf(samples, 'stationmaster_sessions', { state: 'active' }), 1);
    assert.equal(valueOf(samples, 'stationmaster_sign_ins_total', { kind: 'station.sign-in', outcome: 'done' }), 1);
    const count = 'stationmaster_http_request_seconds_count';
    assert.equal(valueOf(samples, count, { route: 'suspendSession', status: '4xx' }), 1);
    assert.equal(valueOf(samples, count, { route: 'sessions', status: '4xx' }), 1);
    assert.equal(valueOf(samples, count, { route: 'changeSettings', status: '2xx' }), 1);
    const routes = new Set(samples.flatMap(({ labels }) => labels['route'] ?? []));
    assert.deepEqual(
      [...routes].filter((route) => !(route in apiRoutes)),
      [],
    );
    for (const name of ['process_resident_memory_bytes', 'nodejs_heap_size_used_bytes', 'nodejs_eventloop_active_seconds_total'])
      assert.ok((valueOf(samples, name) ?? 0) > 0, name);
    assert.ok((valueOf(samples, 'nodejs_eventloop_lag_seconds') ?? -1) >= 0);
    page[Symbol.dispose]();
  });

  test('how long saving and continuing took, done and failed apart', async () => {
    await using room = await GatewayRoom.make({ scripted: true });
    const anna = room.script.add('anna');
    const ben = room.script.add('ben');
    const takes = async (id: string, state: string, ms: number): Promise<void> => {
      await until(`the gateway knows that it is ${state}`, async () => {
        const { body } = await room.ask('GET', '/sessions', { local: true });
        return (body as { id: string; state: string }[]).some((session) => session.id === id && session.state === state);
      });
      room.clock.pass(ms);
    };
    room.script.saving = async ({ id, user }) => {
      await takes(id, 'hibernating', 3000);
      if (user === 'ben') throw new CodedError('disk-full');
    };
    const hibernate = async (id: string): Promise<number> =>
      (await room.ask('POST', `/sessions/${id}/hibernate`, { local: true, body: {} })).status;
    assert.deepEqual([await hibernate(anna.id), await hibernate(ben.id)], [200, 507]);
    room.script.opening = async ({ id }) => await takes(id, 'restoring', 7000);
    const page = await room.station();
    await page.hear('free');
    await page.signIn('anna');
    const samples = await scrape(room);
    for (const [what, outcome, seconds] of [
      ['save', 'done', 3],
      ['save', 'failed', 3],
      ['restore', 'done', 7],
    ] as const) {
      const name = `stationmaster_session_${what}_seconds`;
      assert.equal(valueOf(samples, `${name}_count`, { outcome }), 1, `${what} ${outcome}`);
      const sum = valueOf(samples, `${name}_sum`, { outcome }) ?? 0;
      assert.ok(sum >= seconds && sum < seconds + 60, `${what} ${outcome}: ${sum}`);
      assert.equal(valueOf(samples, `${name}_bucket`, { outcome, le: '2.5' }), 0);
      assert.equal(valueOf(samples, `${name}_bucket`, { outcome, le: '+Inf' }), 1);
    }
    assert.equal(valueOf(samples, 'stationmaster_sessions', { state: 'suspended' }), 1);
    page[Symbol.dispose]();
  });
});

describe("Prometheus' text form", () => {
  test('names of any kind are escaped, buckets add up', () => {
    const counter = new Counter();
    const odd = 'a "quoted" \\ name\nof two lines';
    counter.add({ of: odd });
    counter.add({ of: odd });
    const histogram = new Histogram([1, 5]);
    for (const seconds of [0.5, 1, 3, 100]) histogram.observe({ outcome: 'done' }, seconds);
    const { samples, types } = parse(
      prometheusText([
        { name: 'odd_total', type: 'counter', help: 'Two\nlines.', samples: counter.samples() },
        { name: 'long_seconds', type: 'histogram', help: 'Long.', samples: histogram.samples() },
      ]),
    );
    assert.deepEqual(
      [...types],
      [
        ['odd_total', 'counter'],
        ['long_seconds', 'histogram'],
      ],
    );
    assert.deepEqual(samples[0], { name: 'odd_total', labels: { of: String.raw`a \"quoted\" \\ name\nof two lines` }, value: 2 });
    assert.deepEqual(
      samples.slice(1).map(({ name, labels, value }) => [name, labels['le'] ?? '', value]),
      [
        ['long_seconds_bucket', '1', 2],
        ['long_seconds_bucket', '5', 3],
        ['long_seconds_bucket', '+Inf', 4],
        ['long_seconds_sum', '', 104.5],
        ['long_seconds_count', '', 4],
      ],
    );
  });
});
