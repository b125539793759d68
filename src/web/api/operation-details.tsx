// One operation of the API, unfolded: who may, what it takes, what it gives, and a command to try it.
import { Button, Text, makeStyles, tokens } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import type { ReactNode } from 'react';
import type { Level } from '#model/account.ts';
import { levelLabels } from '../shared/labels.ts';
import { useNotices } from '../shared/notices.tsx';
import { boundsOf, commandFor, exampleOf, kindOf, rowsOf } from './described.ts';
import type { Described, Route, Row } from './described.ts';

const useStyles = makeStyles({
  details: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM, paddingBlock: tokens.spacingVerticalM },
  part: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalXS, minWidth: 0 },
  head: { display: 'flex', alignItems: 'center', justifyContent: 'space-between', gap: tokens.spacingHorizontalM },
  scroll: { overflowX: 'auto' },
  table: { borderCollapse: 'collapse', width: '100%', fontSize: tokens.fontSizeBase200 },
  cell: {
    textAlign: 'start',
    verticalAlign: 'top',
    padding: `${tokens.spacingVerticalXXS} ${tokens.spacingHorizontalM} ${tokens.spacingVerticalXXS} 0`,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  code: { fontFamily: tokens.fontFamilyMonospace },
  subtle: { color: tokens.colorNeutralForeground2 },
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

function Rows({ label, rows }: { label: string; rows: readonly Row[] }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  return (
    <div className={styles.scroll} tabIndex={0} role="group" aria-label={label}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th className={styles.cell}>{_('Name')}</th>
            <th className={styles.cell}>{_('Kind')}</th>
            <th className={styles.cell}>{_('Bounds')}</th>
            <th className={styles.cell}>{_('Needed')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            // A name may come again inside of something else.
            <tr key={`${at} ${row.name}`}>
              <td className={styles.cell}>
                <code className={styles.code}>
                  {'\u00a0\u00a0'.repeat(row.depth)}
                  {row.name}
                </code>
              </td>
              <td className={styles.cell}>
                <code className={styles.code}>{row.kind}</code>
              </td>
              <td className={styles.cell}>
                <code className={styles.code}>{row.bounds}</code>
              </td>
              <td className={styles.cell}>{row.required ? _('Yes') : _('No')}</td>
            </tr>
          ))}
        </tbody>
      </table>
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
  const bodyRows = body === undefined ? [] : rowsOf(body, schemas);
  const [type = '', { schema: reply = {} } = {}] = Object.entries(operation.responses['200'].content)[0] ?? [];
  const replyRows = rowsOf(reply, schemas);
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
      {parameters.length > 0 && (
        <div className={styles.part}>
          <Text as="h3" weight="semibold">
            {_('Parameters')}
          </Text>
          <Rows label={_('Parameters')} rows={parameters} />
        </div>
      )}
      {bodyRows.length > 0 && (
        <div className={styles.part}>
          <Text as="h3" weight="semibold">
            {_('Body')}
          </Text>
          <Rows label={_('Body')} rows={bodyRows} />
        </div>
      )}
      <Sample label={_('To try it')} text={commandFor(route, base, schemas)} />
      {replyRows.length > 0 && (
        <div className={styles.part}>
          <Text as="h3" weight="semibold">
            {_('Answer: {kind}', { kind: kindOf(reply, schemas) })}
          </Text>
          <Rows label={_('Answer: {kind}', { kind: kindOf(reply, schemas) })} rows={replyRows} />
        </div>
      )}
      {type === 'application/json' ? (
        <Sample label={_('An answer such as')} text={JSON.stringify(exampleOf(reply, schemas), null, 2)} />
      ) : (
        <Text>{_('The answer is a file: {types}', { types: Object.keys(operation.responses['200'].content).join(', ') })}</Text>
      )}
    </div>
  );
}
