// The whole command as a newcomer types it: `up --demo`, `status`, `down --demo`, from another folder and through a link, in
// places of its own; what is killed comes back, what was made is taken away again.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { makeTestRoom } from '#host/test-room.ts';
import type { TestRoom } from '#host/test-room.ts';
import type { Level } from '#model/account.ts';
import type { Settings } from '#model/settings.ts';
import { tryProgram } from '../src/cli/computer/program-run.ts';
import type { ProgramResult } from '../src/cli/computer/program-run.ts';
import { TestStation, newStationKey } from './support/gateway-room.ts';
import { OwnPlaces } from './support/own-places.ts';

const launcher = resolve(import.meta.dirname, '../stationmaster');

interface UpAnswer {
  urls: { station: string; manager: string; dashboard: string };
  accounts: { name: string; password: string; level: Level }[];
}

interface StatusAnswer {
  running: boolean;
  supervisedBy: string | null;
  programs: { name: string; pid: number; restarts: number }[];
}

async function accountExists(name: string): Promise<boolean> {
  return (await tryProgram('getent', ['passwd', name])).code === 0;
}

/** Asks until the answer is yes; fails after `withinMs`. */
async function within(withinMs: number, what: string, ask: () => Promise<boolean>): Promise<number> {
  const startedMs = performance.now();
  while (!(await ask())) {
    assert.ok(performance.now() - startedMs < withinMs, `${what} within ${withinMs} ms`);
    await pause(10);
  }
  return performance.now() - startedMs;
}

