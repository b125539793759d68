// `station list|set|split|unsplit|identify|admit|remove|code`.
import type { RemapEnd } from '#model/remap.ts';
import { stationRows } from '#model/station.ts';
import type { Orientation, StationLanguage, StationStatus } from '#model/station.ts';
import { CommandError, exitCode } from '../exit-code.ts';
import { answer, answerJson, table, timeText } from '../voice.ts';
import type { GatewayClient } from './gateway-client.ts';
import { findStation } from './naming.ts';
import { wholeNumber } from './numbers.ts';
import type { RoomOptions } from './room-commands.ts';

export const statusText: Readonly<Record<StationStatus, string>> = {
  'logged-on': 'Logged on',
  locked: 'Locked',
  blocked: 'Blocked',
  starting: 'Starting',
  'signing-out': 'Signing out',
  suspended: 'Suspended',
  saving: 'Being saved',
  saved: 'Suspended (saved)',
  restoring: 'Being restored',
  lost: 'Lost',
  free: 'Free',
  offline: 'Offline',
  waiting: 'Waiting for your yes',
};

type ListOptions = RoomOptions & { computer?: string; all?: true };

export async function listStations(gateway: GatewayClient, options: ListOptions): Promise<void> {
  const [stations, sessions] = await Promise.all([gateway.call('stations'), gateway.call('sessions')]);
  const rows = stationRows(stations, sessions, { showAll: options.all ?? false }).filter(
    (row) => row.station !== null && (options.computer === undefined || row.computer === options.computer),
  );
  if (options.json) {
    answerJson(
      rows.map(({ station, session, status, since }) => ({
        ...station,
        status,
        since,
        user: session?.user ?? null,
        session: session?.id ?? null,
      })),
    );
    return;
  }
  const now = Date.now();
  answer(
    table(
      ['Computer', 'Room', 'Station', 'User', 'Status', 'Since', 'Id'],
      rows.map((row) => [
        row.computer,
        row.station?.configuration.room ?? '',
        row.station?.name ?? '',
        row.session?.user ?? '',
        statusText[row.status],
        timeText(row.since, now),
        row.key,
      ]),
    ),
  );
}

interface SetOptions extends RoomOptions {
  name?: string;
  room?: string;
  language?: StationLanguage | 'browser';
  orientation?: Orientation;
  users?: string;
  groups?: string;
  everyone?: true;
  autoLogon?: string;
}

const namesIn = (text: string): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

export async function setStation(gateway: GatewayClient, options: SetOptions, ...words: string[]): Promise<void> {
  const { name, room, language, orientation, users, groups, everyone, autoLogon } = options;
  if (name !== undefined && words.length > 1) throw new CommandError('only one station can have this name', exitCode.usage);
  if (everyone === true && (users !== undefined || groups !== undefined))
    throw new CommandError('--everyone does not go with --users and --groups', exitCode.usage);
  const configuration = {
    ...(room !== undefined && { room }),
    ...(language !== undefined && { language: language === 'browser' ? ('' as const) : language }),
    ...(orientation !== undefined && { orientation }),
    ...(users !== undefined && { users: namesIn(users) }),
    ...(groups !== undefined && { groups: namesIn(groups) }),
    ...(everyone === true && { users: [], groups: [] }),
    ...(autoLogon !== undefined && { autoLogon }),
  };
  const isConfigured = Object.keys(configuration).length > 0;
  if (name === undefined && !isConfigured)
    throw new CommandError('nothing to change; see: stationmaster station set --help', exitCode.usage);
  const stations = await gateway.call('stations');
  const named = words.map((word) => findStation(stations, word));
  const changed = [];
  for (const station of named) {
    changed.push(
      await gateway
        .call('configureStation', {
          params: { id: station.id },
          body: { ...(name !== undefined && { name, was: station.name }), ...(isConfigured && { configuration }) },
        })
        .catch((error: unknown) => {
          if (!(error instanceof CommandError) || error.errorCode !== 'auto-logon-not-allowed') throw error;
          throw new CommandError(
            `the computer does not sign ${autoLogon ?? ''} in without a password; write the name as a line of its own into /etc/stationmaster/auto-logon, as root, or confirm it in the Manager with your password`,
            error.exitCode,
            error.errorCode,
          );
        }),
    );
  }
  if (options.json) answerJson(words.length === 1 ? changed[0] : changed);
  else if (name !== undefined && !isConfigured) answer(`${named[0]?.name ?? ''} is now called ${name}.`);
  else answer(changed.map((station) => `${station.name} is configured.`).join('\n'));
}

export async function splitStation(
  gateway: GatewayClient,
  options: RoomOptions & { name?: string },
  word: string,
): Promise<void> {
  const { id } = findStation(await gateway.call('stations'), word);
  const halves = await gateway.call('splitStation', {
    params: { id },
    body: options.name === undefined ? {} : { name: options.name },
  });
  if (options.json) answerJson(halves);
  else answer(`The screen is split: ${halves.left.name} at the left, ${halves.right.name} at the right.`);
}

export async function unsplitStation(
  gateway: GatewayClient,
  options: RoomOptions & { suspend?: true },
  word: string,
): Promise<void> {
  const { id } = findStation(await gateway.call('stations'), word);
  const whole = await gateway
    .call('unsplitStation', { params: { id }, body: { suspend: options.suspend ?? false } })
    .catch((error: unknown) => {
      if (!(error instanceof CommandError) || error.errorCode !== 'station-taken') throw error;
      throw new CommandError(
        'somebody is signed in at the right half; with --suspend that session is suspended',
        error.exitCode,
        error.errorCode,
      );
    });
  if (options.json) answerJson(whole);
  else answer(`${whole.name} has the whole screen.`);
}

