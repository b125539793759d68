// The saved desktops of this computer: one folder each, complete and signed, or it is not there. See docs/protocol.md.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { link, mkdir, readFile, readdir, rename, stat, statfs } from 'node:fs/promises';
import { hostname } from 'node:os';
import { z } from 'zod';
import { CodedError } from '#contract/errors.ts';
import type { ErrorCode } from '#contract/errors.ts';
import type { Places } from '#contract/places.ts';
import { idSchema, sessionSchema } from '#contract/values.ts';
import type { Session } from '#model/session.ts';
import { syncNames, writeDurablyMeanwhile } from '../durable-file.ts';
import { desktopRecordSchema, readSmall, removeFolders } from '../session-folders.ts';
import { reopeningSchema } from './browsers.ts';
import { DamagedImage, ImageWriter, contentsSchema, unpackImage } from './image-file.ts';
import { textIn } from './session-processes.ts';

const keyBytes = 32;

const keptFileSchema = z.object({
  path: z.string(),
  /** Name of the hard link in the folder `files`; null if there could be none. */
  kept: z.string().nullable(),
  inode: z.number(),
  bytes: z.number(),
  changedMs: z.number(),
});
/** A program or library that the session has in memory, as it was when it was saved. */
export type KeptFile = z.infer<typeof keptFileSchema>;

const manifestSchema = z.object({
  version: z.literal(1),
  /** The computer that it was saved on: /etc/machine-id. */
  computer: z.string(),
  session: sessionSchema,
  desktop: desktopRecordSchema,
  savedAt: z.number(),
  programs: z.array(z.string()),
  /** Mount points that come from outside. */
  mounts: z.array(z.string()),
  reopen: z.array(reopeningSchema),
  files: z.array(keptFileSchema),
  criu: z.string(),
  kernel: z.string(),
  contents: contentsSchema,
});
export type Manifest = z.infer<typeof manifestSchema>;

/** A saved desktop as it lies there. `fault`: why it cannot be continued. */
export interface SavedDesktop {
  session: string;
  /** What is kept of it, if it can be believed at all. */
  manifest: Manifest | null;
  bytes: number;
  fault: ErrorCode | null;
}

