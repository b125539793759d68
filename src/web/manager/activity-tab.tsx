// The Activity tab: who did what to whom, newest first.
import {
  Button,
  SearchBox,
  Spinner,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  Text,
  makeStyles,
  mergeClasses,
  tokens,
} from '@fluentui/react-components';
import { ArrowClockwiseRegular } from '@fluentui/react-icons/svg/arrow-clockwise';
import { CheckmarkCircleFilled } from '@fluentui/react-icons/svg/checkmark-circle';
import { DismissCircleFilled } from '@fluentui/react-icons/svg/dismiss-circle';
import { useLingui } from '@lingui/react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import type { AuditEntry } from '#contract/api.ts';
import { errorCodes } from '#contract/errors.ts';
import type { ErrorCode } from '#contract/errors.ts';
import { api } from '../shared/api.ts';
import { timeText } from '../shared/clock.ts';
import { errorText } from '../shared/error-text.ts';
import { i18n } from '../shared/i18n.ts';
import { Failure } from '../shared/failure.tsx';
import { actionLabels } from './action-labels.ts';

const pageSize = 100;
const typingMs = 250;

const narrow = '@media (max-width: 720px)';

const useStyles = makeStyles({
  tab: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  bar: { display: 'flex', gap: tokens.spacingHorizontalM, flexWrap: 'wrap' },
  search: { maxWidth: '320px', flexGrow: 1 },
  table: {
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
    overflowX: 'auto',
  },
  // On a narrow screen an entry is a card: what and when, who and whom, and what came of it.
  grid: { minWidth: '760px', [narrow]: { minWidth: 0 } },
  head: { [narrow]: { position: 'absolute', clipPath: 'inset(50%)', width: '1px', height: '1px', overflow: 'hidden' } },
  row: {
    [narrow]: {
      display: 'grid',
      gridTemplateColumns: 'minmax(0, 1fr) auto',
      gridTemplateAreas: '"what when" "who concerns" "result from"',
      paddingBlock: tokens.spacingVerticalXS,
    },
  },
  what: { [narrow]: { gridArea: 'what', fontWeight: tokens.fontWeightSemibold, minHeight: 0, height: 'auto' } },
  who: { [narrow]: { gridArea: 'who', minHeight: 0, height: 'auto' } },
  concerns: { [narrow]: { gridArea: 'concerns', justifyContent: 'end', minHeight: 0, height: 'auto' } },
  from: {
    [narrow]: { gridArea: 'from', justifyContent: 'end', color: tokens.colorNeutralForeground2, minHeight: 0, height: 'auto' },
  },
  outcome: { [narrow]: { gridArea: 'result', minHeight: 0, height: 'auto' } },
  result: { display: 'flex', gap: tokens.spacingHorizontalXS, alignItems: 'start', paddingBlock: tokens.spacingVerticalXS },
  icon: { flexShrink: 0, fontSize: '18px', marginTop: '1px' },
  good: { color: tokens.colorPaletteGreenForeground1 },
  bad: { color: tokens.colorPaletteRedForeground1 },
  when: {
    flexGrow: 0,
    flexBasis: '190px',
    [narrow]: { gridArea: 'when', flexBasis: 'auto', color: tokens.colorNeutralForeground2, minHeight: 0, height: 'auto' },
  },
  more: { alignSelf: 'center' },
  empty: { padding: tokens.spacingVerticalXXL, textAlign: 'center' },
});

function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), typingMs);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

/** A session is known to people by its user. */
function concerned(entry: AuditEntry): string {
  const user = entry.details['user'];
  return entry.action.startsWith('session.') && typeof user === 'string' ? user : entry.target;
}

function actionText(action: string): string {
  const label = actionLabels[action];
  return label === undefined ? action : i18n._(label);
}

/** What happens without a page, a station or a command is the computer's own doing. */
function actorText({ actor, address }: AuditEntry): string {
  if (actor !== '') return actor;
  return address === '' ? i18n._('The computer') : i18n._('Unknown');
}

