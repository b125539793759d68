// The Activity tab: who did what to whom, newest first; searched, exported, and checked for changes.
import {
  Button,
  Field,
  Input,
  Menu,
  MenuButton,
  MenuItemLink,
  MenuList,
  MenuPopover,
  MenuTrigger,
  MessageBar,
  MessageBarBody,
  SearchBox,
  Select,
  Spinner,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  Text,
  ToggleButton,
  makeStyles,
  mergeClasses,
  tokens,
} from '@fluentui/react-components';
import { ArrowClockwiseRegular } from '@fluentui/react-icons/svg/arrow-clockwise';
import { ArrowDownloadRegular } from '@fluentui/react-icons/svg/arrow-download';
import { FilterRegular } from '@fluentui/react-icons/svg/filter';
import { ShieldCheckmarkRegular } from '@fluentui/react-icons/svg/shield-checkmark';
import { useLingui } from '@lingui/react';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import type { ApiQuery, AuditReport } from '#contract/api.ts';
import { auditActions } from '#model/audit.ts';
import type { AuditAction } from '#model/audit.ts';
import { api, textOf } from '../shared/api.ts';
import { DayField } from '../shared/day-field.tsx';
import { currentLocale } from '../shared/i18n.ts';
import { Time } from '../shared/time.tsx';
import { Failure } from '../shared/failure.tsx';
import { actionLabels } from './action-labels.ts';
import { auditFaultText } from './audit-fault-text.ts';
import { Result, actionText, actorText, concerned } from './activity-entry.tsx';

const pageSize = 100;
const typingMs = 250;
const filtersId = 'activity-filters';

// Below this width an entry is a card.
const narrow = '@media (max-width: 899px)';
const phone = '@media (max-width: 560px)';

