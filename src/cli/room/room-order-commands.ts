// `room list|add|rename|remove|order`: the rooms that stations stand in.
import { CommandError, exitCode } from '../exit-code.ts';
import { answer, answerJson, table } from '../voice.ts';
import type { GatewayClient } from './gateway-client.ts';
import type { RoomOptions } from './room-commands.ts';

interface RoomLine {
  name: string;
  was?: string;
}

const kept = (name: string): RoomLine => ({ name, was: name });
const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function found(rooms: readonly string[], word: string): string {
  const room = rooms.find((name) => same(name, word));
  if (room === undefined) throw new CommandError(`there is no room "${word}"; see: stationmaster room list`, exitCode.notFound);
  return room;
}

export async function listRooms(gateway: GatewayClient, options: RoomOptions): Promise<void> {
  const [{ rooms }, stations] = await Promise.all([gateway.call('rooms'), gateway.call('stations')]);
  const lines = rooms.map((name) => ({
    name,
    stations: stations.filter(({ configuration }) => configuration.room === name).map((station) => station.name),
  }));
  if (options.json) answerJson(lines);
  else
    answer(
      table(
        ['Room', 'Stations'],
        lines.map(({ name, stations: there }) => [name, there.join(', ')]),
      ),
    );
}

async function arrange(
  gateway: GatewayClient,
  options: RoomOptions,
  change: (rooms: readonly string[]) => readonly RoomLine[],
): Promise<void> {
  const { rooms: based } = await gateway.call('rooms');
  const { rooms } = await gateway.call('arrangeRooms', { body: { rooms: [...change(based)], based } });
  if (options.json) answerJson({ rooms });
  else answer(rooms.length === 0 ? 'There are no rooms.' : `The rooms are: ${rooms.join(', ')}.`);
}

export async function addRooms(gateway: GatewayClient, options: RoomOptions, ...names: string[]): Promise<void> {
  await arrange(gateway, options, (rooms) => [...rooms.map(kept), ...names.map((name) => ({ name }))]);
}

export async function renameRoom(gateway: GatewayClient, options: RoomOptions, word: string, name: string): Promise<void> {
  await arrange(gateway, options, (rooms) => {
    const was = found(rooms, word);
    return rooms.map((room) => (room === was ? { name, was } : kept(room)));
  });
}

export async function removeRooms(gateway: GatewayClient, options: RoomOptions, ...words: string[]): Promise<void> {
  await arrange(gateway, options, (rooms) => {
    const gone = new Set(words.map((word) => found(rooms, word)));
    return rooms.filter((room) => !gone.has(room)).map(kept);
  });
}

/** Those that are named come first, in this order. */
export async function orderRooms(gateway: GatewayClient, options: RoomOptions, ...words: string[]): Promise<void> {
  await arrange(gateway, options, (rooms) => {
    const first = [...new Set(words.map((word) => found(rooms, word)))];
    return [...first, ...rooms.filter((room) => !first.includes(room))].map(kept);
  });
}
