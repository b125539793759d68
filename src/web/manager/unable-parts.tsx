// What settings cannot do on the room's computers, and why: said where one would look for it.
import { MessageBar, MessageBarBody, MessageBarTitle } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import type { ReactNode } from 'react';
import type { SessionLimitsFault, Unavailable } from '#contract/values.ts';
import { i18n, msg } from '../shared/i18n.ts';
import { useRoom } from '../shared/room.tsx';

const limitsTexts: Readonly<Record<SessionLimitsFault, string>> = {
  'control-groups-old': msg('Its kernel manages control groups in the older way (version 1).'),
  'no-unit': msg('systemd does not look after the sessions there.'),
  'no-controllers': msg('Its system does not let Stationmaster limit memory, processor and processes.'),
  'group-in-use': msg('That needs systemd 254 or later, and after an update a restart of the computer.'),
  'not-written': msg('Giving a session its limits failed. The log of the host program says why.'),
};

/** Computers on which limits of sessions do nothing. */
export function UnableToLimit({ className }: { className: string }): ReactNode {
  const { _ } = useLingui();
  const { computers } = useRoom();
  return computers.map(({ name, sessionLimitsFault }) =>
    sessionLimitsFault === null ? null : (
      <MessageBar key={name} intent="warning" layout="multiline" className={className}>
        <MessageBarBody>
          <MessageBarTitle>{_('{computer} cannot hold sessions to these limits.', { computer: name })}</MessageBarTitle>
          {i18n._(limitsTexts[sessionLimitsFault])}
        </MessageBarBody>
      </MessageBar>
    ),
  );
}

const addressReasons: Readonly<Record<Unavailable['uniqueAddress']['reason'], string>> = {
  'no-network': msg('It has no IPv4 network that leads further.'),
  wireless: msg('Its network ({name}) is wireless, and takes one computer for each radio.'),
  'network-too-small': msg('Its network {network} ({name}) has no further addresses.'),
  'no-right': msg('Its system, perhaps a container, does not let Stationmaster set up networks.'),
  'none-set-aside': msg(
    'The {count} further addresses of its network {network} ({name}) are given out by that network. None is set aside for sessions, and Stationmaster takes none by itself.',
  ),
};

const graphicsReasons: Readonly<Record<Unavailable['graphics']['reason'], string>> = {
  'no-card': msg('It has no graphics card that programs can draw with.'),
  'display-server-cannot': msg('It has a graphics card ({cards}), but its X server ({server}) cannot use one.'),
  'cannot-be-saved': msg(
    'It has a graphics card ({cards}) that its X server ({server}) could use. But what a graphics card holds cannot be saved to disk with a session.',
  ),
};

/** What other systems of this kind can be set to do, and what stands in the way on each of the room's computers. */
export function NotDone({ className }: { className: string }): ReactNode {
  const { _ } = useLingui();
  const { computers } = useRoom();
  const known = computers.flatMap(({ name, unavailable }) => (unavailable === null ? [] : [{ name, ...unavailable }]));
  return (
    <ul className={className}>
      <li>
        {_('A network address of its own for each session (unique IP): all sessions share the address of the computer.')}
        {known.map(({ name, uniqueAddress: { reason, interface: device, network, addresses } }) => (
          <div key={name}>
            <strong>{name}</strong> {i18n._(addressReasons[reason], { name: device, network, count: addresses })}
          </div>
        ))}
      </li>
      <li>
        {_('Drawing by the graphics card (GPU rendering): desktops are drawn by the processor.')}
        {known.map(({ name, graphics: { reason, cards, displayServer } }) => (
          <div key={name}>
            <strong>{name}</strong>{' '}
            {i18n._(graphicsReasons[reason], { cards: cards.join(', '), server: displayServer === '' ? '?' : displayServer })}
          </div>
        ))}
      </li>
    </ul>
  );
}
