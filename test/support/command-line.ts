// For tests: the command, run against a room's gateway.
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { tryProgram } from '../../src/cli/computer/program-run.ts';
import type { ProgramResult } from '../../src/cli/computer/program-run.ts';
import type { GatewayRoom } from './gateway-room.ts';

export const commandFile = resolve(import.meta.dirname, '../../src/cli/main.ts');

export class CommandLine {
  readonly environment: Record<string, string>;

  constructor(room: GatewayRoom) {
    this.environment = {
      PATH: process.env['PATH'] ?? '',
      NODE_COMPILE_CACHE: resolve(import.meta.dirname, '../../.cache/compile'),
      STATIONMASTER_STATE: room.places.stateDir,
      STATIONMASTER_RUN: room.places.runDir,
      STATIONMASTER_CONFIG: room.places.configFile,
    };
  }

  async runWith(variables: Record<string, string>, ...args: string[]): Promise<ProgramResult> {
    const environment = { ...this.environment, ...variables };
    return await tryProgram(process.execPath, [commandFile, ...args], { environment });
  }

  async run(...args: string[]): Promise<ProgramResult> {
    return await this.runWith({}, ...args);
  }

  /** Runs it and reads what it prints with --json; fails unless it ends with `code`. */
  async json<T>(code: number, ...args: string[]): Promise<T> {
    const result = await this.run(...args, '--json');
    assert.equal(result.code, code, `${args.join(' ')}: ${result.stderr}`);
    return JSON.parse(result.stdout) as T;
  }
}
