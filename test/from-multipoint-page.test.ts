// docs/from-multipoint.md has a row for each command of the old module, and names no command that ours does not have;
// docs/administrators.md tells of every setting and its default.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { layoutFrom } from '../src/cli/computer/layout.ts';
import { makeProgram } from '../src/cli/program.ts';
import { commandTable } from '../src/cli/shell/command-table.ts';
import { defaultSettings } from '#model/settings.ts';

const page = await readFile(resolve(import.meta.dirname, '../docs/from-multipoint.md'), 'utf8');

/** What `Get-WmsUser` and its like are about, with the verbs that there are. */
const oldModule: Readonly<Record<string, string>> = {
  System: 'Get Set Add Remove Search Restart Stop',
  Version: 'Get',
  Alert: 'Get',
  Station: 'Get Set Clear Split Join Update',
  Identifier: 'Show Hide',
  UsbStorage: 'Lock Unlock',
  Session: 'Get Close Disconnect Lock Unlock',
  App: 'Get Open Close',
  Desktop: 'Publish Show Unpublish',
  WebLimiting: 'Get Set Enable Disable',
  User: 'Get New Set Remove',
  DiskProtection: 'Get Enable Suspend Resume Disable',
  ScheduledUpdate: 'Get Set Enable Disable',
};

test('there is one row for each of the 47 commands, and each says where it went', () => {
  const expected = Object.entries(oldModule).flatMap(([noun, verbs]) => verbs.split(' ').map((verb) => `${verb}-Wms${noun}`));
  const rows = [...page.matchAll(/^\| `(\w+-Wms\w+)` \| ([^|]*) \| ([^|]*)\|$/gm)];
  assert.equal(expected.length, 47);
  assert.equal(rows.length, expected.length);
  assert.deepEqual(new Set(rows.map(([, name]) => name)), new Set(expected));
  for (const [, name, now = ''] of rows)
    assert.match(now, /`stationmaster [^`]+`|^not yet$|^comes with the Dashboard$|^none$/, name);
});

test('the commands, options and settings that it names are there', () => {
  const table = commandTable(makeProgram(layoutFrom({}), '0'));
  const named = [...page.matchAll(/`stationmaster ([^`]+)`/g)].map(([, text = '']) => text.split(' '));
  assert.ok(named.length > 25);
  for (const words of named) {
    const typed = words.filter((word) => !word.startsWith('-'));
    if (typed.join(' ') === 'help') continue;
    const command = table.find((one) => one.words.join(' ') === typed.join(' '));
    assert.ok(command !== undefined, words.join(' '));
    for (const option of words.filter((word) => word.startsWith('-'))) {
      assert.ok(
        command.options.some(({ long }) => long === option),
        words.join(' '),
      );
    }
  }
  const settings = [...page.matchAll(/`([a-z]+[A-Z]\w+)`/g)].map(([, name = '']) => name);
  assert.ok(settings.length > 5);
  for (const name of settings) assert.ok(Object.hasOwn(defaultSettings, name), name);
});

test('the table of settings for administrators has every setting with its default', async () => {
  const administrators = await readFile(resolve(import.meta.dirname, '../docs/administrators.md'), 'utf8');
  const rows = new Map(
    [...administrators.matchAll(/^\| `(\w+)` \| ([^|]*)\|/gm)].map(([, name = '', value = '']) => [name, value]),
  );
  for (const [name, value] of Object.entries(defaultSettings)) {
    const shown = typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value);
    assert.equal(rows.get(name)?.trim().replaceAll('`', ''), shown, name);
  }
});
