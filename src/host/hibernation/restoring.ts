// Looks whether a saved desktop can run again on the computer as it is now, and writes down for the keeper how.
import { link, mkdir, readFile, stat, statfs, writeFile } from 'node:fs/promises';
import { CodedError } from '#contract/errors.ts';
import type { Places } from '#contract/places.ts';
import { readMemory } from '../memory.ts';
import { isDiskFull } from '../durable-file.ts';
import { Folders, removeFolders } from '../session-folders.ts';
import type { HibernationAbility } from './ability.ts';
import { CriuFailure } from './criu.ts';
import { withFilePaths } from './file-paths.ts';
import { isUnchanged } from './saved-desktops.ts';
import type { Manifest } from './saved-desktops.ts';
import { textIn } from './session-processes.ts';

/** The computer's own, which are always there. */
const everywhere: ReadonlySet<string> = new Set(['/sys', '/dev', '/dev/pts', '/run', '/tmp']);
/** Those of them where nobody but root can put links. */
const nobodysPlaces: ReadonlySet<string> = new Set(['/sys', '/dev', '/dev/pts']);
/** Of the memory that the session had, this much more must be free. */
const memoryFactor = 1.1;

function isMountPoint(place: string): boolean {
  return textIn('/proc/self/mountinfo').includes(` ${place.replaceAll(' ', '\\040')} `);
}

/** What is known against continuing it now; it does not look into the image. Rejects with a CodedError. */
async function mustFit({ contents, desktop, mounts, files }: Manifest, places: Places): Promise<void> {
  const missing = mounts.find((place) => !everywhere.has(place) && !isMountPoint(place));
  if (missing !== undefined) throw new CodedError('home-missing', { place: missing });
  if (
    textIn('/proc/net/unix')
      .split('\n')
      .some((line) => line.endsWith(`@/tmp/.X11-unix/X${desktop.slot}`))
  ) {
    throw new CodedError('display-taken', { display: desktop.slot });
  }
  const bytes = contents.files.reduce((sum, file) => sum + file.bytes, 0);
  if (readMemory().availableBytes < bytes * memoryFactor) throw new CodedError('memory-short', { neededBytes: bytes });
  const { bavail, bsize } = await statfs(places.hibernatedDir);
  if (bavail * bsize < bytes) throw new CodedError('disk-full', { neededBytes: bytes });
  for (const file of files) {
    if (file.kept === null && !(await isUnchanged(file))) throw new CodedError('software-changed', { file: file.path });
  }
}

/**
 * Programs and libraries that were updated meanwhile: the session goes on with those that it knows. They get a name that stays as
 * long as the session, so that it can be saved again.
 */
async function useKeptFiles({ files, savedAt }: Manifest, raw: string, folder: string): Promise<void> {
  const renamed = new Map<string, string>();
  for (const file of files) {
    if (file.kept === null || (await isUnchanged(file))) continue;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const name = `${folder}/${savedAt}-${file.kept}`;
    await link(`${raw}/../files/${file.kept}`, name).catch((error: NodeJS.ErrnoException) => {
      // From an attempt to restore it that failed.
      if (error.code !== 'EEXIST') throw error;
    });
    renamed.set(file.path, name);
  }
  if (renamed.size === 0) return;
  const list = `${raw}/files.img`;
  await writeFile(list, withFilePaths(await readFile(list), renamed));
}

/**
 * Unpacks the image, and writes `restore` (the command, a word a line) and `restore-places` (folders from outside, with where to bind
 * them first) to the session's run folder. Rejects with a CodedError; then the image is as it was.
 */
export async function prepareRestore(manifest: Manifest, ability: HibernationAbility, places: Places): Promise<void> {
  const session = manifest.session.id;
  const folders = new Folders(places, session);
  const criu = await ability.criu();
  if (criu === null) throw new CodedError('hibernation-impossible');
  await mustFit(manifest, places);
  let raw: string;
  try {
    raw = await ability.saved.unpack(manifest);
  } catch (error) {
    if (isDiskFull(error)) throw new CodedError('disk-full', {}, { cause: error });
    throw error;
  }
  try {
    const stages: string[] = [];
    const mounts: { place: string; from: string }[] = [];
    for (const place of manifest.mounts) {
      const outside = place === '/tmp' ? `${folders.state}/tmp` : place;
      if (nobodysPlaces.has(place) || !(await stat(outside)).isDirectory()) {
        mounts.push({ place, from: outside });
        continue;
      }
      const stage = `${folders.run}/places/${mounts.length}`;
      await mkdir(stage, { recursive: true, mode: 0o700 });
      stages.push(outside, stage);
      mounts.push({ place, from: stage });
    }
    const command = criu.restoreCommand({
      folder: raw,
      pidFile: `${folders.run}/restored`,
      root: `${folders.state}/root`,
      mounts,
    });
    await useKeptFiles(manifest, raw, `${folders.state}/files`);
    const lines = (words: readonly string[]): string => words.map((word) => `${word}\n`).join('');
    const write = (name: string, text: string): Promise<void> => writeFile(`${folders.run}/${name}`, text, { mode: 0o600 });
    await write('restore-places', lines(stages));
    await write('restore', lines(command));
  } catch (error) {
    await removeFolders(`${folders.run}/places`);
    await ability.saved.putBack(session);
    throw error;
  }
}

/** What CRIU's log says of why it could not make a session run again, as it is told. */
export function whyNotRestored(log: string, cause: unknown): CodedError {
  const { words } = new CriuFailure(log);
  const changed = /File (\S+) has bad (?:size|build-ID)/.exec(words)?.[1] ?? /Can't open file (\S+) on restore/.exec(words)?.[1];
  if (changed !== undefined) return new CodedError('software-changed', { file: `/${changed.replace(/^\//, '')}` }, { cause });
  if (/X11-unix/.test(words) && /[Bb]ind|in use/.test(words)) return new CodedError('display-taken', {}, { cause });
  if (/cpu|CPU/.test(words)) return new CodedError('processor-lacks', {}, { cause });
  if (/No space left/.test(words)) return new CodedError('disk-full', {}, { cause });
  if (/Cannot allocate memory/.test(words)) return new CodedError('memory-short', {}, { cause });
  return new CodedError('restore-failed', words === '' ? {} : { reason: words.slice(0, 200) }, { cause });
}
