// docs/protocol.md says the same as the code: host calls, states of a session, error codes, close codes.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { before, test } from 'node:test';
import { errorCodes } from '#contract/errors.ts';
import { hostCalls, hostProtocol } from '#contract/host.ts';
import { closeCodes } from '#contract/wire.ts';
import { sessionHappenings, sessionStates, sessionTransitions } from '#model/session.ts';

let page = '';

before(async () => {
  page = await readFile(resolve(import.meta.dirname, '../docs/protocol.md'), 'utf8');
});

/** The cells of the table under this heading row, without the row of dashes. */
function tableUnder(heading: string): string[][] {
  const lines = page.slice(page.indexOf(heading)).split('\n');
  assert.equal(lines[0]?.startsWith(heading), true, heading);
  const rows = lines.slice(0, lines.indexOf(''));
  return rows
    .filter((_, at) => at !== 1)
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

test('every error code is there with its HTTP status and text', () => {
  const [, ...rows] = tableUnder('| code | HTTP | means |');
  const expected = Object.entries(errorCodes).map(([code, { status, text }]) => [`\`${code}\``, String(status), text]);
  assert.deepEqual(rows, expected);
});

test('the table of what may happen to a session is the one that the host goes by', () => {
  const [heading, ...rows] = tableUnder('| from \\ happening | opened');
  assert.deepEqual(heading?.slice(1), [...sessionHappenings]);
  const expected = sessionStates
    .filter((state) => state !== 'ended')
    .map((state) => [state, ...sessionHappenings.map((happening) => sessionTransitions[state][happening] ?? '')]);
  assert.deepEqual(rows, expected);
});

test('every host call is there, and no other; so is the number of the protocol', () => {
  const [, ...rows] = tableUnder('| call | takes | gives |');
  const named = rows.flatMap(([calls = '']) => {
    const names = [...calls.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
    const [first = ''] = names;
    // `account.list`, `.describe`: the rest of a row's names go by the first.
    return names.map((name) => (name.startsWith('.') ? `${first.split('.')[0]}${name}` : name));
  });
  assert.deepEqual(named.toSorted(), Object.keys(hostCalls).toSorted());
  assert.match(page, new RegExp(`protocol's number is ${hostProtocol}\\.`));
});

test('every close code is there with its name', () => {
  const [, ...rows] = tableUnder('| code | name | means | the page |');
  assert.deepEqual(
    rows.map(([code, name]) => [name, Number(code)]),
    Object.entries(closeCodes),
  );
});
