// The exit codes of the command, and the error that carries one. They are documented in `stationmaster --help`.
import type { ErrorCode } from '#contract/errors.ts';

export const exitCode = {
  done: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  notAllowed: 4,
  notFound: 5,
  partlyDone: 6,
} as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

export const exitCodeTexts: readonly (readonly [code: ExitCode, text: string])[] = [
  [exitCode.done, 'done'],
  [exitCode.failed, 'failed; the line on standard error says why'],
  [exitCode.usage, 'wrong usage'],
  [exitCode.unreachable, 'Stationmaster does not run or cannot be reached'],
  [exitCode.notAllowed, 'not allowed'],
  [exitCode.notFound, 'there is no such station, session, computer or user'],
  [exitCode.partlyDone, 'done for some of several, not for all; the output says which'],
];

export const exitCodeHelp = `\nExit codes:\n${exitCodeTexts.map(([code, text]) => `  ${code}  ${text}`).join('\n')}`;

/** What does not fit of values that were given, each by its name. */
export function valueFault(error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] }): CommandError {
  const faults = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  return new CommandError(faults.join('\n'), exitCode.usage);
}

/** What the person is told, in words, with the code that the command ends with. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;
  /** The code of the program that refused; null where it is the command's own fault. */
  readonly errorCode: ErrorCode | null;

  constructor(message: string, code: ExitCode = exitCode.failed, errorCode: ErrorCode | null = null) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = code;
    this.errorCode = errorCode;
  }

  /** What a program answered with. */
  static answered(code: ErrorCode, message: string): CommandError {
    return new CommandError(message, exitCodeOf(code), code);
  }
}

/** The exit code for an error that a program answered with. */
export function exitCodeOf(code: ErrorCode): ExitCode {
  switch (code) {
    case 'bad-request':
      return exitCode.usage;
    case 'not-found':
    case 'session-not-found':
    case 'group-not-found':
    case 'station-not-found':
    case 'computer-not-found':
      return exitCode.notFound;
    case 'not-signed-in':
    case 'not-allowed':
    case 'level-too-low':
      return exitCode.notAllowed;
    case 'computer-unreachable':
      return exitCode.unreachable;
    default:
      return exitCode.failed;
  }
}
