// Suspending and logging off: the chosen desktops, or all.
import { ArrowMoveRegular } from '@fluentui/react-icons/svg/arrow-move';
import { PauseCircleRegular } from '@fluentui/react-icons/svg/pause-circle';
import { PersonRegular } from '@fluentui/react-icons/svg/person';
import { SignOutRegular } from '@fluentui/react-icons/svg/sign-out';
import { useLingui } from '@lingui/react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Who } from '#contract/classroom/audience.ts';
import { holdsStation, isRunning } from '#model/session.ts';
import type { Session } from '#model/session.ts';
import { api } from '../shared/api.ts';
import { useRoom } from '../shared/room.tsx';
import { LogOffDialog } from '../shared/stations/log-off-dialog.tsx';
import { MoveDialog } from '../shared/stations/move-dialog.tsx';
import { everybody, useDeskActs, whoOf } from './desk-acts.ts';
import { DeskMenu } from './desk-menu.tsx';
import type { DeskMenuProps } from './desk-menu.tsx';

export function SessionsMenu({ chosen, all }: DeskMenuProps): ReactNode {
  const { _ } = useLingui();
  const { settings } = useRoom();
  const { act } = useDeskActs();
  const [asked, setAsked] = useState<{ who: Who; sessions: readonly Session[] } | null>(null);
  const [movedId, setMovedId] = useState<string | null>(null);
  const moved = all.find(({ id }) => id === movedId);
  const [only] = chosen;
  const movable = chosen.length === 1 && only !== undefined && isRunning(only) ? only : null;
  const atStations = chosen.filter(holdsStation);
  const allAtStations = all.filter(holdsStation);
  const suspend = (who: Who): void => {
    // What went wrong was told.
    act(() => api('suspendDesktops', { body: { who } }), {
      done: (count) =>
        _(
          '{count, plural, =0 {No session was at a station.} one {# session was suspended.} other {# sessions were suspended.}}',
          { count },
        ),
      failed: _('Not suspended:'),
    }).catch(() => undefined);
  };
  return (
    <>
      <DeskMenu
        label={_('Sessions')}
        icon={<PersonRegular />}
        groups={[
          [
            {
              label: _('Suspend selected'),
              icon: <PauseCircleRegular />,
              disabled: atStations.length === 0,
              run: () => suspend(whoOf(atStations)),
            },
            {
              label: _('Suspend all'),
              icon: <PauseCircleRegular />,
              disabled: allAtStations.length === 0,
              run: () => suspend(everybody),
            },
          ],
          [
            {
              label: _('Move selected…'),
              icon: <ArrowMoveRegular />,
              disabled: movable === null,
              run: () => setMovedId(movable?.id ?? null),
            },
          ],
          [
            {
              label: _('Log off selected'),
              icon: <SignOutRegular />,
              disabled: chosen.length === 0,
              run: () => setAsked({ who: whoOf(chosen), sessions: chosen }),
            },
            {
              label: _('Log off all'),
              icon: <SignOutRegular />,
              disabled: allAtStations.length === 0,
              run: () => setAsked({ who: everybody, sessions: allAtStations }),
            },
          ],
        ]}
      />
      {moved !== undefined && <MoveDialog session={moved} close={() => setMovedId(null)} />}
      {asked !== null && (
        <LogOffDialog
          title={'all' in asked.who ? _('Log off all desktops?') : _('Log off the selected desktops?')}
          stake={_(
            '{count, plural, one {# session is ended. Its programs are closed, and what is not saved by then is lost.} other {# sessions are ended. Their programs are closed, and what is not saved by then is lost.}}',
            { count: asked.sessions.length },
          )}
          defaultSeconds={settings.logOffCountdownSeconds}
          look={async () => {
            const running = asked.sessions.filter(isRunning);
            return await Promise.all(running.map(({ id }) => api('unsavedInSession', { params: { id } })));
          }}
          several
          logOff={(seconds) =>
            act(() => api('logOffDesktops', { body: { who: asked.who, seconds } }), {
              done: (count) =>
                seconds === 0
                  ? _('{count, plural, one {# person was logged off.} other {# people were logged off.}}', { count })
                  : _('{count, plural, one {# person is logged off soon.} other {# people are logged off soon.}}', { count }),
              failed: _('Not logged off:'),
            })
          }
          close={() => setAsked(null)}
        />
      )}
    </>
  );
}
