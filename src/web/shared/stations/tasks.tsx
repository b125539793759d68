// The tasks beside the Stations list: those of the chosen computer, and those of the chosen station or session.
import {
  Button,
  Menu,
  MenuButton,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  Text,
  makeStyles,
  tokens,
  useRestoreFocusTarget,
} from '@fluentui/react-components';
import { DeleteRegular } from '@fluentui/react-icons/svg/delete';
import { ArrowUndoRegular } from '@fluentui/react-icons/svg/arrow-undo';
import { NumberSymbolRegular } from '@fluentui/react-icons/svg/number-symbol';
import { DoorRegular } from '@fluentui/react-icons/svg/door';
import { DesktopRegular } from '@fluentui/react-icons/svg/desktop';
import { InfoRegular } from '@fluentui/react-icons/svg/info';
import { ArrowMoveRegular } from '@fluentui/react-icons/svg/arrow-move';
import { MoreHorizontalRegular } from '@fluentui/react-icons/svg/more-horizontal';
import { SaveRegular } from '@fluentui/react-icons/svg/save';
import { LayoutColumnTwoRegular } from '@fluentui/react-icons/svg/layout-column-two';
import { PauseCircleRegular } from '@fluentui/react-icons/svg/pause-circle';
import { RenameRegular } from '@fluentui/react-icons/svg/rename';
import { SignOutRegular } from '@fluentui/react-icons/svg/sign-out';
import { useLingui } from '@lingui/react';
import type { ReactElement, ReactNode } from 'react';
import type { Level } from '#model/account.ts';
import { may, sessionTarget } from '#model/permissions.ts';
import { holdsStation, isRunning, sessionAfter } from '#model/session.ts';
import type { Session } from '#model/session.ts';
import type { Station, StationRow } from '#model/station.ts';
import { Pane } from './pane.tsx';
import { narrow, narrowWidth, useScreen, wide, wideWidth } from './screen-width.ts';

const useStyles = makeStyles({
  buttons: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: tokens.spacingHorizontalXS,
    marginTop: tokens.spacingVerticalS,
    [wide]: { flexDirection: 'column', alignItems: 'stretch' },
  },
  button: {
    justifyContent: 'start',
    fontWeight: tokens.fontWeightRegular,
    textAlign: 'start',
    [narrow]: { minWidth: 0, paddingInline: tokens.spacingHorizontalS },
  },
  more: { fontWeight: tokens.fontWeightRegular },
  subtle: { color: tokens.colorNeutralForeground2 },
});

interface Task {
  icon: ReactElement;
  label: string;
  /** More about it, where the label alone may not be understood. */
  title?: string;
  run: () => void;
  disabled?: boolean;
  main?: boolean;
  /** Where there is little room, the others are in a menu. */
  first?: boolean;
}

/** More than so many are put into a menu where there is little room. */
const fewTasks = 3;

/** The tasks as buttons; where there is little room only the first, with the others in a menu. */
function TaskList({ tasks, tight }: { tasks: readonly (Task | false)[]; tight: boolean }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const focusTarget = useRestoreFocusTarget();
  // The key is the place: a task that changes its label stays the same button.
  const offered = tasks.flatMap((task, key) => (task === false ? [] : [{ ...task, key }]));
  const isFirst = (task: Task): boolean => !tight || offered.length <= fewTasks || task.main === true || task.first === true;
  const others = offered.filter((task) => !isFirst(task));
  return (
    <div className={styles.buttons}>
      {offered.filter(isFirst).map(({ key, icon, label, title, run, disabled = false, main = false }) => (
        <Button
          {...focusTarget}
          key={key}
          appearance={main ? 'primary' : 'subtle'}
          icon={icon}
          title={title}
          disabledFocusable={disabled}
          onClick={() => !disabled && run()}
          className={styles.button}
        >
          {label}
        </Button>
      ))}
      {others.length > 0 && (
        <Menu positioning={{ align: 'end' }}>
          <MenuTrigger disableButtonEnhancement>
            <MenuButton {...focusTarget} appearance="subtle" icon={<MoreHorizontalRegular />} className={styles.more}>
              {_('More tasks')}
            </MenuButton>
          </MenuTrigger>
          <MenuPopover>
            <MenuList>
              {others.map(({ key, icon, label, title, run, disabled = false }) => (
                <MenuItem key={key} icon={icon} title={title} disabled={disabled} onClick={run}>
                  {label}
                </MenuItem>
              ))}
            </MenuList>
          </MenuPopover>
        </Menu>
      )}
    </div>
  );
}

/** Those whose log-off is announced and can still be called off. */
function countingDown(sessions: readonly Session[]): Session[] {
  return sessions.filter((session) => session.endsAt !== null && session.state !== 'ending');
}

