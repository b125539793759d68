// `session hands|lower-hand`.
import { answer, answerJson, table, timeText } from '../voice.ts';
import type { GatewayClient } from './gateway-client.ts';
import { tellOutcomes } from './outcomes.ts';
import type { RoomOptions } from './room-commands.ts';
import { whoOf } from './who.ts';
import type { WhoOptions } from './who.ts';

export async function listHands(gateway: GatewayClient, options: RoomOptions): Promise<void> {
  const [hands, stations] = await Promise.all([gateway.call('hands'), gateway.call('stations')]);
  if (options.json) {
    answerJson(hands);
    return;
  }
  const names = new Map(stations.map((station) => [station.id, station.name]));
  const now = Date.now();
  const rows = hands.map(({ session, user, station, at }) => [session, user, names.get(station) ?? station, timeText(at, now)]);
  answer(rows.length === 0 ? 'No hand is up.' : table(['Session', 'User', 'Station', 'Since'], rows));
}

export async function lowerHands(gateway: GatewayClient, options: WhoOptions, ...words: string[]): Promise<void> {
  const who = await whoOf(gateway, options, words);
  const { outcomes } = await gateway.call('lowerHands', { body: { who } });
  tellOutcomes(outcomes, 'hand down', options.json ?? false);
}
