import assert from 'node:assert/strict';
import { it } from 'node:test';
import { appearing, inside, open, until } from './test-desktops.ts';
import { makeTestRoom } from './test-room.ts';
import { saysUnsaved, windowsFrom, workIn } from './window-titles.ts';

it('knows the marks of many programs, and takes ordinary titles for none', () => {
  for (const title of [
    '*Untitled 1 - Mousepad',
    '*Letter.txt (~/Documents) - gedit',
    '● main.ts - project - Visual Studio Code',
    'notes.md * — Kate',
    'drawing.svg* - Inkscape',
    'essay.txt + (~/school) - VIM',
    'photo.xcf [modified] — GIMP',
    'lettre.odt (modifié) – Éditeur',
    'Unsaved Document 1 - Text Editor',
    'Document non enregistré',
  ])
    assert.ok(saysUnsaved(title), title);
  for (const title of [
    'Untitled 1 - LibreOffice Writer',
    'Terminal - anna@lab: ~',
    'C++ in 21 days - Chromium',
    'a * b = c',
    'Rating: 5 stars ***** great',
    'Saved games',
    '',
  ])
    assert.ok(!saysUnsaved(title), title);
});

it('reads what xprop prints, with quotes and backslashes, the better name first', () => {
  const printed = [
    'window',
    'WM_CLASS = "mousepad", "Mousepad"',
    String.raw`_NET_WM_NAME = "*"Äpfel" \ Birnen - Mousepad"`,
    'WM_NAME = "something older"',
    'window',
    'WM_CLASS = "xterm", "XTerm"',
    '_NET_WM_NAME:  not found.',
    'WM_NAME = "anna@lab: ~"',
    'window',
    'WM_CLASS:  not found.',
    '_NET_WM_NAME:  not found.',
    'WM_NAME:  not found.',
    'all',
    '',
  ].join('\n');
  const windows = windowsFrom(printed);
  assert.deepEqual(windows, [
    { program: 'Mousepad', title: String.raw`*"Äpfel" \ Birnen - Mousepad` },
    { program: 'XTerm', title: 'anna@lab: ~' },
  ]);
  assert.deepEqual(workIn(windows ?? []), { unsaved: [windows?.[0]], silent: ['XTerm'] });
});

it('does not take a half answer for a whole one', () => {
  assert.equal(windowsFrom(''), null);
  assert.equal(windowsFrom('window\nWM_NAME = "*x"\n'), null);
  assert.deepEqual(windowsFrom('all\n'), []);
});

it('shows no title that turns the writing round, breaks the line or has no end', () => {
  const [window] = windowsFrom(`window\nWM_CLASS = "x", "X"\nWM_NAME = "*\u202Eevil\u0007 ${'a'.repeat(1000)}"\nall`) ?? [];
  assert.match(window?.title ?? '', /^\* evil a{193}$/);
});

it('leaves the parts of the desktop itself out, and names each program once', () => {
  const windows = ['Xfce4-panel', 'xfdesktop', 'XTerm', 'XTerm', 'Mousepad'].map((program) => ({ program, title: program }));
  assert.deepEqual(workIn(windows), { unsaved: [], silent: ['Mousepad', 'XTerm'] });
});

it('are read in a real session as its person, and nobody stays behind in it', async () => {
  await using room = await makeTestRoom({ accounts: 1 });
  const [account] = room.accounts;
  assert.ok(account !== undefined);
  const desktop = await open(room, account);
  await appearing(room, desktop, 'openbox');
  const title = '*Übung "a" \\ b – unsaved';
  await inside(room, desktop, account, `setsid xterm -T '${title}' -e sleep 600 </dev/null >/dev/null 2>&1 &`);
  const work = await until('its window', async () => {
    const found = await desktop.openWork();
    return found.unsaved.length > 0 ? found : null;
  });
  assert.deepEqual(work, { unsaved: [{ program: 'XTerm', title }], silent: [] });
  const names = await inside(room, desktop, account, 'ps -e -o comm=');
  assert.doesNotMatch(names, /xprop/);
  await desktop.end();
  await assert.rejects(desktop.openWork());
});
