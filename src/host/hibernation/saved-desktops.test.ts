import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { CodedError } from '#contract/errors.ts';
import { placesFrom } from '#contract/places.ts';
import type { Places } from '#contract/places.ts';
import type { Session } from '#model/session.ts';
import { newIdentity } from '../identity.ts';
import { filesOf } from './image-file.ts';
import { SavedDesktops, isUnchanged, savedSessionOf } from './saved-desktops.ts';
import type { Manifest } from './saved-desktops.ts';

const source = new URL('saved-desktops.ts', import.meta.url).href;
const killRounds = 12;

class Disk implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'stationmaster-saved-'));
  readonly places: Places;
  readonly saved: SavedDesktops;
  readonly session: Session;
  readonly content = { 'pages-1.img': randomBytes(3000), 'core-1.img': Buffer.from('core'), 'empty.img': Buffer.alloc(0) };

  constructor() {
    this.places = placesFrom({ STATIONMASTER_STATE: join(this.folder, 'state'), STATIONMASTER_RUN: join(this.folder, 'run') });
    mkdirSync(this.places.hibernatedDir, { recursive: true });
    this.saved = new SavedDesktops(this.places);
    this.session = {
      id: newIdentity(),
      user: 'anna',
      uid: 1000,
      fullName: 'Anna Adams',
      computer: 'room',
      state: 'hibernating',
      cause: 'suspended-too-long',
      station: null,
      attachment: 3,
      startedAt: 1,
      since: 2,
      endsAt: null,
      endsBy: '',
      desktop: 'xfce',
      saved: null,
    };
  }

  get place(): { saved: string; writing: string; restoring: string } {
    return this.saved.place(this.session.id);
  }

  manifest(contents: Manifest['contents']): Parameters<SavedDesktops['commit']>[0] {
    const { id, user, uid, desktop } = this.session;
    return {
      session: this.session,
      desktop: { session: id, user, uid, desktop, slot: 7, pamService: 'stationmaster' },
      savedAt: 123,
      programs: ['Text Editor'],
      mounts: ['/home'],
      reopen: [],
      files: [],
      criu: '4.1',
      contents,
    };
  }

  /** All but the last step. */
  async write(encrypted = false): Promise<Parameters<SavedDesktops['commit']>[0]> {
    const { raw } = await this.saved.begin(this.session.id);
    for (const [name, bytes] of Object.entries(this.content)) writeFileSync(join(raw, name), bytes);
    await using writer = await this.saved.writer(this.session.id, encrypted);
    await writer.add(raw, await filesOf(raw));
    await this.saved.forgetRaw(this.session.id);
    return this.manifest(await writer.finish());
  }

  async save(encrypted = false): Promise<void> {
    await this.saved.commit(await this.write(encrypted));
  }

  async fault(saved = this.saved): Promise<string | null | undefined> {
    return (await saved.read(this.session.id))?.fault;
  }

  async unpack(): Promise<Record<string, Buffer>> {
    const found = await this.saved.read(this.session.id);
    assert.ok(found?.manifest != null);
    const raw = await this.saved.unpack(found.manifest);
    return Object.fromEntries(readdirSync(raw).map((name) => [name, readFileSync(join(raw, name))]));
  }

  /** Changes a file of what is saved. */
  change(name: string, how: (text: string) => string): void {
    const file = join(this.place.saved, name);
    writeFileSync(file, how(readFileSync(file, 'latin1')), 'latin1');
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }
}

function coded(code: string): (error: unknown) => boolean {
  return (error) => error instanceof CodedError && error.code === code;
}

