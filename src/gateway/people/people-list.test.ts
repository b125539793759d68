import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { CodedError } from '#contract/errors.ts';
import { importFaults, levels, newUserNameFault } from '#model/account.ts';
import { readPeopleList } from './people-list.ts';

const read = (text: string, taken: readonly string[] = []) => readPeopleList(Buffer.from(text), new Set(taken));

describe('a list of people', () => {
  it('is read with commas, semicolons and tabs, with quotes, marks and the line ends of any system', () => {
    for (const mark of [',', ';', '\t']) {
      for (const end of ['\n', '\r\n']) {
        for (const bom of ['', '\ufeff']) {
          const rows = [
            ['anna', '"Adams ""Annie"" Anna"', 'secret 1', 'Dashboard user'],
            ['ben', 'Ben Baker', 'secret 2', ''],
          ];
          const lines = read(bom + rows.map((row) => row.join(mark)).join(end) + end);
          assert.deepEqual(
            lines.map(({ line, user, fullName, password, level, made, fault }) => [
              line,
              user,
              fullName,
              password,
              level,
              made,
              fault,
            ]),
            [
              [1, 'anna', 'Adams "Annie" Anna', 'secret 1', 'dashboard', false, null],
              [2, 'ben', 'Ben Baker', 'secret 2', 'standard', false, null],
            ],
          );
        }
      }
    }
  });

  it('is read in the letters of old and of new spreadsheets', () => {
    const text = 'zoe;Zoé Lefèvre;mot de passe;Administrateur\r\n';
    const letters = [Buffer.from(text), Buffer.from(text, 'latin1'), Buffer.from(`\ufeff${text}`, 'utf16le')];
    for (const bytes of letters) {
      const [line] = readPeopleList(bytes, new Set());
      assert.deepEqual([line?.fullName, line?.level, line?.fault], ['Zoé Lefèvre', 'administrator', null]);
    }
  });

  it('has its columns in any order if the first line names them', () => {
    const lines = read('Nom complet;Niveau;Identifiant\nAnna Adams;Dashboard;anna\n');
    assert.deepEqual(
      lines.map(({ line, user, fullName, level, made }) => [line, user, fullName, level, made]),
      [[2, 'anna', 'Anna Adams', 'dashboard', true]],
    );
  });

  it('gets passwords that differ and can be read out where it has none', () => {
    const lines = read(Array.from({ length: 200 }, (_, at) => `user${at}`).join('\n'));
    assert.equal(new Set(lines.map(({ password }) => password)).size, 200);
    for (const { password, made } of lines) {
      assert.ok(made);
      assert.match(password, /^(?:[a-z]{4}-){3}[a-z]{4}$/);
    }
  });

  it('is told what is wrong with each line, by its number in the file', () => {
    const text = [
      'Anna Adams,,,',
      '',
      'root,,,',
      'anna,,,',
      'ben,,,',
      'ben,,,',
      'carla,"A:B",,',
      'dora,,"a\u0001b",',
      'emil,,,king',
      'fred,,,!!!',
      '-rf,,,',
    ].join('\n');
    assert.deepEqual(
      read(text, ['anna']).map(({ line, fault }) => [line, fault]),
      [
        [1, 'user'],
        [3, 'system-name'],
        [4, 'name-taken'],
        [5, null],
        [6, 'user-twice'],
        [7, 'full-name'],
        [8, 'password'],
        [9, 'level'],
        [10, 'level'],
        [11, 'user'],
      ],
    );
    assert.deepEqual(
      read('anna,"Anna').map(({ fault }) => fault),
      ['quotes'],
    );
  });

  it('has 2,000 people at most, and is text', () => {
    const many = (count: number): string => Array.from({ length: count }, (_, at) => `u${at}`).join('\n');
    assert.equal(read(many(2000)).length, 2000);
    assert.throws(
      () => read(many(2001)),
      (error) => error instanceof CodedError && error.code === 'too-large' && error.details['lines'] === 2001,
    );
    assert.throws(
      () => read('a\0b'),
      (error) => error instanceof CodedError && error.code === 'bad-request',
    );
    assert.deepEqual(read(''), []);
    assert.deepEqual(read('\r\n ; ;\n'), []);
  });

  it('gives for any bytes at all lines that can be imported or are said to be wrong, and nothing else', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.string({ unit: 'binary', maxLength: 200 }).map((text) => Buffer.from(text)),
      fc
        .array(
          fc.array(fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('anna', 'ben', 'admin', '"', '""', '\n', '')), {
            maxLength: 6,
          }),
        )
        .map((rows) => Buffer.from(rows.map((row) => row.join(';')).join('\n'))),
    );
    fc.assert(
      fc.property(bytes, (file) => {
        let lines;
        try {
          lines = readPeopleList(file, new Set(['ben']));
        } catch (error) {
          assert.ok(error instanceof CodedError && ['too-large', 'bad-request'].includes(error.code));
          return;
        }
        const good = lines.filter(({ fault }) => fault === null);
        assert.equal(new Set(good.map(({ user }) => user)).size, good.length);
        for (const { user, fullName, password, level, fault } of lines) {
          assert.ok(fault === null || importFaults.includes(fault));
          assert.ok(levels.includes(level));
          if (fault !== null) continue;
          assert.equal(newUserNameFault(user), null);
          assert.notEqual(user, 'ben');
          assert.doesNotMatch(fullName, /[:,=\u0000-\u001f\u007f]/u);
          assert.doesNotMatch(password, /^$|[\u0000-\u001f\u007f]/u);
        }
      }),
      { numRuns: 500 },
    );
  });
});