export function ComputerTasks(props: {
  level: Level;
  computer: string | null;
  sessions: readonly Session[];
  stations: readonly Station[];
  /** Why the computer cannot save sessions, in words; null: it can. */
  hibernationFault: string | null;
  busy: boolean;
  hibernating: boolean;
  suspendAll: (computer: string) => void;
  hibernateAll: (computer: string) => void;
  logOffAll: (computer: string) => void;
  keep: (sessions: readonly Session[]) => void;
  identifyAll: (computer: string, on: boolean) => void;
  rooms: () => void;
  remap: (computer: string) => void;
  className?: string | undefined;
}): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const roomy = useScreen(wideWidth);
  const { computer, level } = props;
  const online = props.stations.filter((station) => station.computer === computer && station.online);
  const someShow = online.some((station) => station.identifying);
  const allShow = someShow && online.every((station) => station.identifying);
  const suspend = may(level, 'computer.suspend-all', 'computer');
  const logOff = may(level, 'computer.log-off-all', 'computer');
  const hibernate = may(level, 'computer.hibernate-all', 'computer');
  const counting = countingDown(props.sessions.filter((session) => session.computer === computer));
  const atStations = props.sessions.some((session) => session.computer === computer && holdsStation(session));
  const nobody = atStations ? undefined : _('Nobody is signed in at a station of this computer.');
  const suspended = props.sessions.some((session) => session.computer === computer && session.state === 'suspended');
  return (
    <Pane title={computer === null ? _('Computer tasks') : _('{computer} tasks', { computer })} className={props.className}>
      {computer === null ? (
        <Text className={styles.subtle}>{_('Choose a computer in the Computer column.')}</Text>
      ) : (
        <TaskList
          tight={!roomy}
          tasks={[
            suspend && {
              icon: <PauseCircleRegular />,
              label: _('Suspend all stations'),
              run: () => props.suspendAll(computer),
              ...(nobody !== undefined && { title: nobody }),
              disabled: props.busy || !atStations,
              main: true,
            },
            hibernate && {
              icon: <SaveRegular />,
              label: _('Hibernate all suspended sessions'),
              title: props.hibernationFault ?? _('Saves the suspended sessions to disk and frees their memory.'),
              run: () => props.hibernateAll(computer),
              disabled: props.hibernating || !suspended || props.hibernationFault !== null,
            },
            logOff && {
              icon: <SignOutRegular />,
              label: _('Log off all stations'),
              ...(nobody !== undefined && { title: nobody }),
              run: () => props.logOffAll(computer),
              disabled: !atStations,
            },
            logOff &&
              counting.length > 0 && {
                icon: <ArrowUndoRegular />,
                label: _('Keep all signed in ({count})', { count: counting.length }),
                title: _('Calls off every log-off that is counting down.'),
                run: () => props.keep(counting),
                first: true,
              },
            {
              icon: <DesktopRegular />,
              label: allShow ? _('Hide all station names') : _('Identify all stations'),
              run: () => props.identifyAll(computer, !allShow),
              disabled: online.length === 0,
            },
            someShow &&
              !allShow && {
                icon: <DesktopRegular />,
                label: _('Hide all station names'),
                run: () => props.identifyAll(computer, false),
              },
            may(level, 'station.configure', 'station') && { icon: <DoorRegular />, label: _('Rooms…'), run: props.rooms },
            may(level, 'station.configure', 'station') && {
              icon: <NumberSymbolRegular />,
              label: _('Remap all stations…'),
              run: () => props.remap(computer),
            },
          ]}
        />
      )}
    </Pane>
  );
}