describe('a saved desktop', () => {
  it('is there when it is committed, whole, and not before', async () => {
    using disk = new Disk();
    const manifest = await disk.write();
    assert.equal(await disk.saved.read(disk.session.id), null);
    await disk.saved.commit(manifest);
    assert.deepEqual(readdirSync(disk.place.saved).toSorted(), ['image', 'manifest.json', 'signature']);
    assert.deepEqual(readdirSync(disk.places.hibernatedDir), [disk.session.id]);
    const found = await disk.saved.read(disk.session.id);
    assert.deepEqual([found?.fault, found?.manifest?.session, found?.manifest?.desktop.slot], [null, disk.session, 7]);
    assert.ok(found !== null && found.bytes > 3000);
    assert.equal(await disk.saved.savedBytes(), found.bytes);
    assert.deepEqual(savedSessionOf(found), {
      ...disk.session,
      state: 'hibernated',
      saved: { at: 123, bytes: found.bytes, programs: ['Text Editor'], fault: null },
    });
    for (const name of readdirSync(disk.place.saved)) {
      assert.equal(statSync(join(disk.place.saved, name)).mode & 0o077, 0, `${name} is for root only`);
    }
  });

  for (const encrypted of [false, true]) {
    it(`gives back what was saved, and can be put back and tried again (${encrypted ? 'encrypted' : 'plain'})`, async () => {
      using disk = new Disk();
      await disk.save(encrypted);
      assert.deepEqual(await disk.unpack(), disk.content);
      assert.deepEqual([existsSync(disk.place.saved), existsSync(disk.place.restoring)], [false, true]);
      await disk.saved.putBack(disk.session.id);
      assert.deepEqual([existsSync(disk.place.saved), existsSync(disk.place.restoring)], [true, false]);
      assert.deepEqual(readdirSync(disk.place.saved).toSorted(), ['image', 'manifest.json', 'signature']);
      assert.deepEqual(await disk.unpack(), disk.content);
    });
  }

  it('can be let go of at every stage, and nothing is left', async () => {
    using disk = new Disk();
    const left = (): string[] => readdirSync(disk.places.hibernatedDir);
    await disk.write();
    assert.deepEqual(await disk.saved.sessions(), [disk.session.id]);
    await disk.saved.abandon(disk.session.id);
    assert.deepEqual(left(), []);
    for (const stage of ['writing', 'saved', 'restoring'] as const) {
      if (stage === 'writing') await disk.write();
      else await disk.save();
      if (stage === 'restoring') await disk.unpack();
      assert.deepEqual(await disk.saved.sessions(), [disk.session.id]);
      await disk.saved.discard(disk.session.id);
      assert.deepEqual(left(), []);
    }
    await disk.saved.discard(disk.session.id);
  });

  it('is begun anew over what an earlier try has left', async () => {
    using disk = new Disk();
    await disk.write();
    await disk.save();
    assert.deepEqual(await disk.unpack(), disk.content);
  });

  it('keeps programs by a second name, tells when they were changed, and only describes what it cannot keep', async () => {
    using disk = new Disk();
    await disk.saved.begin(disk.session.id);
    const program = join(disk.folder, 'program');
    writeFileSync(program, 'old');
    const files = await disk.saved.keepFiles(disk.session.id, [
      program,
      '/proc/version',
      join(disk.folder, 'missing'),
      disk.folder,
    ]);
    assert.deepEqual(
      files.map(({ path, kept }) => [path, kept]),
      [
        [program, '0'],
        ['/proc/version', null],
      ],
    );
    const [kept] = files;
    assert.ok(kept !== undefined);
    assert.equal(await isUnchanged(kept), true);
    writeFileSync(`${program}.new`, 'new');
    rmSync(program);
    writeFileSync(program, 'new');
    assert.equal(await isUnchanged(kept), false);
    assert.equal(readFileSync(join(disk.place.writing, 'files', '0'), 'utf8'), 'old');
    rmSync(program);
    assert.equal(await isUnchanged(kept), false);
  });
});

describe('a saved desktop that cannot be believed', () => {
  const changes: Readonly<Record<string, [string, (text: string) => string, string]>> = {
    'of another computer': [
      'manifest.json',
      (text) => text.replace(/"computer":"[0-9a-z-]+","kernel"/i, '"computer":"x","kernel"'),
      'image-foreign',
    ],
    'that was given to somebody else': ['manifest.json', (text) => text.replaceAll('"uid":1000', '"uid":1001'), 'image-damaged'],
    'with a wrong signature': [
      'signature',
      (text) => text.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
      'image-damaged',
    ],
    'with half a signature': ['signature', (text) => text.slice(0, 32), 'image-damaged'],
    'without a signature': ['signature', () => '', 'image-damaged'],
    'whose account is garbage': ['manifest.json', (text) => text.slice(0, -10), 'image-damaged'],
    'whose account is empty': ['manifest.json', () => '', 'image-damaged'],
    'whose image is too short': ['image', (text) => text.slice(0, -1), 'image-damaged'],
    'whose image is too long': ['image', (text) => `${text}x`, 'image-damaged'],
  };
  for (const [what, [file, how, fault]] of Object.entries(changes)) {
    it(`${what} is refused, and kept`, async () => {
      using disk = new Disk();
      await disk.save();
      assert.equal(await disk.fault(), null);
      const before = readFileSync(join(disk.place.saved, file));
      disk.change(file, how);
      assert.notDeepEqual(readFileSync(join(disk.place.saved, file)), before);
      assert.equal(await disk.fault(), fault);
      assert.ok(existsSync(join(disk.place.saved, 'image')));
    });
  }

  it('that was signed with another key, or lies under the name of another session, is refused', async () => {
    using disk = new Disk();
    await disk.save();
    const key = join(disk.places.stateDir, 'host', 'hibernation.key');
    assert.deepEqual([statSync(key).mode & 0o777, statSync(key).size], [0o600, 32]);
    const secret = readFileSync(key);
    writeFileSync(key, randomBytes(32));
    assert.equal(await disk.fault(new SavedDesktops(disk.places)), 'image-damaged');
    writeFileSync(key, secret);
    assert.equal(await disk.fault(new SavedDesktops(disk.places)), null);
    const other = newIdentity();
    const { saved } = disk.saved.place(other);
    mkdirSync(saved);
    for (const name of readdirSync(disk.place.saved))
      writeFileSync(join(saved, name), readFileSync(join(disk.place.saved, name)));
    assert.equal((await disk.saved.read(other))?.fault, 'image-damaged');
  });

  it('without an image is refused', async () => {
    using disk = new Disk();
    await disk.save();
    rmSync(join(disk.place.saved, 'image'));
    assert.equal(await disk.fault(), 'image-damaged');
  });

  it('is found out while it is unpacked; nothing of it is left then but itself', async () => {
    for (const encrypted of [false, true]) {
      using disk = new Disk();
      await disk.save(encrypted);
      disk.change('image', (text) => text.slice(0, 20) + String.fromCharCode(text.charCodeAt(20) ^ 1) + text.slice(21));
      assert.equal(await disk.fault(), null);
      await assert.rejects(disk.unpack(), coded('image-damaged'));
      assert.deepEqual(readdirSync(disk.place.saved).toSorted(), ['image', 'manifest.json', 'signature']);
      assert.equal(existsSync(disk.place.restoring), false);
      await disk.saved.condemn(disk.session.id, 'image-damaged');
      assert.equal(await disk.fault(new SavedDesktops(disk.places)), 'image-damaged');
    }
  });
});

