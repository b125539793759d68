// `session list|picture|suspend|move|hibernate|check|unsaved|logoff|keep|requests|extend`.
import type { Outcome } from '#contract/route.ts';
import { errorCodes } from '#contract/errors.ts';
import type { ErrorCode } from '#contract/errors.ts';
import type { PictureSize } from '#model/picture.ts';
import { holdsStation, isRunning } from '#model/session.ts';
import type { Session, UnsavedWork } from '#model/session.ts';
import type { Station } from '#model/station.ts';
import { CommandError, exitCode } from '../exit-code.ts';
import { answer, answerJson, say, table, timeText } from '../voice.ts';
import type { GatewayClient } from './gateway-client.ts';
import { confirm } from './confirm.ts';
import { findSession, findStation } from './naming.ts';
import { writeNewFile } from './new-file.ts';
import { wholeNumber } from './numbers.ts';
import { tellOutcomes } from './outcomes.ts';
import { programsAtRisk } from './programs-at-risk.ts';
import type { RoomOptions } from './room-commands.ts';

type ComputerOptions = RoomOptions & { computer?: string };
type ManyOptions = ComputerOptions & { all?: true };

const stateText: Readonly<Record<Session['state'], string>> = {
  starting: 'Starting',
  active: 'Active',
  locked: 'Locked',
  suspended: 'Suspended',
  hibernating: 'Being saved',
  hibernated: 'Suspended (saved)',
  restoring: 'Being restored',
  lost: 'Lost',
  ending: 'Signing out',
  ended: 'Ended',
};

/** What it takes on disk. */
function sizeText({ saved }: Session): string {
  return saved === null || saved.bytes === 0 ? '' : `${Math.max(1, Math.round(saved.bytes / 1_048_576))} MB`;
}

/** Why it cannot be continued; of a lost one, what was open in it. */
function faultText({ state, saved }: Session): string {
  if (saved === null) return '';
  if (state === 'lost') return saved.programs.join(', ');
  const { fault } = saved;
  if (fault === null) return '';
  return Object.hasOwn(errorCodes, fault) ? errorCodes[fault as ErrorCode].text : fault;
}

async function read(gateway: GatewayClient): Promise<{ sessions: Session[]; stations: Station[] }> {
  const [sessions, stations] = await Promise.all([gateway.call('sessions'), gateway.call('stations')]);
  return { sessions, stations };
}

export async function listSessions(gateway: GatewayClient, options: ComputerOptions): Promise<void> {
  const { sessions, stations } = await read(gateway);
  const names = new Map(stations.map((station) => [station.id, station.name]));
  const rows = sessions
    .filter((session) => options.computer === undefined || session.computer === options.computer)
    .map((session) => ({
      ...session,
      station: session.station === null ? null : (names.get(session.station) ?? session.station),
    }));
  if (options.json) {
    answerJson(rows);
    return;
  }
  const now = Date.now();
  answer(
    table(
      ['Id', 'User', 'Computer', 'Station', 'State', 'Since', 'On disk', 'Remark'],
      rows.map((row) => [
        row.id,
        row.user,
        row.computer,
        row.station ?? '',
        stateText[row.state],
        timeText(row.since, now),
        sizeText(row),
        faultText(row),
      ]),
    ),
  );
}

export async function sessionPicture(
  gateway: GatewayClient,
  options: RoomOptions & { to: string; size: PictureSize },
  word: string,
): Promise<void> {
  const { sessions, stations } = await read(gateway);
  const { id, user } = findSession(sessions, stations, word);
  const file = await gateway.download('sessionPicture', { params: { id }, query: { size: options.size } });
  await writeNewFile(options.to, file);
  if (options.json) answerJson({ session: id, user, file: options.to });
  else say(`What the screen of ${user} shows is in ${options.to}.`);
}

/** The computers that `--all` or `--computer` means; null where sessions are named one by one. */
async function wholeComputers(gateway: GatewayClient, options: ManyOptions, words: readonly string[]): Promise<string[] | null> {
  const whole = options.all === true;
  if (whole === words.length > 0)
    throw new CommandError('name sessions, or give --all (with --computer for one computer)', exitCode.usage);
  if (!whole) return null;
  const computers = (await gateway.call('computers')).map((computer) => computer.name);
  if (options.computer === undefined) return computers;
  if (!computers.includes(options.computer)) {
    throw new CommandError(`there is no computer "${options.computer}"; see: stationmaster computer list`, exitCode.notFound);
  }
  return [options.computer];
}

async function namedSessions(gateway: GatewayClient, options: ComputerOptions, words: readonly string[]): Promise<Session[]> {
  const { sessions, stations } = await read(gateway);
  const concerned = sessions.filter((session) => options.computer === undefined || session.computer === options.computer);
  return words.map((word) => findSession(concerned, stations, word));
}

