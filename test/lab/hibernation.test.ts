// The story of saved sessions on a real computer with systemd: it restarts, its plug is pulled, it is turned off in every way, and
// people go on with what they had open, or are told what is lost.
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { after, afterEach, before, describe, test } from 'node:test';
import { z } from 'zod';
import { computerSchema, sessionSchema } from '#contract/values.ts';
import { levelGroups } from '#model/account.ts';
import type { Session } from '#model/session.ts';
import type { ProgramFailed } from '../../src/cli/computer/program-run.ts';
import { Browser, desktopShown, signInAtStation, viewShown } from '../e2e/browser.ts';
import { countInFile, placeCounter } from '../e2e/counter.ts';
import { eventually } from '../e2e/eventually.ts';
import { InstalledProduct, productFolders } from './installed-product.ts';
import type { MachineAccount } from './installed-product.ts';
import { Machine } from './machine.ts';
import { PersonAtWork, takePicture } from './person-at-work.ts';
import type { OpenProgram } from './person-at-work.ts';
import { PersonSession } from './person-session.ts';

const patienceMs = 60_000;
const installed = '/usr/local/lib/stationmaster/current';
const pagesPort = 8099;
const askedPages = '/var/lib/lab-pages';

const settings = { leaveWarningSeconds: 1 } as const;

/** As the command line lists them: a station by its name. */
const listedSchema = sessionSchema.extend({ station: z.string().nullable() }).array();

async function sessionsOf(product: InstalledProduct): Promise<Session[]> {
  return listedSchema.parse(JSON.parse(await product.cli('session', 'list', '--json')));
}

/** What the list says of each session: `anna hibernated`. */
function told(sessions: readonly Session[]): string[] {
  return sessions.map(({ user, state }) => `${user} ${state}`).toSorted();
}

async function tellFailure(machine: Machine, station: Browser): Promise<void> {
  await takePicture(station, 'failed');
  process.stderr.write(await machine.journal('--lines=300', '--output=cat'));
}

/** Two pages that Firefox can show; the network ends in the machine. */
async function servePages(machine: Machine): Promise<void> {
  const node = `${installed}/node_modules/node-linux-${process.arch}/bin/node`;
  const unit = [
    '[Service]',
    `ExecStart=${node} /root/stationmaster/test/lab/page-server.ts ${pagesPort} ${askedPages}`,
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ];
  await writeFile(`${machine.root}/etc/systemd/system/lab-pages.service`, unit.join('\n'));
  await writeFile(`${machine.root}${askedPages}`, '');
  await machine.run('systemctl', ['enable', '--now', '--quiet', 'lab-pages.service']);
  // Nothing of its own opens before the person's pages.
  const policies = { OverrideFirstRunPage: '', OverridePostUpdatePage: '', DontCheckDefaultBrowser: true, SkipTermsOfUse: true };
  await mkdir(`${machine.root}/etc/firefox/policies`, { recursive: true });
  await writeFile(`${machine.root}/etc/firefox/policies/policies.json`, JSON.stringify({ policies }));
}

