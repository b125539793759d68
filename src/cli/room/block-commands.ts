// `session block|unblock`.
import { say } from '../voice.ts';
import type { GatewayClient } from './gateway-client.ts';
import { tellOutcomes } from './outcomes.ts';
import { whoOf } from './who.ts';
import type { WhoOptions } from './who.ts';

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
