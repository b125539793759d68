// The gateway's log: one JSON object a line on standard output. Nothing secret passes it.
import { pino } from 'pino';
import type { Logger } from 'pino';
import type { Config } from '#contract/config.ts';

export type Log = Logger;

const secrets = ['password', 'answer', 'ticket', 'token', 'code', 'cookie', 'authorization', 'signature', 'nonce'];

export function makeLog(level: Config['log_level'] | 'silent'): Log {
  return pino({
    level,
    base: { program: 'gateway' },
    redact: { paths: secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '(secret)' },
  });
}
