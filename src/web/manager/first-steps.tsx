// The guide of a new room: what to do first, each step with what the computer itself says of it. It is there by itself until somebody has
// worked at a station, then when it is asked for.
import { Button, Card, Link, Spinner, Subtitle1, Text, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { CheckmarkCircleFilled } from '@fluentui/react-icons/svg/checkmark-circle';
import { CircleRegular } from '@fluentui/react-icons/svg/circle';
import { InfoRegular } from '@fluentui/react-icons/svg/info';
import { useLingui } from '@lingui/react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { ApiReply } from '#contract/api.ts';
import type { EnrolmentWay } from '#model/settings.ts';
import { api } from '../shared/api.ts';
import { Failure } from '../shared/failure.tsx';
import { hibernationFaultText } from '../shared/hibernation-text.ts';
import { i18n, msg } from '../shared/i18n.ts';
import type { Room } from '../shared/live.ts';
import { useRoom } from '../shared/room.tsx';
import type { TabName } from './manager.tsx';

const useStyles = makeStyles({
  guide: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalS },
  head: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: tokens.spacingHorizontalM,
  },
  steps: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM, margin: 0, padding: 0, listStyleType: 'none' },
  step: { display: 'grid', gridTemplateColumns: '24px minmax(0, 1fr)', gap: tokens.spacingHorizontalS },
  icon: { fontSize: '20px', marginTop: '1px', color: tokens.colorNeutralForeground2 },
  done: { color: tokens.colorPaletteGreenForeground1 },
  words: { display: 'flex', flexDirection: 'column', alignItems: 'flex-start', gap: tokens.spacingVerticalXXS },
  address: { overflowWrap: 'anywhere' },
  unseen: { position: 'absolute', clipPath: 'inset(50%)', width: '1px', height: '1px', overflow: 'hidden', whiteSpace: 'nowrap' },
  subtle: { color: tokens.colorNeutralForeground2 },
});

/** `unseen`: the computer cannot know. */
type StepState = 'done' | 'open' | 'unseen';

interface Step {
  id: string;
  state: StepState;
  title: string;
  text: ReactNode;
  way: { label: string; tab: TabName } | null;
}

const enrolmentTexts: Readonly<Record<EnrolmentWay, string>> = {
  approval: msg('It then waits on this page until you let it in.'),
  code: msg('It then asks for a code, which you make in Stations.'),
  open: msg('It becomes a station by itself.'),
};

const stateTexts: Readonly<Record<StepState, string>> = {
  done: msg('Done:'),
  open: msg('To do:'),
  unseen: msg('Cannot be seen from here:'),
};

const rememberedAs = 'stationmaster.first-steps';

/** What this browser's administrator chose; null: nothing yet. */
function remembered(): boolean | null {
  try {
    const value = localStorage.getItem(rememberedAs);
    return value === null ? null : value === 'shown';
  } catch {
    return null;
  }
}

function remember(shown: boolean): void {
  try {
    localStorage.setItem(rememberedAs, shown ? 'shown' : 'hidden');
  } catch {
    // A browser that keeps nothing shows it again the next time.
  }
}

