// The Users tab: who has an account on the computer, what each may do here, and the tasks on accounts.
import {
  Button,
  Menu,
  MenuDivider,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
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
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { ArrowImportRegular } from '@fluentui/react-icons/svg/arrow-import';
import { MoreHorizontalRegular } from '@fluentui/react-icons/svg/more-horizontal';
import { PersonAddRegular } from '@fluentui/react-icons/svg/person-add';
import { useLingui } from '@lingui/react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { ListedPerson } from '#contract/api.ts';
import { levelGroups, levels } from '#model/account.ts';
import type { Level } from '#model/account.ts';
import type { Scope } from '#model/classroom.ts';
import { api } from '../shared/api.ts';
import { Failure } from '../shared/failure.tsx';
import { levelLabels } from '../shared/labels.ts';
import { namesText } from '../shared/names-text.ts';
import { useNotices } from '../shared/notices.tsx';
import { useRoom } from '../shared/room.tsx';
import { ConfirmDialog } from '../shared/stations/confirm-dialog.tsx';
import { Time } from '../shared/time.tsx';
import { AddUserDialog } from './users/add-user-dialog.tsx';
import { ChangeUserDialog } from './users/change-user-dialog.tsx';
import { ImportDialog } from './users/import-dialog.tsx';
import { LimitsDialog } from './users/limits-dialog.tsx';
import { PasswordDialog } from './users/password-dialog.tsx';
import { ScopeDialog } from './users/scope-dialog.tsx';
import { RemoveUserDialog } from './users/remove-user-dialog.tsx';
import { UserState } from './users/user-state.tsx';

const narrow = '@media (max-width: 899px)';
/** So many people are in the page at first; more on demand. */
const pageSize = 200;

const useStyles = makeStyles({
  tab: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  bar: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalM, alignItems: 'center' },
  search: { maxWidth: '320px', flexGrow: 1 },
  tasks: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS, marginInlineStart: 'auto' },
  table: {
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
    overflowX: 'auto',
  },
  // On a narrow screen a person is a card.
  grid: { minWidth: '860px', [narrow]: { minWidth: 0 } },
  head: { [narrow]: { position: 'absolute', clipPath: 'inset(50%)', width: '1px', height: '1px', overflow: 'hidden' } },
  row: {
    [narrow]: {
      display: 'grid',
      gridTemplateColumns: 'minmax(0, 1fr) auto 44px',
      gridTemplateAreas: '"name level menu" "full may may" "state state state"',
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
  state: { [narrow]: { gridArea: 'state', minHeight: 0, height: 'auto' } },
  last: { [narrow]: { display: 'none' } },
  menu: {
    flexGrow: 0,
    flexShrink: 0,
    flexBasis: '72px',
    [narrow]: { gridArea: 'menu', width: 'auto', minHeight: 0, height: 'auto' },
  },
  empty: { padding: tokens.spacingVerticalXXL, textAlign: 'center' },
  groups: { color: tokens.colorNeutralForeground2 },
  more: { alignSelf: 'center' },
});

type Task = 'limits' | 'scope' | 'change' | 'password' | 'disable' | 'remove';
type Open = { task: Task; person: ListedPerson } | { task: 'add' | 'import' } | null;

function PersonMenu(props: { person: ListedPerson; open: (task: Task) => void; enable: () => void }): ReactNode {
  const { _ } = useLingui();
  const { person, open } = props;
  return (
    <Menu positioning={{ position: 'below', align: 'end' }}>
      <MenuTrigger disableButtonEnhancement>
        <Button appearance="subtle" icon={<MoreHorizontalRegular />} aria-label={_('Tasks for {user}', { user: person.name })} />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuItem onClick={() => open('change')}>{_('Change name or account type…')}</MenuItem>
          {!person.domain && (
            <>
              <MenuItem onClick={() => open('password')}>{_('Set password…')}</MenuItem>
              {person.disabled ? (
                <MenuItem onClick={props.enable}>{_('Enable')}</MenuItem>
              ) : (
                <MenuItem onClick={() => open('disable')}>{_('Disable…')}</MenuItem>
              )}
              <MenuDivider />
              <MenuItem onClick={() => open('remove')}>{_('Delete…')}</MenuItem>
            </>
          )}
          <MenuDivider />
          {person.level === 'dashboard' && <MenuItem onClick={() => open('scope')}>{_('Sees in the Dashboard…')}</MenuItem>}
          <MenuItem onClick={() => open('limits')}>{_('Show limits…')}</MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

/** Whom somebody sees in the Dashboard; nothing where that is everybody. */
function Sees({ scope }: { scope: Scope | null }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  if (scope === null) return null;
  return (
    <Text block size={200} className={styles.groups}>
      {_('Sees {what}', { what: namesText([...scope.rooms, ...scope.groups]) })}
    </Text>
  );
}

export function UsersTab(): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const notices = useNotices();
  const client = useQueryClient();
  const { settings } = useRoom();
  const [search, setSearch] = useState('');
  const [level, setLevel] = useState<Level | 'all' | 'none'>('all');
  const [most, setMost] = useState(pageSize);
  const [open, setOpen] = useState<Open>(null);
  const accounts = useQuery({
    queryKey: ['accounts'],
    queryFn: ({ signal }) => api('accounts', {}, signal),
    staleTime: 5000,
    // Nothing tells a page how far a removal is that somebody else ordered.
    refetchInterval: ({ state }) => (state.data?.some(({ removal }) => removal !== null) === true ? 5000 : false),
  });
  const scopes = useQuery({ queryKey: ['scopes'], queryFn: ({ signal }) => api('scopes', {}, signal), staleTime: 5000 });
  const scopeOf = (name: string): Scope | null =>
    scopes.data?.scopes.find(({ owner, of }) => owner === 'account' && of === name)?.scope ?? null;
  const changed = (): void => void client.invalidateQueries({ queryKey: ['accounts'] });
  const close = (): void => setOpen(null);
  const wanted = search.trim().toLocaleLowerCase();
  const found = (accounts.data ?? []).filter(
    (account) =>
      (account.name.toLocaleLowerCase().includes(wanted) || account.fullName.toLocaleLowerCase().includes(wanted)) &&
      (level === 'all' || (level === 'none' ? !account.listed : account.listed && account.level === level)),
  );
  const setDisabled = async (name: string, disabled: boolean): Promise<void> => {
    await api('changeAccount', { params: { name }, body: { disabled } });
    changed();
  };
  const enable = (name: string): void => {
    setDisabled(name, false).then(
      () => notices.done(_('{user} may sign in again.', { user: name })),
      (error: unknown) => notices.failed(_('{user} could not be enabled.', { user: name }), error),
    );
  };
  return (
    <div className={styles.tab}>
      <div className={styles.bar}>
        <SearchBox
          className={styles.search}
          value={search}
          onChange={(_event, data) => setSearch(data.value)}
          placeholder={_('Search users')}
          aria-label={_('Search users')}
          dismiss={{ 'aria-label': _('Clear'), role: 'button' }}
        />
        <Select
          value={level}
          aria-label={_('Account type')}
          onChange={(_event, data) => setLevel(data.value as Level | 'all' | 'none')}
        >
          <option value="all">{_('Every account type')}</option>
          {levels.map((one) => (
            <option key={one} value={one}>
              {_(levelLabels[one])}
            </option>
          ))}
          <option value="none">{_('In no group of Stationmaster')}</option>
        </Select>
        <div className={styles.tasks}>
          <Button appearance="primary" icon={<PersonAddRegular />} onClick={() => setOpen({ task: 'add' })}>
            {_('Add user')}
          </Button>
          <Button icon={<ArrowImportRegular />} onClick={() => setOpen({ task: 'import' })}>
            {_('Import…')}
          </Button>
        </div>
      </div>
      {accounts.isPending && <Spinner label={_('Loading…')} />}
      {accounts.isError && <Failure error={accounts.error} again={() => void accounts.refetch()} />}
      {scopes.isError && <Failure error={scopes.error} again={() => void scopes.refetch()} />}
      {accounts.data !== undefined && (
        <div className={styles.table} tabIndex={0} role="region" aria-label={_('Users')}>
          <Table noNativeElements className={styles.grid} aria-label={_('Users')}>
            <TableHeader className={styles.head}>
              <TableRow>
                <TableHeaderCell>{_('User name')}</TableHeaderCell>
                <TableHeaderCell>{_('Full name')}</TableHeaderCell>
                <TableHeaderCell>{_('Account type')}</TableHeaderCell>
                <TableHeaderCell>{_('May sign in')}</TableHeaderCell>
                <TableHeaderCell>{_('State')}</TableHeaderCell>
                <TableHeaderCell>{_('Last sign-in')}</TableHeaderCell>
                <TableHeaderCell className={styles.menu}>{_('Tasks')}</TableHeaderCell>
              </TableRow>
            </TableHeader>
            <TableBody>
              {found.slice(0, most).map((person) => (
                <TableRow key={person.uid} className={styles.row}>
                  <TableCell className={styles.name}>{person.name}</TableCell>
                  <TableCell className={styles.full}>{person.fullName}</TableCell>
                  <TableCell className={styles.level}>
                    <div>
                      {_(levelLabels[person.level])}
                      {person.level === 'dashboard' && <Sees scope={scopeOf(person.name)} />}
                    </div>
                  </TableCell>
                  <TableCell className={styles.may}>
                    <span className={styles.mayLabel}>{_('May sign in')}:</span>
                    {(person.listed || person.inGroups || settings.whoMaySignIn === 'everyone') && !person.disabled
                      ? _('Yes')
                      : _('No')}
                  </TableCell>
                  <TableCell className={styles.state}>
                    <UserState person={person} />
                  </TableCell>
                  <TableCell className={styles.last}>
                    {person.lastSignInAt === null ? '–' : <Time at={person.lastSignInAt} />}
                  </TableCell>
                  <TableCell className={styles.menu}>
                    {person.removal === null && (
                      <PersonMenu person={person} open={(task) => setOpen({ task, person })} enable={() => enable(person.name)} />
                    )}
                  </TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
          {found.length === 0 && (
            <Text block className={styles.empty}>
              {accounts.data.length === 0
                ? _('There is no account yet. Add one, or import a list.')
                : wanted === ''
                  ? _('Nobody has this account type.')
                  : _('Nothing matches “{search}”.', { search: search.trim() })}
            </Text>
          )}
        </div>
      )}
      {found.length > most && (
        <Button className={styles.more} onClick={() => setMost(most + pageSize)}>
          {_('{count, plural, one {Show # more user} other {Show # more users}}', {
            count: Math.min(pageSize, found.length - most),
          })}
        </Button>
      )}
      <Text size={200} className={styles.groups}>
        {_(
          'Accounts made in another way, by a directory for example, are shown as well. Account types are groups of the computer:',
        )}{' '}
        {levels.map((one) => `${levelGroups[one]} (${_(levelLabels[one])})`).join(', ')}
      </Text>
      {open?.task === 'add' && <AddUserDialog changed={changed} close={close} />}
      {open?.task === 'import' && <ImportDialog changed={changed} close={close} />}
      {open?.task === 'change' && <ChangeUserDialog person={open.person} changed={changed} close={close} />}
      {open?.task === 'scope' && scopes.data !== undefined && (
        <ScopeDialog
          user={open.person.name}
          scope={scopeOf(open.person.name)}
          changed={() => void client.invalidateQueries({ queryKey: ['scopes'] })}
          close={close}
        />
      )}
      {open?.task === 'limits' && <LimitsDialog user={open.person.name} close={close} />}
      {open?.task === 'password' && <PasswordDialog user={open.person.name} close={close} />}
      {open?.task === 'remove' && <RemoveUserDialog person={open.person} changed={changed} close={close} />}
      {open?.task === 'disable' && (
        <ConfirmDialog
          title={_('Disable {user}?', { user: open.person.name })}
          text={_('Signing in is refused until you enable the account again. A session that runs goes on; files stay.')}
          verb={_('Disable')}
          run={() => setDisabled(open.person.name, true)}
          close={close}
        />
      )}
    </div>
  );
}
