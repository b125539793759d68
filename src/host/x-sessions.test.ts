import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { chooseXSession, execWords, installedXSessions } from './x-sessions.ts';

describe('installed X sessions', () => {
  it('reads the words of an Exec line, without its field codes', () => {
    assert.deepEqual(execWords('startxfce4'), ['startxfce4']);
    assert.deepEqual(execWords('/usr/bin/run  --name "two words" %U 100%%'), ['/usr/bin/run', '--name', 'two words', '100%']);
    assert.deepEqual(execWords(String.raw`run "a \"quoted\" \$word"`), ['run', 'a "quoted" $word']);
    assert.deepEqual(execWords('run ""'), ['run', '']);
    assert.equal(execWords('run "half'), null);
    assert.equal(execWords(''), null);
  });

  it('lists only what can be started, the former folder first', async () => {
    const folders = [await mkdtemp(join(tmpdir(), 'x-sessions-')), await mkdtemp(join(tmpdir(), 'x-sessions-'))] as const;
    try {
      const entry = (...lines: string[]): string => ['[Desktop Entry]', 'Type=XSession', ...lines, ''].join('\n');
      await writeFile(join(folders[0], 'own.desktop'), entry('Exec=sh -c true', 'DesktopNames=Own;GNOME;'));
      await writeFile(join(folders[1], 'own.desktop'), entry('Exec=false'));
      await writeFile(join(folders[1], 'absent.desktop'), entry('Exec=no-such-program-here'));
      await writeFile(join(folders[1], 'tried.desktop'), entry('Exec=sh', 'TryExec=/no/such/program'));
      await writeFile(join(folders[1], 'hidden.desktop'), entry('Exec=sh', 'Hidden=true'));
      await writeFile(join(folders[1], 'other-group.desktop'), '[Other]\nExec=sh\n');
      await writeFile(join(folders[1], 'plain.desktop'), entry('Exec = sh'));
      assert.deepEqual(await installedXSessions([...folders, '/no/such/folder']), [
        { name: 'own', command: ['sh', '-c', 'true'], desktopNames: 'Own:GNOME' },
        { name: 'plain', command: ['sh'], desktopNames: 'plain' },
      ]);
    } finally {
      for (const folder of folders) await rm(folder, { recursive: true });
    }
  });

  it('chooses the one that is wanted, else XFCE, else the first', () => {
    const [first, xfce] = ['first', 'xfce'].map((name) => ({ name, command: [name], desktopNames: name }));
    assert.ok(first && xfce);
    assert.equal(chooseXSession([first, xfce], 'first'), first);
    assert.equal(chooseXSession([first, xfce], 'absent'), xfce);
    assert.equal(chooseXSession([first], 'absent'), first);
    assert.equal(chooseXSession([], 'xfce'), null);
  });
});