/** Does one task for each; one that fails does not keep the others. */
async function forEach(sessions: readonly Session[], task: (session: Session) => Promise<unknown>): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const session of sessions) {
    let error: Outcome['error'] = null;
    try {
      await task(session);
    } catch (fault) {
      if (!(fault instanceof CommandError) || fault.errorCode === null) throw fault;
      error = { code: fault.errorCode, message: fault.message, details: {} };
    }
    outcomes.push({ session: session.id, user: session.user, error });
  }
  return outcomes;
}

export async function suspendSessions(gateway: GatewayClient, options: ManyOptions, ...words: string[]): Promise<void> {
  const computers = await wholeComputers(gateway, options, words);
  const outcomes: Outcome[] = [];
  if (computers === null) {
    const sessions = await namedSessions(gateway, options, words);
    outcomes.push(...(await forEach(sessions, async ({ id }) => await gateway.call('suspendSession', { params: { id } }))));
  } else {
    for (const name of computers) outcomes.push(...(await gateway.call('suspendAll', { params: { name } })).outcomes);
  }
  tellOutcomes(outcomes, 'suspended', options.json ?? false);
}

type MoveOptions = RoomOptions & { displace?: true };

export async function moveSession(
  gateway: GatewayClient,
  options: MoveOptions,
  sessionWord: string,
  stationWord: string,
): Promise<void> {
  const { sessions, stations } = await read(gateway);
  const session = findSession(sessions, stations, sessionWord);
  const station = findStation(stations, stationWord);
  const there = sessions.find((other) => other.station === station.id && holdsStation(other) && other.id !== session.id);
  if (there !== undefined && options.displace !== true) {
    throw new CommandError(
      `${station.name} shows the session of ${there.user}; with --displace it is suspended there`,
      exitCode.failed,
    );
  }
  const moved = await gateway.call('moveSession', {
    params: { id: session.id },
    body: { station: station.id, displaces: there?.id ?? null, attachment: session.attachment },
  });
  if (options.json) {
    answerJson({ session: moved, displaced: there?.id ?? null });
    return;
  }
  answer(`The session of ${moved.user} is at ${station.name}.`);
  if (there !== undefined) answer(`The session of ${there.user} is suspended.`);
}

type HibernateOptions = ManyOptions & { closePrograms?: true };

export async function hibernateSessions(gateway: GatewayClient, options: HibernateOptions, ...words: string[]): Promise<void> {
  const body = { closing: options.closePrograms ?? false };
  const computers = await wholeComputers(gateway, options, words);
  const outcomes: Outcome[] = [];
  if (computers === null) {
    const sessions = await namedSessions(gateway, options, words);
    outcomes.push(
      ...(await forEach(sessions, async ({ id }) => await gateway.call('hibernateSession', { params: { id }, body }))),
    );
  } else {
    for (const name of computers) outcomes.push(...(await gateway.call('hibernateAll', { params: { name }, body })).outcomes);
  }
  tellOutcomes(outcomes, 'saved to disk', options.json ?? false);
}

export async function checkSessions(gateway: GatewayClient, options: ComputerOptions): Promise<void> {
  const computers = (await wholeComputers(gateway, { ...options, all: true }, [])) ?? [];
  const answers = await Promise.all(
    computers.map(async (name) => (await gateway.call('checkComputer', { params: { name } })).checks),
  );
  const checks = answers.flat();
  if (options.json) {
    answerJson({ checks });
    return;
  }
  const risks = programsAtRisk(checks);
  if (risks !== '') answer(risks);
  else answer(checks.length === 0 ? 'No session runs.' : 'Every session can be saved as it is.');
}

/** What windows say of unsaved work: of the named sessions, or of all at stations of the computers. */
async function unsavedWork(
  gateway: GatewayClient,
  computers: readonly string[] | null,
  sessions: readonly Session[],
): Promise<UnsavedWork[]> {
  if (computers === null) {
    return await Promise.all(sessions.map(async ({ id }) => await gateway.call('unsavedInSession', { params: { id } })));
  }
  const answers = await Promise.all(
    computers.map(async (name) => (await gateway.call('unsavedAtStations', { params: { name } })).sessions),
  );
  return answers.flat();
}

export async function unsavedInSessions(gateway: GatewayClient, options: ManyOptions, ...words: string[]): Promise<void> {
  const computers = await wholeComputers(gateway, options, words);
  const works = await unsavedWork(gateway, computers, computers === null ? await namedSessions(gateway, options, words) : []);
  if (options.json) {
    answerJson({ sessions: works });
    return;
  }
  const rows = works.flatMap(({ user, unsaved, looked }) =>
    looked ? unsaved.map(({ program, title }) => [user, program, title]) : [[user, '', 'It could not be looked at.']],
  );
  answer(rows.length === 0 ? 'No window says that work in it is unsaved.' : table(['User', 'Program', 'Window'], rows));
  const silent = [...new Set(works.flatMap((work) => work.silent))].toSorted();
  if (silent.length > 0) say(`Not every program says so. Also open: ${silent.join(', ')}.`);
}

