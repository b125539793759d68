// The last that was done to, at or by what a line of the Stations list shows, with the way to all of it.
import { Link, Spinner, Text, makeStyles, tokens } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { AuditEntry } from '#contract/api.ts';
import type { StationRow } from '#model/station.ts';
import { api } from '../shared/api.ts';
import { Time } from '../shared/time.tsx';
import { Failure } from '../shared/failure.tsx';
import { DetailsPart, Facts } from '../shared/stations/details-part.tsx';
import { Result, actionText, actorText, concerned } from './activity-entry.tsx';

const mostEntries = 8;

const useStyles = makeStyles({
  list: {
    listStyleType: 'none',
    margin: 0,
    padding: 0,
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalS,
  },
  entry: { display: 'flex', flexDirection: 'column', overflowWrap: 'anywhere' },
  subtle: { color: tokens.colorNeutralForeground2 },
});

async function entriesAbout(user: string | null, station: string | null, signal: AbortSignal): Promise<AuditEntry[]> {
  const asked = [
    ...(user === null ? [] : [{ target: user }, { actor: user }]),
    ...(station === null ? [] : [{ target: station }]),
  ];
  const answers = await Promise.all(asked.map((filter) => api('audit', { query: { ...filter, limit: mostEntries } }, signal)));
  const byNumber = new Map(answers.flat().map((entry) => [entry.number, entry]));
  return [...byNumber.values()].toSorted((a, b) => b.number - a.number).slice(0, mostEntries);
}

interface Place {
  station: string;
  at: number;
}

/** Where the person was last, by a sign-in or because somebody moved the session there; not this station itself. */
async function placeBefore(user: string, station: string | null, signal: AbortSignal): Promise<Place | null> {
  const common = { outcome: 'done', limit: 50 } as const;
  const [signIns, moves] = await Promise.all([
    api('audit', { query: { ...common, actor: user, action: 'station.sign-in' } }, signal),
    api('audit', { query: { ...common, target: user, action: 'session.move' } }, signal),
  ]);
  const places = [
    ...signIns.map(({ target, at }) => ({ station: target, at })),
    ...moves.map(({ details, at }) => ({ station: String(details['to'] ?? ''), at })),
  ];
  return places.toSorted((a, b) => b.at - a.at).find((place) => place.station !== '' && place.station !== station) ?? null;
}

export function LineHistory({ row, showAll }: { row: StationRow; showAll: (query: string) => void }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const user = row.session?.user ?? null;
  const station = row.station?.name ?? null;
  const history = useQuery({
    // What the line shows has changed: something was done that is in the activity by now.
    queryKey: ['audit', 'line', row.key, user, station, row.status, row.since],
    queryFn: async ({ signal }) => ({
      entries: await entriesAbout(user, station, signal),
      before: user === null ? null : await placeBefore(user, station, signal),
    }),
    gcTime: 0,
  });
  const query = new URLSearchParams({ search: user ?? station ?? '' }).toString();
  return (
    <DetailsPart title={_('History')}>
      {history.isPending && <Spinner size="tiny" label={_('Loading…')} />}
      {history.isError && <Failure error={history.error} again={() => void history.refetch()} />}
      {history.data !== undefined && (
        <>
          {history.data.before !== null && (
            <Facts
              facts={[
                [
                  _('Before at'),
                  <>
                    {history.data.before.station}, <Time at={history.data.before.at} />
                  </>,
                ],
              ]}
            />
          )}
          {history.data.entries.length === 0 && <Text className={styles.subtle}>{_('Nothing has happened yet.')}</Text>}
          <ul className={styles.list}>
            {history.data.entries.map((entry) => (
              <li key={entry.number} className={styles.entry}>
                <span>
                  {actionText(entry.action)}
                  {concerned(entry) !== '' && ` – ${concerned(entry)}`}
                </span>
                <span className={styles.subtle}>
                  {actorText(entry)}, <Time at={entry.at} />
                </span>
                {entry.outcome !== 'done' && <Result entry={entry} />}
              </li>
            ))}
          </ul>
        </>
      )}
      <Link
        href={`/manager/activity?${query}`}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          showAll(query);
        }}
      >
        {_('All of it')}
      </Link>
    </DetailsPart>
  );
}
