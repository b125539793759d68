// The names that completion offers from the running room. Whoever may not ask, or must wait for too long, is offered none.
import { limitNames } from '#model/limits.ts';
import { defaultSettings } from '#model/settings.ts';
import type { Places } from '#contract/places.ts';
import { connectGateway } from '../room/gateway-client.ts';
import type { GatewayClient } from '../room/gateway-client.ts';
import type { Candidate, NamedThing } from './completion.ts';

/** A person waits for the prompt meanwhile. */
const patienceMs = 1_000;

const readers: Readonly<Record<NamedThing, (gateway: GatewayClient) => Promise<Candidate[]>>> = {
  computer: async (gateway) => (await gateway.call('computers')).map(({ name }) => ({ word: name, description: '' })),
  station: async (gateway) =>
    (await gateway.call('stations')).map(({ name, configuration }) => ({ word: name, description: configuration.room ?? '' })),
  session: async (gateway) => {
    const [sessions, stations] = await Promise.all([gateway.call('sessions'), gateway.call('stations')]);
    const nameOf = new Map(stations.map(({ id, name }) => [id, name]));
    return sessions.map(({ user, station, state }) => ({
      word: user,
      description: (station === null ? undefined : nameOf.get(station)) ?? state,
    }));
  },
  user: async (gateway) => (await gateway.call('accounts')).map(({ name, fullName }) => ({ word: name, description: fullName })),
  room: async (gateway) => (await gateway.call('rooms')).rooms.map((word) => ({ word, description: '' })),
  token: async (gateway) => (await gateway.call('tokens')).map(({ name }) => ({ word: name, description: '' })),
  setting: async () => Object.keys(defaultSettings).map((word) => ({ word, description: '' })),
  limit: async () => limitNames.map((word) => ({ word, description: '' })),
  'limit=': async () => limitNames.map((word) => ({ word: `${word}=`, description: '' })),
  'setting=': async () => Object.keys(defaultSettings).map((word) => ({ word: `${word}=`, description: '' })),
};

/** Those that there are within a second; never rejects. */
export async function roomNames(thing: NamedThing, places: Places): Promise<Candidate[]> {
  const { promise: tooLong, resolve } = Promise.withResolvers<Candidate[]>();
  const timer = setTimeout(resolve, patienceMs, []);
  const asked = async (): Promise<Candidate[]> => {
    const found = await readers[thing](await connectGateway({}, places));
    return found.filter(({ word }, index) => found.findIndex((other) => other.word === word) === index);
  };
  try {
    return await Promise.race([asked().catch(() => []), tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
