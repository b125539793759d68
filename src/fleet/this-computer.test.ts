// The connection to the host: what it tells, and how it comes back.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { CodedError } from '#contract/errors.ts';
import { hostProtocol } from '#contract/host.ts';
import { placesFrom } from '#contract/places.ts';
import type { Computer } from '#contract/values.ts';
import type { Session } from '#model/session.ts';
import { ThisComputer } from './this-computer.ts';

const status: Computer = {
  name: 'lab',
  reachable: true,
  version: '1',
  system: 'Debian',
  startedAt: 1,
  cores: 2,
  load: 0,
  processorBusy: 0.1,
  memoryTotal: 2,
  memoryAvailable: 1,
  hibernation: { fault: null, says: '4.1', asRoot: true, freeBytes: 1, savedBytes: 0 },
  sessionLimitsFault: null,
  unavailable: null,
  leaving: null,
  lastLeave: null,
  leaveFault: null,
  mode: 'station',
  disks: [],
};

function sessionOf(id: string, state: Session['state']): Session {
  return {
    id: id.padEnd(16, 'a'),
    user: 'anna',
    uid: 1000,
    fullName: '',
    computer: 'lab',
    state,
    cause: 'signed-in',
    station: null,
    attachment: 1,
    startedAt: 1,
    since: 1,
    endsAt: null,
    endsBy: '',
    desktop: 'xfce',
    saved: null,
  };
}

/** A host that answers as it is told. */
class LittleHost implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'stationmaster-fleet-'));
  readonly places = placesFrom({ STATIONMASTER_RUN: this.folder });
  sessions: Session[] = [];
  status = status;
  /** What is written right behind the answer of `subscribe`, in the same piece. */
  behind = '';
  answers: Record<string, (id: number) => string | null> = {};
  readonly connections = new Set<Socket>();
  connected = 0;
  #server: Server | null = null;

  async start(): Promise<void> {
    this.#server = createServer((socket) => {
      this.connections.add(socket);
      this.connected += 1;
      socket.on('close', () => this.connections.delete(socket));
      socket.on('error', () => {});
      let rest = '';
      socket.on('data', (data) => {
        const lines = (rest + String(data)).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          const { id, call } = JSON.parse(line) as { id: number; call: string };
          const answer = this.answers[call]?.(id) ?? null;
          if (answer !== null) socket.write(answer);
          else if (call === 'hello')
            socket.write(`${JSON.stringify({ id, result: { protocol: hostProtocol, computer: 'lab', version: '1' } })}\n`);
          else if (call === 'computer.status') socket.write(`${JSON.stringify({ id, result: this.status })}\n`);
          else if (call === 'subscribe')
            socket.write(`${JSON.stringify({ id, result: { sessions: this.sessions } })}\n${this.behind}`);
        }
      });
    }).listen(this.places.hostSocket);
    await once(this.#server, 'listening');
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    for (const socket of this.connections) socket.destroy();
    server.close();
    await once(server, 'close');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true });
  }
}

class Link implements Disposable {
  readonly fleet: ThisComputer;
  readonly told: string[] = [];
  constructor(host: LittleHost) {
    const silent = { info: () => {}, warn: () => {} };
    this.fleet = new ThisComputer(host.places, silent);
    this.fleet.onSession(({ id, state }, before) => this.told.push(`${id[0]} ${before?.state ?? 'new'} ${state}`));
    this.fleet.onReachable((_computer, reachable) => this.told.push(reachable ? 'reachable' : 'away'));
    this.fleet.start();
  }

  async until(told: string): Promise<void> {
    if (this.told.includes(told)) return;
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (this.told.includes(told)) resolve();
      };
      this.fleet.onSession(() => setImmediate(look));
      this.fleet.onReachable(() => setImmediate(look));
    });
  }

  [Symbol.dispose](): void {
    this.fleet.stop();
  }
}

const limit = { timeout: 10_000 };

