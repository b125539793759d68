// A real Xvnc on a unix socket of its own, without a session around it: for tests and measurements of what speaks RFB.
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';

export interface XServer extends AsyncDisposable {
  /** The unix socket of RFB. */
  readonly path: string;
  /** `:7` */
  readonly display: string;
  readonly pid: number;
  /** True while its process lives. */
  readonly alive: boolean;
  /** Runs an X client until it ends. */
  run(program: string, args: readonly string[]): Promise<string>;
  /** Starts an X client that stays, until the X server goes. */
  start(program: string, args: readonly string[]): ChildProcess;
  signal(name: NodeJS.Signals): void;
}

export interface XServerOptions {
  geometry?: string;
  frameRate?: number;
}

/** Starts it; fulfilled when both its sockets answer. */
export async function startXServer(options: XServerOptions = {}): Promise<XServer> {
  const folder = await mkdtemp('/run/stationmaster-test-x-');
  const path = `${folder}/rfb`;
  const args = ['-displayfd', '3', '-rfbunixpath', path, '-rfbport', '-1', '-SecurityTypes', 'None', '-AlwaysShared'];
  args.push('-geometry', options.geometry ?? '640x480', '-depth', '24', '-nolisten', 'tcp', '-s', '0', '-noreset', '-ac');
  if (options.frameRate !== undefined) args.push('-FrameRate', String(options.frameRate));
  // It goes with the test, even when that is killed.
  const server = spawn('setpriv', ['--pdeathsig=TERM', '--', 'Xvnc', ...args], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const exited = once(server, 'exit');
  const clients: ChildProcess[] = [];
  let number = '';
  for await (const chunk of server.stdio[3] as Readable) {
    number += String(chunk);
    if (number.endsWith('\n')) break;
  }
  if (!number.endsWith('\n') || server.pid === undefined) throw new Error('Xvnc did not start.');
  const display = `:${number.trim()}`;
  const environment = { ...process.env, DISPLAY: display };
  return {
    path,
    display,
    pid: server.pid,
    get alive() {
      return server.exitCode === null && server.signalCode === null;
    },
    run: async (program, clientArgs) => (await promisify(execFile)(program, [...clientArgs], { env: environment })).stdout,
    start: (program, clientArgs) => {
      const client = spawn(program, clientArgs, { env: environment, stdio: 'ignore' });
      clients.push(client);
      return client;
    },
    signal: (name) => {
      server.kill(name);
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.kill('SIGKILL');
      server.kill('SIGCONT');
      server.kill('SIGTERM');
      await exited;
      await removeRests(number.trim(), server.pid);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What an X server that was killed leaves in /tmp; the display's number may have become another one's meanwhile. */
async function removeRests(number: string, pid: number | undefined): Promise<void> {
  const lock = `/tmp/.X${number}-lock`;
  const owner = await readFile(lock, 'utf8').catch(() => '');
  if (Number(owner) !== pid) return;
  await rm(`/tmp/.X11-unix/X${number}`, { force: true });
  await rm(lock, { force: true });
}
