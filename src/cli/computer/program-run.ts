// Runs a program to its end, without a shell.
import { spawn } from 'node:child_process';

export interface ProgramResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface ProgramOptions {
  /** Goes to its standard input, where secrets belong. */
  input?: string;
  cwd?: string;
  environment?: NodeJS.ProcessEnv;
  /** `show`: what it says is shown to the person (on standard error) as it comes. */
  output?: 'keep' | 'show';
}

export class ProgramFailed extends Error {
  readonly result: ProgramResult;

  constructor(program: string, result: ProgramResult) {
    super(`${program} failed with ${result.code}${result.stderr.trim() === '' ? '' : `: ${result.stderr.trim()}`}`);
    this.name = 'ProgramFailed';
    this.result = result;
  }
}

/** Runs it and answers with its exit code, 127 if there is no such program, 128 if a signal ended it. */
export async function tryProgram(program: string, args: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
  const shown = options.output === 'show';
  const { promise, resolve } = Promise.withResolvers<ProgramResult>();
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.environment ?? process.env,
    stdio: [options.input === undefined ? 'ignore' : 'pipe', shown ? 2 : 'pipe', shown ? 2 : 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin?.on('error', () => undefined).end(options.input);
  child.once('error', (error) => resolve({ code: 127, stdout, stderr: error.message }));
  child.once('close', (code) => resolve({ code: code ?? 128, stdout, stderr }));
  return await promise;
}

/** Runs it; rejects with ProgramFailed unless it ends with 0. */
export async function runProgram(program: string, args: readonly string[], options: ProgramOptions = {}): Promise<string> {
  const result = await tryProgram(program, args, options);
  if (result.code !== 0) throw new ProgramFailed(program, result);
  return result.stdout;
}