function machineId(): string {
  const text = textIn('/etc/machine-id').trim();
  return text === '' ? hostname() : text;
}

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(`${folder}/${name}`).then(
        ({ blocks }) => blocks * 512,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

export class SavedDesktops {
  readonly #places: Places;
  readonly #folder: string;
  #askingForSecret: Promise<Buffer> | null = null;

  constructor(places: Places) {
    this.#places = places;
    this.#folder = places.hibernatedDir;
  }

  /** The sessions of which there is something here. */
  async sessions(): Promise<string[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const found = new Set(names.map((name) => name.split('.')[0] ?? ''));
    return [...found].filter((name) => idSchema.safeParse(name).success);
  }

  /** Where the image of a session lies, where it is written, and where it lies while it is restored. */
  place(session: string): { saved: string; writing: string; restoring: string } {
    const saved = `${this.#folder}/${session}`;
    return { saved, writing: `${saved}.new`, restoring: `${saved}.restoring` };
  }

  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.#folder).catch(() => statfs(this.#places.stateDir));
    return bavail * bsize;
  }

  async savedBytes(): Promise<number> {
    const sizes = await Promise.all((await this.sessions()).map((session) => bytesIn(this.place(session).saved)));
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  /** Begins an image anew. Gives the folder that CRIU writes to. */
  async begin(session: string): Promise<{ folder: string; raw: string }> {
    const { writing } = this.place(session);
    if (existsSync(writing)) await removeFolders(writing);
    const raw = `${writing}/raw`;
    await mkdir(raw, { recursive: true, mode: 0o700 });
    return { folder: writing, raw };
  }

  async writer(session: string, encrypted: boolean): Promise<ImageWriter> {
    const key = encrypted ? await this.#key('image') : null;
    return await ImageWriter.create(`${this.place(session).writing}/image`, key);
  }

  /**
   * Keeps programs and libraries by a second name, so that the session can have them back after an update. Those on another
   * disk are only described.
   */
  async keepFiles(session: string, paths: readonly string[]): Promise<KeptFile[]> {
    const folder = `${this.place(session).writing}/files`;
    await mkdir(folder, { mode: 0o700 });
    const files: KeptFile[] = [];
    for (const path of paths) {
      const found = await stat(path).catch(() => null);
      if (found === null || !found.isFile()) continue;
      const name = String(files.length);
      const kept = await link(path, `${folder}/${name}`).then(
        () => name,
        () => null,
      );
      files.push({ path, kept, inode: found.ino, bytes: found.size, changedMs: found.mtimeMs });
    }
    await syncNames(folder);
    return files;
  }

  /** What CRIU wrote is packed and no longer needed as it is. */
  async forgetRaw(session: string): Promise<void> {
    const { writing } = this.place(session);
    await removeFolders(`${writing}/raw`, `${writing}/criu`);
  }

  /** From here on it counts: fulfilled when all of it is on the disk under its own name. */
  async commit(manifest: Omit<Manifest, 'version' | 'computer' | 'kernel'>): Promise<void> {
    const { saved, writing } = this.place(manifest.session.id);
    const text = JSON.stringify({ ...manifest, version: 1, computer: machineId(), kernel: textIn('/proc/version').trim() });
    const signature = await this.#sign(text);
    await Promise.all([
      writeDurablyMeanwhile(`${writing}/manifest.json`, text),
      writeDurablyMeanwhile(`${writing}/signature`, signature),
    ]);
    await rename(writing, saved);
    await syncNames(this.#folder);
  }

  /** Lets go of what was being written. */
  async abandon(session: string): Promise<void> {
    await removeFolders(this.place(session).writing);
  }

  /** At once, whatever happens meanwhile. */
  async discard(session: string): Promise<void> {
    await this.letGo(session);
    await this.sweep(session);
  }

  /** From here on it is no more; that it is removed, which takes a while, is left to `sweep`. */
  async letGo(session: string): Promise<void> {
    const { saved, writing, restoring } = this.place(session);
    await this.sweep(session);
    for (const folder of [saved, writing, restoring]) {
      await rename(folder, `${folder}.gone`).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
    }
    await syncNames(this.#folder);
  }

  /** Removes what was let go of, by an earlier life too. */
  async sweep(session: string): Promise<void> {
    const folders = Object.values(this.place(session)).map((folder) => `${folder}.gone`);
    const there = folders.filter((folder) => existsSync(folder));
    if (there.length > 0) await removeFolders(...there);
  }

  /** Null if there is none. Never rejects because of what is in it: that is its fault. */
  async read(session: string): Promise<SavedDesktop | null> {
    const { saved } = this.place(session);
    if ((await stat(saved).catch(() => null)) === null) return null;
    const bytes = await bytesIn(saved);
    const text = readSmall(`${saved}/manifest.json`) ?? '';
    let manifest: Manifest | null = null;
    try {
      manifest = manifestSchema.parse(JSON.parse(text));
    } catch {
      return { session, manifest, bytes, fault: 'image-damaged' };
    }
    const image = await stat(`${saved}/image`).catch(() => null);
    const size = manifest.contents.pieces.reduce((end, piece) => Math.max(end, piece.at + piece.packedBytes), 0);
    let fault = (readSmall(`${saved}/fault`) as ErrorCode | undefined) ?? null;
    if (manifest.computer !== machineId()) fault = 'image-foreign';
    else if (!(await this.#isSigned(text, readSmall(`${saved}/signature`) ?? ''))) fault = 'image-damaged';
    else if (manifest.session.id !== session || image?.size !== size) fault = 'image-damaged';
    return { session, manifest, bytes, fault };
  }

  /** Remembers that it can never be continued. */
  async condemn(session: string, fault: ErrorCode): Promise<void> {
    await writeDurablyMeanwhile(`${this.place(session).saved}/fault`, fault);
  }

  /**
   * Unpacks an image for CRIU, and marks it as being restored: from here on a desktop that runs is the restored one. Gives the
   * folder. Rejects with a CodedError `image-damaged` or `disk-full`; then nothing has changed.
   */
  async unpack({ session, contents }: Manifest): Promise<string> {
    const { saved, restoring } = this.place(session.id);
    const raw = `${saved}/raw`;
    if (existsSync(raw)) await removeFolders(raw);
    try {
      const key = contents.encrypted ? await this.#key('image') : null;
      await unpackImage(`${saved}/image`, contents, key, raw);
    } catch (error) {
      await removeFolders(raw);
      if (error instanceof DamagedImage) throw new CodedError('image-damaged', {}, { cause: error });
      throw error;
    }
    await rename(saved, restoring);
    await syncNames(this.#folder);
    return `${restoring}/raw`;
  }

  /** What was being restored is as it was before. */
  async putBack(session: string): Promise<void> {
    const { saved, restoring } = this.place(session);
    await removeFolders(`${restoring}/raw`);
    await rename(restoring, saved);
    await syncNames(this.#folder);
  }

  /** One at a time: of two that make it at once, one would be replaced, and what was encrypted with it lost. */
  async #secret(): Promise<Buffer> {
    this.#askingForSecret ??= this.#readSecret().finally(() => {
      this.#askingForSecret = null;
    });
    return await this.#askingForSecret;
  }

  async #readSecret(): Promise<Buffer> {
    const file = `${this.#places.stateDir}/host/hibernation.key`;
    try {
      const key = await readFile(file);
      if (key.length === keyBytes) return key;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      await mkdir(`${this.#places.stateDir}/host`, { recursive: true, mode: 0o700 });
      await writeDurablyMeanwhile(file, randomBytes(keyBytes));
    }
    return readFileSync(file);
  }

  async #key(purpose: 'image' | 'manifest'): Promise<Buffer> {
    return createHmac('sha256', await this.#secret())
      .update(purpose)
      .digest();
  }

  async #sign(text: string): Promise<string> {
    return createHmac('sha256', await this.#key('manifest'))
      .update(text)
      .digest('hex');
  }

  async #isSigned(text: string, signature: string): Promise<boolean> {
    const expected = Buffer.from(await this.#sign(text));
    const given = Buffer.from(signature.trim());
    return expected.length === given.length && timingSafeEqual(expected, given);
  }
}

/** True if the session's file is still the very one that it has in memory. */
export async function isUnchanged({ path, inode, bytes, changedMs }: KeptFile): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  if (found === null) return false;
  return found.ino === inode && found.size === bytes && found.mtimeMs === changedMs;
}

/** A saved desktop as the sessions list has it. */
export function savedSessionOf({ manifest, bytes, fault }: SavedDesktop): Session | null {
  if (manifest === null) return null;
  const { session, savedAt, programs } = manifest;
  return {
    ...session,
    state: 'hibernated',
    station: null,
    endsAt: null,
    endsBy: '',
    saved: { at: savedAt, bytes, programs, fault },
  };
}
