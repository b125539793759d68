// The details of the chosen line, or a summary of several: beside the list on a wide screen, a sheet over all on a narrow one.
import { Dialog, DialogSurface, makeStyles, tokens } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useEffect, useId, useRef } from 'react';
import type { ReactNode } from 'react';
import type { Principal } from '#contract/api.ts';
import { may, sessionTarget } from '#model/permissions.ts';
import { isRunning } from '#model/session.ts';
import type { ProgramAtRisk, Session, UnsavedWork } from '#model/session.ts';
import type { Station, StationRow, StationStatus } from '#model/station.ts';
import { timeText } from '../clock.ts';
import { i18n } from '../i18n.ts';
import { namesText } from '../names-text.ts';
import { Ago, Time } from '../time.tsx';
import { DetailsPart, Facts } from './details-part.tsx';
import { LimitsPart } from './limits-part.tsx';
import { Pane, PaneHead } from './pane.tsx';
import { RiskList } from './risks.tsx';
import { SavedStatus } from './saved-status.tsx';
import { SessionScreen } from './session-screen.tsx';
import { Status } from './status.tsx';
import { UnsavedList } from './unsaved-list.tsx';
import { useScreen, wideWidth } from './screen-width.ts';

/** Round trips up to these feel immediate, or still well usable, while somebody types. */
const goodMs = 50;
const fairMs = 150;

const useStyles = makeStyles({
  sheet: {
    width: '100vw',
    maxWidth: '100vw',
    height: '100dvh',
    maxHeight: '100dvh',
    margin: 0,
    padding: tokens.spacingHorizontalL,
    borderRadius: 0,
    boxSizing: 'border-box',
    overflowY: 'auto',
  },
  parts: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalL, marginTop: tokens.spacingVerticalM },
  subtle: { color: tokens.colorNeutralForeground2 },
});

function connectionText({ online, latencyMs, lastSeenAt }: Station): string {
  if (!online) return i18n._('Not open. Last seen: {time}', { time: timeText(lastSeenAt) });
  if (latencyMs === null) return i18n._('Open, not measured yet');
  const milliseconds = Math.round(latencyMs);
  if (latencyMs <= goodMs) return i18n._('Good ({milliseconds} ms)', { milliseconds });
  return latencyMs <= fairMs
    ? i18n._('Fair ({milliseconds} ms)', { milliseconds })
    : i18n._('Poor ({milliseconds} ms)', { milliseconds });
}

function StationPart({ station }: { station: Station }): ReactNode {
  const { _ } = useLingui();
  const { widthPx, heightPx, configuration } = station;
  return (
    <DetailsPart title={_('Station')}>
      <Facts
        facts={[
          [_('Name'), station.name],
          [_('Computer'), station.computer],
          [_('Room'), configuration.room === '' ? _('No room') : configuration.room],
          [_('Connection'), connectionText(station)],
          [_('Address'), station.address === '' ? '–' : station.address],
          [_('Screen'), widthPx > 0 ? `${widthPx} × ${heightPx}` : '–'],
          [_('Station since'), <Time key="enrolled" at={station.enrolledAt} />],
        ]}
      />
    </DetailsPart>
  );
}

function SessionPart({ row, session }: { row: StationRow; session: Session }): ReactNode {
  const { _ } = useLingui();
  const named = session.fullName !== '' && session.fullName !== session.user;
  const saved = row.status === 'signing-out' ? null : session.saved;
  return (
    <DetailsPart title={_('Session')}>
      <Facts
        facts={[
          [_('User'), named ? `${session.user} (${session.fullName})` : session.user],
          ...(row.station === null ? [[_('Computer'), session.computer] as const] : []),
          [_('Status'), saved === null ? <Status status={row.status} /> : <SavedStatus status={row.status} saved={saved} />],
          [
            _('Since'),
            <>
              <Time at={session.since} /> (<Ago at={session.since} />)
            </>,
          ],
          [_('Running since'), <Time key="started" at={session.startedAt} />],
        ]}
      />
    </DetailsPart>
  );
}

