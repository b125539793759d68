// Why sessions of a computer get no address of their own and no graphics card, in words for the command line.
import type { Unavailable } from '#contract/values.ts';

const addressReasons: Readonly<Record<Unavailable['uniqueAddress']['reason'], (found: Unavailable['uniqueAddress']) => string>> =
  {
    'no-network': () => 'this computer has no IPv4 network that leads further',
    wireless: (found) => `it is on ${found.interface}, a wireless network, which takes one computer for each radio`,
    'network-too-small': (found) => `its network ${found.network} (${found.interface}) has no further addresses`,
    'no-right': () => 'the system, perhaps a container, does not let Stationmaster set up networks (CAP_NET_ADMIN)',
    'none-set-aside': (found) =>
      `the ${found.addresses} further addresses of ${found.network} (${found.interface}) are given out by that network; none is set aside for sessions, and Stationmaster takes none by itself`,
  };

export const uniqueAddressText = ({ uniqueAddress }: Unavailable): string =>
  `sessions have no network address of their own (unique IP), all share that of the computer: ${addressReasons[uniqueAddress.reason](uniqueAddress)}`;

const displayServer = (found: Unavailable['graphics']): string =>
  found.displayServer === '' ? 'no X server was found that' : `the X server here (${found.displayServer})`;

const graphicsReasons: Readonly<Record<Unavailable['graphics']['reason'], (found: Unavailable['graphics']) => string>> = {
  'no-card': () => 'this computer has no graphics card that programs can draw with (nothing in /dev/dri)',
  'display-server-cannot': (found) =>
    `there is ${found.cards.join(', ')}, but ${displayServer(found)} cannot use a graphics card`,
  'cannot-be-saved': (found) =>
    `there is ${found.cards.join(', ')}, and ${displayServer(found)} could use it, but what a graphics card holds cannot be saved to disk with a session`,
};

export const graphicsText = ({ graphics }: Unavailable): string =>
  `desktops are drawn by the processor (no GPU rendering): ${graphicsReasons[graphics.reason](graphics)}`;
