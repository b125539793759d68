// What a computer is told of the room's settings, and when.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CodedError } from '#contract/errors.ts';
import { defaultSettings } from '#model/settings.ts';
import { GatewayRoom, until } from '../../test/support/gateway-room.ts';

const known = {
  hibernateAfterMinutes: defaultSettings.hibernateAfterMinutes,
  logOffSuspendedHours: defaultSettings.logOffSuspendedHours,
  hibernateBelowMemoryPercent: defaultSettings.hibernateBelowMemoryPercent,
  keepSavedDays: defaultSettings.keepSavedDays,
  encryptSaved: defaultSettings.encryptSaved,
  leaveWarningSeconds: defaultSettings.leaveWarningSeconds,
  leaveLimitSeconds: defaultSettings.leaveLimitSeconds,
  alwaysConsoleMode: defaultSettings.alwaysConsoleMode,
  mostSessionsPerPerson: defaultSettings.mostSessionsPerPerson,
  mostSessions: defaultSettings.mostSessions,
  sessionMemoryMegabytes: defaultSettings.sessionMemoryMegabytes,
  sessionProcessorPercent: defaultSettings.sessionProcessorPercent,
  sessionProcesses: defaultSettings.sessionProcesses,
};

describe('settings that a computer must know', () => {
  test('are told when it comes, when one of them changes, when it comes again; others are not', async () => {
    await using here = await GatewayRoom.make({ scripted: true });
    const told = () => here.script.heardOf('computer.configure');
    await until('it is told', () => told().length === 1);
    assert.deepEqual(told(), [known]);
    const change = async (body: object) =>
      assert.equal((await here.ask('PATCH', '/settings', { local: true, body })).status, 200);
    await change({ graceSeconds: 33 });
    await change({ keepSavedDays: 7, encryptSaved: true });
    await until('it is told the change', () => told().length === 2);
    assert.deepEqual(told()[1], { ...known, keepSavedDays: 7, encryptSaved: true });
    await here.stopHost();
    await change({ leaveWarningSeconds: 0 });
    await here.startHost();
    await until('it is told when it comes again', () => told().length === 3);
    assert.deepEqual(told()[2], { ...known, keepSavedDays: 7, encryptSaved: true, leaveWarningSeconds: 0 });
  });

  test('that it could not take are told again with the next change, also back to what they were', async () => {
    await using here = await GatewayRoom.make({ scripted: true });
    const told = () => here.script.heardOf('computer.configure');
    await until('it is told', () => told().length === 1);
    here.script.answer('computer.configure', () => {
      throw new CodedError('disk-full');
    });
    await here.ask('PATCH', '/settings', { local: true, body: { keepSavedDays: 7 } });
    await until('it is told', () => told().length === 2);
    await here.ask('PATCH', '/settings', { local: true, body: { graceSeconds: 33 } });
    await until('it is told again', () => told().length === 3);
    assert.equal(told()[2]?.keepSavedDays, 7);
  });
});
