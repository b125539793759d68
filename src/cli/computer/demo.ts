// The throw-away room of `up --demo`: accounts with random passwords and settings that let everybody try at once; and how
// `down --demo` takes all of it away again.
import { randomInt } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { levelGroups, levels } from '#model/account.ts';
import type { Level } from '#model/account.ts';
import type { Settings } from '#model/settings.ts';
import type { GatewayClient } from '../room/gateway-client.ts';
import { ProgramFailed, runProgram, tryProgram } from './program-run.ts';
import type { Layout } from './layout.ts';
import { lookUpUser } from './system-accounts.ts';
import { writeWhole } from './whole-file.ts';

export interface DemoAccount {
  name: string;
  password: string;
  level: Level;
}

type ChangedSettings = Pick<Settings, 'enrolment' | 'privacyNotice'>;

/** What `down --demo` needs to know; kept where only root can read, without passwords. */
interface DemoRecord {
  accounts: string[];
  /** The settings before the demo; null: not changed yet. */
  settings: ChangedSettings | null;
}

const people: readonly { name: string; fullName: string; level: Level }[] = [
  { name: 'admin', fullName: 'Ada', level: 'administrator' },
  { name: 'teacher', fullName: 'Theo', level: 'dashboard' },
  { name: 'anna', fullName: 'Anna', level: 'standard' },
  { name: 'ben', fullName: 'Ben', level: 'standard' },
  { name: 'chloe', fullName: 'Chloé', level: 'standard' },
];
const demoSettings: ChangedSettings = { enrolment: 'open', privacyNotice: false };

const recordFile = (layout: Layout): string => `${layout.places.stateDir}/demo.json`;

async function readRecord(layout: Layout): Promise<DemoRecord | null> {
  const text = await readFile(recordFile(layout), 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as DemoRecord);
}

async function writeRecord(layout: Layout, record: DemoRecord): Promise<void> {
  await writeWhole(recordFile(layout), `${JSON.stringify(record)}\n`, 0o600);
}

/** True if there is something that `down --demo` would take away. */
export async function demoIsThere(layout: Layout): Promise<boolean> {
  return (await readRecord(layout)) !== null;
}

/** Names of the demo accounts that were made here. */
export async function demoNames(layout: Layout): Promise<string[]> {
  return (await readRecord(layout))?.accounts ?? [];
}

/** Six syllables and two digits, about 44 bits: easy to read out, and every account is throttled. */
function readablePassword(): string {
  const one = (letters: string): string => letters.charAt(randomInt(letters.length));
  const syllable = (): string => one('bdfghjkmnprstvz') + one('aeiou');
  const word = (): string => syllable() + syllable();
  return `${word()}-${word()}-${word()}-${randomInt(10, 100)}`;
}

/** Changes the account database, and waits where another program holds its lock. */
async function changeAccounts(program: string, args: readonly string[], input?: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await runProgram(program, args, input === undefined ? {} : { input });
      return;
    } catch (error) {
      if (attempt === 20 || !(error instanceof ProgramFailed) || !/cannot lock/i.test(error.message)) throw error;
      await pause(250);
    }
  }
}

/** A name that no account has, or that a demo here made before. */
async function freeName(wanted: string, ours: readonly string[]): Promise<string> {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if (ours.includes(name) || (await lookUpUser(name)) === null) return name;
  }
}

/** Makes the accounts, or gives those of an earlier demo new passwords. */
export async function makeDemoAccounts(layout: Layout): Promise<DemoAccount[]> {
  const record = (await readRecord(layout)) ?? { accounts: [], settings: null };
  const accounts: DemoAccount[] = [];
  for (const { name: wanted, fullName, level } of people) {
    const name = await freeName(`demo-${wanted}`, record.accounts);
    if (!record.accounts.includes(name)) {
      // Written first: an account that was made is known even if we are interrupted.
      record.accounts.push(name);
      await writeRecord(layout, record);
    }
    if ((await lookUpUser(name)) === null) {
      await changeAccounts('useradd', ['--create-home', '--shell', '/bin/bash', '--comment', `${fullName} (demo)`, '--', name]);
    }
    const others = levels.filter((other) => other !== level).map((other) => levelGroups[other]);
    await changeAccounts('usermod', ['--append', '--groups', levelGroups[level], '--', name]);
    for (const group of others) await tryProgram('gpasswd', ['--delete', name, group]);
    accounts.push({ name, password: readablePassword(), level });
  }
  await changeAccounts('chpasswd', [], accounts.map(({ name, password }) => `${name}:${password}\n`).join(''));
  return accounts;
}

/** Lets every browser be a station, without the privacy notice; remembers what was set before. */
export async function setDemoSettings(layout: Layout, gateway: GatewayClient): Promise<void> {
  const record = (await readRecord(layout)) ?? { accounts: [], settings: null };
  if (record.settings === null) {
    const { enrolment, privacyNotice } = await gateway.call('settings');
    await writeRecord(layout, { ...record, settings: { enrolment, privacyNotice } });
  }
  await gateway.call('changeSettings', { body: demoSettings });
}

/** Puts the settings back as they were, where nobody has changed them since. */
export async function restoreSettings(layout: Layout, gateway: GatewayClient): Promise<void> {
  const record = await readRecord(layout);
  if (record === null || record.settings === null) return;
  const now = await gateway.call('settings');
  const body: Partial<Settings> = {};
  if (now.enrolment === demoSettings.enrolment) body.enrolment = record.settings.enrolment;
  if (now.privacyNotice === demoSettings.privacyNotice) body.privacyNotice = record.settings.privacyNotice;
  await gateway.call('changeSettings', { body });
  await writeRecord(layout, { ...record, settings: null });
}

/** Removes the accounts with their files. Their sessions have to be gone. */
export async function removeDemoAccounts(layout: Layout): Promise<string[]> {
  const names = await demoNames(layout);
  for (const name of names) {
    const account = await lookUpUser(name);
    if (account === null) continue;
    // What a program of theirs left running outside any session.
    await tryProgram('pkill', ['--signal', 'KILL', '--uid', String(account.uid)]);
    await changeAccounts('userdel', ['--force', '--remove', '--', name]).catch((error: unknown) => {
      // 12: the account is gone, its mail box or home was not there or not its own.
      if (!(error instanceof ProgramFailed) || error.result.code !== 12) throw error;
    });
  }
  await rm(recordFile(layout), { force: true });
  return names;
}