type IdentifyOptions = RoomOptions & { computer?: string; all?: true; hide?: true };

export async function identifyStations(gateway: GatewayClient, options: IdentifyOptions, ...words: string[]): Promise<void> {
  const on = options.hide === undefined;
  const everything = options.all === true || options.computer !== undefined;
  if (everything === words.length > 0) throw new CommandError('name stations, or give --all or --computer', exitCode.usage);
  const stations = await gateway.call('stations');
  if (everything) {
    const computers = await gateway.call('computers');
    const wanted = computers.filter((computer) => options.computer === undefined || computer.name === options.computer);
    if (wanted.length === 0) throw new CommandError(`there is no computer "${options.computer}"`, exitCode.notFound);
    for (const { name } of wanted) await gateway.call('identifyAll', { params: { name }, body: { on } });
  }
  const named = words.map((word) => findStation(stations, word));
  for (const { id } of named) await gateway.call('identifyStation', { params: { id }, body: { on } });
  if (options.json) answerJson({ on, stations: everything ? 'all' : named.map((station) => station.name) });
  else answer(on ? 'The names are on the screens.' : 'The names are hidden.');
}

export async function admitStations(gateway: GatewayClient, options: RoomOptions, ...words: string[]): Promise<void> {
  const stations = await gateway.call('stations');
  const named = words.map((word) => findStation(stations, word));
  const admitted = [];
  for (const { id } of named) admitted.push(await gateway.call('admitStation', { params: { id } }));
  if (options.json) answerJson(admitted);
  else answer(admitted.map((station) => `${station.name} is a station now.`).join('\n'));
}

export async function removeStations(gateway: GatewayClient, options: RoomOptions, ...words: string[]): Promise<void> {
  const stations = await gateway.call('stations');
  const named = words.map((word) => findStation(stations, word));
  for (const { id } of named) await gateway.call('removeStation', { params: { id } });
  if (options.json) answerJson({ removed: named.map((station) => station.name) });
  else answer(named.map((station) => `${station.name} is removed.`).join('\n'));
}

/** The computer that is named, or the only one. */
async function computerOf(gateway: GatewayClient, name: string | undefined): Promise<string> {
  const computers = await gateway.call('computers');
  const found = name === undefined ? computers : computers.filter((computer) => computer.name === name);
  const [one] = found;
  if (one === undefined) throw new CommandError(`there is no computer "${name ?? ''}"`, exitCode.notFound);
  if (found.length > 1) throw new CommandError('there are several computers; name one with --computer', exitCode.usage);
  return one.name;
}

const remapEndText: Readonly<Record<RemapEnd, string>> = {
  done: 'Every screen was pressed.',
  'done-without-some': 'It was done without screens that went off.',
  cancelled: 'It was cancelled; everything is as it was.',
  'timed-out': 'Nobody pressed for ten minutes; everything is as it was.',
  'pages-gone': 'No screen was left to press; everything is as it was.',
  failed: 'The new order could not be kept; everything is as it was.',
};

type RemapOptions = RoomOptions & { computer?: string; newNames?: true };

export async function startRemap(gateway: GatewayClient, options: RemapOptions): Promise<void> {
  const name = await computerOf(gateway, options.computer);
  await gateway.call('remap', { params: { name }, body: { newNames: options.newNames ?? false } });
  if (options.json) answerJson({ running: true });
  else answer('The screens show letters; press them in the order of the stations. "station remap status" says who is done.');
}

export async function cancelRemap(gateway: GatewayClient, options: RemapOptions): Promise<void> {
  await gateway.call('cancelRemap', { params: { name: await computerOf(gateway, options.computer) } });
  if (options.json) answerJson({ running: false });
  else answer('The remap is cancelled; everything is as it was.');
}

export async function undoRemap(gateway: GatewayClient, options: RemapOptions): Promise<void> {
  await gateway.call('undoRemap', { params: { name: await computerOf(gateway, options.computer) } });
  if (options.json) answerJson({ undone: true });
  else answer('The stations are as they were before the last remap.');
}

export async function remapStatus(gateway: GatewayClient, options: RemapOptions): Promise<void> {
  const name = await computerOf(gateway, options.computer);
  const [state, stations] = await Promise.all([gateway.call('remapState', { params: { name } }), gateway.call('stations')]);
  const shown = stations.flatMap(({ name: station, computer, remap }) =>
    remap === undefined || computer !== name ? [] : [{ station, ...remap }],
  );
  if (options.json) answerJson({ ...state, stations: shown });
  else if (!state.running)
    answer(
      [
        'No remap is under way.',
        ...(state.ended === null ? [] : [remapEndText[state.ended]]),
        ...(state.undoable ? ['The last one can be undone.'] : []),
      ].join(' '),
    );
  else
    answer(
      table(
        ['Letter', 'Station', 'Number'],
        shown.map(({ letter, station, number }) => [letter, station, number === 0 ? '' : String(number)]),
      ),
    );
}

export async function makeCode(gateway: GatewayClient, options: RoomOptions & { minutes: string }): Promise<void> {
  const minutes = wholeNumber(options.minutes, '--minutes', 1, 1440);
  const made = await gateway.call('enrolmentCode', { body: { minutes } });
  if (options.json) answerJson(made);
  else answer(`${made.code}   (holds until ${timeText(made.expiresAt, Date.now())})`);
}
