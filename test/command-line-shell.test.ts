// What the command line says of itself - help, completion, man page, docs/command-line.md - is the same as what it does.
import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { installShellFiles } from '../src/cli/computer/shell-files.ts';
import { tryProgram } from '../src/cli/computer/program-run.ts';
import { completionScripts, shells } from '../src/cli/shell/completion.ts';
import type { Shell } from '../src/cli/shell/completion.ts';
import { CommandLine, commandFile } from './support/command-line.ts';
import { GatewayRoom } from './support/gateway-room.ts';

let room: GatewayRoom;
let line: CommandLine;
/** With `stationmaster` in it, and the completion of each shell. */
let folder: string;
let commands: string[][];

before(async () => {
  room = await GatewayRoom.make();
  line = new CommandLine(room);
  folder = await mkdtemp(join(tmpdir(), 'stationmaster-test-shell-'));
  await writeFile(join(folder, 'stationmaster'), `#!/bin/sh\nexec '${process.execPath}' '${commandFile}' "$@"\n`);
  await chmod(join(folder, 'stationmaster'), 0o755);
  for (const shell of shells) await writeFile(join(folder, shell), completionScripts[shell]);
  const { stdout } = await line.run('help', '--list');
  commands = stdout
    .trim()
    .split('\n')
    .map((text) => (/^[a-z -]+?(?= {2}| [<[])/.exec(text)?.[0] ?? '').split(' '));
});
after(async () => {
  await rm(folder, { recursive: true });
  await room[Symbol.asyncDispose]();
});

/** What `complete` answers with, without descriptions. */
async function candidates(...words: string[]): Promise<string[]> {
  const { stdout, code } = await line.run('complete', '--', ...words);
  assert.equal(code, 0);
  return stdout.split('\n').flatMap((text) => (text === '' ? [] : [text.split('\t')[0] ?? '']));
}

test('every command that is listed has help, is completed, and is in the man page', async () => {
  assert.ok(commands.length > 30);
  const manual = (await line.run('help', '--man')).stdout.replaceAll('\\-', '-');
  const below = new Map<string, string[]>();
  for (const words of commands) {
    const before = words.slice(0, -1);
    const key = before.join(' ');
    if (!below.has(key)) below.set(key, await candidates(...before, ''));
    assert.ok(below.get(key)?.includes(words.at(-1) ?? ''), `not completed: ${words.join(' ')}`);
    assert.match(manual, new RegExp(String.raw`^\.SS\n${words.join(' ')}( [<[]|$)`, 'm'));
  }
  for (const words of [['session', 'move'], ['station'], ['help'], []]) {
    const { stdout, code } = await line.run('help', ...words);
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`^Usage: stationmaster${words.map((word) => ` ${word}`).join('')} `));
  }
});

test('the list in docs/command-line.md is the list that the command prints', async () => {
  const page = await readFile(resolve(import.meta.dirname, '../docs/command-line.md'), 'utf8');
  const { stdout } = await line.run('help', '--list');
  const inPage = /^## Every command\n.*?```\n(?<list>.*?)```/ms.exec(page)?.groups?.['list'];
  assert.equal(inPage, stdout, 'put into the page what "stationmaster help --list" prints');
  for (const [, code = '', text = ''] of (await line.run('help', 'exit-codes')).stdout.matchAll(/^ {2}(\d) {2}(.*)$/gm)) {
    assert.ok(page.includes(`| ${code} | ${text} |`), `exit code ${code}`);
  }
});

test('help on what is not there is wrong usage, and names the way on', async () => {
  const { code, stdout, stderr } = await line.run('help', 'session', 'fly');
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(stderr, /no help on "session fly"; see: stationmaster help --list/);
  assert.equal((await line.run('completion', 'tcsh')).code, 2);
});

