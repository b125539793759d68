// What the lab's test of going down runs inside a machine: the real leaving and the real watch on the machine's logind, around
// sessions that take a while to be saved. Arguments: folder for what is kept, milliseconds that saving takes.
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { systemClock } from '#host/clock.ts';
import { FakeSavedSessions } from '#host/fake-saved-sessions.ts';
import { HostSettings } from '#host/host-settings.ts';
import { LeaveAccount } from '#host/leave-account.ts';
import { Leaving } from '#host/leaving.ts';
import { SystemPower } from '#host/power.ts';
import { ShutdownWatch } from '#host/shutdown-watch.ts';

const [folder = '', savingMs = '0', orderHow = ''] = process.argv.slice(2);
const log = pino();
const clock = systemClock;
const sessions = new FakeSavedSessions(clock);
const account = new LeaveAccount(`${folder}/last-leave.json`, log);
const settings = new HostSettings(`${folder}/settings.json`, log);
settings.start();
const leaving = new Leaving({ sessions, power: new SystemPower(), account, settings, clock, log });
const watch = new ShutdownWatch({ leaving, clock, log });
sessions.add('anna', 'active', ['waits']);
sessions.on(({ id, state }) => {
  if (state === 'hibernating') void pause(Number(savingMs)).then(() => sessions.finish(id));
});
leaving.start();
watch.start();
if (orderHow === 'restart' || orderHow === 'shut-down') leaving.order({ how: orderHow, afterMs: 1_000, by: 'root' });
