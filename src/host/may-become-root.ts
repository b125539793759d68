// Who may become root with the own password, or needs none for it: whoever could give them another one would be root as well.
import { groupNamesOf } from './account-database.ts';
import { finish } from './account-programs.ts';

const rootGroups: ReadonlySet<string> = new Set([
  'root',
  'sudo',
  'wheel',
  'admin',
  'docker',
  'lxd',
  'incus-admin',
  'libvirt',
  'disk',
  'shadow',
]);

/** Whoever has no rule of the own may do what this account may. */
const anybody = 'nobody';

/**
 * What sudo's rules, wherever they stand, let an account do, one line each; null where that cannot be found out. Empty where there is
 * no sudo.
 */
async function sudoRules(user: string): Promise<ReadonlySet<string> | null> {
  const asked = await finish('sudo', ['-n', '-l', '-U', user]).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  });
  if (asked === null) return new Set();
  // In the C locale, in which it was started.
  if (/^User \S+ is not allowed to run sudo on /m.test(asked.stdout)) return new Set();
  const rules = /^User \S+ may run the following commands on [^\n]*:\n(.*)/ms.exec(asked.stdout)?.[1];
  if (asked.code !== 0 || rules === undefined) return null;
  return new Set(rules.split('\n').map((line) => line.trim()));
}

export async function mayBecomeRoot({ name }: { name: string }): Promise<boolean> {
  if ((await groupNamesOf({ name })).some((group) => rootGroups.has(group))) return true;
  const [own, everybodys] = await Promise.all([sudoRules(name), sudoRules(anybody)]);
  // Where it cannot be found out, nobody is made root by mistake.
  return own === null || [...own].some((rule) => everybodys?.has(rule) !== true);
}
