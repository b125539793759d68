import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ProgramNames } from './program-names.ts';
import type { SessionProcess } from './session-processes.ts';

class Applications implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'stationmaster-applications-'));
  readonly names = new ProgramNames(this.folder);

  add(file: string, name: string, exec: string, more = ''): void {
    writeFileSync(
      join(this.folder, file),
      `[Desktop Entry]\nType=Application\nName[fr]=Autre\nName=${name}\nExec=${exec}\n${more}\n[Desktop Action New]\nName=New\nExec=nothing\n`,
    );
  }

  /** What the process is called. */
  of(program: string | null, ...args: string[]): string | null {
    return this.names.of(running(program, ...args));
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }
}

function running(program: string | null, ...args: string[]): SessionProcess {
  return { pid: 2, startTicks: 1, parent: 1, name: 'name', state: 'S', program, args };
}

describe('what people call a program', () => {
  it('is what its desktop file says', () => {
    using applications = new Applications();
    applications.add('mousepad.desktop', 'Mousepad', '/usr/bin/mousepad %U');
    assert.equal(applications.of('/usr/bin/mousepad', 'mousepad', 'a.txt'), 'Mousepad');
    assert.equal(applications.of('/usr/bin/mousepad-helper', 'mousepad-helper'), null);
  });

  it('tells programs apart that share a command', () => {
    using applications = new Applications();
    applications.add('office.desktop', 'LibreOffice', 'libreoffice %U');
    applications.add('writer.desktop', 'LibreOffice Writer', 'libreoffice --writer %U');
    applications.add('calc.desktop', 'LibreOffice Calc', 'libreoffice --calc %U');
    const program = '/usr/lib/libreoffice/program/soffice.bin';
    assert.equal(applications.of(program, program, '--writer'), 'LibreOffice Writer');
    assert.equal(applications.of(program, program, '--calc', 'a.ods'), 'LibreOffice Calc');
    assert.equal(applications.of(program, program, 'a.ods'), 'LibreOffice');
  });

  it('is that of the script where the process is its interpreter', () => {
    using applications = new Applications();
    applications.add('meld.desktop', 'Meld', 'meld %F');
    assert.equal(applications.of('/usr/bin/python3.11', '/usr/bin/python3', '/usr/bin/meld', 'a', 'b'), 'Meld');
    assert.equal(applications.of('/usr/bin/python3.11', '/usr/bin/python3', '/home/anna/own.py'), null);
  });

  it('is none for parts of the desktop, though they have desktop files, nor for what waits in the background', () => {
    using applications = new Applications();
    for (const part of ['xfdesktop', 'Xvnc', 'openbox', 'tini']) {
      applications.add(`${part}.desktop`, part, part);
      assert.equal(applications.of(`/usr/bin/${part}`, part), null);
    }
    applications.add('thunar.desktop', 'Thunar', 'thunar %F');
    assert.equal(applications.of('/usr/bin/thunar', 'thunar', '--daemon'), null);
    assert.equal(applications.of('/usr/bin/thunar', 'thunar', '/home'), 'Thunar');
  });

  it('is none for what is hidden, no application, without a command, garbage or a dangling link', () => {
    using applications = new Applications();
    applications.add('hidden.desktop', 'Hidden', 'hidden', 'NoDisplay=true');
    applications.add('empty.desktop', 'Empty', '');
    writeFileSync(join(applications.folder, 'link.desktop'), '[Desktop Entry]\nType=Link\nName=Link\nExec=link\n');
    writeFileSync(join(applications.folder, 'garbage.desktop'), Buffer.from([0xff, 0, 0xfe, 0x0a, 0x5b]));
    writeFileSync(join(applications.folder, 'notes.txt'), '[Desktop Entry]\nType=Application\nName=Notes\nExec=notes\n');
    symlinkSync('/nowhere', join(applications.folder, 'dangling.desktop'));
    applications.add('good.desktop', 'Good', 'good');
    for (const command of ['hidden', 'link', 'notes', 'nothing', ''])
      assert.equal(applications.of(`/usr/bin/${command}`, command), null);
    assert.equal(applications.of('/usr/bin/good', 'good'), 'Good');
  });

  it('is known as soon as a program is installed, and forgotten when it is removed', () => {
    using applications = new Applications();
    assert.equal(applications.of('/usr/bin/late', 'late'), null);
    applications.add('late.desktop', 'Late', 'late');
    // A folder's time counts in steps that a test may be faster than.
    utimesSync(applications.folder, 1, 1);
    assert.equal(applications.of('/usr/bin/late', 'late'), 'Late');
    renameSync(join(applications.folder, 'late.desktop'), join(applications.folder, 'late.desktop.gone'));
    assert.equal(applications.of('/usr/bin/late', 'late'), null);
  });

  it('is none on a computer without desktop files', () => {
    const names = new ProgramNames('/nowhere');
    assert.equal(names.of(running('/usr/bin/mousepad', 'mousepad')), null);
  });

  it('is said once of each that is open, in order', () => {
    using applications = new Applications();
    applications.add('b.desktop', 'Beta', 'beta');
    applications.add('a.desktop', 'Alpha', 'alpha');
    const open = [
      running('/usr/bin/beta'),
      running('/usr/bin/alpha'),
      running('/usr/bin/beta'),
      running('/usr/bin/sh'),
      running(null),
    ];
    assert.deepEqual(applications.names.open(open), ['Alpha', 'Beta']);
    assert.equal(readdirSync(applications.folder).length, 2);
  });

  it('is found by the word that started it where the kernel does not tell its file', () => {
    using applications = new Applications();
    applications.add('mousepad.desktop', 'Mousepad', 'mousepad');
    assert.equal(applications.of(null, 'mousepad'), 'Mousepad');
  });
});