/** What Writer opens without asking anything, and writes back as text. */
function flatDocument(text: string): string {
  const names = 'urn:oasis:names:tc:opendocument:xmlns';
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<office:document xmlns:office="${names}:office:1.0" xmlns:text="${names}:text:1.0" ` +
    'office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.text"><office:body><office:text>' +
    `<text:p>${text}</text:p></office:text></office:body></office:document>\n`
  );
}

describe('sessions of a computer that goes down', () => {
  let machine: Machine;
  let product: InstalledProduct;
  let station: Browser;
  let writer: MachineAccount;
  let author: MachineAccount;
  let reader: MachineAccount;

  before(async () => {
    [machine, station] = await Promise.all([Machine.boot({ uptimeSeconds: 1_000_000, folders: productFolders }), Browser.open()]);
    product = await InstalledProduct.install(machine, settings);
    await servePages(machine);
    writer = await product.addAccount();
    author = await product.addAccount();
    reader = await product.addAccount();
    await placeCounter({ ...writer, home: `${machine.root}${writer.home}` });
    await place(writer, 'letter.txt', 'Dear Anna,\n');
    await place(author, 'report.fodt', flatDocument('Report'));
    await station.page.goto(product.urls.station);
  });
  after(async () => {
    await station?.[Symbol.asyncDispose]();
    await machine?.[Symbol.asyncDispose]();
  });
  afterEach(async (context) => {
    if ('passed' in context && !context.passed) await tellFailure(machine, station);
  });

  async function place(account: MachineAccount, name: string, text: string): Promise<void> {
    await writeFile(`${machine.root}${account.home}/${name}`, text);
    await machine.run('chown', [`${account.uid}:${account.gid}`, `${account.home}/${name}`]);
  }
  const uptime = async (): Promise<number> => Number((await machine.run('cat', ['/proc/uptime'])).split(' ')[0]);
  const count = async (): Promise<number> => await countInFile(`${machine.root}${writer.home}`);
  const signIn = async (account: MachineAccount): Promise<PersonAtWork> => await PersonAtWork.signIn(station, product, account);
  const pagesAsked = async (): Promise<string[]> =>
    (await readFile(`${machine.root}${askedPages}`, 'utf8')).split('\n').filter((path) => /^\/\w+$/.test(path));

  /** A program that is opened from a terminal stays open when the terminal does. */
  async function open(person: PersonAtWork, command: string, title: string): Promise<void> {
    await person.turnTo('^Terminal');
    await person.type(`${command} &\n`);
    await person.turnTo(title);
  }

  /** The program that has the document open writes to its file what it has in memory; elements that it puts around it do not count. */
  async function saveText(person: PersonAtWork, title: string, file: string, wanted: RegExp): Promise<void> {
    await person.turnTo(title);
    await person.press('Control+s');
    const text = async (): Promise<string> => (await person.file(file)).replaceAll(/<[^>]*>/g, '');
    await eventually(`${file} is saved`, patienceMs, async () => (wanted.test(await text()) ? true : undefined));
  }

  /** Also what systemd keeps for a while for a person who has gone. */
  async function nothingRuns({ name }: MachineAccount): Promise<void> {
    await machine.tryRun('loginctl', ['terminate-user', name]);
    await eventually(`nothing of ${name} runs`, patienceMs, async () =>
      (await machine.tryRun('pgrep', ['-u', name])).code === 1 ? true : undefined,
    );
  }

  async function bothTabs(reading: PersonAtWork, askedBefore: number): Promise<void> {
    await reading.turnTo('^Page one — Mozilla Firefox$');
    await reading.press('Control+Tab');
    await reading.window('^Page two — Mozilla Firefox$');
    await reading.press('Control+Tab');
    await reading.window('^Page one — Mozilla Firefox$');
    const asked = async (): Promise<string[]> => (await pagesAsked()).slice(askedBefore);
    await eventually('both pages are asked for', patienceMs, async () => ((await asked()).length >= 2 ? true : undefined));
    assert.deepEqual((await asked()).toSorted(), ['/one', '/two']);
  }

  test('three people work, the computer restarts, and each has everything again', async () => {
    const reading = await signIn(reader);
    await reading.openTerminal();
    await open(reading, `firefox-esr http://127.0.0.1:${pagesPort}/one http://127.0.0.1:${pagesPort}/two`, '^Page one — Mozilla');
    await bothTabs(reading, 0);
    // At once: Firefox by itself writes down only now and then which tabs it has.
    await product.cli('session', 'hibernate', reading.session.id);
    const asked = (await pagesAsked()).length;
    const readingOn = await signIn(reader);
    await bothTabs(readingOn, asked);
    await readingOn.disconnect();

    const authoring = await signIn(author);
    await authoring.openTerminal();
    await open(authoring, 'soffice --nologo report.fodt', 'report.fodt — LibreOffice Writer');
    await authoring.press('Control+End');
    await authoring.type(' of what nobody has saved');
    await authoring.untilTyped('Control+o', '^Open$');
    assert.doesNotMatch(await authoring.file('report.fodt'), /nobody/);
    const authorsPrograms = await authoring.programsNamed('soffice.bin', 'xfce4-terminal', 'bash', 'Xvnc');
    await authoring.picture('writer-before');
    await authoring.disconnect();

    const writing = await signIn(writer);
    await writing.openTerminal();
    await open(writing, 'mousepad letter.txt', 'letter.txt - Mousepad');
    await writing.press('Control+End');
    await writing.type('I have not saved this line.');
    await writing.untilTyped('Control+Shift+S', '^Save As$');
    assert.equal(await writing.file('letter.txt'), 'Dear Anna,\n');
    await writing.turnTo('^Terminal');
    await writing.type('./count.sh\n');
    await writing.shownCount(1);
    const writersPrograms = await writing.programsNamed('count.sh', 'mousepad', 'xfce4-terminal', 'bash', 'Xvnc');
    await writing.picture('editor-before');

    assert.ok((await uptime()) > 1_000_000);
    await machine.run('systemctl', ['reboot', '--no-block']);
    await viewShown(station.page, 'wait', patienceMs);
    await station.page.getByRole('heading', { name: 'The computer restarts' }).waitFor();
    await machine.restarted({ uptimeSeconds: 3 });
    assert.ok((await uptime()) < 100);
    await product.answers();

    const listed = await sessionsOf(product);
    assert.deepEqual(told(listed), [writer, author, reader].map(({ name }) => `${name} hibernated`).toSorted());
    assert.equal((await product.cli('session', 'list')).match(/Suspended \(saved\)/g)?.length, 3);
    assert.ok(listed.every(({ saved }) => saved !== null && saved.bytes > 1_000_000 && saved.fault === null));
    const stopped = await count();

    const back = await signIn(writer);
    assert.equal(back.session.id, writing.session.id);
    const goesOn = await back.shownCount(stopped);
    assert.ok(goesOn < stopped + 600, `counts from ${stopped}, not anew: ${goesOn}`);
    assert.deepEqual(await back.programsNamed('count.sh', 'mousepad', 'xfce4-terminal', 'bash', 'Xvnc'), writersPrograms);
    await back.picture('editor');
    await saveText(back, 'letter.txt - Mousepad', 'letter.txt', /^Dear Anna,\nI have not saved this line\.\n?$/);
    await back.disconnect();

    const authorBack = await signIn(author);
    assert.deepEqual(await authorBack.programsNamed('soffice.bin', 'xfce4-terminal', 'bash', 'Xvnc'), authorsPrograms);
    await authorBack.picture('writer');
    await saveText(authorBack, 'report.fodt — LibreOffice Writer', 'report.fodt', /^ *Report of what nobody has saved$/m);
    await authorBack.disconnect();

    const askedBefore = (await pagesAsked()).length;
    const readerBack = await signIn(reader);
    await bothTabs(readerBack, askedBefore);
    await readerBack.picture('firefox');
    await readerBack.disconnect();
  });

  test('the plug is pulled: what was on disk goes on, what was not is listed as lost and told, nothing else is harmed', async () => {
    const authoring = await signIn(author);
    await authoring.turnTo('report.fodt — LibreOffice Writer');
    await authoring.press('Control+End');
    await authoring.type(' yet, and more');
    await authoring.untilTyped('Control+o', '^Open$');
    await product.cli('session', 'hibernate', authoring.session.id);
    await viewShown(station.page, 'sign-in', patienceMs);
    const writing = await signIn(writer);

    await machine.unplug({ unwritten: 'lost' });
    await machine.start({ uptimeSeconds: 5 });
    await product.answers();

    const listed = await sessionsOf(product);
    assert.deepEqual(told(listed), [`${author.name} hibernated`, `${reader.name} lost`, `${writer.name} lost`].toSorted());
    const programsOf = ({ name }: MachineAccount): readonly string[] | undefined =>
      listed.find(({ user }) => user === name)?.saved?.programs;
    assert.deepEqual(programsOf(writer), ['Mousepad', 'Xfce Terminal']);
    assert.deepEqual(programsOf(reader), ['Firefox ESR', 'Xfce Terminal']);
    assert.ok(listed.every(({ state, cause }) => state !== 'lost' || cause === 'power-lost'));

    await viewShown(station.page, 'sign-in', patienceMs);
    await signInAtStation(station.page, writer.name, writer.password);
    await viewShown(station.page, 'lost', patienceMs);
    await station.page.getByText('Mousepad').waitFor();
    await station.page.getByText('The computer stopped unexpectedly before the session was saved.').waitFor();
    await takePicture(station, 'lost');
    await station.page.getByRole('button', { name: 'Continue' }).click();
    await desktopShown(station.page, patienceMs);
    const anew = (await sessionsOf(product)).filter(({ user }) => user === writer.name);
    assert.deepEqual(told(anew), [`${writer.name} active`]);
    assert.notEqual(anew[0]?.id, writing.session.id);
    await product.cli('session', 'suspend', anew[0]?.id ?? '');

    const back = await signIn(author);
    assert.equal(back.session.id, authoring.session.id);
    await saveText(back, 'report.fodt — LibreOffice Writer', 'report.fodt', /^ *Report of what nobody has saved yet, and more$/m);
    await back.disconnect();

    await product.cli('session', 'logoff', '--seconds=0', (await PersonSession.of(product, reader)).id);
    await eventually('the lost session is no longer listed', patienceMs, async () =>
      (await sessionsOf(product)).every(({ user }) => user !== reader.name) ? true : undefined,
    );
  });

  test('a scheduled restart, ctrl-alt-del, and turning it off from the command line save what is open', async () => {
    const first = await signIn(writer);
    await first.openTerminal();
    await first.type('./count.sh\n');
    await first.shownCount(1);
    const counter = await first.programsNamed('count.sh');
    const ways: [string, () => Promise<void>][] = [
      [
        'shutdown -r now',
        async () => {
          await machine.run('shutdown', ['-r', 'now']);
          await machine.restarted();
        },
      ],
      [
        'ctrl-alt-del',
        async () => {
          // What the kernel does for these keys.
          await machine.run('kill', ['-INT', '1']);
          await machine.restarted();
        },
      ],
      [
        'system shutdown',
        async () => {
          // It would be stopped with everything else when the machine goes, and then keep the machine from going.
          await product.cli('system', 'shutdown', '--yes', '--now', '--no-wait');
          await machine.switchedOff();
          await machine.start();
        },
      ],
    ];
    for (const [way, goDown] of ways) {
      await goDown();
      await product.answers();
      assert.deepEqual(
        told(await sessionsOf(product)),
        [`${author.name} hibernated`, `${writer.name} hibernated`].toSorted(),
        way,
      );
      const stopped = await count();
      const back = await signIn(writer);
      assert.equal(back.session.id, first.session.id, way);
      await back.shownCount(stopped);
      assert.deepEqual(await back.programsNamed('count.sh'), counter, way);
    }
  });

  test('a password may change meanwhile; who is renamed or deleted leaves a session that only the administrator can end', async () => {
    const writing = await PersonSession.of(product, writer);
    await product.cli('session', 'hibernate', writing.id);
    const password = 'another-one-4711';
    await machine.run('chpasswd', [], { input: `${writer.name}:${password}\n` });
    await viewShown(station.page, 'sign-in', patienceMs);
    await signInAtStation(station.page, writer.name, writer.password);
    await station.page.getByText('The user name or the password is wrong').waitFor({ timeout: patienceMs });
    writer = { ...writer, password };
    const back = await signIn(writer);
    assert.equal(back.session.id, writing.id);
    await product.cli('session', 'hibernate', writing.id);

    const renamed = { ...writer, name: `${writer.name}-b` };
    await nothingRuns(writer);
    await machine.run('usermod', ['--login', renamed.name, '--', writer.name]);
    const other = await signIn(renamed);
    assert.notEqual(other.session.id, writing.id, 'nobody else gets it');
    await product.cli('session', 'logoff', '--seconds=0', other.session.id);
    await viewShown(station.page, 'sign-in', patienceMs);
    await nothingRuns(renamed);
    await machine.run('userdel', ['--force', '--', renamed.name]);
    await machine.run('useradd', [
      '--no-create-home',
      '--no-user-group',
      '--home-dir',
      writer.home,
      '--uid',
      '29000',
      '--',
      writer.name,
    ]);
    await machine.run('usermod', ['--append', '--groups', levelGroups.standard, '--', writer.name]);
    await machine.run('chpasswd', [], { input: `${writer.name}:${password}\n` });
    await machine.run('chown', ['--recursive', writer.name, writer.home]);
    await machine.run('systemctl', ['restart', 'stationmaster-host']);
    await eventually('the host is back', patienceMs, async () => (await sessionsOf(product)).length > 0 || undefined);
    const listed = (await sessionsOf(product)).filter(({ id }) => id === writing.id);
    assert.deepEqual(told(listed), [`${writer.name} hibernated`]);
    const namesake = await signIn({ ...writer, uid: 29_000 });
    assert.notEqual(namesake.session.id, writing.id, 'the same name with another number is somebody else');
    const kept = (await sessionsOf(product)).filter(({ id }) => id === writing.id);
    assert.deepEqual(told(kept), [`${writer.name} hibernated`]);
    await product.cli('session', 'logoff', '--seconds=0', writing.id);
    await eventually('the administrator has ended it', patienceMs, async () =>
      (await sessionsOf(product)).every(({ id }) => id !== writing.id) ? true : undefined,
    );
    const { stdout } = await machine.tryRun('find', ['/var/lib/stationmaster', '/run/stationmaster', '-name', `${writing.id}*`]);
    assert.equal(stdout, '');
  });
});