describe('up and down', () => {
  let room: TestRoom;
  let places: OwnPlaces;
  let folder: string;
  let link: string;

  const run = async (...args: string[]): Promise<ProgramResult> => {
    const environment = {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: '/root',
      ...places.environment,
    };
    return await tryProgram(link, args, { cwd: folder, environment });
  };
  const json = async <T>(...args: string[]): Promise<T> => {
    const result = await run(...args, '--json');
    assert.equal(result.code, 0, `${args.join(' ')}: ${result.stderr}`);
    assert.equal(result.stdout.trimEnd().split('\n').length, 1, 'exactly one object on standard output');
    return JSON.parse(result.stdout) as T;
  };
  const get = async (url: string): Promise<{ status: number; text: string }> => {
    const ca = await readFile(`${places.layout.places.certificateDir}/ca.crt`);
    const call = request(url, { ca, agent: false }).end();
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += chunk as string;
    return { status: response.statusCode ?? 0, text };
  };
  const served = async (url: string): Promise<boolean> =>
    await get(url).then(
      ({ status }) => status === 200,
      () => false,
    );
  const pids = async (): Promise<Record<string, number>> => {
    const { programs } = await json<StatusAnswer>('status');
    return Object.fromEntries(programs.map(({ name, pid }) => [name, pid]));
  };

  before(async () => {
    // Keeps the groups and the gateway's user of all tests together.
    room = await makeTestRoom();
    places = new OwnPlaces();
    folder = await mkdtemp(`${tmpdir()}/stationmaster-test-`);
    link = `${folder}/command`;
    await symlink(launcher, link);
  });
  after(async () => {
    await run('down', '--demo', '--sessions');
    await places[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
    await room[Symbol.asyncDispose]();
  });

  test('before anything was started: status says 3, down does no harm', async () => {
    assert.equal((await run('status')).code, 3);
    assert.equal((await run('down')).code, 0);
  });

  let demo: UpAnswer;

  test('up --demo --json prints one object: addresses that answer, and accounts that are there', async () => {
    demo = await json<UpAnswer>('up', '--demo', '--detach');
    for (const url of Object.values(demo.urls)) {
      assert.match(url, /^https:\/\/localhost:\d+\//);
      assert.equal((await get(url)).status, 200, url);
    }
    assert.deepEqual(
      demo.accounts.map(({ level }) => level),
      ['administrator', 'dashboard', 'standard', 'standard', 'standard'],
    );
    for (const { name } of demo.accounts) assert.ok(await accountExists(name), name);
    assert.equal(new Set(demo.accounts.map(({ password }) => password)).size, 5);
  });

  test('the passwords are in no file of ours', async () => {
    const { places: where, logDir } = places.layout;
    for (const directory of [where.stateDir, logDir, where.runDir]) {
      for (const { password } of demo.accounts) {
        const found = await tryProgram('grep', ['-rlF', '--exclude-dir=programs', '-e', password, directory]);
        assert.equal(found.stdout, '');
      }
    }
  });

  test('the administrator of the demo signs in to the Manager with the printed password', async () => {
    const admin = demo.accounts.find(({ level }) => level === 'administrator');
    assert.ok(admin !== undefined);
    const ca = await readFile(`${places.layout.places.certificateDir}/ca.crt`);
    const { origin } = new URL(demo.urls.manager);
    const call = request(`${origin}/api/v1/sign-in`, {
      method: 'POST',
      ca,
      agent: false,
      headers: { 'content-type': 'application/json', origin },
    });
    call.end(JSON.stringify({ user: admin.name, password: admin.password, page: 'manager' }));
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    response.resume();
    assert.equal(response.statusCode, 200);
  });

  test('in the demo every browser may be a station, and there is no privacy notice', async () => {
    const settings = await json<Settings>('system', 'settings');
    assert.deepEqual([settings.enrolment, settings.privacyNotice], ['open', false]);
  });

  test('the gateway runs as its own user without any right, from a tree that is nobody else’s', async () => {
    const { gateway } = await pids();
    const status = await readFile(`/proc/${gateway}/status`, 'utf8');
    assert.match(status, /^CapEff:\s+0+$/m);
    assert.match(status, /^CapBnd:\s+0+$/m);
    assert.match(status, /^NoNewPrivs:\s+1$/m);
    assert.doesNotMatch(status, /^Uid:\s+0\s/m);
    assert.equal((await stat(`${places.layout.programsDir}/current/src/gateway/main.ts`)).uid, 0);
    const command = await readFile(`/proc/${gateway}/cmdline`, 'utf8');
    assert.ok(command.includes(`${places.layout.programsDir}/`), command);
  });

  test('a second up says that it runs and disturbs nothing', async () => {
    const earlier = await pids();
    const result = await run('up', '--detach');
    assert.equal(result.code, 0, result.stderr);
    assert.match(result.stderr, /runs already/);
    assert.ok(result.stdout.includes(demo.urls.manager));
    assert.deepEqual(await pids(), earlier);
  });

  test('another up --demo keeps the accounts and gives new passwords', async () => {
    const again = await json<UpAnswer>('up', '--demo', '--detach');
    assert.deepEqual(
      again.accounts.map(({ name }) => name),
      demo.accounts.map(({ name }) => name),
    );
    assert.notDeepEqual(again.accounts, demo.accounts);
    demo = again;
  });

  for (const name of ['host', 'gateway']) {
    test(`a ${name} that was killed is back at once`, async (t) => {
      const earlier = (await pids())[name];
      assert.ok(earlier !== undefined);
      process.kill(earlier, 'SIGKILL');
      const tookMs = await within(20_000, `the ${name} is back`, async () => {
        const result = await run('status', '--json');
        const { running, programs } = JSON.parse(result.stdout) as StatusAnswer;
        return running && programs.some((program) => program.name === name && program.pid !== earlier);
      });
      t.diagnostic(`${name} back after ${tookMs.toFixed(0)} ms`);
    });
  }

  test('a changed configuration is taken over, and restarts only what it concerns', async () => {
    const file = places.layout.places.configFile;
    await writeFile(file, (await readFile(file, 'utf8')).replace('# log_level = "info"', 'log_level = "warn"'));
    const result = await run('up', '--detach');
    assert.match(result.stderr, /restarted anew/);
    assert.ok(await served(demo.urls.station));
  });

  test('doctor finds nothing wrong', async () => {
    const { healthy, findings } = await json<{ healthy: boolean; findings: { id: string; verdict: string; says: string }[] }>(
      'doctor',
    );
    assert.deepEqual(
      findings.filter(({ verdict }) => verdict === 'fault'),
      [],
    );
    assert.equal(healthy, true);
  });

  test('from elsewhere with a token and the authority the same answers come, without the authority none', async () => {
    const { token } = await json<{ token: string }>('token', 'add', 'elsewhere');
    const { origin } = new URL(demo.urls.station);
    const words = ['session', 'list', '--json', '--server', origin];
    const ca = ['--ca', `${places.layout.places.certificateDir}/ca.crt`];
    const environment = { PATH: process.env['PATH'], STATIONMASTER_STATE: '/nowhere', STATIONMASTER_TOKEN: token };
    const trusted = await tryProgram(link, [...words, ...ca], { cwd: folder, environment });
    assert.deepEqual([trusted.code, trusted.stdout], [0, '[]\n'], trusted.stderr);
    assert.equal((await tryProgram(link, words, { cwd: folder, environment })).code, 3);
    await json('token', 'revoke', 'elsewhere');
    assert.equal((await tryProgram(link, [...words, ...ca], { cwd: folder, environment })).code, 4);
  });

  test('a session goes on while nothing of ours runs, and is found again', async () => {
    const anna = demo.accounts.at(-1);
    assert.ok(anna !== undefined);
    const { origin } = new URL(demo.urls.station);
    const key = newStationKey();
    const ca = await readFile(`${places.layout.places.certificateDir}/ca.crt`);
    const socket = new WebSocket(`${origin.replace('https', 'wss')}/api/v1/station`, [], { ca, headers: { origin } });
    await once(socket, 'open');
    using station = new TestStation(socket, key, origin);
    await station.prove();
    await station.hear('free');
    await station.signIn(anna.name, anna.password);
    const [before] = await json<{ id: string; user: string; state: string }[]>('session', 'list');
    assert.deepEqual([before?.user, before?.state], [anna.name, 'active']);
    const { outcomes } = await json<{ outcomes: { error: unknown }[] }>('session', 'suspend', '--all');
    assert.deepEqual(
      outcomes.map(({ error }) => error),
      [null],
    );
    const down = await run('down');
    assert.equal(down.code, 0);
    assert.ok(down.stderr.includes(anna.name), down.stderr);
    assert.equal((await run('up', '--detach')).code, 0);
    const [after] = await json<{ id: string; state: string }[]>('session', 'list');
    assert.deepEqual([after?.id, after?.state], [before?.id, 'suspended']);
  });

  test('down --demo removes the accounts and their files, stops everything, and sets the settings back', async (t) => {
    const down = await json<{ stopped: boolean; accountsRemoved: string[] }>('down', '--demo');
    assert.equal(down.stopped, true);
    assert.deepEqual(
      down.accountsRemoved,
      demo.accounts.map(({ name }) => name),
    );
    for (const { name } of demo.accounts) {
      assert.equal(await accountExists(name), false);
      await assert.rejects(stat(`/home/${name}`));
      await assert.rejects(stat(`/var/mail/${name}`));
    }
    assert.equal((await run('status')).code, 3);
    assert.deepEqual(
      (await readdir(places.layout.places.runDir)).filter((name) => name.endsWith('.sock')),
      [],
    );

    const startedMs = performance.now();
    const again = run('up', '--detach');
    const tookMs = await within(20_000, 'a page is served', async () => await served(demo.urls.station));
    t.diagnostic(`second start: a page is served after ${tookMs.toFixed(0)} ms`);
    const { code, stderr, stdout } = await again;
    assert.equal(code, 0, stderr);
    t.diagnostic(`second start: the command is done after ${(performance.now() - startedMs).toFixed(0)} ms`);
    assert.match(stdout, /\/manager#setup=\S+/);
    const settings = await json<Settings>('system', 'settings');
    assert.deepEqual([settings.enrolment, settings.privacyNotice], ['approval', true]);
    await json('down');
  });

  test('a demo is taken away although nothing runs', async () => {
    const { accounts } = await json<UpAnswer>('up', '--demo', '--detach');
    await json('down');
    for (const { name } of accounts) assert.ok(await accountExists(name));
    const { accountsRemoved } = await json<{ accountsRemoved: string[] }>('down', '--demo');
    assert.equal(accountsRemoved.length, 5);
    for (const { name } of accounts) assert.equal(await accountExists(name), false);
    assert.equal((await run('status')).code, 3);
  });

  test('in the foreground it stays until Ctrl+C and leaves no program behind', async () => {
    const environment = { PATH: process.env['PATH'], ...places.environment };
    const child = spawn(link, ['up', '--json'], { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    const closed = once(child, 'close');
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const [answer] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
    const { urls, accounts } = JSON.parse(answer) as UpAnswer;
    assert.deepEqual(accounts, []);
    assert.ok(await served(urls.station));
    assert.equal((await json<StatusAnswer>('status')).supervisedBy, 'terminal');
    child.kill('SIGINT');
    const [code] = (await closed) as [number];
    assert.equal(code, 0, said);
    assert.match(said, /sessions go on running/);
    assert.equal((await run('status')).code, 3);
  });

  test('two at the same instant: one starts, the other finds it running', async () => {
    const [first, second] = await Promise.all([run('up', '--detach'), run('up', '--detach')]);
    assert.deepEqual([first.code, second.code], [0, 0], first.stderr + second.stderr);
    assert.equal([first, second].filter(({ stderr }) => /runs already/.test(stderr)).length, 1);
    await json('down');
  });

  test('a supervisor that is killed takes its programs with it, and the next up starts anew', async () => {
    await run('up', '--detach');
    const earlier = await pids();
    const { stdout } = await tryProgram('cat', [`/proc/${earlier['host']}/stat`]);
    const supervisor = Number(stdout.slice(stdout.lastIndexOf(')')).split(' ')[2]);
    process.kill(supervisor, 'SIGKILL');
    await within(10_000, 'the programs are gone', async () => {
      const alive = Object.values(earlier).map(
        async (pid) =>
          await stat(`/proc/${pid}`).then(
            () => true,
            () => false,
          ),
      );
      return !(await Promise.all(alive)).includes(true);
    });
    assert.equal((await run('status')).code, 3);
    const result = await run('up', '--detach');
    assert.equal(result.code, 0, result.stderr);
    await json('down');
  });

  test('a broken configuration is refused in words before anything is started', async () => {
    await writeFile(places.layout.places.configFile, 'https_port = "many"\n');
    const result = await run('up', '--detach');
    assert.equal(result.code, 1);
    assert.match(result.stderr, /https_port/);
    assert.equal((await run('status')).code, 3);
  });
});
