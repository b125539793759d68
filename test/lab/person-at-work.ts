// Somebody at a station of the lab: signs in there, opens programs with the desktop's own means, types, and looks what is open.
import { readFile } from 'node:fs/promises';
import type { Browser } from '../e2e/browser.ts';
import { desktopShown, signInAtStation, viewShown } from '../e2e/browser.ts';
import { countInPicture } from '../e2e/counter.ts';
import { eventually } from '../e2e/eventually.ts';
import type { InstalledProduct, MachineAccount } from './installed-product.ts';
import { PersonSession } from './person-session.ts';

/** A station comes back after a restart of the computer; a session comes up or back from a disk that others use as well. */
const patienceMs = 60_000;
/** XFCE's terminal misses letters that come all at once while it is just opening. */
const betweenLettersMs = 20;

/** A program of the session, by its name and the number that it has there. */
export interface OpenProgram {
  pid: number;
  name: string;
}

/** What the station shows, kept where somebody wants to look at the pictures of a run. */
export async function takePicture({ page }: Browser, name: string): Promise<void> {
  const folder = process.env['STATIONMASTER_PICTURES'];
  if (folder !== undefined) await page.screenshot({ path: `${folder}/lab-${name}.png` });
}

export class PersonAtWork {
  readonly station: Browser;
  readonly session: PersonSession;
  readonly #product: InstalledProduct;
  readonly #account: MachineAccount;

  private constructor(station: Browser, product: InstalledProduct, account: MachineAccount, session: PersonSession) {
    this.station = station;
    this.#product = product;
    this.#account = account;
    this.session = session;
  }

  /** Signs in at the station, which shows its sign-in form or is about to. Fulfilled when the desktop is there. */
  static async signIn(station: Browser, product: InstalledProduct, account: MachineAccount): Promise<PersonAtWork> {
    await viewShown(station.page, 'sign-in', patienceMs);
    await signInAtStation(station.page, account.name, account.password);
    await station.page.locator('[role=alert]:not(:empty)').or(station.page.locator('html[data-view=desktop]')).waitFor({
      state: 'attached',
      timeout: patienceMs,
    });
    const refusal = await station.page.locator('[role=alert]:not(:empty)').allTextContents();
    if (refusal.length > 0) throw new Error(`${account.name} cannot sign in: ${refusal.join(' ')}`);
    await desktopShown(station.page, patienceMs);
    return await PersonAtWork.there(station, product, account);
  }

  /** Whose desktop the station shows. */
  static async there(station: Browser, product: InstalledProduct, account: MachineAccount): Promise<PersonAtWork> {
    return new PersonAtWork(station, product, account, await PersonSession.of(product, account));
  }

  /** Leaves the station; the session goes on without one. */
  async disconnect(): Promise<void> {
    await this.#product.cli('session', 'suspend', this.session.id);
    await viewShown(this.station.page, 'sign-in', patienceMs);
  }

  /** The id of the window with this title (a regular expression); waits for it. */
  async window(title: string): Promise<string> {
    try {
      return await eventually(`a window "${title}"`, patienceMs, async () => (await this.#windows(title)).at(-1));
    } catch (error) {
      throw new Error(`${String(error)}; there is: ${await this.#whatIsThere()}`, { cause: error });
    }
  }

  /** The ids of the visible windows with this title. */
  async #windows(title: string): Promise<string[]> {
    const { code, stdout } = await this.session.tryRun('xdotool', 'search', '--onlyvisible', '--name', title);
    return code === 0 ? stdout.trim().split('\n') : [];
  }

  async #whatIsThere(): Promise<string> {
    const titles = (await this.#windows('.')).map(
      async (window) => `"${(await this.session.tryRun('xdotool', 'getwindowname', window)).stdout.trim()}"`,
    );
    const programs = (await this.programs()).map(({ pid, name }) => `${name} ${pid}`);
    return [...(await Promise.all(titles)), ...programs].join(', ');
  }

  /** Fulfilled when no window has this title any more. */
  async noWindow(title: string): Promise<void> {
    await eventually(`no window "${title}"`, patienceMs, async () =>
      (await this.#windows(title)).length > 0 ? undefined : true,
    );
  }

  /** Brings the window with this title to the front, where the keyboard goes. */
  async turnTo(title: string): Promise<void> {
    await this.session.run('xdotool', 'windowactivate', '--sync', await this.window(title));
  }

  /** Opens a terminal by the desktop's own shortcut. */
  async openTerminal(): Promise<void> {
    await eventually('a terminal', patienceMs, async () => {
      // The desktop listens to its shortcuts only when it has come up; a person would press again, too.
      await this.station.page.keyboard.press('Control+Alt+t');
      return await eventually('a shell in it', 8_000, async () =>
        (await this.programs()).some(({ name }) => name === 'bash') ? true : undefined,
      ).catch(() => undefined);
    });
    await this.turnTo('^Terminal');
  }

  async type(text: string): Promise<void> {
    await this.station.page.keyboard.type(text, { delay: betweenLettersMs });
  }

  async press(keys: string): Promise<void> {
    await this.station.page.keyboard.press(keys);
  }

  /** Fulfilled when the program in front has dealt with all that was typed: the dialogue that these keys open comes after it. */
  async untilTyped(keys: string, dialogue: string): Promise<void> {
    await this.press(keys);
    await this.window(dialogue);
    await this.press('Escape');
    await this.noWindow(dialogue);
  }

  /** The processes of the session, as it numbers them. */
  async programs(): Promise<OpenProgram[]> {
    const text = await this.session.run('ps', '-e', '-o', 'pid=,comm=');
    return text
      .split('\n')
      .map((line) => /^\s*(\d+) (.*)$/.exec(line))
      .flatMap((match) => (match === null ? [] : [{ pid: Number(match[1]), name: match[2] ?? '' }]))
      .filter(({ name }) => name !== 'ps');
  }

  /** The programs of these names; there must be some of each. */
  async programsNamed(...names: string[]): Promise<OpenProgram[]> {
    const found = (await this.programs()).filter(({ name }) => names.includes(name));
    const missing = names.filter((name) => found.every((program) => program.name !== name));
    if (missing.length > 0) throw new Error(`not open: ${missing.join(', ')}`);
    return found;
  }

  /** A file of the person's home folder, as text. */
  async file(name: string): Promise<string> {
    return await readFile(`${this.#product.machine.root}${this.#account.home}/${name}`, 'utf8');
  }

  /** Fulfilled with the count that the station's picture shows, when it is greater. */
  async shownCount(above: number): Promise<number> {
    return await eventually(`a count above ${above} in the picture`, patienceMs, async () => {
      const count = await countInPicture(this.station.page);
      return count > above ? count : undefined;
    });
  }

  /** Kept for who wants to look at it. */
  async picture(name: string): Promise<void> {
    await takePicture(this.station, name);
  }
}
