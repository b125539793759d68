// Whom a command of the Dashboard is for: sessions that were named, or all that the caller has.
import type { Who } from '#contract/classroom/audience.ts';
import { CommandError, exitCode } from '../exit-code.ts';
import type { GatewayClient } from './gateway-client.ts';
import { findSession } from './naming.ts';
import type { RoomOptions } from './room-commands.ts';

export type WhoOptions = RoomOptions & { all?: true };

export async function whoOf(gateway: GatewayClient, { all }: WhoOptions, words: readonly string[]): Promise<Who> {
  if (words.length > 0 === (all === true)) throw new CommandError('name sessions, or give --all', exitCode.usage);
  if (all === true) return { all };
  const [sessions, stations] = await Promise.all([gateway.call('sessions'), gateway.call('stations')]);
  return { sessions: words.map((word) => findSession(sessions, stations, word).id) };
}
