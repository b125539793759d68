// The Users tab: who has an account on the computer and what each may do here.
import {
  Card,
  SearchBox,
  Spinner,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  Text,
  Subtitle2,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { levelGroups, levels } from '#model/account.ts';
import { api } from '../shared/api.ts';
import { Failure } from '../shared/failure.tsx';
import { levelLabels } from '../shared/labels.ts';
import { useRoom } from '../shared/room.tsx';

const narrow = '@media (max-width: 720px)';

const useStyles = makeStyles({
  tab: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  search: { maxWidth: '320px' },
  table: {
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
    overflowX: 'auto',
  },
  // On a narrow screen a person is a card.
  grid: { minWidth: '520px', [narrow]: { minWidth: 0 } },
  head: { [narrow]: { position: 'absolute', clipPath: 'inset(50%)', width: '1px', height: '1px', overflow: 'hidden' } },
  row: {
    [narrow]: {
      display: 'grid',
      gridTemplateColumns: 'minmax(0, 1fr) auto',
      gridTemplateAreas: '"name level" "full may"',
      paddingBlock: tokens.spacingVerticalXS,
    },
  },
  name: { [narrow]: { gridArea: 'name', fontWeight: tokens.fontWeightSemibold, minHeight: 0, height: 'auto' } },
  full: { [narrow]: { gridArea: 'full', minHeight: 0, height: 'auto' } },
  level: { [narrow]: { gridArea: 'level', justifyContent: 'end', minHeight: 0, height: 'auto' } },
  may: {
    [narrow]: { gridArea: 'may', justifyContent: 'end', color: tokens.colorNeutralForeground2, minHeight: 0, height: 'auto' },
  },
  mayLabel: { display: 'none', [narrow]: { display: 'inline', marginInlineEnd: tokens.spacingHorizontalXS } },
  empty: { padding: tokens.spacingVerticalXXL, textAlign: 'center' },
  howTo: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalS },
  command: {
    fontFamily: tokens.fontFamilyMonospace,
    backgroundColor: tokens.colorNeutralBackground3,
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalS}`,
    borderRadius: tokens.borderRadiusMedium,
    overflowWrap: 'anywhere',
    userSelect: 'all',
  },
  groups: { margin: 0, paddingInlineStart: tokens.spacingHorizontalXL },
});

export function UsersTab(): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const { settings } = useRoom();
  const [search, setSearch] = useState('');
  const accounts = useQuery({ queryKey: ['accounts'], queryFn: ({ signal }) => api('accounts', {}, signal), staleTime: 5000 });
  const wanted = search.trim().toLocaleLowerCase();
  const shown = (accounts.data ?? []).filter(
    (account) => account.name.toLocaleLowerCase().includes(wanted) || account.fullName.toLocaleLowerCase().includes(wanted),
  );
  return (
    <div className={styles.tab}>
      <SearchBox
        className={styles.search}
        value={search}
        onChange={(_event, data) => setSearch(data.value)}
        placeholder={_('Search users')}
        aria-label={_('Search users')}
        dismiss={{ 'aria-label': _('Clear'), role: 'button' }}
      />
      {accounts.isPending && <Spinner label={_('Loading…')} />}
      {accounts.isError && <Failure error={accounts.error} again={() => void accounts.refetch()} />}
      {accounts.data !== undefined && (
        <div className={styles.table} tabIndex={0} role="region" aria-label={_('Users')}>
          <Table noNativeElements className={styles.grid} aria-label={_('Users')}>
            <TableHeader className={styles.head}>
              <TableRow>
                <TableHeaderCell>{_('User name')}</TableHeaderCell>
                <TableHeaderCell>{_('Full name')}</TableHeaderCell>
                <TableHeaderCell>{_('Account type')}</TableHeaderCell>
                <TableHeaderCell>{_('May sign in')}</TableHeaderCell>
              </TableRow>
            </TableHeader>
            <TableBody>
              {shown.map((account) => (
                <TableRow key={account.uid} className={styles.row}>
                  <TableCell className={styles.name}>{account.name}</TableCell>
                  <TableCell className={styles.full}>{account.fullName}</TableCell>
                  <TableCell className={styles.level}>{_(levelLabels[account.level])}</TableCell>
                  <TableCell className={styles.may}>
                    <span className={styles.mayLabel}>{_('May sign in')}:</span>
                    {account.listed || settings.whoMaySignIn === 'everyone' ? _('Yes') : _('No')}
                  </TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
          {shown.length === 0 && (
            <Text block className={styles.empty}>
              {wanted === '' ? _('There is no account yet.') : _('Nothing matches “{search}”.', { search: search.trim() })}
            </Text>
          )}
        </div>
      )}
      <Card>
        <div className={styles.howTo}>
          <Subtitle2 as="h2">{_('Adding people')}</Subtitle2>
          <Text>{_('Accounts are added on the computer itself. Open a terminal there, and type for a person called anna:')}</Text>
          <code className={styles.command}>sudo adduser anna</code>
          <code className={styles.command}>sudo adduser anna {levelGroups.standard}</code>
          <Text>{_('The second line says what the account may do. The groups are:')}</Text>
          <ul className={styles.groups}>
            {levels.map((level) => (
              <li key={level}>
                <code>{levelGroups[level]}</code>: {_(levelLabels[level])}
              </li>
            ))}
          </ul>
          {settings.whoMaySignIn === 'everyone' && (
            <Text>{_('At present everyone with an account may sign in, in a group or not.')}</Text>
          )}
        </div>
      </Card>
    </div>
  );
}
