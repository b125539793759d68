// `status`: what runs on this computer.
import { readFile } from 'node:fs/promises';
import { CommandError, exitCode } from '../exit-code.ts';
import { GatewayClient } from '../room/gateway-client.ts';
import { answer, answerJson, table } from '../voice.ts';
import { localUrls } from './addresses.ts';
import { readConfig } from './config-file.ts';
import { HostClient } from './host-client.ts';
import { askSupervisor } from './supervisor-link.ts';
import { mainProcess, usesSystemd } from './systemd.ts';
import type { ProgramName } from './programs.ts';
import type { Layout } from './layout.ts';

interface ProgramStatus {
  name: ProgramName;
  pid: number | null;
  answers: boolean;
  /** Resident memory in bytes. */
  memory: number | null;
  restarts: number | null;
}

async function memoryOf(pid: number): Promise<number | null> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(text)?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}

/** Rejects with exit code 3 (after the answer) unless both programs answer. */
export async function status(layout: Layout, json: boolean): Promise<void> {
  const { places } = layout;
  if (process.getuid?.() !== 0) {
    throw new CommandError('only root may see what runs here: use sudo', exitCode.notAllowed);
  }
  const systemd = usesSystemd(layout);
  const supervised = await askSupervisor(places, { ask: 'report' });
  const host = await HostClient.connect(places).catch(() => null);
  using _host = host;
  const computer = host === null ? null : await host.call('computer.status', {});
  const sessions = host === null ? [] : (await host.call('session.list', {})).sessions;
  const programs: ProgramStatus[] = [];
  for (const name of ['host', 'gateway'] as const) {
    const report = supervised?.report.programs.find((program) => program.name === name);
    const pid = report?.pid ?? (systemd ? await mainProcess(name) : null);
    const answers = name === 'host' ? host !== null : (await GatewayClient.local(places).health()) !== null;
    programs.push({ name, pid, answers, memory: pid === null ? null : await memoryOf(pid), restarts: report?.restarts ?? null });
  }
  const running = programs.every((program) => program.answers);
  const urls = running ? localUrls(await readConfig(layout)) : null;
  const count = (state: string): number => sessions.filter((session) => session.state === state).length;
  if (json) {
    answerJson({
      running,
      supervisedBy: supervised === null ? (systemd ? 'systemd' : null) : supervised.report.detached ? 'background' : 'terminal',
      programs,
      computer,
      sessions: {
        all: sessions.length,
        active: count('active'),
        locked: count('locked'),
        suspended: count('suspended'),
        saved: count('hibernated'),
      },
      urls,
    });
  } else {
    const megabytes = (bytes: number | null): string => (bytes === null ? '' : `${Math.round(bytes / 1_048_576)} MB`);
    answer(
      table(
        ['Program', 'Process', 'Answers', 'Memory', 'Restarts'],
        programs.map((one) => [
          one.name,
          one.pid === null ? '-' : String(one.pid),
          one.answers ? 'yes' : 'no',
          megabytes(one.memory),
          one.restarts === null ? '' : String(one.restarts),
        ]),
      ),
    );
    if (computer !== null) {
      answer(
        `\n${computer.name}: ${computer.system}, load ${computer.load.toFixed(2)} on ${computer.cores} cores, ` +
          `${megabytes(computer.memoryAvailable)} of ${megabytes(computer.memoryTotal)} memory free`,
      );
      const contents = { state: 'saved sessions', homes: 'home folders' } as const;
      for (const { holds, freeBytes, totalBytes } of computer.disks) {
        const what = holds.map((each) => contents[each]).join(' and ');
        answer(`Disk of ${what}: ${megabytes(freeBytes)} of ${megabytes(totalBytes)} free`);
      }
      answer(
        `Sessions: ${sessions.length} (${count('active')} active, ${count('locked')} locked, ${count('suspended')} suspended, ` +
          `${count('hibernated')} saved on disk, ${megabytes(computer.hibernation.savedBytes)})`,
      );
    }
    if (urls !== null) answer(`\nStation    ${urls.station}\nManager    ${urls.manager}\nDashboard  ${urls.dashboard}`);
  }
  if (!running) {
    throw new CommandError('Stationmaster does not run on this computer; start it with: stationmaster up', exitCode.unreachable);
  }
}
