// The gateway's system user and the Linux groups behind the levels.
import { levelGroups, levels } from '#model/account.ts';
import type { Places } from '#contract/places.ts';
import { runProgram, tryProgram } from './program-run.ts';
import type { FileOwner } from './whole-file.ts';

/** The uid and gid of an account, null if there is none of this name. */
export async function lookUpUser(name: string): Promise<FileOwner | null> {
  const { code, stdout } = await tryProgram('getent', ['passwd', '--', name]);
  if (code !== 0) return null;
  const [, , uid, gid] = stdout.split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

export async function groupExists(name: string): Promise<boolean> {
  return (await tryProgram('getent', ['group', '--', name])).code === 0;
}

/** Makes what is missing; answers with the gateway's user. */
export async function makeSystemAccounts(places: Places): Promise<FileOwner> {
  for (const level of levels) {
    if (!(await groupExists(levelGroups[level]))) await runProgram('groupadd', ['--system', '--', levelGroups[level]]);
  }
  const name = places.gatewayUser;
  const there = await lookUpUser(name);
  if (there !== null) return there;
  const group = (await groupExists(name)) ? ['--gid', name] : ['--user-group'];
  const home = ['--no-create-home', '--home-dir', '/nonexistent', '--shell', '/usr/sbin/nologin'];
  await runProgram('useradd', ['--system', ...group, ...home, '--comment', 'Stationmaster gateway', '--', name]);
  const made = await lookUpUser(name);
  if (made === null) throw new Error(`the user ${name} was made and is not there`);
  return made;
}
