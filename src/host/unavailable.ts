// What sessions of this computer do not get - a network address of their own, drawing by a graphics card -, and what about this computer
// stands in the way. Looked up here, so that nobody reads a reason that is not theirs.
import { execFile } from 'node:child_process';
import { readFile, readdir, readlink, stat } from 'node:fs/promises';
import type { NetworkInterfaceInfo } from 'node:os';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import type { Unavailable } from '#contract/values.ts';

/** linux/capability.h: CAP_NET_ADMIN. */
const networkAdministration = 1n << 12n;
const lookMs = 10_000;

export interface UnavailableParts {
  /** Where /proc, /sys and /dev are; `/` but for tests. */
  root: string;
  /** The X server of the sessions. */
  displayServer: string;
  interfaces: () => NodeJS.Dict<NetworkInterfaceInfo[]>;
}

interface DisplayServer {
  says: string;
  takesCard: boolean;
}

const run = promisify(execFile);

const text = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');
const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

export class UnavailableLook {
  readonly #parts: UnavailableParts;
  /** What the X server says of itself, for as long as its file is the same. */
  #displayServer: { file: string; about: Promise<DisplayServer> } | null = null;

  constructor(parts: UnavailableParts) {
    this.#parts = parts;
  }

  async describe(): Promise<Unavailable> {
    const [uniqueAddress, graphics] = await Promise.all([this.#uniqueAddress(), this.#graphics()]);
    return { uniqueAddress, graphics };
  }

  async #uniqueAddress(): Promise<Unavailable['uniqueAddress']> {
    const { root, interfaces } = this.#parts;
    const name = defaultInterface(await text(`${root}/proc/net/route`));
    const own = interfaces()[name]?.find(({ family }) => family === 'IPv4');
    const none = { interface: name, network: '', addresses: 0 };
    if (own?.cidr === undefined || own.cidr === null) return { reason: 'no-network', ...none };
    const bits = Number(own.cidr.split('/')[1]);
    // All but the network's own, that of all, and the computer's.
    const found = { interface: name, network: networkOf(own.address, bits), addresses: Math.max(0, 2 ** (32 - bits) - 3) };
    const device = `${root}/sys/class/net/${name}`;
    if ((await isThere(`${device}/wireless`)) || (await isThere(`${device}/phy80211`))) return { reason: 'wireless', ...found };
    if (found.addresses === 0) return { reason: 'network-too-small', ...found };
    const rights = /^CapEff:\s*([0-9a-f]+)$/m.exec(await text(`${root}/proc/self/status`))?.[1] ?? '0';
    if ((BigInt(`0x${rights}`) & networkAdministration) === 0n) return { reason: 'no-right', ...found };
    return { reason: 'none-set-aside', ...found };
  }

  async #graphics(): Promise<Unavailable['graphics']> {
    const { root } = this.#parts;
    const devices = await readdir(`${root}/dev/dri`).catch(() => []);
    const cards = await Promise.all(
      devices
        .filter((name) => name.startsWith('renderD'))
        .toSorted()
        .map(async (name) => {
          const driver = await readlink(`${root}/sys/class/drm/${name}/device/driver`).catch(() => '');
          return driver === '' ? name : `${name} (${basename(driver)})`;
        }),
    );
    const { says, takesCard } = await this.#askDisplayServer();
    const reason = cards.length === 0 ? 'no-card' : takesCard ? 'cannot-be-saved' : 'display-server-cannot';
    return { reason, cards, displayServer: says };
  }

  async #askDisplayServer(): Promise<DisplayServer> {
    const { displayServer } = this.#parts;
    const found = await stat(displayServer).catch(() => null);
    if (found === null) return { says: '', takesCard: false };
    const file = `${found.ino} ${found.mtimeMs}`;
    if (this.#displayServer?.file !== file) this.#displayServer = { file, about: askAbout(displayServer) };
    return await this.#displayServer.about;
  }
}

async function askAbout(displayServer: string): Promise<DisplayServer> {
  const said = async (option: string): Promise<string> => {
    const { stdout, stderr } = await run(displayServer, [option], { timeout: lookMs }).catch((error: unknown) => ({
      stdout: '',
      stderr: '',
      ...(error as { stdout?: string; stderr?: string }),
    }));
    return `${stdout}\n${stderr}`;
  };
  const [version, help] = await Promise.all([said('-version'), said('-help')]);
  return { says: /^Xvnc (\S+ \S+)/m.exec(version)?.[1] ?? '', takesCard: /^\s*-?rendernode\b/im.test(help) };
}

/** The interface of the default route as /proc/net/route has it; empty: there is none. */
function defaultInterface(routes: string): string {
  const rows = routes
    .split('\n')
    .slice(1)
    .map((row) => row.split('\t'));
  const candidates = rows
    .filter(([, destination, , , , , , mask]) => destination === '00000000' && mask === '00000000')
    .toSorted((a, b) => Number(a[6]) - Number(b[6]));
  return candidates[0]?.[0] ?? '';
}

/** `192.0.2.0/24`. */
function networkOf(address: string, bits: number): string {
  const number = address.split('.').reduce((all, part) => all * 256 + Number(part), 0);
  const size = 2 ** (32 - bits);
  const first = Math.floor(number / size) * size;
  const parts = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  return `${parts.join('.')}/${bits}`;
}
