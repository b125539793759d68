// `system restart|shutdown|stay`: a computer that restarts or shuts down with every session saved.
import type { Computer, LeaveReport, LeaveWay, Leaving } from '#contract/values.ts';
import { isRunning } from '#model/session.ts';
import type { SessionCheck } from '#model/session.ts';
import { CommandError, exitCode } from '../exit-code.ts';
import { answer, answerJson, say, table } from '../voice.ts';
import { confirm } from './confirm.ts';
import type { GatewayClient } from './gateway-client.ts';
import { wholeNumber } from './numbers.ts';
import { programsAtRisk } from './programs-at-risk.ts';
import type { RoomOptions } from './room-commands.ts';

type ComputerOptions = RoomOptions & { computer?: string };
export type LeaveOptions = ComputerOptions & { in?: string; now?: true; yes?: true; wait: boolean };

const lookEveryMs = 500;
/** A host program that is away for so long while the gateway answers is not going down. */
const silencePatienceMs = 120_000;

const wayText: Readonly<Record<LeaveWay, { doing: string; question: string }>> = {
  restart: { doing: 'restarts', question: 'Restart' },
  'shut-down': { doing: 'shuts down', question: 'Shut down' },
};

const becameText: Readonly<Record<LeaveReport['sessions'][number]['outcome'], string>> = {
  saved: 'saved',
  'saved-without': 'saved without',
  lost: 'lost',
};

async function computerOf(gateway: GatewayClient, options: ComputerOptions): Promise<Computer> {
  const computers = await gateway.call('computers');
  const wanted = computers.filter(({ name }) => options.computer === undefined || name === options.computer);
  const [one] = wanted;
  if (one === undefined) {
    throw new CommandError(`there is no computer "${options.computer}"; see: stationmaster computer list`, exitCode.notFound);
  }
  if (wanted.length > 1) throw new CommandError('there are several computers; name one with --computer', exitCode.usage);
  return one;
}

function secondsOf(options: LeaveOptions): number | undefined {
  if (options.now === true && options.in !== undefined) throw new CommandError('give --in or --now, not both', exitCode.usage);
  if (options.now === true) return 0;
  return options.in === undefined ? undefined : wholeNumber(options.in, '--in', 0, 3600);
}

/** What is at stake, in words. */
function stakesOf(computer: Computer, running: number, atStations: number, checks: readonly SessionCheck[]): string {
  if (running === 0) return `No session runs on ${computer.name}.`;
  const sessions = running === 1 ? 'One session runs' : `${running} sessions run`;
  const lines = [`${sessions} on ${computer.name}, ${atStations} at a station.`];
  if (computer.hibernation.fault === 'not-looked-yet') lines.push('Whether this computer can save sessions is not known yet.');
  else if (computer.hibernation.fault !== null) {
    lines.push('This computer cannot save sessions to disk (stationmaster doctor says why): they are LOST.');
    return lines.join('\n');
  }
  const risks = programsAtRisk(checks);
  lines.push(
    risks === ''
      ? 'All of it is saved, and there again afterwards.'
      : `It is saved, and there again afterwards, except:\n${risks}`,
  );
  return lines.join('\n');
}

async function checksOf(gateway: GatewayClient, name: string): Promise<readonly SessionCheck[]> {
  try {
    return (await gateway.call('checkComputer', { params: { name } })).checks;
  } catch (error) {
    // A computer that cannot save sessions can restart all the same; what is at stake says so.
    if (error instanceof CommandError && error.errorCode === 'hibernation-impossible') return [];
    throw error;
  }
}

/** How far it is; what changes all the time is said in steps. */
function progressText(leaving: Leaving, how: LeaveWay, now: number): string {
  if (leaving.phase !== 'warning') return phaseText(leaving, how, now);
  const remainingMs = leaving.until - now;
  const stepMs = remainingMs > 60_000 ? 60_000 : remainingMs > 10_000 ? 10_000 : 5_000;
  return phaseText({ ...leaving, until: now + Math.ceil(remainingMs / stepMs) * stepMs }, how, now);
}

function phaseText({ phase, until, unsaved }: Leaving, how: LeaveWay, now: number): string {
  if (phase === 'warning') return `${wayText[how].doing} in ${Math.max(0, Math.ceil((until - now) / 1000))} s`;
  if (phase === 'saving') return unsaved === 1 ? 'is saving: one session left' : `is saving: ${unsaved} sessions left`;
  return 'goes down now';
}

/** `account`: what became of each session, if there was time to read it. `back`: it is up again already. */
interface Gone {
  account: LeaveReport | null;
  back: boolean;
  /** How many sessions were still in memory when it went. */
  unsaved: number;
}

