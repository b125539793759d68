// The page of the API's reference: every operation by group, found by typing, unfolded in place; then the errors.
import { Badge, Card, Link, SearchBox, Spinner, Subtitle1, Text, makeStyles, tokens } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Failure } from '../shared/failure.tsx';
import { msg } from '../shared/i18n.ts';
import { PageHeader } from '../shared/page-header.tsx';
import { ApiError } from '../shared/api.ts';
import { routesOf } from './described.ts';
import type { Described, Route } from './described.ts';
import { OperationDetails } from './operation-details.tsx';
import { Code, WideTable } from './wide-table.tsx';

const documentAddress = '/api/v1/openapi.json';

const useStyles = makeStyles({
  main: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalL,
    padding: tokens.spacingHorizontalL,
    width: '100%',
    maxWidth: '1040px',
    marginInline: 'auto',
    boxSizing: 'border-box',
    '@media (max-width: 560px)': { padding: tokens.spacingHorizontalS },
  },
  part: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalS },
  groups: { display: 'flex', flexWrap: 'wrap', gap: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalM}` },
  operation: { borderTop: `1px solid ${tokens.colorNeutralStroke2}`, ':first-child': { borderTopStyle: 'none' } },
  summary: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'baseline',
    gap: `${tokens.spacingVerticalXXS} ${tokens.spacingHorizontalS}`,
    paddingBlock: tokens.spacingVerticalS,
    cursor: 'pointer',
    '::before': { content: '"▸"', color: tokens.colorNeutralForeground2 },
    'details[open] > &::before': { content: '"▾"' },
    overflowWrap: 'anywhere',
  },
  method: { minWidth: '64px', fontFamily: tokens.fontFamilyMonospace },
  subtle: { color: tokens.colorNeutralForeground2 },
});

async function fetchDescribed(signal: AbortSignal): Promise<Described> {
  const response = await fetch(documentAddress, { signal }).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw new ApiError({ code: 'offline' }, { cause: error });
  });
  if (!response.ok) throw new ApiError({ code: 'internal' });
  return (await response.json()) as Described;
}

/** What is in the address after #: an operation or a group. */
const inAddress = (): string => {
  const written = location.hash.slice(1);
  try {
    return decodeURIComponent(written);
  } catch {
    // Typed by hand, such as a lone %: it names nothing here.
    return written;
  }
};

function Operation({ route, described }: { route: Route; described: Described }): ReactNode {
  const styles = useStyles();
  const { operationId, summary } = route.operation;
  const [open, setOpen] = useState(() => inAddress() === operationId);
  const place = useRef<HTMLDetailsElement>(null);
  // The browser looked for it before it was there.
  useEffect(() => {
    if (inAddress() === operationId) place.current?.scrollIntoView();
  }, [operationId]);
  return (
    <details
      ref={place}
      id={operationId}
      className={styles.operation}
      open={open}
      onToggle={(event) => {
        const opened = event.currentTarget.open;
        if (opened && !open) history.replaceState(null, '', `#${operationId}`);
        setOpen(opened);
      }}
    >
      <summary className={styles.summary}>
        <Badge
          appearance="tint"
          color={route.method === 'GET' ? 'informative' : route.method === 'DELETE' ? 'danger' : 'brand'}
          className={styles.method}
        >
          {route.method}
        </Badge>
        <Code>{route.path}</Code>
        <Text className={styles.subtle} lang="en">
          {summary}
        </Text>
      </summary>
      {open && <OperationDetails route={route} described={described} />}
    </details>
  );
}

function Reference({ described }: { described: Described }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const [search, setSearch] = useState('');
  const wanted = search.trim().toLocaleLowerCase();
  const found = routesOf(described).filter(({ method, path, operation }) =>
    `${method} ${path} ${operation.operationId} ${operation.summary}`.toLocaleLowerCase().includes(wanted),
  );
  const groupOf = ({ operation }: Route): string => operation.tags[0] ?? '';
  const groups = [...new Set(found.map(groupOf))].map((group) => ({
    group,
    routes: found.filter((route) => groupOf(route) === group),
  }));
  return (
    <>
      <SearchBox
        value={search}
        onChange={(_event, data) => setSearch(data.value)}
        placeholder={_('Search the API')}
        aria-label={_('Search the API')}
        dismiss={{ 'aria-label': _('Clear'), role: 'button' }}
      />
      {groups.length > 1 && (
        <nav className={styles.groups} aria-label={_('Groups')}>
          {groups.map(({ group }) => (
            <Link key={group} href={`#group-${group}`}>
              {group}
            </Link>
          ))}
        </nav>
      )}
      {groups.length === 0 && <Text>{_('Nothing matches “{search}”.', { search: search.trim() })}</Text>}
      {groups.map(({ group, routes }) => (
        <section key={group} className={styles.part} aria-labelledby={`group-${group}`}>
          <Subtitle1 as="h2" id={`group-${group}`}>
            {group}
          </Subtitle1>
          <Card>
            <div>
              {routes.map((route) => (
                <Operation key={route.operation.operationId} route={route} described={described} />
              ))}
            </div>
          </Card>
        </section>
      ))}
      <section className={styles.part} aria-labelledby="errors">
        <Subtitle1 as="h2" id="errors">
          {_('Errors')}
        </Subtitle1>
        <Text>{_('An answer that is no 200 has a code, a text and details. Programs go by the code; texts may change.')}</Text>
        <Card>
          <WideTable
            label={_('Errors')}
            heads={[_('Code'), 'HTTP', _('Meaning')]}
            rows={Object.entries(described['x-errors']).map(([code, { status, text }]) => ({
              key: code,
              cells: [
                <Code key="code">{code}</Code>,
                status,
                <span key="text" lang="en">
                  {text}
                </span>,
              ],
            }))}
          />
        </Card>
      </section>
    </>
  );
}

export function ApiReference(): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const described = useQuery({
    queryKey: ['described'],
    queryFn: ({ signal }) => fetchDescribed(signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <>
      <header>
        <PageHeader title={msg('API')} subtitle={location.host} />
      </header>
      <main className={styles.main}>
        <div className={styles.part}>
          <Text>{_('Whatever the Manager, the Dashboard and the command line do, a program can do as well, with a token.')}</Text>
          <div className={styles.groups}>
            <Link href="/manager/systems">{_('Make a token in the Manager')}</Link>
            <Link href="/docs/api">{_('How it is used')}</Link>
            <Link href={documentAddress} download="stationmaster-openapi.json">
              {_('OpenAPI 3.1 document')}
            </Link>
          </div>
        </div>
        {described.isPending && <Spinner label={_('Loading…')} />}
        {described.isError && <Failure error={described.error} again={() => void described.refetch()} />}
        {described.data !== undefined && <Reference described={described.data} />}
      </main>
    </>
  );
}