describe('this computer', () => {
  test('tells the sessions first, then that it is reachable, then what changes', limit, async () => {
    await using host = new LittleHost();
    host.sessions = [sessionOf('b', 'suspended')];
    host.behind = `${JSON.stringify({ event: 'session.changed', session: sessionOf('b', 'active') })}\n`;
    await host.start();
    using link = new Link(host);
    await link.until('b suspended active');
    assert.deepEqual(link.told, ['b new suspended', 'reachable', 'b suspended active']);
    assert.equal(link.fleet.session('b'.padEnd(16, 'a'))?.state, 'active', 'an event right behind the answer is not lost');
    assert.equal(link.fleet.computers()[0]?.name, 'lab');
  });

  test('comes back by itself, and tells what ended meanwhile', limit, async () => {
    await using host = new LittleHost();
    host.sessions = [sessionOf('b', 'active'), sessionOf('c', 'active')];
    await host.start();
    using link = new Link(host);
    await link.until('reachable');
    await host.stop();
    await link.until('away');
    await assert.rejects(link.fleet.call('lab', 'session.list', {}), { code: 'computer-unreachable' });
    assert.equal(link.fleet.sessions().length, 2, 'what is known stays known');
    link.told.length = 0;
    host.sessions = [sessionOf('c', 'suspended')];
    await host.start();
    await link.until('reachable');
    assert.deepEqual(link.told, ['b active ended', 'c active suspended', 'reachable']);
  });

  test('a call is answered, refused by its code, or rejected when the connection breaks', limit, async () => {
    await using host = new LittleHost();
    await host.start();
    using link = new Link(host);
    await link.until('reachable');
    host.answers['session.list'] = (id) =>
      `${JSON.stringify({ id, error: { code: 'session-not-found', message: '', details: { a: 1 } } })}\n`;
    await assert.rejects(
      link.fleet.call('lab', 'session.list', {}),
      (error) => error instanceof CodedError && error.code === 'session-not-found' && error.details['a'] === 1,
    );
    host.answers['session.list'] = (id) => `${JSON.stringify({ id, result: { sessions: 'none' } })}\n`;
    await assert.rejects(link.fleet.call('lab', 'session.list', {}), { code: 'internal' });
    await assert.rejects(link.fleet.call('elsewhere', 'session.list', {}), { code: 'computer-not-found' });
    await assert.rejects(link.fleet.call('lab', 'session.lock', { session: 'no id' }), { code: 'bad-request' });
    const hanging = link.fleet.call('lab', 'account.list', {});
    for (const socket of host.connections) socket.destroy();
    await assert.rejects(hanging, { code: 'computer-unreachable' });
  });

  test('keeps what the computer tells of itself, also what it did not know when it began', limit, async () => {
    await using host = new LittleHost();
    using link = new Link(host);
    assert.equal(link.fleet.computers()[0]?.hibernation.fault, 'not-looked-yet');
    const told: (Computer['leaving'] | string)[] = [];
    const heard = async (count: number): Promise<void> => {
      while (told.length < count) await new Promise((resolve) => setImmediate(resolve));
    };
    link.fleet.onComputer(({ leaving, hibernation }) => told.push(leaving ?? hibernation.fault ?? 'can'));
    // It begins to leave between its first answer and the subscription: no event tells that.
    const leaving = { how: 'restart', phase: 'warning', until: 5, unsaved: 1, by: 'root', stoppable: true } as const;
    host.answers['subscribe'] = (id) => {
      host.status = { ...status, leaving };
      return `${JSON.stringify({ id, result: { sessions: [] } })}\n`;
    };
    await host.start();
    await heard(1);
    const fault = 'disk-full' as const;
    const event = { event: 'computer.changed', computer: { ...status, hibernation: { ...status.hibernation, fault } } };
    for (const socket of host.connections) socket.write(`${JSON.stringify(event)}\n`);
    await heard(2);
    assert.deepEqual(told, [leaving, fault]);
    const [known] = link.fleet.computers();
    assert.deepEqual([known?.hibernation.fault, known?.leaving, known?.reachable], [fault, null, true]);
    // An answer and an event behind it in one piece: the event is the newer one.
    host.answers['computer.status'] = (id) =>
      `${JSON.stringify({ id, result: host.status })}\n${JSON.stringify({ event: 'computer.changed', computer: status })}\n`;
    await link.fleet.call('lab', 'computer.status', {});
    assert.equal(link.fleet.computers()[0]?.leaving, null);
  });

  test('a host of another version, garbage and endless lines are not listened to', limit, async () => {
    await using host = new LittleHost();
    host.answers['hello'] = (id) => `${JSON.stringify({ id, error: { code: 'version-mismatch', message: '', details: {} } })}\n`;
    await host.start();
    using link = new Link(host);
    const tries = async (number: number): Promise<void> => {
      while (host.connected < number) await new Promise((resolve) => setImmediate(resolve));
    };
    await tries(2);
    host.answers['hello'] = () => 'garbage\n';
    await tries(host.connected + 2);
    host.answers['hello'] = () => 'x'.repeat(1_100_000);
    await tries(host.connected + 2);
    assert.deepEqual(link.told, []);
    host.answers = {};
    await link.until('reachable');
  });
});