/** Says how it goes on until the computer is down. */
async function watch(gateway: GatewayClient, before: Computer, begun: Computer, how: LeaveWay): Promise<Gone> {
  const { name } = before;
  let said = '';
  let account: LeaveReport | null = null;
  let last = begun.leaving;
  let heardAt = performance.now();
  for (;;) {
    let computer: Computer | undefined;
    try {
      computer = (await gateway.call('computers')).find((one) => one.name === name);
    } catch (error) {
      // The gateway goes down with the computer, but not before the warning is over.
      const warned = last?.phase !== 'warning' || Date.now() >= last.until;
      if (warned && error instanceof CommandError && error.exitCode === exitCode.unreachable) {
        return { account, back: false, unsaved: last?.phase === 'going' ? last.unsaved : 0 };
      }
      throw error;
    }
    if (computer?.reachable === true) heardAt = performance.now();
    if (computer === undefined || performance.now() - heardAt > silencePatienceMs)
      throw new CommandError(
        `${name} does not answer any more; whether it ${wayText[how].doing} is not known`,
        exitCode.unreachable,
      );
    if (computer.lastLeave !== null && computer.lastLeave.at !== before.lastLeave?.at) account = computer.lastLeave;
    const { leaving } = computer;
    if (leaving === null) {
      if (computer.leaveFault !== null) throw new CommandError(`${name} did not go: ${computer.leaveFault}`);
      if (account !== null || computer.startedAt !== before.startedAt) {
        return { account, back: true, unsaved: 0 };
      }
      throw new CommandError('it was taken back');
    }
    last = leaving;
    const text = progressText(leaving, how, Date.now());
    if (text !== said) say(`${name} ${text}`);
    said = text;
    await new Promise((resolve) => {
      setTimeout(resolve, lookEveryMs);
    });
  }
}

function tellAccount(account: LeaveReport): void {
  const lost = account.sessions.filter(({ outcome }) => outcome === 'lost');
  const count = account.sessions.length - lost.length;
  const names = lost.map(({ user }) => user).join(', ');
  if (account.sessions.length > 0)
    answer(`${count} saved, ${lost.length} lost${lost.length === 0 ? '' : `: ${names}`}; stationmaster audit has each.`);
  const toTell = account.sessions.filter(({ outcome }) => outcome !== 'saved');
  const rows = toTell.map(({ user, session, outcome, programs, error }) => [
    user,
    session,
    [becameText[outcome], ...programs].join(' ').trim(),
    error?.message ?? '',
  ]);
  if (rows.length > 0) answer(table(['User', 'Session', 'Outcome', 'Why'], rows));
}

const leave = async (gateway: GatewayClient, options: LeaveOptions, how: LeaveWay): Promise<void> => {
  const seconds = secondsOf(options);
  const before = await computerOf(gateway, options);
  const { name } = before;
  const [sessions, checks] = await Promise.all([gateway.call('sessions'), checksOf(gateway, name)]);
  const running = sessions.filter((session) => session.computer === name && isRunning(session));
  say(stakesOf(before, running.length, running.filter(({ station }) => station !== null).length, checks));
  if (options.yes === undefined) {
    if (!process.stdin.isTTY) throw new CommandError('nobody can be asked here; give --yes', exitCode.usage);
    if (!(await confirm(`${wayText[how].question} ${name}?`))) throw new CommandError('nothing was done');
  }
  const computer = await gateway.call('leave', {
    params: { name },
    body: { how, ...(seconds === undefined ? {} : { seconds }) },
  });
  if (!options.wait) {
    if (options.json) answerJson(computer);
    else
      answer(
        computer.leaving === null ? `${name} ${wayText[how].doing}.` : `${name} ${phaseText(computer.leaving, how, Date.now())}.`,
      );
    return;
  }
  const { account, back, unsaved } = await watch(gateway, before, computer, how);
  if (options.json) answerJson({ computer: name, how, account });
  else {
    if (account !== null) tellAccount(account);
    if (back) answer(`${name} is back.`);
    else answer(`${name} ${wayText[how].doing} now.`);
  }
  const lost = account?.sessions.filter(({ outcome }) => outcome === 'lost').length ?? unsaved;
  if (lost > 0) throw new CommandError(lost === 1 ? 'one session was lost' : `${lost} sessions were lost`, exitCode.partlyDone);
};

export async function restart(gateway: GatewayClient, options: LeaveOptions): Promise<void> {
  await leave(gateway, options, 'restart');
}

export async function shutDown(gateway: GatewayClient, options: LeaveOptions): Promise<void> {
  await leave(gateway, options, 'shut-down');
}

export async function setMode(gateway: GatewayClient, options: ComputerOptions, mode: string): Promise<void> {
  if (mode !== 'console' && mode !== 'station') throw new CommandError('the mode is console or station', exitCode.usage);
  const { name } = await computerOf(gateway, options);
  const computer = await gateway.call('setMode', { params: { name }, body: { mode } });
  if (options.json) answerJson(computer);
  else
    answer(
      mode === 'console'
        ? `The stations of ${name} are closed; its sessions are suspended and kept.`
        : `The stations of ${name} are open.`,
    );
}

export async function stayHere(gateway: GatewayClient, options: ComputerOptions): Promise<void> {
  const { name } = await computerOf(gateway, options);
  const computer = await gateway.call('stay', { params: { name } });
  if (options.json) answerJson(computer);
  else answer(`${name} stays.`);
}