/** Names unsaved work before a log-off, and asks whether to go on where somebody can be asked. What cannot be looked at holds up nothing. */
async function nameUnsaved(
  gateway: GatewayClient,
  options: LogOffOptions,
  computers: readonly string[] | null,
  sessions: readonly Session[],
): Promise<void> {
  const works = await unsavedWork(gateway, computers, sessions).catch((): UnsavedWork[] => []);
  const rows = works.flatMap(({ user, unsaved }) => unsaved.map(({ program, title }) => [user, program, title]));
  if (rows.length === 0) return;
  say(`These windows say that work in them is not saved:\n${table(['User', 'Program', 'Window'], rows)}`);
  const asks = process.stdin.isTTY && process.stderr.isTTY && options.yes !== true && options.json !== true;
  if (asks && !(await confirm('Log off all the same?'))) throw new CommandError('nothing was done');
}

type LogOffOptions = ManyOptions & { seconds?: string; suspended?: boolean; yes?: true };

export async function logOffSessions(gateway: GatewayClient, options: LogOffOptions, ...words: string[]): Promise<void> {
  const body = options.seconds === undefined ? {} : { seconds: wholeNumber(options.seconds, '--seconds', 0, 3600) };
  const computers = await wholeComputers(gateway, options, words);
  const outcomes: Outcome[] = [];
  const sessions = computers === null ? await namedSessions(gateway, options, words) : [];
  await nameUnsaved(gateway, options, computers, sessions.filter(isRunning));
  if (computers === null) {
    outcomes.push(...(await forEach(sessions, async ({ id }) => await gateway.call('logOffSession', { params: { id }, body }))));
  } else {
    for (const name of computers)
      outcomes.push(
        ...(await gateway.call('logOffAll', { params: { name }, body: { ...body, suspended: options.suspended ?? false } }))
          .outcomes,
      );
  }
  tellOutcomes(outcomes, body.seconds === 0 ? 'logged off' : 'is being warned, then logged off', options.json ?? false);
}

export async function keepSessions(gateway: GatewayClient, options: ManyOptions, ...words: string[]): Promise<void> {
  const computers = await wholeComputers(gateway, options, words);
  const sessions =
    computers === null
      ? await namedSessions(gateway, options, words)
      : (await gateway.call('sessions')).filter(
          ({ computer, endsAt, state }) => computers.includes(computer) && endsAt !== null && state !== 'ending',
        );
  const outcomes = await forEach(sessions, async ({ id }) => await gateway.call('keepSession', { params: { id } }));
  tellOutcomes(outcomes, 'goes on', options.json ?? false);
}

export async function listTimeRequests(gateway: GatewayClient, options: RoomOptions): Promise<void> {
  const [requests, stations] = await Promise.all([gateway.call('timeRequests'), gateway.call('stations')]);
  if (options.json) {
    answerJson(requests);
    return;
  }
  const names = new Map(stations.map((station) => [station.id, station.name]));
  const now = Date.now();
  const rows = requests.map(({ session, user, station, at, endsAt }) => [
    session,
    user,
    names.get(station) ?? station,
    timeText(at, now),
    timeText(endsAt, now),
  ]);
  answer(rows.length === 0 ? 'Nobody asks for more time.' : table(['Session', 'User', 'Station', 'Asked', 'Ends'], rows));
}

type ExtendOptions = RoomOptions & { minutes?: string; refuse?: true };

export async function extendSession(gateway: GatewayClient, options: ExtendOptions, word: string): Promise<void> {
  if ((options.minutes === undefined) === (options.refuse === undefined))
    throw new CommandError('give --minutes, or --refuse', exitCode.usage);
  const minutes = options.minutes === undefined ? 0 : wholeNumber(options.minutes, '--minutes', 1, 1440);
  const { sessions, stations } = await read(gateway);
  const { id, user } = findSession(sessions, stations, word);
  if (options.refuse === true) {
    await gateway.call('refuseTime', { params: { id } });
    if (options.json) answerJson({ session: id, user, refused: true });
    else answer(`${user} is told that there is no more time.`);
    return;
  }
  const { leftMs } = await gateway.call('extendSession', { params: { id }, body: { minutes } });
  if (options.json) answerJson({ session: id, user, minutes, leftMs });
  else answer(`${user} has ${Math.ceil(leftMs / 60_000)} minutes left.`);
}
