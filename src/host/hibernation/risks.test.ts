import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, copyFileSync, mkdtempDisposableSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { until } from '../test-desktops.ts';
import { makeTestRoom } from '../test-room.ts';
import { ProgramNames } from './program-names.ts';
import { risksOf } from './risks.ts';
import type { Risk } from './risks.ts';

/** Starts what it is given, each a shell text of this file, and waits; it stands for the init of a session. */
const init = 'for text in "$@"; do sh -c "$text" & done; wait';
/** PTRACE_TRACEME of a perl, by the number that the processor's system calls have for it. */
const traceMe = `exec perl -e 'syscall(${process.arch === 'arm64' ? 117 : 101}, 0, 0, 0, 0) == 0 or die; $| = 1; print "ready\\n"; sleep 60'`;
const sleeps = 'echo ready; exec sleep 60';

/** Of perl, because node itself holds what only the kernel knows. */
function perl(script: string): string {
  return `exec perl -MIO::Socket::UNIX -MIO::Socket::INET -e '$| = 1; ${script} print "ready\\n"; sleep 60'`;
}

function serving(path: string): string {
  return perl(`$s = IO::Socket::UNIX->new(Local => "${path}", Listen => 9) or die;`);
}

/** A session of plain processes, each of which has said that it is ready. */
class PlainSession implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'stationmaster-risks-'));
  readonly pixels = join(this.folder, 'rfb');
  readonly #says = join(this.folder, 'says');
  readonly #count: number;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  private constructor(texts: (folder: string) => readonly string[]) {
    // A file: a pipe to this test would be a connection to outside.
    const says = openSync(this.#says, 'w');
    const all = texts(this.folder);
    this.#count = all.length;
    const words = ['-c', init, 'sh', ...all];
    this.#child = spawn('sh', words, { stdio: ['ignore', says, says], detached: true });
    closeSync(says);
    this.#ended = once(this.#child, 'exit');
  }

  static async start(texts: (folder: string) => readonly string[]): Promise<PlainSession> {
    const session = new PlainSession(texts);
    const says = (): string => readFileSync(session.#says, 'utf8');
    try {
      await until('its processes', () => Promise.resolve(says().split('ready').length > session.#count));
    } catch (error) {
      const wrong = says();
      await session[Symbol.asyncDispose]();
      throw new Error(wrong, { cause: error });
    }
    return session;
  }

  async risks(asRoot = true): Promise<Risk[]> {
    const { pid } = this.#child;
    assert.ok(pid !== undefined);
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const startTicks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
    return await risksOf({ pid, startTicks }, this.pixels, asRoot, new ProgramNames(this.folder));
  }

  async told(asRoot = true): Promise<string[]> {
    return (await this.risks(asRoot)).map(({ program, fate, reason }) => `${program} ${fate} ${reason}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    assert.ok(this.#child.pid !== undefined);
    process.kill(-this.#child.pid, 'SIGKILL');
    await this.#ended;
    rmSync(this.folder, { recursive: true });
  }
}

class Outside implements AsyncDisposable {
  readonly server = createServer((socket) => socket.on('error', () => undefined).resume());

  async listen(path: string): Promise<void> {
    this.server.listen(path);
    await once(this.server, 'listening');
  }

  /** Gives the port. */
  async listenAnywhere(): Promise<number> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return (this.server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.close();
    await once(this.server, 'close');
  }
}

describe('what saving a session would do to its programs', () => {
  it('is nothing to programs that hold nothing unusual', async () => {
    const harmless = 'exec 3</dev/null 4</dev/urandom 5</dev/zero; echo ready; exec sleep 60';
    await using session = await PlainSession.start((folder) => [sleeps, harmless, serving(`${folder}/own`), `${sleeps} | cat`]);
    assert.deepEqual(await session.told(), []);
    assert.deepEqual(await session.told(false), []);
  });

  it('is the loss of one in a namespace of its own, with all that it has started', async () => {
    const sandbox = `exec unshare --user --fork sh -c 'sleep 61 & ${sleeps}'`;
    await using session = await PlainSession.start(() => [sandbox, sleeps]);
    const risks = await session.risks();
    assert.deepEqual(
      risks.map(({ fate, reason }) => [fate, reason]),
      [['lost', 'sandbox']],
    );
    assert.ok((risks[0]?.processes.length ?? 0) >= 2, 'its children are part of it');
  });

  it('is the loss of one that is traced', async () => {
    await using session = await PlainSession.start(() => [traceMe]);
    assert.deepEqual(await session.told(), ['perl lost traced']);
  });

  it('is the loss of one that runs as another user, where CRIU does not run as root', async () => {
    await using room = await makeTestRoom({ accounts: 1 });
    const [account] = room.accounts;
    assert.ok(account !== undefined);
    const { uid, gid } = account;
    const other = `exec setpriv --reuid=${uid} --regid=${gid} --clear-groups sh -c '${sleeps}'`;
    {
      await using session = await PlainSession.start(() => [other, sleeps]);
      assert.deepEqual(await session.told(false), ['sleep lost other-user']);
      assert.deepEqual(await session.told(true), []);
    }
  });

  it('is the loss of one that holds a device, or what only the kernel knows', async () => {
    const device = 'exec 3</dev/kmsg; echo ready; exec sleep 60';
    await using session = await PlainSession.start(() => [device]);
    assert.deepEqual(await session.told(), ['sleep lost device']);
    // Node has its files read by way of io_uring.
    const ring = `exec '${process.execPath}' -e 'console.log("ready"); setInterval(() => 0, 1000)'`;
    await using other = await PlainSession.start(() => [ring]);
    assert.deepEqual(await other.told(), ['node lost kernel-object']);
  });

  it('is the loss of one that is connected to who is not in the session, but not of those connected with each other', async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'stationmaster risks '));
    const path = join(folder.path, 'out side');
    await using outside = new Outside();
    await outside.listen(path);
    const own = (place: string): string =>
      perl(
        `$s = IO::Socket::UNIX->new(Local => "${place}/own", Listen => 9) or die; $c = IO::Socket::UNIX->new("${place}/own") or die;`,
      );
    await using session = await PlainSession.start((place) => [
      own(place),
      perl(`$c = IO::Socket::UNIX->new("${path}") or die;`),
    ]);
    assert.deepEqual(await session.told(), ['perl lost connection']);
    assert.equal((await session.risks())[0]?.processes[0]?.args.at(-1)?.includes('out side'), true);
  });

  it('is nothing because of who only looks at its X server, and the loss if they are connected elsewhere', async () => {
    const accepting = (path: string): string =>
      perl(`$s = IO::Socket::UNIX->new(Local => "${path}", Listen => 9) or die; if (!fork) { $c = $s->accept; sleep 60; exit }`);
    await using session = await PlainSession.start((folder) => [accepting(`${folder}/rfb`), accepting(`${folder}/else`)]);
    const looking = connect(session.pixels);
    await once(looking, 'connect');
    assert.deepEqual(await session.told(), []);
    const talking = connect(join(session.folder, 'else'));
    await once(talking, 'connect');
    await until('the connection', async () => (await session.told()).length > 0);
    assert.deepEqual(await session.told(), ['perl lost connection']);
    talking.destroy();
    looking.destroy();
  });

  it('is the end of a connection over the network, not of its program', async () => {
    await using outside = new Outside();
    const port = await outside.listenAnywhere();
    await using session = await PlainSession.start(() => [
      perl(`$c = IO::Socket::INET->new("127.0.0.1:${port}") or die;`),
      perl('$s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", Listen => 9) or die;'),
    ]);
    assert.deepEqual(await session.told(), ['perl disconnected connection']);
  });

  it('is that browsers are opened again, each said once by its own name', async () => {
    await using session = await PlainSession.start((folder) => {
      for (const name of ['firefox-esr', 'chromium']) copyFileSync('/bin/sleep', join(folder, name));
      const browsers = `'${folder}/chromium' 60 & '${folder}/firefox-esr' 60 & ${sleeps}`;
      return [browsers];
    });
    await until('both', async () => (await session.told()).length === 2);
    assert.deepEqual((await session.told()).toSorted(), ['Chromium reopened sandbox', 'Firefox reopened sandbox']);
    assert.deepEqual(
      (await session.risks()).map(({ processes }) => processes.length),
      [1, 1],
    );
  });

  it('is nothing for a session that is gone, or whose number another process has', async () => {
    const names = new ProgramNames('/nowhere');
    assert.deepEqual(await risksOf({ pid: process.pid, startTicks: 1 }, '/nowhere', true, names), []);
    assert.deepEqual(await risksOf({ pid: 2 ** 22 + 1, startTicks: 1 }, '/nowhere', true, names), []);
  });
});
