// What stands in the way of an address of its own and of a graphics card for each session, on computers of several kinds, and on this one.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import type { NetworkInterfaceInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { Unavailable } from '#contract/values.ts';
import { UnavailableLook } from './unavailable.ts';

const heading = 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n';
const route = (name: string, metric = 0, destination = '00000000', mask = '00000000'): string =>
  `${name}\t${destination}\t010200C0\t0003\t0\t0\t${metric}\t${mask}\t0\t0\t0\n`;

const old = 'Xvnc TigerVNC 1.12.0 - built 2023-01-06\n-render [default|mono|gray|color] set render color alloc policy';
const recent = 'Xvnc TigerVNC 1.15.0 - built 2025-02-18\n-rendernode path        rendering device to use for DRI3';

/** A computer made of files. */
class MadeComputer implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), 'stationmaster-unavailable-'));
  readonly look: UnavailableLook;
  cidr = '192.0.2.77/24';

  constructor() {
    this.put('proc/net/route', heading + route('eth0'));
    this.put('proc/self/status', 'Name:\tnode\nCapEff:\t000001ffffffffff\n');
    this.displayServer(old);
    const of = (): NetworkInterfaceInfo => {
      const address = this.cidr.split('/')[0] ?? '';
      return { address, cidr: this.cidr, family: 'IPv4', internal: false, mac: '', netmask: '' };
    };
    this.look = new UnavailableLook({
      root: this.root,
      displayServer: join(this.root, 'Xvnc'),
      interfaces: () => ({ eth0: [of()], wlan0: [of()] }),
    });
  }

  put(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  /** An X server that says this of itself, of another time than the one before. */
  displayServer(says: string): void {
    this.put('Xvnc', `#!/bin/sh\ncat >&2 <<'END'\n${says}\nEND\n`);
    chmodSync(join(this.root, 'Xvnc'), 0o755);
    utimesSync(join(this.root, 'Xvnc'), 1, says.length);
  }

  card(name: string, driver: string): void {
    this.put(`dev/dri/${name}`, '');
    mkdirSync(join(this.root, `sys/class/drm/${name}/device`), { recursive: true });
    symlinkSync(`../../../bus/drivers/${driver}`, join(this.root, `sys/class/drm/${name}/device/driver`));
  }

  async address(): Promise<Unavailable['uniqueAddress']> {
    return (await this.look.describe()).uniqueAddress;
  }

  async graphics(): Promise<Unavailable['graphics']> {
    return (await this.look.describe()).graphics;
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true });
  }
}

test('an address of its own: the network and how many addresses it has are named; the reason is that of this computer', async () => {
  using computer = new MadeComputer();
  const expected = { interface: 'eth0', network: '192.0.2.0/24', addresses: 253 };
  assert.deepEqual(await computer.address(), { reason: 'none-set-aside', ...expected });
  computer.put('proc/self/status', 'CapEff:\t0000000000000fff\n');
  assert.deepEqual(await computer.address(), { reason: 'no-right', ...expected });
  computer.cidr = '203.0.113.5/31';
  assert.deepEqual(await computer.address(), {
    reason: 'network-too-small',
    interface: 'eth0',
    network: '203.0.113.4/31',
    addresses: 0,
  });
  computer.put('proc/net/route', heading + route('eth0', 600) + route('wlan0', 100) + route('eth0', 0, '0A000000', '000000FF'));
  computer.cidr = '10.11.12.13/20';
  computer.put('sys/class/net/wlan0/phy80211/name', 'phy0');
  assert.deepEqual(await computer.address(), {
    reason: 'wireless',
    interface: 'wlan0',
    network: '10.11.0.0/20',
    addresses: 4093,
  });
  computer.put('proc/net/route', heading);
  assert.deepEqual(await computer.address(), { reason: 'no-network', interface: '', network: '', addresses: 0 });
});

test('a graphics card: none there, one that the X server cannot use, one that it could; a new X server is asked again', async () => {
  using computer = new MadeComputer();
  assert.deepEqual(await computer.graphics(), { reason: 'no-card', cards: [], displayServer: 'TigerVNC 1.12.0' });
  computer.card('renderD129', 'amdgpu');
  computer.card('renderD128', 'i915');
  computer.put('dev/dri/card0', '');
  const cards = ['renderD128 (i915)', 'renderD129 (amdgpu)'];
  assert.deepEqual(await computer.graphics(), { reason: 'display-server-cannot', cards, displayServer: 'TigerVNC 1.12.0' });
  computer.displayServer(recent);
  assert.deepEqual(await computer.graphics(), { reason: 'cannot-be-saved', cards, displayServer: 'TigerVNC 1.15.0' });
  rmSync(join(computer.root, 'Xvnc'));
  assert.deepEqual(await computer.graphics(), { reason: 'display-server-cannot', cards, displayServer: '' });
});

test('this computer is looked at: what is said of its network and X server is what they are', async () => {
  const look = new UnavailableLook({ root: '', displayServer: '/usr/bin/Xvnc', interfaces: networkInterfaces });
  const { uniqueAddress, graphics } = await look.describe();
  assert.match(graphics.displayServer, /^TigerVNC \d+\.\d+/);
  const own = Object.keys(networkInterfaces());
  assert.equal(uniqueAddress.reason === 'no-network' || own.includes(uniqueAddress.interface), true);
});