describe('saved sessions and disks', () => {
  const savedPlace = '/var/lib/stationmaster/hibernated';
  let machine: Machine;
  let product: InstalledProduct;
  let person: MachineAccount;
  let station: Browser;

  before(async () => {
    [machine, station] = await Promise.all([
      Machine.boot({
        folders: productFolders,
        disks: [
          { at: savedPlace, mebibytes: 256 },
          { at: '/srv/homes', mebibytes: 256 },
        ],
      }),
      Browser.open(),
    ]);
    const homes = [
      '[Mount]',
      'What=/srv/homes',
      'Where=/home',
      'Type=none',
      'Options=bind',
      '[Install]',
      'WantedBy=local-fs.target',
    ];
    await writeFile(`${machine.root}/etc/systemd/system/home.mount`, `${homes.join('\n')}\n`);
    await machine.run('systemctl', ['enable', '--now', '--quiet', 'home.mount']);
    product = await InstalledProduct.install(machine, settings);
    person = await product.addAccount();
    await placeCounter({ ...person, home: inside(person.home) });
    await station.page.goto(product.urls.station);
  });
  after(async () => {
    await station?.[Symbol.asyncDispose]();
    await machine?.[Symbol.asyncDispose]();
  });
  afterEach(async (context) => {
    if ('passed' in context && !context.passed) await tellFailure(machine, station);
  });

  /** As the machine sees it, with all its disks. */
  const inside = (path: string): string => `/proc/${machine.init}/root${path}`;
  const signIn = async (): Promise<PersonAtWork> => await PersonAtWork.signIn(station, product, person);

  async function counting(): Promise<{ working: PersonAtWork; counter: OpenProgram[] }> {
    const working = await signIn();
    await working.openTerminal();
    await working.type('./count.sh\n');
    await working.shownCount(1);
    return { working, counter: await working.programsNamed('count.sh') };
  }

  test('a home that is not there at the next start is a clear message, and the session goes on once it is', async () => {
    const { working, counter } = await counting();
    await product.cli('session', 'hibernate', working.session.id);
    const stopped = await countInFile(inside(person.home));
    await machine.run('systemctl', ['disable', '--quiet', 'home.mount']);
    await machine.restart();
    await product.answers();

    await viewShown(station.page, 'sign-in', patienceMs);
    await signInAtStation(station.page, person.name, person.password);
    await station.page.getByText('The home folder of this account is missing').waitFor({ timeout: patienceMs });
    await takePicture(station, 'home-missing');
    assert.deepEqual(told(await sessionsOf(product)), [`${person.name} hibernated`]);

    await machine.run('systemctl', ['enable', '--now', '--quiet', 'home.mount']);
    // After an attempt that failed the person may also begin anew.
    await signInAtStation(station.page, person.name, person.password);
    await viewShown(station.page, 'choose', patienceMs);
    await station.page.getByRole('button', { name: /Suspended \(saved\)/ }).click();
    await desktopShown(station.page, patienceMs);
    const back = await PersonAtWork.there(station, product, person);
    assert.equal(back.session.id, working.session.id);
    await back.shownCount(stopped);
    assert.deepEqual(await back.programsNamed('count.sh'), counter);
    await product.cli('session', 'logoff', '--seconds=0', back.session.id);
    await viewShown(station.page, 'sign-in', patienceMs);
  });

  test('without space a session runs on, and after a restart it is told why it is lost', async () => {
    const { working, counter } = await counting();
    const [, free] = (await machine.run('df', ['--output=avail', '--block-size=1M', savedPlace])).split('\n');
    await machine.run('fallocate', ['--length', `${Number(free) - 16}M`, `${savedPlace}/filler`]);
    await assert.rejects(product.cli('session', 'hibernate', working.session.id), (error: ProgramFailed) => {
      assert.match(`${error.result.stdout}${error.result.stderr}`, /There is no space left/);
      return true;
    });
    const back = await signIn();
    assert.deepEqual(await back.programsNamed('count.sh'), counter);
    await back.shownCount(await countInFile(inside(person.home)));

    await machine.restart();
    await product.answers();
    const [lost] = await sessionsOf(product);
    assert.deepEqual([lost?.id, lost?.state, lost?.saved?.programs], [working.session.id, 'lost', ['Xfce Terminal']]);
    const [computer] = computerSchema.array().parse(JSON.parse(await product.cli('computer', 'list', '--json')));
    assert.deepEqual(
      computer?.lastLeave?.sessions.map(({ user, outcome, programs, error }) => [user, outcome, programs, error?.code]),
      [[person.name, 'lost', ['Xfce Terminal'], 'disk-full']],
    );
    await viewShown(station.page, 'sign-in', patienceMs);
    await signInAtStation(station.page, person.name, person.password);
    await viewShown(station.page, 'lost', patienceMs);
    await takePicture(station, 'lost-disk-full');
    await station.page.getByText('The disk of the computer is full').waitFor();
    await station.page.getByRole('button', { name: 'Continue' }).click();
    await desktopShown(station.page, patienceMs);
  });
});
