// Other words for commands are understood, with what follows them; everything else is left as it was typed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandTable } from './shell/command-table.ts';
import { layoutFrom } from './computer/layout.ts';
import { meantBy } from './other-words.ts';
import { makeProgram } from './program.ts';

test('the old words lead to commands that are there, and are none themselves', () => {
  const commands = commandTable(makeProgram(layoutFrom({}), '0')).map(({ words }) => words.join(' '));
  for (const typed of ['system list', 'system alerts', 'system stop']) {
    assert.equal(commands.includes(typed), false, typed);
    const meant = meantBy([...typed.split(' '), '--json']);
    assert.equal(meant.at(-1), '--json');
    assert.equal(commands.includes(meant.slice(0, -1).join(' ')), true, typed);
  }
  assert.deepEqual(meantBy(['system', 'version']), ['--version']);
});

test('what is no such word stays as it is', () => {
  for (const typed of [
    [],
    ['system'],
    ['system', 'restart', '--now'],
    ['station', 'list'],
    ['session', 'move', 'system', 'list'],
  ])
    assert.deepEqual(meantBy(typed), typed);
});
