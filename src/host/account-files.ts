// The files of an account that is being removed: whose the home folder is, packing it up, and what becomes of it then.
import { constants } from 'node:fs';
import { chmod, lstat, open, readFile, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { CodedError } from '#contract/errors.ts';
import { entries, failure, finish } from './account-programs.ts';
import type { ClosedAccount } from './account-removals.ts';
import type { PosixAccount } from './accounts.ts';
import { syncNames } from './durable-file.ts';
import { unescaped } from './session-mounts.ts';

/** tar counts its progress in records of this many bytes. */
const recordBytes = 10_240;
const recordsBetweenTellings = 1_000;

/** Somebody else whose home folder is this one, or in it. */
async function othersHomeIn(home: string, name: string): Promise<{ home: string; user: string } | null> {
  const whole = resolve(home);
  for (const [other = '', , , , , itsHome = ''] of await entries('passwd')) {
    const isWithin = itsHome !== '' && `${resolve(itsHome)}/`.startsWith(`${whole}/`);
    if (other !== name && isWithin) return { home: itsHome, user: other };
  }
  return null;
}

/** Its home folder, null where there is none. Rejects with `home-not-own` if it is somebody else's too, or no folder. */
export async function ownHome({ name, home, uid }: PosixAccount): Promise<string | null> {
  const there = await lstat(home).catch(() => null);
  if (there === null) return null;
  if (!there.isDirectory() || there.uid !== uid) throw new CodedError('home-not-own', { home });
  const others = await othersHomeIn(home, name);
  if (others !== null) throw new CodedError('home-not-own', others);
  return home;
}

/** Removing goes into what is mounted there (a folder that is shared, a disk), and that is not the account's. */
export async function mustHaveNoMountIn(home: string): Promise<void> {
  const whole = await realpath(home);
  for (const line of (await readFile('/proc/self/mountinfo', 'utf8')).split('\n')) {
    const place = unescaped(line.split(' ')[4] ?? '');
    if (place.startsWith(`${whole}/`)) throw new CodedError('home-not-own', { home: place });
  }
}

/** Null where that is not known. */
async function sizeOf(folder: string): Promise<number | null> {
  const size = await finish('du', ['--summarize', '--block-size=1', '--one-file-system', '--', folder], {
    timeoutMs: null,
    diesWithUs: true,
  });
  const bytes = Number(size.stdout.split('\t')[0]);
  return size.code === 0 && Number.isSafeInteger(bytes) ? bytes : null;
}

/** Packs a home folder up. Under the name `file` it is whole, and on the disk: the files are removed next. */
export async function packHome(
  home: string,
  file: string,
  progress: (doneBytes: number, totalBytes: number | null) => void,
): Promise<void> {
  const part = `${file}.part`;
  await using undo = new AsyncDisposableStack();
  undo.defer(() => rm(part, { force: true }));
  let total: number | null = null;
  let done = 0;
  const measure = async (): Promise<void> => {
    total = await sizeOf(home);
    progress(done, total);
  };
  const measured = measure();
  const onSaid = (line: string): void => {
    const records = /^tar: (\d+)$/.exec(line)?.[1];
    if (records === undefined) return;
    done = Number(records) * recordBytes;
    progress(total === null ? done : Math.min(done, total), total);
  };
  // A file of 16 terabytes may be one that has nothing in it: holes are neither read nor counted.
  const how = ['--sparse', '--one-file-system', '--numeric-owner', '--acls', '--xattrs'];
  const tell = [`--checkpoint=${recordsBetweenTellings}`, '--checkpoint-action=echo=%u'];
  const args = ['--create', '--zstd', ...how, ...tell, '--file', part, '--directory', dirname(home), '--', basename(home)];
  const packed = await finish('tar', args, { timeoutMs: null, diesWithUs: true, onSaid });
  await measured;
  if (packed.code !== 0) throw failure('tar', packed);
  await chmod(part, 0o600);
  {
    await using written = await open(part, 'r');
    await written.sync();
  }
  await rename(part, file);
  await syncNames(dirname(file));
  undo.move();
}

/** Nobody gets at the files of an account that is no more: its uid may be given to a new one. */
async function giveToRoot(home: string): Promise<void> {
  await using folder = await open(home, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  await folder.chown(0, 0);
  await folder.chmod(0o700);
}

/**
 * Does with the files of an account that is no more what was ordered, also where an earlier life had begun it. Gives where files
 * still are, null if nowhere.
 */
export async function clearFiles({ user, uid, home, files }: ClosedAccount): Promise<string | null> {
  const mail = `/var/mail/${user}`;
  if (files !== 'keep' && (await lstat(mail).catch(() => null))?.uid === uid) await rm(mail, { force: true });
  if (home === null) return null;
  const there = await lstat(home).catch(() => null);
  if (there === null) return null;
  const isOurs = there.isDirectory() && [0, uid].includes(there.uid) && (await othersHomeIn(home, '')) === null;
  if (!isOurs) return home;
  // Where root may not (a file server), what is left there is told.
  await giveToRoot(home).catch(() => undefined);
  if (files === 'keep') return home;
  // What was looked at when it began may be hours ago; `rm` itself only notices mounts of another file system.
  const isMountedIn = await mustHaveNoMountIn(home).then(
    () => false,
    () => true,
  );
  if (isMountedIn) return home;
  await finish('rm', ['--recursive', '--force', '--one-file-system', '--', home], { timeoutMs: null, diesWithUs: true });
  return (await lstat(home).catch(() => null)) === null ? null : home;
}