function stepsOf(found: ApiReply<'firstSteps'>, room: Room, styles: { address: string }): Step[] {
  const { stations, sessions, settings, computers } = room;
  const enrolled = stations.filter(({ state }) => state === 'enrolled').length;
  const canSave = computers.some(({ reachable, hibernation }) => reachable && hibernation.fault === null);
  const cannotSave = computers.find(({ reachable, hibernation }) => reachable && hibernation.fault !== null);
  const address = (
    <Link inline href="/" target="_blank" rel="noreferrer" className={styles.address}>
      {`${location.origin}/`}
    </Link>
  );
  return [
    {
      id: 'people',
      state: found.people > 0 ? 'done' : 'open',
      title: i18n._('Add the people'),
      text:
        found.people > 0
          ? i18n._('{count, plural, one {# person may sign in} other {# people may sign in}} besides the administrators.', {
              count: found.people,
            })
          : i18n._('Add them one by one, or import a list from a spreadsheet.'),
      way: { label: i18n._('Open the users'), tab: 'users' },
    },
    {
      id: 'station',
      state: enrolled > 0 ? 'done' : 'open',
      title: i18n._('Make a station'),
      text:
        enrolled > 0 ? (
          i18n._('{count, plural, one {There is # station.} other {There are # stations.}}', { count: enrolled })
        ) : (
          <>
            {i18n._('Open this address in a browser on another device:')} {address} {i18n._(enrolmentTexts[settings.enrolment])}
          </>
        ),
      way: { label: i18n._('Open the stations'), tab: 'stations' },
    },
    {
      id: 'sign-in',
      state: found.signedIn || sessions.length > 0 ? 'done' : 'open',
      title: i18n._('Sign in at a station'),
      text:
        found.signedIn || sessions.length > 0
          ? i18n._('Somebody has worked at a station.')
          : i18n._('Sign in there with one of the accounts: a desktop opens. Disconnect, and sign in again: it is still there.'),
      way: null,
    },
    {
      id: 'saving',
      state: cannotSave !== undefined ? 'open' : canSave ? 'done' : 'unseen',
      title: i18n._('Sessions survive a restart'),
      text:
        cannotSave !== undefined
          ? `${cannotSave.name}: ${hibernationFaultText(cannotSave.hibernation.fault) ?? ''}`
          : canSave
            ? i18n._('Sessions can be saved to disk, and are before a restart.')
            : i18n._('The computer does not answer. It is tried again by itself.'),
      way: { label: i18n._('Open the systems'), tab: 'systems' },
    },
    {
      id: 'certificate',
      state: found.certificate === 'given' ? 'done' : 'unseen',
      title: i18n._('Browsers trust this computer'),
      text:
        found.certificate === 'given' ? (
          i18n._('These pages have a certificate that you gave.')
        ) : (
          <>
            {i18n._(
              'The certificate of these pages comes from the computer’s own authority, so browsers warn. Install the authority on the devices, or give a certificate of your own.',
            )}{' '}
            <Link inline href="/ca.crt" download>
              {i18n._('Download the authority')}
            </Link>
            {' · '}
            <Link inline href="/docs/administrators#a-browser-as-a-station" target="_blank" hrefLang="en">
              {i18n._('How it is done')}
            </Link>
          </>
        ),
      way: null,
    },
    {
      id: 'backup',
      state: 'unseen',
      title: i18n._('A copy elsewhere'),
      text: (
        <>
          {i18n._('Home folders, settings and stations belong into your backup.')}{' '}
          <Link inline href="/docs/administrators#backing-up" target="_blank" hrefLang="en">
            {i18n._('What to copy')}
          </Link>
        </>
      ),
      way: null,
    },
  ];
}

const icons: Readonly<Record<StepState, ReactNode>> = {
  done: <CheckmarkCircleFilled />,
  open: <CircleRegular />,
  unseen: <InfoRegular />,
};

function Steps({ steps, open }: { steps: readonly Step[]; open: (tab: TabName) => void }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const counted = steps.filter(({ state }) => state !== 'unseen');
  const done = counted.filter(({ state }) => state === 'done').length;
  return (
    <>
      <Text className={styles.subtle}>
        {_('{done} of {all} done. The computer looks by itself; nothing has to be ticked.', { done, all: counted.length })}
      </Text>
      <ol className={styles.steps}>
        {steps.map(({ id, state, title, text, way }) => (
          <li key={id} className={styles.step}>
            <span className={mergeClasses(styles.icon, state === 'done' && styles.done)} aria-hidden="true">
              {icons[state]}
            </span>
            <div className={styles.words}>
              <Text weight="semibold">
                <span className={styles.unseen}>{_(stateTexts[state])} </span>
                {title}
              </Text>
              <Text>{text}</Text>
              {way !== null && state === 'open' && (
                <Link as="button" onClick={() => open(way.tab)}>
                  {way.label}
                </Link>
              )}
            </div>
          </li>
        ))}
      </ol>
      <Text size={200} className={styles.subtle}>
        {_('Help for each page: F1, or the question mark at the top.')}
      </Text>
    </>
  );
}

export function FirstSteps({ open }: { open: (tab: TabName) => void }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const room = useRoom();
  const [chosen, setChosen] = useState(remembered);
  const found = useQuery({
    queryKey: ['first-steps'],
    queryFn: ({ signal }) => api('firstSteps', {}, signal),
    // People and sign-ins are not in the live feed; only while the guide is there.
    refetchInterval: ({ state }) => (chosen === false || state.data?.signedIn === true ? false : 15_000),
  });
  const isNew = found.data !== undefined && (found.data.people === 0 || !(found.data.signedIn || room.sessions.length > 0));
  // What is over is still read.
  const [cameUp, setCameUp] = useState(false);
  if (isNew && !cameUp) setCameUp(true);
  const shown = chosen ?? cameUp;
  const show = (next: boolean): void => {
    remember(next);
    setChosen(next);
    if (next) void found.refetch();
  };
  return (
    <section className={styles.guide} aria-label={_('First steps')}>
      <div className={styles.head}>
        {shown && <Subtitle1 as="h2">{_('First steps')}</Subtitle1>}
        {/* The same button, so that the keyboard stays on it. */}
        <Button key="toggle" size="small" appearance="subtle" aria-expanded={shown} onClick={() => show(!shown)}>
          {shown ? _('Hide') : _('First steps')}
        </Button>
      </div>
      {shown && (
        <Card>
          {found.isError && <Failure error={found.error} again={() => void found.refetch()} />}
          {found.isPending && <Spinner label={_('Loading…')} />}
          {found.data !== undefined && <Steps steps={stepsOf(found.data, room, styles)} open={open} />}
        </Card>
      )}
    </section>
  );
}
