// What settings cannot do on the room's computers, and why: said where one would look for it.
import { MessageBar, MessageBarBody, MessageBarTitle } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import type { ReactNode } from 'react';
import type { SessionLimitsFault } from '#contract/values.ts';
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

/** What other systems of this kind can be set to do, and this one does on no computer. */
export function NotDone({ className }: { className: string }): ReactNode {
  const { _ } = useLingui();
  return (
    <ul className={className}>
      <li>
        {_(
          'A network address of its own for each session (unique IP): not done. All sessions share the address of the computer, as each one would need an address of your network.',
        )}
      </li>
      <li>
        {_(
          'Drawing by the graphics card (GPU rendering): not done. Desktops are drawn by the processor, as what a graphics card holds cannot be saved to disk with a session.',
        )}
      </li>
    </ul>
  );
}
