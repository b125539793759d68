// Whether the computer may be managed from another one, asked from a network of its own. Needs root.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, test } from 'node:test';
import { GatewayRoom } from '../../test/support/gateway-room.ts';

const run = promisify(execFile);

/** Another computer, as far as the gateway can tell: a network namespace with a cable to this one. */
class OtherComputer implements AsyncDisposable {
  readonly #name = `smt-${process.pid}`;
  readonly #cable = `smt${process.pid % 100_000}`;
  readonly hereAddress = '198.18.77.1';

  static async connect(): Promise<OtherComputer> {
    const other = new OtherComputer();
    const ip = async (...args: string[]): Promise<void> => void (await run('ip', args));
    await ip('netns', 'add', other.#name);
    try {
      await ip('link', 'add', other.#cable, 'type', 'veth', 'peer', 'name', 'cable0', 'netns', other.#name);
      await ip('address', 'add', `${other.hereAddress}/30`, 'dev', other.#cable);
      await ip('link', 'set', other.#cable, 'up');
      await ip('-n', other.#name, 'address', 'add', '198.18.77.2/30', 'dev', 'cable0');
      await ip('-n', other.#name, 'link', 'set', 'cable0', 'up');
    } catch (error) {
      await other[Symbol.asyncDispose]();
      throw error;
    }
    return other;
  }

  /** The status and the code of an answer. */
  async ask(port: number, path: string, headers: readonly string[] = []): Promise<string> {
    const url = `https://${this.hereAddress}:${port}${path}`;
    const options = ['-sk', '--max-time', '10', '-w', ' %{http_code}', ...headers.flatMap((one) => ['-H', one])];
    const { stdout } = await run('ip', ['netns', 'exec', this.#name, 'curl', ...options, '--', url]);
    const code = /"code":"([a-z-]+)"/.exec(stdout)?.[1] ?? '';
    return `${stdout.slice(-3)} ${code}`.trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run('ip', ['netns', 'delete', this.#name]);
  }
}

describe('remote management', () => {
  test('refused: other computers are told so whatever they have; this one, its stations and the way back go on', async () => {
    await using room = await GatewayRoom.make({ address: '0.0.0.0' });
    await using other = await OtherComputer.connect();
    const { body: made } = await room.ask('POST', '/tokens', { local: true, body: { name: 'far', level: 'administrator' } });
    const bearer = [`Authorization: Bearer ${made.token}`];
    const allow = async (allowRemoteManagement: boolean): Promise<void> => {
      const { status } = await room.ask('PATCH', '/settings', { local: true, body: { allowRemoteManagement } });
      assert.equal(status, 200);
    };
    assert.equal(await other.ask(room.port, '/api/v1/sessions', bearer), '200');
    assert.equal(await other.ask(room.port, '/api/v1/setup'), '200');

    await allow(false);
    for (const [path, headers] of [
      ['/api/v1/sessions', bearer],
      ['/api/v1/setup', []],
      ['/api/v1/sessions', ['Authorization: Bearer smt_wrong']],
      ['/api/v1/sessions', ['X-Forwarded-For: 127.0.0.1', 'Host: localhost', ...bearer]],
      ['/api/v1/settings', [...bearer, 'Forwarded: for=127.0.0.1']],
    ] as const)
      assert.equal(await other.ask(room.port, path, headers), '403 remote-management-off', path);
    const upgrade = [
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${'A'.repeat(22)}==`,
    ];
    assert.equal(await other.ask(room.port, '/api/v1/live', [...upgrade, ...bearer]), '403 remote-management-off');
    assert.equal(await other.ask(room.port, '/healthz'), '200', 'what needs no right');

    const here = { token: made.token as string, origin: null };
    assert.equal((await room.ask('GET', '/sessions', here)).status, 200, 'over loopback');
    const own = await run('curl', [
      '-sk',
      '-o',
      '/dev/null',
      '-w',
      '%{http_code}',
      '-H',
      ...bearer,
      '--',
      `https://${other.hereAddress}:${room.port}/api/v1/sessions`,
    ]);
    assert.equal(own.stdout, '200', 'by an address of its own');
    using page = await room.station();
    await page.hear('free');
    await page.signIn('anna');

    await allow(true);
    assert.equal(await other.ask(room.port, '/api/v1/sessions', bearer), '200');
  });
});