export function LineTasks(props: {
  level: Level;
  user: string;
  row: StationRow;
  hibernationFault: string | null;
  suspend: (session: Session) => void;
  move: (session: Session) => void;
  hibernate: (session: Session) => void;
  logOff: (row: StationRow) => void;
  identify: (station: Station, on: boolean) => void;
  configure: (station: Station) => void;
  split: (station: Station) => void;
  unsplit: (station: Station) => void;
  remove: (station: Station) => void;
  letIn: (station: string) => void;
  details: () => void;
  unchoose: () => void;
  className?: string | undefined;
}): ReactNode {
  const { _ } = useLingui();
  const tight = useScreen(narrowWidth);
  const { row, level } = props;
  const { station, session } = row;
  const target = session === null ? 'none' : sessionTarget(props.user, session.user, 'standard');
  /** Where nobody is, a task is offered to who may do it to most people, and is off. */
  const usual = target === 'none' ? 'standard-session' : target;
  const waiting = row.status === 'waiting';
  return (
    <Pane
      title={
        station === null ? _('{user} tasks', { user: session?.user ?? '' }) : _('{station} tasks', { station: station.name })
      }
      close={{ label: _('Choose no station'), run: props.unchoose }}
      className={props.className}
    >
      <TaskList
        tight={tight}
        tasks={[
          waiting &&
            station !== null &&
            may(level, 'station.admit', 'station') && {
              icon: <DesktopRegular />,
              label: _('Let in'),
              run: () => props.letIn(station.id),
              main: true,
            },
          !waiting &&
            may(level, 'session.suspend', usual) &&
            station !== null && {
              icon: <PauseCircleRegular />,
              label: _('Suspend'),
              run: () => session !== null && props.suspend(session),
              first: true,
              disabled: session === null || !holdsStation(session) || sessionAfter(session.state, 'suspend') === undefined,
            },
          !waiting &&
            session !== null &&
            may(level, 'session.move', target) && {
              icon: <ArrowMoveRegular />,
              label: _('Move…'),
              title: _('Shows the session at another station; nobody has to sign in there.'),
              run: () => props.move(session),
              disabled: sessionAfter(session.state, 'move') === undefined,
            },
          !waiting &&
            row.status !== 'lost' &&
            may(level, 'session.hibernate', usual) && {
              icon: <SaveRegular />,
              label: _('Hibernate'),
              title: props.hibernationFault ?? _('Saves the session to disk and frees its memory.'),
              run: () => session !== null && props.hibernate(session),
              disabled: session === null || !isRunning(session) || props.hibernationFault !== null,
            },
          !waiting &&
            may(level, 'session.log-off', usual) && {
              icon: row.status === 'lost' ? <DeleteRegular /> : <SignOutRegular />,
              label: row.status === 'lost' ? _('Remove from the list') : _('Log off'),
              run: () => props.logOff(row),
              first: true,
              disabled: session === null || session.state === 'ending',
            },
          station !== null &&
            !waiting && {
              icon: <DesktopRegular />,
              label: station.identifying ? _('Hide station name') : _('Identify station'),
              run: () => props.identify(station, !station.identifying),
              disabled: !station.online,
            },
          station !== null &&
            !waiting &&
            may(level, 'station.configure', 'station') && {
              icon: <RenameRegular />,
              label: _('Configure station'),
              run: () => props.configure(station),
            },
          station !== null &&
            !waiting &&
            may(level, 'station.split', 'station') && {
              icon: <LayoutColumnTwoRegular />,
              label: station.split === null ? _('Split station') : _('Unsplit station'),
              title:
                station.split === null
                  ? _('Makes two stations of this screen, side by side. A session here stays, on the left.')
                  : _('Gives the whole screen to the left half.'),
              run: () => (station.split === null ? props.split(station) : props.unsplit(station)),
            },
          station !== null &&
            station.split?.half !== 'right' &&
            may(level, 'station.remove', 'station') && {
              icon: <DeleteRegular />,
              label: waiting ? _('Refuse') : _('Remove station'),
              run: () => props.remove(station),
            },
          { icon: <InfoRegular />, label: _('Details'), run: props.details, first: true },
        ]}
      />
    </Pane>
  );
}

export function SeveralTasks(props: {
  level: Level;
  /** How many lines are chosen. */
  count: number;
  /** The sessions of these lines. */
  sessions: readonly Session[];
  /** False where the computer of the session cannot save sessions to disk. */
  ableToSave: (session: Session) => boolean;
  suspend: (sessions: readonly Session[]) => void;
  hibernate: (sessions: readonly Session[]) => void;
  logOff: (sessions: readonly Session[]) => void;
  keep: (sessions: readonly Session[]) => void;
  /** The stations of these lines. */
  stations: readonly Station[];
  configure: (stations: readonly Station[]) => void;
  details: () => void;
  unchoose: () => void;
  className?: string | undefined;
}): ReactNode {
  const { _ } = useLingui();
  const tight = useScreen(narrowWidth);
  const { level, sessions } = props;
  const suspendable = sessions.filter((session) => holdsStation(session) && sessionAfter(session.state, 'suspend') !== undefined);
  const saveable = sessions.filter((session) => isRunning(session) && props.ableToSave(session));
  const counting = countingDown(sessions);
  const endable = sessions.filter((session) => session.state !== 'ending');
  return (
    <Pane
      title={_('{count, plural, one {# line chosen} other {# lines chosen}}', { count: props.count })}
      close={{ label: _('Choose no station'), run: props.unchoose }}
      className={props.className}
    >
      <TaskList
        tight={tight}
        tasks={[
          may(level, 'session.suspend', 'standard-session') && {
            icon: <PauseCircleRegular />,
            label: _('Suspend ({count})', { count: suspendable.length }),
            run: () => props.suspend(suspendable),
            first: true,
            disabled: suspendable.length === 0,
          },
          may(level, 'session.hibernate', 'standard-session') && {
            icon: <SaveRegular />,
            label: _('Hibernate ({count})', { count: saveable.length }),
            title: _('Saves the sessions to disk and frees their memory.'),
            run: () => props.hibernate(saveable),
            disabled: saveable.length === 0,
          },
          may(level, 'session.log-off', 'standard-session') && {
            icon: <SignOutRegular />,
            label: _('Log off ({count})', { count: endable.length }),
            run: () => props.logOff(endable),
            first: true,
            disabled: endable.length === 0,
          },
          may(level, 'session.log-off', 'standard-session') &&
            counting.length > 0 && {
              icon: <ArrowUndoRegular />,
              label: _('Keep signed in ({count})', { count: counting.length }),
              run: () => props.keep(counting),
            },
          may(level, 'station.configure', 'station') &&
            props.stations.length > 0 && {
              icon: <RenameRegular />,
              label: _('Configure ({count})', { count: props.stations.length }),
              title: _('Their room, orientation and language.'),
              run: () => props.configure(props.stations),
            },
          { icon: <InfoRegular />, label: _('Details'), run: props.details },
        ]}
      />
    </Pane>
  );
}
