import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { SystemPower } from './power.ts';

/** A computer whose programs only write down what they were told. */
class Computer implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'stationmaster-power-'));
  readonly power: SystemPower;
  readonly #path = process.env['PATH'];

  constructor(options: { systemd: boolean; programs: readonly string[]; refuses?: boolean }) {
    const mark = join(this.folder, 'systemd');
    if (options.systemd) mkdirSync(mark);
    this.power = new SystemPower(mark);
    for (const program of options.programs) {
      const file = join(this.folder, program);
      const end = options.refuses === true ? 'echo "an update is under way" >&2; exit 1' : 'exit 0';
      writeFileSync(file, `#!/bin/sh\necho "${program} $*" >>"${this.folder}/told"\n${end}\n`);
      chmodSync(file, 0o755);
    }
    process.env['PATH'] = this.folder;
  }

  get told(): string {
    return existsSync(join(this.folder, 'told')) ? readFileSync(join(this.folder, 'told'), 'utf8') : '';
  }

  [Symbol.dispose](): void {
    process.env['PATH'] = this.#path;
    rmSync(this.folder, { recursive: true });
  }
}

it('asks systemd where that is process 1', async () => {
  using computer = new Computer({ systemd: true, programs: ['systemctl', 'shutdown'] });
  await computer.power.leave('restart');
  await computer.power.leave('shut-down');
  assert.equal(computer.told, 'systemctl reboot\nsystemctl poweroff\n');
});

it('asks the older program elsewhere', async () => {
  using computer = new Computer({ systemd: false, programs: ['systemctl', 'shutdown'] });
  await computer.power.leave('restart');
  await computer.power.leave('shut-down');
  assert.equal(computer.told, 'shutdown -r now\nshutdown -h now\n');
});

it('tells what the system says when it refuses, and that there is nothing to ask', async () => {
  using refusing = new Computer({ systemd: true, programs: ['systemctl'], refuses: true });
  await assert.rejects(refusing.power.leave('restart'), { message: 'an update is under way' });
  using empty = new Computer({ systemd: false, programs: [] });
  await assert.rejects(empty.power.leave('restart'), /shutdown.*ENOENT/);
});