test('options, their choices, names of the room and files are offered where they fit', async () => {
  using station = await room.station();
  const { station: itself } = await station.hear('free');
  await station.signIn('anna');
  await line.json(0, 'station', 'set', itself.id, '--name', 'Window seat');
  assert.ok((await candidates('session', 'suspend', '--a')).includes('--all'));
  assert.deepEqual(await candidates('station', 'set', 'x', '--orientation', ''), [
    'landscape',
    'portrait',
    'landscape-flipped',
    'portrait-flipped',
  ]);
  assert.deepEqual(await candidates('session', 'suspend', ''), ['anna']);
  assert.deepEqual(await candidates('session', 'suspend', '--computer', ''), [room.computerName]);
  assert.deepEqual(await candidates('session', 'move', 'anna', ''), ['Window seat']);
  assert.ok((await candidates('system', 'settings', '--set', '')).includes('graceSeconds='));
  assert.deepEqual(await candidates('user', 'import', ''), [':files']);
  assert.deepEqual(await candidates('user', 'add', ''), []);
  assert.deepEqual(await candidates('session', 'list', '--ca', ''), [':files']);
  assert.deepEqual(await candidates('no', 'such', ''), []);
});

test('without the product, names are not offered, and nothing is said', async () => {
  const elsewhere = { STATIONMASTER_RUN: join(folder, 'nothing') };
  const { code, stdout, stderr } = await line.runWith(elsewhere, 'complete', '--', 'session', 'suspend', '');
  assert.deepEqual([code, stdout, stderr], [0, '', '']);
});

/** What a shell offers after `typed`: the last word is under the cursor. */
const asked: Readonly<Record<Shell, { program: string; script: (typed: string[]) => string[] }>> = {
  bash: {
    program: 'bash',
    script: (typed) => [
      '--norc',
      '-c',
      `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _stationmaster; printf '%s\\n' "\${COMPREPLY[@]}"`,
      join(folder, 'bash'),
      ...typed,
    ],
  },
  zsh: {
    program: 'zsh',
    script: (typed) => [
      '-f',
      '-c',
      `compdef() { }; _describe() { print -l -- \${(M)\${(P)2}:#$PREFIX*}; }; _files() { print :files; }; source $1; shift
       words=("$@"); CURRENT=$#; PREFIX=\${@[-1]}; _stationmaster`,
      'zsh',
      join(folder, 'zsh'),
      ...typed,
    ],
  },
  fish: {
    program: 'fish',
    script: (typed) => ['--no-config', '-c', `source ${join(folder, 'fish')}; complete -C '${typed.join(' ')}'`],
  },
};

async function offered(shell: Shell, ...typed: string[]): Promise<string> {
  const { program, script } = asked[shell];
  const environment = { ...line.environment, PATH: `${folder}:/usr/bin:/bin`, HOME: folder };
  const { code, stdout, stderr } = await tryProgram(program, script(['stationmaster', ...typed]), { environment });
  assert.equal(code, 0, stderr);
  return stdout;
}

for (const shell of shells) {
  test(`${shell} offers words, and names with blanks and signs as one`, async () => {
    const name = `${shell} "7" $(echo 8) *`;
    using station = await room.station();
    const { station: itself } = await station.hear('free');
    await line.json(0, 'station', 'set', itself.id, '--name', name);
    assert.match(await offered(shell, 'session', 'susp'), /^suspend/m);
    const names = await offered(shell, 'station', 'identify', shell);
    assert.equal(names.trim().split('\n').length, 1, names);
    // bash gets it as it has to be typed; the others quote by themselves.
    assert.ok(names.includes(shell === 'bash' ? 'bash\\ \\"7\\"\\ \\$\\(echo\\ 8\\)\\ \\*' : name), names);
  });
}

test('completion and man page are put in their places, and left alone when they are right', async () => {
  const shared = join(folder, 'share');
  const files = [{ path: '/usr/share/man/man1/stationmaster.1', text: (await line.run('help', '--man')).stdout }];
  await installShellFiles(shared, files);
  const placed = join(shared, 'usr/share/man/man1/stationmaster.1');
  const first = await stat(placed);
  assert.equal(first.mode & 0o777, 0o644);
  await installShellFiles(shared, files);
  assert.equal((await stat(placed)).ino, first.ino);
  await writeFile(placed, 'old');
  await installShellFiles(shared, files);
  assert.equal(await readFile(placed, 'utf8'), files[0]?.text);
});
