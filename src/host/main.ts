// The host program: puts its parts together, starts them in order and stops them in reverse. `--fake`: without root, with
// desktops and people in memory. `--compile`: only fills Node's compile cache, so that the first start is small and quick.
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { flushCompileCache } from 'node:module';
import { networkInterfaces } from 'node:os';
import { dirname } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { destination, pino } from 'pino';
import type { Logger } from 'pino';
import { pixelSocket, placesFrom } from '#contract/places.ts';
import type { Places } from '#contract/places.ts';
import { AccountRemovals } from './account-removals.ts';
import { LinuxAccounts } from './accounts.ts';
import type { Accounts } from './accounts.ts';
import { AutoLogonList } from './auto-logon-list.ts';
import { systemClock } from './clock.ts';
import { programVersion, ThisComputer } from './computer.ts';
import { ConsoleMode } from './console-mode.ts';
import type { Desktops } from './desktops.ts';
import { FakeAccounts } from './fake-accounts.ts';
import { FakeComputer, FakeDesktops } from './fake-desktops.ts';
import { serveFakePicture } from './fake-picture.ts';
import { FakeHibernation } from './fake-hibernation.ts';
import { FakePower } from './fake-power.ts';
import { FakeSignIns } from './fake-sign-ins.ts';
import { HibernationAbility } from './hibernation/ability.ts';
import { takeHostLock } from './host-lock.ts';
import { HostServer } from './host-server.ts';
import { HostSettings } from './host-settings.ts';
import { LeaveAccount } from './leave-account.ts';
import { Leaving } from './leaving.ts';
import { Limits } from './limits.ts';
import { readMemory } from './memory.ts';
import { OwnLimits } from './own-limits.ts';
import { PamSignIns } from './pam-sign-ins.ts';
import { SystemPower } from './power.ts';
import type { Power } from './power.ts';
import { RealDesktops } from './real-desktops.ts';
import { SessionRecords } from './session-record.ts';
import { SessionNotes } from './session-notes.ts';
import { SessionLimits } from './session-limits.ts';
import { Sessions } from './sessions.ts';
import { ShutdownWatch } from './shutdown-watch.ts';
import type { SignIns } from './sign-in.ts';
import { UnavailableLook } from './unavailable.ts';
import { SuspendedTimes } from './suspended-times.ts';

/** sysexits.h: somebody else holds what we need; started without the rights it takes. */
const exit = { failed: 1, alreadyRunning: 75, notPermitted: 77 } as const;

interface Outside {
  accounts: Accounts;
  signIns: SignIns;
  desktops: Desktops;
  power: Power;
  hibernation: ConstructorParameters<typeof ThisComputer>[0]['hibernation'] & { look(): Promise<void> };
}

const controlGroups = '/sys/fs/cgroup';
const desktopsGroup = 'system.slice/stationmaster-desktops.service';

/** How long the fake computer is away. */
const fakeAwayMs = 3_000;

function realOutside(places: Places, settings: HostSettings, log: Logger): Outside {
  const tell = (details: Readonly<Record<string, string | number>>, message: string): void => log.warn(details, message);
  const hibernation = new HibernationAbility(places);
  return {
    accounts: new LinuxAccounts(),
    signIns: new PamSignIns(places, tell),
    desktops: new RealDesktops(places, hibernation, () => settings.values.encryptSaved, tell),
    power: new SystemPower(),
    hibernation,
  };
}

/** `comeBack`: what happens when the fake computer has restarted, or was switched on again. */
function fakeOutside(places: Places, log: Logger, comeBack: () => void): Outside {
  const accounts = FakeAccounts.demonstration();
  log.warn('desktops and people are fake: admin, teacher, anna, ben, carla; each password is the name');
  const desktops = new FakeDesktops(new FakeComputer(), ({ session, account, widthPx, heightPx }) =>
    serveFakePicture({ path: pixelSocket(places, session), widthPx, heightPx, name: account.fullName }),
  );
  const power = new FakePower(() => void systemClock.after(fakeAwayMs, comeBack));
  return { accounts, signIns: new FakeSignIns(accounts), desktops, power, hibernation: new FakeHibernation() };
}

/** The gateway's group, null where there is none or where this program may not use it. */
async function gatewayGroup(places: Places, log: Logger): Promise<number | null> {
  if (process.getuid?.() !== 0) return null;
  try {
    const { stdout } = await promisify(execFile)('getent', ['group', '--', places.gatewayUser]);
    const gid = Number(stdout.split(':')[2]);
    if (Number.isSafeInteger(gid)) return gid;
  } catch (error) {
    log.warn({ err: error, group: places.gatewayUser }, 'there is no such group: only root can reach the host program');
  }
  return null;
}

