// `session block|unblock`.
import type { Who } from '#contract/classroom/audience.ts';
import { CommandError, exitCode } from '../exit-code.ts';
import { say } from '../voice.ts';
import type { GatewayClient } from './gateway-client.ts';
import { findSession } from './naming.ts';
import { tellOutcomes } from './outcomes.ts';
import type { RoomOptions } from './room-commands.ts';

type WhoOptions = RoomOptions & { all?: true };

async function whoOf(gateway: GatewayClient, { all }: WhoOptions, words: readonly string[]): Promise<Who> {
  if (words.length > 0 === (all === true)) throw new CommandError('name sessions, or give --all', exitCode.usage);
  if (all === true) return { all };
  const [sessions, stations] = await Promise.all([gateway.call('sessions'), gateway.call('stations')]);
  return { sessions: words.map((word) => findSession(sessions, stations, word).id) };
}

export async function blockSessions(
  gateway: GatewayClient,
  options: WhoOptions & { message?: string },
  ...words: string[]
): Promise<void> {
  const who = await whoOf(gateway, options, words);
  const { message } = options;
  const { outcomes } = await gateway.call('blockDesktops', { body: { who, ...(message !== undefined && { message }) } });
  tellOutcomes(outcomes, 'blocked', options.json ?? false);
}

export async function unblockSessions(
  gateway: GatewayClient,
  options: WhoOptions & { others?: true },
  ...words: string[]
): Promise<void> {
  const who = await whoOf(gateway, options, words);
  const { outcomes, left } = await gateway.call('unblockDesktops', { body: { who, others: options.others ?? false } });
  for (const { by } of left)
    say(`${by === '' ? 'the administrator' : by} has blocked desktops as well; --others unblocks them too`);
  tellOutcomes(outcomes, 'unblocked', options.json ?? false);
}