function ProgramsPart(props: {
  session: Session;
  atRisk: readonly ProgramAtRisk[] | undefined;
  hibernationFault: string | null;
  look: ((session: Session) => Promise<readonly UnsavedWork[]>) | null;
}): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const { session, atRisk, look } = props;
  const { saved } = session;
  if (!isRunning(session)) {
    if (saved === null || saved.programs.length === 0) return null;
    return (
      <DetailsPart title={_('Programs')}>
        <div>{_('Programs that were open: {programs}.', { programs: namesText(saved.programs) })}</div>
      </DetailsPart>
    );
  }
  return (
    <DetailsPart title={_('Programs')}>
      {props.hibernationFault !== null ? (
        <div>{props.hibernationFault}</div>
      ) : atRisk === undefined ? (
        <div className={styles.subtle}>{_('It was not looked yet what saving would do to them.')}</div>
      ) : atRisk.length === 0 ? (
        <div>{_('Saving keeps all of them as they are.')}</div>
      ) : (
        <>
          <div>{_('If the session is saved to disk:')}</div>
          <RiskList atRisk={atRisk} />
          <div className={styles.subtle}>{_('All others are kept as they are.')}</div>
        </>
      )}
      {look !== null && <UnsavedList key={session.id} look={() => look(session)} several={false} />}
    </DetailsPart>
  );
}

function Summary({ rows }: { rows: readonly StationRow[] }): ReactNode {
  const { _ } = useLingui();
  const counts = new Map<StationStatus, number>();
  for (const { status } of rows) counts.set(status, (counts.get(status) ?? 0) + 1);
  const people = new Set(rows.flatMap(({ session }) => session?.user ?? []));
  return (
    <>
      <DetailsPart title={_('By status')}>
        <Facts
          facts={[...counts]
            .toSorted(([, a], [, b]) => b - a)
            .map(([status, count]) => [i18n.number(count), <Status key={status} status={status} />] as const)}
        />
      </DetailsPart>
      <div>{_('{count, plural, =0 {Nobody} one {# person} other {# people}}', { count: people.size })}</div>
    </>
  );
}

export function DetailsPanel(props: {
  principal: Principal;
  /** The chosen lines, at least one. */
  rows: readonly StationRow[];
  risks: ReadonlyMap<string, readonly ProgramAtRisk[]>;
  /** Why a computer cannot save sessions, in words; null: it can. */
  hibernationFault: (computer: string) => string | null;
  look: (session: Session) => Promise<readonly UnsavedWork[]>;
  /** What happened to a line before, for those who may see it. */
  history: ((row: StationRow) => ReactNode) | null;
  close: () => void;
  className?: string | undefined;
}): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const wide = useScreen(wideWidth);
  const titleId = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const { rows, principal } = props;
  const row = rows.length === 1 ? rows[0] : undefined;
  const session = row?.session ?? null;
  const target = session === null ? 'none' : sessionTarget(principal.name, session.user, 'standard');
  const mayLook = session !== null && may(principal.level, 'session.log-off', target);
  const mayExtend = session !== null && may(principal.level, 'session.extend', target);
  const head = {
    title:
      row === undefined
        ? _('Details of {count, plural, one {# line} other {# lines}}', { count: rows.length })
        : _('Details of {name}', { name: row.station?.name ?? row.session?.user ?? '' }),
    close: { label: _('Close the details'), run: props.close },
    heading,
  };
  const content = (
    <div className={styles.parts}>
      {row === undefined && <Summary rows={rows} />}
      {row !== undefined && (
        <DetailsPart title={_('Screen')}>
          {session === null ? (
            <div className={styles.subtle}>{_('Nobody is signed in here.')}</div>
          ) : (
            <SessionScreen key={session.id} session={session} />
          )}
        </DetailsPart>
      )}
      {row !== undefined && session !== null && <SessionPart row={row} session={session} />}
      {row !== undefined && session !== null && (
        <ProgramsPart
          session={session}
          atRisk={props.risks.get(session.id)}
          hibernationFault={props.hibernationFault(session.computer)}
          look={mayLook ? props.look : null}
        />
      )}
      {session !== null && isRunning(session) && <LimitsPart key={session.id} session={session} mayExtend={mayExtend} />}
      {row?.station != null && <StationPart station={row.station} />}
      {row !== undefined && props.history?.(row)}
    </div>
  );
  if (wide)
    return (
      <Pane
        {...head}
        className={props.className}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && !event.defaultPrevented) props.close();
        }}
      >
        {content}
      </Pane>
    );
  return (
    <Dialog open onOpenChange={(_event, data) => !data.open && props.close()}>
      <DialogSurface className={styles.sheet} aria-labelledby={titleId}>
        <PaneHead {...head} id={titleId} />
        {content}
      </DialogSurface>
    </Dialog>
  );
}
