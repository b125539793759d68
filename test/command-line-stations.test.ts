// The command line moves sessions, splits screens and names unsaved work, against a real gateway and host with fake people and desktops.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import type { UnsavedWork } from '#model/session.ts';
import type { Station } from '#model/station.ts';
import { CommandLine, commandFile } from './support/command-line.ts';
import { GatewayRoom } from './support/gateway-room.ts';
import type { TestStation } from './support/gateway-room.ts';

let room: GatewayRoom;
let command: CommandLine;
let pages: TestStation[] = [];

before(async () => {
  room = await GatewayRoom.make();
  command = new CommandLine(room);
  for (const user of ['anna', 'ben', null]) {
    const page = await room.station();
    await page.hear('free');
    if (user !== null) await page.signIn(user);
    pages.push(page);
  }
});
after(async () => {
  for (const page of pages) page[Symbol.dispose]();
  pages = [];
  await room[Symbol.asyncDispose]();
});

const at = (user: string): string | null => {
  const session = room.sessions.list().find((one) => one.user === user);
  assert.ok(session !== undefined, user);
  return session.station;
};

async function idOf(name: string): Promise<string> {
  const found = (await command.json<Station[]>(0, 'station', 'list', '--all')).find((station) => station.name === name);
  assert.ok(found !== undefined, name);
  return found.id;
}

describe('moving', () => {
  test('goes to a free station at once, to a taken one only with --displace', async () => {
    const free = await command.run('session', 'move', 'anna', 'station 3');
    assert.deepEqual([free.code, free.stdout], [0, 'The session of anna is at Station 3.\n'], free.stderr);
    assert.equal(at('anna'), await idOf('Station 3'));
    const taken = await command.run('session', 'move', 'anna', 'Station 2');
    assert.equal(taken.code, 1);
    assert.match(taken.stderr, /Station 2 shows the session of ben; with --displace it is suspended there/);
    const displaced = await command.json<{ session: { station: string }; displaced: string }>(
      0,
      'session',
      'move',
      'anna',
      'Station 2',
      '--displace',
    );
    assert.equal(displaced.session.station, await idOf('Station 2'));
    assert.deepEqual([at('ben'), displaced.displaced], [null, room.sessions.list().find(({ user }) => user === 'ben')?.id]);
  });

  test('says what is wrong: unknown ones, too few words', async () => {
    assert.equal((await command.run('session', 'move', 'nobody', 'Station 1')).code, 5);
    assert.equal((await command.run('session', 'move', 'anna', 'Station 99')).code, 5);
    assert.equal((await command.run('session', 'move', 'anna')).code, 2);
    await command.json(0, 'session', 'move', 'ben', 'Station 1');
  });
});

describe('splitting', () => {
  test('makes two stations of one, and one of two; with somebody at the right only with --suspend', async () => {
    const split = await command.run('station', 'split', 'Station 2', '--name', 'By the door');
    assert.deepEqual([split.code, split.stdout], [0, 'The screen is split: Station 2 at the left, By the door at the right.\n']);
    assert.equal(at('anna'), await idOf('Station 2'));
    assert.equal((await command.run('station', 'split', 'By the door')).code, 1);
    const { id } = room.sessions.list().find(({ user }) => user === 'ben') ?? { id: '' };
    // A session there without an open page: as after the grace time began.
    room.sessions.move(id, { station: await idOf('By the door'), displaces: null });
    const refused = await command.run('station', 'unsplit', 'Station 2');
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /with --suspend/);
    const whole = await command.run('station', 'unsplit', 'By the door', '--suspend');
    assert.deepEqual([whole.code, whole.stdout], [0, 'Station 2 has the whole screen.\n'], whole.stderr);
    assert.deepEqual([at('ben'), at('anna')], [null, await idOf('Station 2')]);
    assert.equal((await command.run('station', 'unsplit', 'Station 2')).code, 1);
    const again = await command.json<{ left: Station; right: Station }>(0, 'station', 'split', 'Station 2');
    assert.deepEqual([again.left.split?.half, again.right.name], ['left', 'Station 2 right']);
    await command.json<Station>(0, 'station', 'unsplit', again.right.id);
  });
});

describe('logging off', () => {
  const unsaved = [{ program: 'Mousepad', title: '*Letter.txt - Mousepad' }];

  test('tells unsaved work, as far as it can be known', async () => {
    const none = await command.run('session', 'unsaved', '--all');
    assert.match(none.stdout, /^No window says that work in it is unsaved\.$/m);
    assert.match(none.stderr, /Not every program says so\. Also open: Terminal\./);
    room.computer.unsaved.set('anna', unsaved);
    const { stdout } = await command.run('session', 'unsaved', 'anna');
    assert.match(stdout, /^anna +Mousepad +\*Letter\.txt - Mousepad$/m);
    const { sessions } = await command.json<{ sessions: UnsavedWork[] }>(0, 'session', 'unsaved', 'anna');
    assert.deepEqual(sessions[0]?.unsaved, unsaved);
    assert.equal((await command.run('session', 'unsaved')).code, 2);
  });

  test('names it first, and all log-offs can be called off at once', async () => {
    const { code, stderr } = await command.run('session', 'logoff', '--all', '--seconds', '600');
    assert.equal(code, 0);
    assert.match(stderr, /These windows say that work in them is not saved:\nUser +Program +Window\nanna +Mousepad/);
    assert.notEqual(room.sessions.list().find(({ user }) => user === 'anna')?.endsAt, null);
    const kept = await command.json<{ outcomes: { user: string }[] }>(0, 'session', 'keep', '--all');
    assert.deepEqual(
      kept.outcomes.map(({ user }) => user),
      ['anna'],
    );
    assert.ok(room.sessions.list().every(({ endsAt }) => endsAt === null));
    const { outcomes } = await command.json<{ outcomes: unknown[] }>(0, 'session', 'keep', '--all');
    assert.deepEqual(outcomes, []);
  });

  test('on a terminal asks where work is unsaved, and only a yes, or --yes, does it', async () => {
    const onTerminal = async (words: string, answer: string): Promise<{ code: number; text: string }> => {
      const line = `"${process.execPath}" "${commandFile}" session logoff anna --seconds 600 ${words}`;
      const child = spawn('script', ['-qefc', line, '/dev/null'], { env: command.environment, stdio: ['pipe', 'pipe', 'pipe'] });
      let text = '';
      let answered = false;
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (answered || !text.includes('[y/N]')) return;
        answered = true;
        child.stdin.write(`${answer}\n`);
      });
      const [code] = (await once(child, 'exit')) as [number];
      return { code, text };
    };
    const ends = (): number | null => room.sessions.list().find(({ user }) => user === 'anna')?.endsAt ?? null;
    const no = await onTerminal('', '');
    assert.deepEqual([no.code, ends()], [1, null], no.text);
    const yes = await onTerminal('', 'y');
    assert.equal(yes.code, 0, yes.text);
    assert.notEqual(ends(), null);
    await command.json(0, 'session', 'keep', 'anna');
    const unasked = await onTerminal('--yes', '');
    assert.equal(unasked.code, 0, unasked.text);
    assert.doesNotMatch(unasked.text, /\[y\/N\]/);
    assert.notEqual(ends(), null);
  });
});
