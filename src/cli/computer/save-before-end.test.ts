import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import type { LeaveReport } from '#contract/values.ts';
import { ScriptedHost } from '../../../test/support/scripted-host.ts';
import { CommandError } from '../exit-code.ts';
import { layoutFrom } from './layout.ts';
import { accountOf, leaveWayOf, saveBeforeEnd } from './save-before-end.ts';

/** As systemd 257 lists them while `unit` is carried out. */
const jobs = (unit: string): string =>
  [
    '2624 user-20003.slice              stop  waiting',
    `2614 ${unit}                        start waiting`,
    '2616 shutdown.target               start waiting',
    '2655 stationmaster-saving.service  stop  running',
    '',
  ].join('\n');

/** A computer whose systemd is in this state, and its host program. */
class GoingComputer implements AsyncDisposable {
  readonly folder: string;
  readonly host: ScriptedHost;
  readonly #path = process.env['PATH'];

  private constructor(folder: string) {
    this.folder = folder;
    this.host = new ScriptedHost(`${folder}/host.sock`, 'lab');
  }

  static async make(state: string, unit: string, report: LeaveReport | null): Promise<GoingComputer> {
    const computer = new GoingComputer(await mkdtemp(`${tmpdir()}/stationmaster-test-`));
    const { folder, host } = computer;
    await writeFile(`${folder}/jobs`, jobs(unit));
    const script = `#!/bin/sh\nif [ "$1" = list-jobs ]; then cat ${folder}/jobs; else echo ${state}; [ ${state} = running ]; fi\n`;
    await writeFile(`${folder}/systemctl`, script, { mode: 0o755 });
    process.env['PATH'] = `${folder}:${process.env['PATH']}`;
    if (report !== null) {
      host.answer('computer.prepare', () => report);
      await host.start();
    }
    return computer;
  }

  async save(): Promise<void> {
    await saveBeforeEnd(layoutFrom({ STATIONMASTER_STATE: this.folder, STATIONMASTER_RUN: this.folder }));
  }

  /** How the host was asked to save. */
  get asked(): unknown[] {
    return this.host.heard.filter(({ call }) => call === 'computer.prepare').map(({ args }) => args);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.env['PATH'] = this.#path;
    await this.host.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

const saved: LeaveReport['sessions'][number] = {
  session: 'abcdefghijklmnop',
  user: 'anna',
  outcome: 'saved',
  programs: [],
  error: null,
};
const reportOf = (...sessions: LeaveReport['sessions']): LeaveReport => ({ how: 'restart', at: 1, by: '', sessions });

test('where only our programs are stopped, the host is not asked', async () => {
  for (const state of ['running', 'degraded', 'maintenance']) {
    await using computer = await GoingComputer.make(state, 'reboot.target', reportOf());
    await computer.save();
    assert.deepEqual(computer.asked, []);
  }
});

test('where the computer goes down, the host saves, and knows whether it comes back', async () => {
  for (const [unit, how] of [
    ['reboot.target', 'restart'],
    ['poweroff.target', 'shut-down'],
  ] as const) {
    await using computer = await GoingComputer.make('stopping', unit, reportOf(saved));
    await computer.save();
    assert.deepEqual(computer.asked, [{ how, limitMs: 28 * 60_000 }]);
  }
});

test('a session that is lost, or a host that does not run, is a failure', async () => {
  {
    const lost = { ...saved, outcome: 'lost' as const };
    await using computer = await GoingComputer.make('stopping', 'reboot.target', reportOf(saved, lost));
    await assert.rejects(computer.save(), CommandError);
  }
  await using computer = await GoingComputer.make('stopping', 'reboot.target', null);
  await assert.rejects(computer.save(), /host program does not run/);
});

test('what systemd is about to do is read from its jobs', () => {
  const ways = ['reboot', 'kexec', 'soft-reboot', 'poweroff', 'halt'].map((name) => leaveWayOf(jobs(`${name}.target`)));
  assert.deepEqual(ways, ['restart', 'restart', 'restart', 'shut-down', 'shut-down']);
  // A reboot.target that is being stopped is none that begins.
  assert.equal(leaveWayOf('1 reboot.target stop waiting\n2 poweroff.target start waiting\n'), 'shut-down');
});

test('the account has a line for each session', () => {
  const error = { code: 'disk-full' as const, message: 'the disk is full', details: {} };
  assert.deepEqual(
    accountOf(
      reportOf(
        saved,
        { ...saved, user: 'ben', outcome: 'saved-without', programs: ['Firefox', 'VLC'] },
        {
          ...saved,
          user: 'chloe',
          outcome: 'lost',
          programs: ['Blender'],
          error,
        },
      ),
    ),
    [
      'anna (abcdefghijklmnop): saved.',
      'ben (abcdefghijklmnop): saved without Firefox, VLC.',
      'chloe (abcdefghijklmnop): lost (the disk is full), with Blender.',
    ],
  );
  assert.deepEqual(accountOf(reportOf()), ['No session had to be saved.']);
});
