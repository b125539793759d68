// What the log hides, and what it does not, as it is written.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

/** What is written when `given`, an expression, is logged. */
// oxlint-disable-next-line typescript/no-explicit-any
function logged(given: string): any {
  const program = `
    import { CodedError } from '#contract/errors.ts';
    import { makeLog } from './log.ts';
    makeLog('info').info(${given}, 'x');`;
  const args = ['--input-type=module-typescript', '--eval', program];
  return JSON.parse(execFileSync(process.execPath, args, { cwd: import.meta.dirname, encoding: 'utf8' }));
}

test('secrets are hidden, codes of errors are not', () => {
  const { err, code, end, typed, audit, password, asked } = logged(`{
    err: Object.assign(new CodedError('not-possible-now', { state: 'ended' }), { cause: 1 }),
    code: 'computer-unreachable',
    end: { by: 'page', code: 1001 },
    typed: { code: 'K7WM-4PXD' },
    audit: { details: { code: 'abcd-efgh-jklm' } },
    password: 'not-possible-now',
    asked: { body: { password: 'p', answer: 'a' }, token: 't', cookie: 'c' },
  }`);
  assert.deepEqual([err.code, err.details], ['not-possible-now', { state: 'ended' }]);
  assert.deepEqual([code, end.code], ['computer-unreachable', 1001]);
  const hidden = '(secret)';
  assert.deepEqual([typed.code, audit.details.code, password], [hidden, hidden, hidden]);
  assert.deepEqual(asked, { body: { password: hidden, answer: hidden }, token: hidden, cookie: hidden });
  assert.equal(logged("{ err: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }) }").err.code, 'ECONNREFUSED');
  assert.equal(logged("{ err: Object.assign(new Error('x'), { body: { password: 'p' } }) }").err.body.password, hidden);
  assert.equal(logged("{ code: 'K7WM-4PXD-ABCD-EFGH-JKLM' }").code, hidden);
});
