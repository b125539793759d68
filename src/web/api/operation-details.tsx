// One operation of the API, unfolded: who may, what it takes, what it gives, and a command to try it.
import { Button, Text, makeStyles, tokens } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import type { ReactNode } from 'react';
import type { Level } from '#model/account.ts';
import { levelLabels } from '../shared/labels.ts';
import { useNotices } from '../shared/notices.tsx';
import { boundsOf, commandFor, exampleOf, kindOf, rowsOf } from './described.ts';
import type { Described, Route, Row } from './described.ts';
import { Code, WideTable } from './wide-table.tsx';

const useStyles = makeStyles({
  details: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM, paddingBlock: tokens.spacingVerticalM },
  part: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalXS, minWidth: 0 },
  head: { display: 'flex', alignItems: 'center', justifyContent: 'space-between', gap: tokens.spacingHorizontalM },
  sample: {
    margin: 0,
    padding: tokens.spacingHorizontalM,
    maxHeight: '320px',
    overflow: 'auto',
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    backgroundColor: tokens.colorNeutralBackground3,
    borderRadius: tokens.borderRadiusMedium,
  },
});

/** Nothing, where there are none. */
function Rows({ title, rows }: { title: string; rows: readonly Row[] }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  if (rows.length === 0) return null;
  return (
    <div className={styles.part}>
      <Text as="h3" weight="semibold">
        {title}
      </Text>
      <WideTable
        small
        label={title}
        heads={[_('Name'), _('Kind'), _('Bounds'), _('Needed')]}
        // A name may come again inside of something else.
        rows={rows.map((row, at) => ({
          key: `${at} ${row.name}`,
          cells: [
            <Code key="name">
              {'\u00a0\u00a0'.repeat(row.depth)}
              {row.name}
            </Code>,
            <Code key="kind">{row.kind}</Code>,
            <Code key="bounds">{row.bounds}</Code>,
            row.required ? _('Yes') : _('No'),
          ],
        }))}
      />
    </div>
  );
}

function Sample({ label, text }: { label: string; text: string }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const notices = useNotices();
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => notices.done(_('Copied.')),
      (error: unknown) => notices.failed(_('The browser did not let it be copied. Select it and copy it yourself.'), error),
    );
  };
  return (
    <div className={styles.part}>
      <div className={styles.head}>
        <Text as="h3" weight="semibold">
          {label}
        </Text>
        <Button size="small" onClick={copy} aria-label={_('Copy: {what}', { what: label })}>
          {_('Copy')}
        </Button>
      </div>
      <pre className={styles.sample} tabIndex={0} role="group" aria-label={label}>
        {text}
      </pre>
    </div>
  );
}

export function OperationDetails({ route, described }: { route: Route; described: Described }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const { operation } = route;
  const { schemas } = described.components;
  const base = `${location.origin}${described.servers[0]?.url ?? ''}`;
  const parameters: Row[] = (operation.parameters ?? []).map(({ name, in: place, required, schema }) => ({
    name: place === 'header' ? `${name}:` : place === 'path' ? `{${name}}` : `?${name}=`,
    depth: 0,
    kind: kindOf(schema, schemas),
    bounds: boundsOf(schema),
    required,
  }));
  const body = operation.requestBody?.content['application/json'].schema;
  const [type = '', { schema: reply = {} } = {}] = Object.entries(operation.responses['200'].content)[0] ?? [];
  const isOpen = operation.security?.length === 0;
  const rights = Object.entries(operation['x-rights'])
    .filter(([role]) => role !== 'nobody')
    .map(([role, targets]) => {
      const label = _(levelLabels[role as Level]);
      return targets === 'any' ? label : `${label} (${targets.join(', ')})`;
    });
  return (
    <div className={styles.details}>
      <div className={styles.part}>
        <Text>
          {isOpen ? _('Everybody may ask for it, without signing in.') : _('Who may: {levels}', { levels: rights.join(', ') })}
        </Text>
        {!isOpen && (
          <Text>
            {operation['x-scopes'].length === 0
              ? _('Only for tokens without scopes.')
              : _('Scopes that include it: {scopes}', { scopes: operation['x-scopes'].join(', ') })}
          </Text>
        )}
      </div>
      <Rows title={_('Parameters')} rows={parameters} />
      <Rows title={_('Body')} rows={body === undefined ? [] : rowsOf(body, schemas)} />
      <Sample label={_('To try it')} text={commandFor(route, base, schemas)} />
      <Rows title={_('Answer: {kind}', { kind: kindOf(reply, schemas) })} rows={rowsOf(reply, schemas)} />
      {type === 'application/json' ? (
        <Sample label={_('An answer such as')} text={JSON.stringify(exampleOf(reply, schemas), null, 2)} />
      ) : (
        <Text>{_('The answer is a file: {types}', { types: Object.keys(operation.responses['200'].content).join(', ') })}</Text>
      )}
    </div>
  );
}