/** Fulfilled when the program is asked to stop. */
function askedToStop(): Promise<string> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve(name));
  });
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { fake: { type: 'boolean', default: false }, compile: { type: 'boolean', default: false } },
  });
  if (values.compile) {
    flushCompileCache();
    return 0;
  }
  const log = pino(
    { redact: ['password', '*.password', 'answer', '*.answer'], base: { program: 'host' } },
    destination({ dest: 2, sync: true }),
  );
  if (!values.fake && process.getuid?.() !== 0) {
    log.fatal('the host program must be started as root');
    return exit.notPermitted;
  }
  const stop = askedToStop();
  const places = placesFrom(process.env);
  using lock = takeHostLock(places);
  if (lock === null) {
    log.fatal({ runDir: places.runDir }, 'another host program runs here already; it is left alone');
    return exit.alreadyRunning;
  }
  await mkdir(places.sessionsRunDir, { recursive: true, mode: 0o711 });
  await mkdir(places.sessionsStateDir, { recursive: true, mode: 0o711 });
  await mkdir(places.hibernatedDir, { recursive: true, mode: 0o700 });
  const settings = new HostSettings(`${places.stateDir}/host/settings.json`, log);
  const comeBack = (): void => {
    leaving.stop();
    leaving.start();
  };
  const outside = values.fake ? fakeOutside(places, log, comeBack) : realOutside(places, settings, log);
  const { accounts, signIns, desktops, power, hibernation } = outside;
  const ownLimits = new OwnLimits({ file: `${places.runDir}/own-limits.json`, settings, log });
  const sessions = new Sessions(desktops, new SessionRecords(`${places.runDir}/records`), systemClock, log, {
    bounds: () => settings.values,
    give: (given) => ownLimits.give(given),
  });
  const notes = new SessionNotes(sessions, systemClock);
  const account = new LeaveAccount(`${places.stateDir}/host/last-leave.json`, log);
  const leaving = new Leaving({ sessions, power, account, settings, clock: systemClock, log });
  const times = new SuspendedTimes(`${places.runDir}/suspended-since.json`, log);
  const limits = new Limits({ sessions, settings, own: ownLimits, leaving, memory: readMemory, times, clock: systemClock, log });
  const sessionLimits = new SessionLimits({
    sessions,
    limits: ownLimits,
    root: controlGroups,
    // Keepers enter a group of their own only there, see session/own-cgroup.sh.
    group: values.fake || places.sessionsRunDir !== '/run/stationmaster/sessions' ? null : desktopsGroup,
    log,
  });
  const watch = new ShutdownWatch({ leaving, clock: systemClock, log });
  const mode = new ConsoleMode({
    files: { kept: `${places.stateDir}/host/mode.json`, sameBoot: `${places.runDir}/mode-looked-at` },
    settings,
    sessions,
    log,
  });
  const computer = new ThisComputer({
    hibernation,
    sessionLimits,
    unavailable: new UnavailableLook({ root: '', displayServer: '/usr/bin/Xvnc', interfaces: networkInterfaces }),
    leaving,
    settings,
    mode,
    diskFolders: { state: places.stateDir, homes: '/home' },
  });
  const autoLogons = new AutoLogonList(
    { kept: `${places.stateDir}/host/auto-logon.json`, byRoot: `${dirname(places.configFile)}/auto-logon` },
    (user) => accounts.describe(user),
    log,
  );
  const removals = AccountRemovals.of(
    { accounts, sessions, autoLogons, clock: systemClock, log },
    { notesDir: `${places.stateDir}/host/removals`, archiveDir: `${places.stateDir}/removed-accounts` },
  );
  const server = new HostServer(
    { path: places.hostSocket, gid: await gatewayGroup(places, log) },
    { sessions, signIns, autoLogons, accounts, removals, computer, ownLimits, clock: systemClock, log, version: programVersion },
  );
  settings.start();
  mode.start();
  await sessions.start();
  ownLimits.start(sessions);
  sessionLimits.start();
  await removals.start();
  notes.start();
  leaving.start();
  limits.start();
  await server.start();
  if (!values.fake) watch.start();
  hibernation.look().catch((error: unknown) => log.error({ err: error }, 'whether sessions can be saved to disk is not known'));
  log.info({ socket: places.hostSocket, sessions: sessions.list().length, version: programVersion }, 'ready');
  // For the next start: a program that is killed writes nothing. Does nothing without NODE_COMPILE_CACHE.
  flushCompileCache();
  const reason = await stop;
  log.info({ reason }, 'stopping; sessions go on');
  await watch.stop();
  await server.stop();
  limits.stop();
  sessionLimits.stop();
  leaving.stop();
  notes.stop();
  sessions.stop();
  return 0;
}

// Anything that waits for the computer's programs (PAM, getent) must not hold up a restart.
process.exit(
  await main().catch((error: unknown) => {
    process.stderr.write(
      `${JSON.stringify({ level: 60, program: 'host', msg: String(error instanceof Error ? error.stack : error) })}\n`,
    );
    return exit.failed;
  }),
);
