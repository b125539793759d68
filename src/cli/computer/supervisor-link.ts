// How the command talks to a supervisor that runs: one JSON object a line over a unix socket that only root can reach.
import { createConnection } from 'node:net';
import { createInterface } from 'node:readline';
import type { Places } from '#contract/places.ts';
import type { ProgramName, ProgramOrder } from './programs.ts';

export interface ProgramReport {
  name: ProgramName;
  /** null: it is not running at this moment. */
  pid: number | null;
  /** Milliseconds since 1970. */
  startedAt: number;
  restarts: number;
  digest: string;
}

export interface SupervisorReport {
  pid: number;
  detached: boolean;
  tree: string;
  programs: ProgramReport[];
}

export type SupervisorRequest =
  | { ask: 'report' }
  /** Restarts the programs whose order has another digest. */
  | { ask: 'switch'; orders: ProgramOrder[] }
  /** Answered when both programs have ended; the supervisor ends as well. */
  | { ask: 'stop' };

export type SupervisorReply = { report: SupervisorReport; changed: ProgramName[] } | { error: string };

export function supervisorSocket(places: Places): string {
  return `${places.runDir}/supervisor.sock`;
}

/** Asks the supervisor; null if none runs. */
export async function askSupervisor(
  places: Places,
  request: SupervisorRequest,
): Promise<{ report: SupervisorReport; changed: ProgramName[] } | null> {
  const { promise, resolve, reject } = Promise.withResolvers<SupervisorReply | null>();
  const connection = createConnection(supervisorSocket(places));
  connection.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(null);
    else reject(error);
  });
  connection.once('connect', () => connection.write(`${JSON.stringify(request)}\n`));
  const lines = createInterface({ input: connection });
  // The interface tells the connection's errors again; the connection's own listener has them.
  lines.on('error', () => undefined);
  lines.once('line', (line) => resolve(JSON.parse(line) as SupervisorReply));
  lines.once('close', () => resolve(null));
  try {
    const reply = await promise;
    if (reply !== null && 'error' in reply) throw new Error(reply.error);
    return reply;
  } finally {
    connection.destroy();
  }
}