const useStyles = makeStyles({
  tab: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  bar: { display: 'flex', gap: tokens.spacingHorizontalM, flexWrap: 'wrap', alignItems: 'center' },
  search: { maxWidth: '320px', flexGrow: 1 },
  filters: {
    display: 'grid',
    gap: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 160px), 1fr))',
    alignItems: 'end',
    [phone]: { gridTemplateColumns: 'repeat(2, minmax(0, 1fr))' },
  },
  unasked: { [phone]: { display: 'none' } },
  onlyOnPhone: { display: 'none', [phone]: { display: 'inline-flex' } },
  field: { minWidth: 0, '& input, & .fui-Input, & select': { minWidth: 0, width: '100%' } },
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
  outcome: { flexGrow: 2, [narrow]: { gridArea: 'result', minHeight: 0, height: 'auto' } },
  when: {
    flexGrow: 0,
    flexBasis: '160px',
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

type Filter = Omit<ApiQuery<'audit'>, 'before' | 'limit'>;

/** What is in the fields of the filter; empty: not filtered by that. Days as the browser writes them. */
interface Typed {
  search: string;
  actor: string;
  action: AuditAction | '';
  target: string;
  outcome: 'done' | 'failed' | '';
  from: string;
  to: string;
}
const nothingTyped: Typed = { search: '', actor: '', action: '', target: '', outcome: '', from: '', to: '' };

/** A link to this tab may say what is searched. */
function typedInAddress(): Typed {
  return { ...nothingTyped, search: (new URLSearchParams(location.search).get('search') ?? '').slice(0, 100) };
}

/** The first moment of a day, here; `later`: of the day that is so many days after. */
function momentOf(day: string, later = 0): number | undefined {
  const [year = NaN, month = NaN, date = NaN] = day.split('-').map(Number);
  const moment = new Date(year, month - 1, date + later).getTime();
  return Number.isNaN(moment) || moment < 0 ? undefined : moment;
}

function filterOf(typed: Typed): Filter {
  const from = momentOf(typed.from);
  const to = momentOf(typed.to, 1);
  return {
    ...(typed.search.trim() !== '' && { search: typed.search.trim() }),
    ...(typed.actor.trim() !== '' && { actor: typed.actor.trim() }),
    ...(typed.action !== '' && { action: typed.action }),
    ...(typed.target.trim() !== '' && { target: typed.target.trim() }),
    ...(typed.outcome !== '' && { outcome: typed.outcome }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  };
}

function exportAddress(filter: Filter, format: 'csv' | 'jsonl'): string {
  const query = new URLSearchParams({ format });
  for (const [name, value] of Object.entries(filter)) query.set(name, String(value));
  return `/api/v1/audit/export?${query.toString()}`;
}

function Filters(props: {
  typed: Typed;
  change: (some: Partial<Typed>) => void;
  clear: () => void;
  /** How often they were cleared. */
  cleared: number;
  filtered: boolean;
  /** On a phone they are shown only when asked for. */
  asked: boolean;
}): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const { typed, change } = props;
  const text = (name: 'actor' | 'target', label: string): ReactNode => (
    <Field label={label} className={styles.field}>
      <Input value={typed[name]} maxLength={100} onChange={(_event, data) => change({ [name]: data.value })} />
    </Field>
  );
  const day = (name: 'from' | 'to', label: string): ReactNode => (
    <DayField
      key={`${name} ${props.cleared}`}
      label={label}
      className={styles.field}
      day={typed[name]}
      change={(value) => change({ [name]: value })}
    />
  );
  const actions = auditActions
    .map((action) => ({ action, label: _(actionLabels[action]) }))
    .toSorted((a, b) => a.label.localeCompare(b.label, currentLocale()));
  return (
    <div
      className={mergeClasses(styles.filters, !props.asked && styles.unasked)}
      role="group"
      aria-label={_('Show only')}
      id={filtersId}
    >
      {text('actor', _('Who'))}
      <Field label={_('What')} className={styles.field}>
        <Select value={typed.action} onChange={(_event, data) => change({ action: data.value as Typed['action'] })}>
          <option value="">{_('Everything')}</option>
          {actions.map(({ action, label }) => (
            <option key={action} value={action}>
              {label}
            </option>
          ))}
        </Select>
      </Field>
      {text('target', _('Concerns'))}
      <Field label={_('Result')} className={styles.field}>
        <Select value={typed.outcome} onChange={(_event, data) => change({ outcome: data.value as Typed['outcome'] })}>
          <option value="">{_('Every result')}</option>
          <option value="done">{_('Done')}</option>
          <option value="failed">{_('Not done')}</option>
        </Select>
      </Field>
      {day('from', _('From the day'))}
      {day('to', _('To the day'))}
      <Button appearance="subtle" disabledFocusable={!props.filtered} onClick={props.clear}>
        {_('Clear all filters')}
      </Button>
    </div>
  );
}

/** What a check of the chain found, in plain words. */
function CheckReport({ report }: { report: AuditReport }): ReactNode {
  const { _ } = useLingui();
  const { entries, brokenAt, fault } = report;
  return (
    <MessageBar intent={fault === null ? 'success' : 'error'} layout="multiline" role="status">
      <MessageBarBody>
        {fault === null
          ? _(
              'All {entries, plural, one {# entry is as it was} other {# entries are as they were}} written. Whoever can write the computer’s own files could still have rewritten all of them; an export kept elsewhere would show that.',
              { entries },
            )
          : auditFaultText(fault, brokenAt ?? 0)}
      </MessageBarBody>
    </MessageBar>
  );
}

export function ActivityTab(): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const [typed, setTyped] = useState(typedInAddress);
  const [cleared, setCleared] = useState(0);
  const [filtersAsked, setFiltersAsked] = useState(false);
  const change = (some: Partial<Typed>): void => setTyped((before) => ({ ...before, ...some }));
  const asked = useSettled(JSON.stringify(filterOf(typed)));
  const filter = JSON.parse(asked) as Filter;
  const filtered = asked !== '{}';
  const check = useMutation({ mutationFn: () => api('verifyAudit', { body: {} }) });
  const audit = useInfiniteQuery({
    queryKey: ['audit', 'list', asked],
    queryFn: ({ pageParam, signal }) =>
      api('audit', { query: { ...filter, limit: pageSize, ...(pageParam !== null && { before: pageParam }) } }, signal),
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
          value={typed.search}
          maxLength={100}
          onChange={(_event, data) => change({ search: data.value })}
          placeholder={_('Search the activity')}
          aria-label={_('Search the activity')}
          dismiss={{ 'aria-label': _('Clear'), role: 'button' }}
        />
        <ToggleButton
          className={styles.onlyOnPhone}
          icon={<FilterRegular />}
          checked={filtersAsked}
          aria-expanded={filtersAsked}
          aria-controls={filtersId}
          onClick={() => setFiltersAsked(!filtersAsked)}
        >
          {_('Filter')}
        </ToggleButton>
        <Button icon={<ArrowClockwiseRegular />} onClick={() => void audit.refetch()} disabledFocusable={audit.isFetching}>
          {_('Refresh')}
        </Button>
        <Button icon={<ShieldCheckmarkRegular />} onClick={() => check.mutate()} disabledFocusable={check.isPending}>
          {check.isPending ? _('Checking…') : _('Check for changes')}
        </Button>
        <Menu>
          <MenuTrigger disableButtonEnhancement>
            <MenuButton icon={<ArrowDownloadRegular />}>{_('Export')}</MenuButton>
          </MenuTrigger>
          <MenuPopover>
            <MenuList>
              <MenuItemLink href={exportAddress(filter, 'csv')} download>
                {_('As a table (CSV)')}
              </MenuItemLink>
              <MenuItemLink href={exportAddress(filter, 'jsonl')} download>
                {_('As JSON lines')}
              </MenuItemLink>
            </MenuList>
          </MenuPopover>
        </Menu>
      </div>
      <Filters
        typed={typed}
        change={change}
        clear={() => {
          setTyped(nothingTyped);
          setCleared(cleared + 1);
        }}
        cleared={cleared}
        filtered={filtered}
        asked={filtersAsked}
      />
      {check.isError && (
        <MessageBar intent="error" layout="multiline" role="alert">
          <MessageBarBody>{textOf(check.error)}</MessageBarBody>
        </MessageBar>
      )}
      {check.data !== undefined && <CheckReport report={check.data} />}
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
                <TableHeaderCell className={styles.outcome}>{_('Result')}</TableHeaderCell>
              </TableRow>
            </TableHeader>
            <TableBody>
              {entries.map((entry) => (
                <TableRow key={entry.number} className={styles.row}>
                  <TableCell className={styles.when}>
                    <Time at={entry.at} />
                  </TableCell>
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
              {filtered ? _('No entry matches.') : _('Nothing has happened yet.')}
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
