// How much memory, processor and how many processes a session may have: written into the control group that its keeper enters (see
// session/own-cgroup.sh), where the kernel holds it to that.
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import type { Logger } from 'pino';
import type { SessionLimitsFault } from '#contract/values.ts';
import { isRunning } from '#model/session.ts';
import type { Session } from '#model/session.ts';
import type { HostSettingValues } from './host-settings.ts';
import type { OwnLimits } from './own-limits.ts';

const controllers = ['cpu', 'memory', 'pids'] as const;
const mebibyte = 1_048_576;
/** Of what the processor may be used in one period, see cpu.max in the kernel's admin-guide/cgroup-v2. */
const periodMicroseconds = 100_000;
/** From this part of the memory on programs are slowed down and their caches taken away, before any of them is ended. */
const highPart = 0.9;

interface SessionLimitsParts {
  sessions: { list(): Session[]; on(listener: (session: Session) => void): () => void };
  /** What holds for each of them. */
  limits: Pick<OwnLimits, 'of' | 'onChange'>;
  /** Where control groups are mounted. */
  root: string;
  /** The group below it that holds those of the sessions; null: the sessions have none. */
  group: string | null;
  log: Logger;
}

type Wanted = Pick<HostSettingValues, 'sessionMemoryMegabytes' | 'sessionProcessorPercent' | 'sessionProcesses'>;

/** Holds each session to the settings. Where the computer cannot it does nothing, and says why. */
export class SessionLimits {
  readonly #parts: SessionLimitsParts;
  /** What the groups of the sessions have been given. */
  readonly #given = new Map<string, string>();
  #writeFault = false;
  #toldFault: SessionLimitsFault | null = null;
  #stops: (() => void)[] = [];

  constructor(parts: SessionLimitsParts) {
    this.#parts = parts;
  }

  start(): void {
    const { sessions, limits } = this.#parts;
    this.#stops = [sessions.on((session) => this.#note(session)), limits.onChange(() => this.#giveAll())];
    this.#giveAll();
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
  }

  /** Why sessions cannot be held to a limit on this computer; null: they can. */
  get fault(): SessionLimitsFault | null {
    const { root, group } = this.#parts;
    if (!existsSync(`${root}/cgroup.controllers`)) return 'control-groups-old';
    if (group === null) return 'no-unit';
    const there = this.#words(`${root}/${group}/cgroup.controllers`);
    if (there === null) return 'no-unit';
    if (!controllers.every((name) => there.includes(name))) return 'no-controllers';
    const given = this.#words(`${root}/${group}/cgroup.subtree_control`) ?? [];
    // The kernel gives nothing to the groups below one that has processes itself.
    const own = this.#words(`${root}/${group}/cgroup.procs`) ?? [];
    if (!controllers.every((name) => given.includes(name)) && own.length > 0) return 'group-in-use';
    return this.#writeFault ? 'not-written' : null;
  }

  #words(file: string): string[] | null {
    try {
      return readFileSync(file, 'utf8')
        .split(/\s+/)
        .filter((word) => word !== '');
    } catch {
      return null;
    }
  }

  #note(session: Session): void {
    const { id, state } = session;
    if (state === 'starting') this.#give(id, 'new');
    // What is read from disk may be more than a limit that was set meanwhile: it is held to that when it is there.
    else if (state === 'restoring') this.#give(id, 'coming');
    else if (isRunning(session)) this.#give(id, 'running');
    else if (state === 'hibernated' || state === 'ended') this.#leave(id);
  }

  #giveAll(): void {
    for (const session of this.#parts.sessions.list()) if (isRunning(session)) this.#give(session.id, 'running');
  }

  /** `new`: nothing runs in it yet. `running`: its programs have what they have; none is ended because a setting was changed. */
  #give(id: string, how: 'new' | 'coming' | 'running'): void {
    const { limits, log, root, group } = this.#parts;
    const { sessionMemoryMegabytes, sessionProcessorPercent, sessionProcesses } = limits.of(id);
    const wanted: Wanted =
      how === 'coming'
        ? { sessionMemoryMegabytes: 0, sessionProcessorPercent, sessionProcesses: 0 }
        : { sessionMemoryMegabytes, sessionProcessorPercent, sessionProcesses };
    const mark = JSON.stringify(wanted);
    const unlimited = Object.values(wanted).every((value) => value === 0);
    if (this.#given.get(id) === mark || (unlimited && !this.#given.has(id) && how !== 'running')) return;
    const fault = this.fault;
    if (group === null || (fault !== null && fault !== 'not-written')) {
      if (!unlimited && this.#toldFault !== fault) log.warn({ fault }, 'this computer cannot hold sessions to the limits');
      this.#toldFault = fault;
      return;
    }
    const groups = `${root}/${group}`;
    try {
      if (how === 'running' && !existsSync(`${groups}/${id}`)) return;
      const given = this.#words(`${groups}/cgroup.subtree_control`) ?? [];
      if (!controllers.every((name) => given.includes(name))) {
        if (unlimited) return;
        writeFileSync(`${groups}/cgroup.subtree_control`, controllers.map((name) => `+${name}`).join(' '));
      }
      mkdirSync(`${groups}/${id}`, { recursive: true });
      this.#write(`${groups}/${id}`, wanted);
      this.#given.set(id, mark);
      this.#writeFault = false;
    } catch (error) {
      // It may have ended meanwhile.
      if (how === 'running' && !existsSync(`${groups}/${id}`)) return;
      this.#writeFault = true;
      log.error({ err: error, session: id }, 'a session could not be held to the limits');
    }
  }

  #write(folder: string, { sessionMemoryMegabytes, sessionProcessorPercent, sessionProcesses }: Wanted): void {
    writeFileSync(`${folder}/pids.max`, sessionProcesses === 0 ? 'max' : String(sessionProcesses));
    const quota = sessionProcessorPercent === 0 ? 'max' : String((sessionProcessorPercent * periodMicroseconds) / 100);
    writeFileSync(`${folder}/cpu.max`, `${quota} ${periodMicroseconds}`);
    if (sessionMemoryMegabytes === 0) {
      writeFileSync(`${folder}/memory.high`, 'max');
      writeFileSync(`${folder}/memory.max`, 'max');
      return;
    }
    const limitBytes = sessionMemoryMegabytes * mebibyte;
    const number = (name: string): number => Number(this.#words(`${folder}/${name}`)?.[0] ?? 0);
    const usedBytes = number('memory.current');
    // NaN stands for the word "max".
    const nowBytes = number('memory.max');
    const roomyBytes = Math.ceil(usedBytes / highPart);
    const maxBytes = usedBytes <= limitBytes ? limitBytes : Math.min(nowBytes >= usedBytes ? nowBytes : roomyBytes, roomyBytes);
    writeFileSync(`${folder}/memory.max`, String(maxBytes));
    writeFileSync(`${folder}/memory.high`, String(Math.min(maxBytes, Math.max(Math.floor(limitBytes * highPart), usedBytes))));
  }

  /** Its keeper removes the group, unless none ever entered it. */
  #leave(id: string): void {
    const { root, group } = this.#parts;
    if (!this.#given.delete(id) || group === null) return;
    try {
      rmdirSync(`${root}/${group}/${id}`);
    } catch {
      // Gone already, or the keeper is still in it.
    }
  }
}