function Result({ entry }: { entry: AuditEntry }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const lost = entry.action === 'session.lost' || entry.outcome === 'lost';
  const good = entry.outcome === 'done' && !lost;
  const text = good
    ? _('Done')
    : lost
      ? _('Lost')
      : Object.hasOwn(errorCodes, entry.outcome)
        ? errorText({ code: entry.outcome as ErrorCode })
        : entry.outcome;
  return (
    <span className={styles.result}>
      {good ? (
        <CheckmarkCircleFilled className={mergeClasses(styles.icon, styles.good)} />
      ) : (
        <DismissCircleFilled className={mergeClasses(styles.icon, styles.bad)} />
      )}
      <span>{text}</span>
    </span>
  );
}

export function ActivityTab(): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const [typed, setTyped] = useState('');
  const search = useSettled(typed.trim());
  const audit = useInfiniteQuery({
    queryKey: ['audit', 'list', search],
    queryFn: ({ pageParam, signal }) =>
      api(
        'audit',
        { query: { limit: pageSize, ...(search !== '' && { search }), ...(pageParam !== null && { before: pageParam }) } },
        signal,
      ),
    initialPageParam: null as number | null,
    getNextPageParam: (last) => (last.length < pageSize ? null : (last.at(-1)?.number ?? null)),
    placeholderData: (before) => before,
  });
  const entries = audit.data?.pages.flat() ?? [];
  return (
    <div className={styles.tab}>
      <div className={styles.bar}>
        <SearchBox
          className={styles.search}
          value={typed}
          maxLength={100}
          onChange={(_event, data) => setTyped(data.value)}
          placeholder={_('Search the activity')}
          aria-label={_('Search the activity')}
          dismiss={{ 'aria-label': _('Clear'), role: 'button' }}
        />
        <Button icon={<ArrowClockwiseRegular />} onClick={() => void audit.refetch()} disabledFocusable={audit.isFetching}>
          {_('Refresh')}
        </Button>
      </div>
      {audit.isPending && <Spinner label={_('Loading…')} />}
      {audit.isError && <Failure error={audit.error} again={() => void audit.refetch()} />}
      {audit.data !== undefined && (
        <div className={styles.table} tabIndex={0} role="region" aria-label={_('Activity')}>
          <Table noNativeElements className={styles.grid} aria-label={_('Activity')}>
            <TableHeader className={styles.head}>
              <TableRow>
                <TableHeaderCell className={styles.when}>{_('When')}</TableHeaderCell>
                <TableHeaderCell>{_('Who')}</TableHeaderCell>
                <TableHeaderCell>{_('What')}</TableHeaderCell>
                <TableHeaderCell>{_('Concerns')}</TableHeaderCell>
                <TableHeaderCell>{_('From')}</TableHeaderCell>
                <TableHeaderCell>{_('Result')}</TableHeaderCell>
              </TableRow>
            </TableHeader>
            <TableBody>
              {entries.map((entry) => (
                <TableRow key={entry.number} className={styles.row}>
                  <TableCell className={styles.when}>{timeText(entry.at)}</TableCell>
                  <TableCell className={styles.who}>{actorText(entry)}</TableCell>
                  <TableCell className={styles.what}>{actionText(entry.action)}</TableCell>
                  <TableCell className={styles.concerns}>{concerned(entry)}</TableCell>
                  <TableCell className={styles.from}>{entry.address}</TableCell>
                  <TableCell className={styles.outcome}>
                    <Result entry={entry} />
                  </TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
          {entries.length === 0 && (
            <Text block className={styles.empty}>
              {search === '' ? _('Nothing has happened yet.') : _('Nothing matches “{search}”.', { search })}
            </Text>
          )}
        </div>
      )}
      {audit.hasNextPage && (
        <Button className={styles.more} disabledFocusable={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>
          {_('Show older entries')}
        </Button>
      )}
    </div>
  );
}
