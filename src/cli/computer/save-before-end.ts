// `save-before-end`: what systemd runs before it stops our programs. Where the computer goes down without having asked anybody,
// every session is saved first; where only our programs are stopped, nothing is done.
import type { LeaveReport, LeaveWay } from '#contract/values.ts';
import { CommandError } from '../exit-code.ts';
import { say } from '../voice.ts';
import { HostClient } from './host-client.ts';
import type { Layout } from './layout.ts';
import { tryProgram } from './program-run.ts';

/** A minute less than stationmaster-saving.service is given; the host goes by its own limit, which is shorter or as long. */
const limitMs = 28 * 60_000;
/** The host writes its account when the limit is over. */
const answerPatienceMs = 30_000;

/** What the jobs of systemd (`systemctl list-jobs --no-legend`) are about to do with the computer. */
export function leaveWayOf(jobs: string): LeaveWay {
  const starting = [...jobs.matchAll(/^\s*\d+\s+(\S+)\s+start\s/gm)].map(([, unit]) => unit);
  const restarts = ['reboot.target', 'kexec.target', 'soft-reboot.target'];
  return restarts.some((unit) => starting.includes(unit)) ? 'restart' : 'shut-down';
}

/** Null unless systemd is going down. */
async function systemLeaves(): Promise<LeaveWay | null> {
  const { stdout } = await tryProgram('systemctl', ['is-system-running']);
  if (stdout.trim() !== 'stopping') return null;
  return leaveWayOf((await tryProgram('systemctl', ['list-jobs', '--no-legend', '--no-pager', '--full'])).stdout);
}

/** For the journal. */
export function accountOf({ sessions }: LeaveReport): string[] {
  if (sessions.length === 0) return ['No session had to be saved.'];
  return sessions.map(({ user, session, outcome, programs, error }) => {
    const name = `${user} (${session})`;
    const names = programs.join(', ');
    if (outcome === 'saved') return `${name}: saved.`;
    if (outcome === 'saved-without') return `${name}: saved without ${names}.`;
    return `${name}: lost${error === null ? '' : ` (${error.message})`}${names === '' ? '' : `, with ${names}`}.`;
  });
}

/** Rejects with a CommandError if the host cannot be asked. */
export async function saveBeforeEnd(layout: Layout): Promise<void> {
  const how = await systemLeaves();
  if (how === null) {
    say('The computer stays up; nothing is to be saved.');
    return;
  }
  using host = await HostClient.connect(layout.places, limitMs + answerPatienceMs);
  const report = await host.call('computer.prepare', { how, limitMs });
  for (const line of accountOf(report)) say(line);
  if (report.sessions.some(({ outcome }) => outcome === 'lost')) throw new CommandError('not every session could be saved');
}
