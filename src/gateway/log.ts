// The gateway's log: one JSON object a line on standard output. Nothing secret passes it.
import { pino } from 'pino';
import type { Logger } from 'pino';
import type { Config } from '#contract/config.ts';
import { errorCodes } from '#contract/errors.ts';

export type Log = Logger;

const secrets = ['password', 'answer', 'ticket', 'token', 'code', 'cookie', 'authorization', 'signature', 'nonce'];

/** What is logged in place of something that is called as a secret. Codes of errors are called as those of set-up and enrolment are. */
function censored(value: unknown, path: readonly string[]): unknown {
  const isOfError = path[0] === 'err' || typeof value === 'number' || Object.hasOwn(errorCodes, String(value));
  return path.at(-1) === 'code' && isOfError ? value : '(secret)';
}

export function makeLog(level: Config['log_level'] | 'silent'): Log {
  return pino({
    level,
    base: { program: 'gateway' },
    redact: {
      // pino tells `censored` the first name of a path only where a path has that name, not a star.
      paths: ['err.code', ...secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`])],
      censor: censored,
    },
  });
}
