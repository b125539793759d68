// The room as the live feed keeps it, for the components; and the bar that says when the line is lost.
import { MessageBar, MessageBarBody, MessageBarTitle, Spinner, makeStyles, tokens } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { createContext, useContext, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import type { Live, LiveState, Room } from './live.ts';

const LiveContext = createContext<Live | null>(null);
const RoomContext = createContext<Room | null>(null);

export function RoomProvider({ live, children }: { live: Live; children: ReactNode }): ReactNode {
  return <LiveContext value={live}>{children}</LiveContext>;
}

function useLive(): LiveState {
  const live = useContext(LiveContext);
  if (live === null) throw new Error('There is no live feed around this component.');
  return useSyncExternalStore(live.subscribe, live.state);
}

/** The room; only inside RoomKnown. */
export function useRoom(): Room {
  const room = useContext(RoomContext);
  if (room === null) throw new Error('The room is not known here.');
  return room;
}

const useStyles = makeStyles({
  loading: { display: 'grid', placeItems: 'center', minHeight: '40vh' },
  bar: { borderRadius: 0, borderInlineStyle: 'none', paddingInline: tokens.spacingHorizontalL },
});

/** Shows `children` once the first state of the room is there. */
export function RoomKnown({ children }: { children: ReactNode }): ReactNode {
  const { room } = useLive();
  const { _ } = useLingui();
  const styles = useStyles();
  if (room === null) {
    return (
      <div className={styles.loading}>
        <Spinner label={_('Loading…')} />
      </div>
    );
  }
  return <RoomContext value={room}>{children}</RoomContext>;
}

/** Appears while the line to the computer is lost; what is shown then may be old. */
export function LineBar(): ReactNode {
  const { line, room } = useLive();
  const { _ } = useLingui();
  const styles = useStyles();
  if (line !== 'lost') return null;
  // The gateway goes with its computer.
  const gone = room?.computers.find((computer) => computer.leaving !== null);
  if (gone?.leaving != null) {
    const values = { computer: gone.name };
    return (
      <MessageBar intent="info" layout="multiline" className={styles.bar}>
        <MessageBarBody>
          <MessageBarTitle>
            {gone.leaving.how === 'restart' ? _('{computer} restarts.', values) : _('{computer} shuts down.', values)}
          </MessageBarTitle>
          {gone.leaving.how === 'restart'
            ? _('The page comes back by itself when the computer does.')
            : _('The page comes back by itself when the computer is switched on again.')}
        </MessageBarBody>
      </MessageBar>
    );
  }
  return (
    <MessageBar intent="warning" layout="multiline" className={styles.bar}>
      <MessageBarBody>
        <MessageBarTitle>{_('The connection to the computer is lost.')}</MessageBarTitle>
        {_('What you see may be out of date. The page reconnects by itself.')}
      </MessageBarBody>
    </MessageBar>
  );
}