describe('the key', () => {
  it('is one, though many sessions are the first to be saved at the same instant', async () => {
    using disk = new Disk();
    const others = Array.from({ length: 6 }, () => newIdentity());
    const contents = await Promise.all(
      others.map(async (id) => {
        const { raw } = await disk.saved.begin(id);
        writeFileSync(join(raw, 'core.img'), 'core');
        await using writer = await disk.saved.writer(id, true);
        await writer.add(raw, ['core.img']);
        await disk.saved.forgetRaw(id);
        const manifest = disk.manifest(await writer.finish());
        await disk.saved.commit({ ...manifest, session: { ...disk.session, id } });
      }),
    );
    assert.equal(contents.length, others.length);
    const later = new SavedDesktops(disk.places);
    for (const id of others) {
      const found = await later.read(id);
      assert.ok(found?.manifest != null);
      assert.equal(found.fault, null);
      await later.unpack(found.manifest);
    }
  });
});

/** What a host program does all day; it says when it begins. */
const program = `
  const { SavedDesktops } = await import(${JSON.stringify(source)});
  const { writeFileSync, readdirSync } = await import('node:fs');
  const { places, manifest, content } = JSON.parse(process.argv[1]);
  const saved = new SavedDesktops(places);
  const id = manifest.session.id;
  console.log('ready');
  for (;;) {
    const { raw } = await saved.begin(id);
    for (const [name, text] of Object.entries(content)) writeFileSync(raw + '/' + name, Buffer.from(text, 'base64'));
    {
      await using writer = await saved.writer(id, true);
      await writer.add(raw, readdirSync(raw));
      await saved.forgetRaw(id);
      await saved.commit({ ...manifest, contents: await writer.finish(), files: await saved.keepFiles(id, []) });
    }
    for (let round = 0; round < 2; round += 1) {
      await saved.unpack((await saved.read(id)).manifest);
      await saved.putBack(id);
    }
    await saved.discard(id);
  }`;

describe('a host program that is killed', () => {
  it('leaves a desktop that is wholly saved or not at all, whenever it happens', async (context) => {
    using disk = new Disk();
    const content = Object.fromEntries(Object.entries(disk.content).map(([name, bytes]) => [name, bytes.toString('base64')]));
    const manifest = disk.manifest({ files: [], pieces: [], encrypted: true });
    const seen: Record<string, number> = { nothing: 0, writing: 0, saved: 0, restoring: 0 };
    for (let round = 0; round < killRounds; round += 1) {
      const args = ['--input-type=module', '--eval', program, JSON.stringify({ places: disk.places, manifest, content })];
      const host = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
      const says: string[] = [];
      host.stderr.on('data', (text: Buffer) => says.push(text.toString()));
      await Promise.race([once(host.stdout, 'data'), once(host, 'exit')]);
      // Not to wait for something, but to hit another moment every time.
      await pause(randomInt(120));
      assert.equal(host.exitCode, null, says.join(''));
      host.kill('SIGKILL');
      await once(host, 'exit');
      const { saved, restoring, writing } = disk.place;
      assert.ok(!(existsSync(saved) && existsSync(restoring)), 'it is there twice');
      const stage = [restoring, saved, writing].findIndex((folder) => existsSync(folder));
      const name = ['restoring', 'saved', 'writing'][stage] ?? 'nothing';
      seen[name] = (seen[name] ?? 0) + 1;
      if (name === 'restoring') await disk.saved.putBack(disk.session.id);
      if (name === 'restoring' || name === 'saved') {
        assert.equal(await disk.fault(), null);
        assert.deepEqual(await disk.unpack(), disk.content);
      } else {
        assert.equal(await disk.saved.read(disk.session.id), null);
      }
      await disk.saved.discard(disk.session.id);
      assert.deepEqual(readdirSync(disk.places.hibernatedDir), []);
    }
    context.diagnostic(JSON.stringify(seen));
  });
});
