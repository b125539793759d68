// The bar above the Stations list: search, filters, order, groups and columns, and what is filtered now.
import {
  Button,
  Menu,
  MenuDivider,
  MenuGroup,
  MenuGroupHeader,
  MenuItemCheckbox,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  SearchBox,
  Text,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { ArrowSortRegular } from '@fluentui/react-icons/svg/arrow-sort';
import { DismissRegular } from '@fluentui/react-icons/svg/dismiss';
import { FilterRegular } from '@fluentui/react-icons/svg/filter';
import { useLingui } from '@lingui/react';
import type { ReactNode } from 'react';
import { msg } from '../i18n.ts';
import { columnLabels, statusLabels } from '../labels.ts';
import { useBarButtonStyles } from './bar-button.ts';
import { fixedColumns, groupings, isUnfiltered, plainView, statusOrder, tableColumns } from './table-view.ts';
import type { Grouping, TableColumn, TableView } from './table-view.ts';
import { ViewsMenu } from './views-menu.tsx';

const useStyles = makeStyles({
  search: { flexGrow: 1, flexBasis: '160px', maxWidth: '320px', minWidth: '120px' },
  popover: { maxHeight: 'min(520px, 80vh)', overflowY: 'auto' },
  tags: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalXS, width: '100%' },
  tag: { maxWidth: '100%', minWidth: 0, fontWeight: tokens.fontWeightRegular },
  count: { color: tokens.colorNeutralForeground2 },
});

const groupingLabels: Readonly<Record<Grouping, string>> = {
  computer: msg('By computer'),
  room: msg('By room'),
  none: msg('Not grouped'),
};

type Change = (change: Partial<TableView>) => void;

function FilterMenu(props: {
  view: TableView;
  change: Change;
  computers: readonly string[];
  rooms: readonly string[];
}): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const buttons = useBarButtonStyles();
  const { view, change } = props;
  const count = view.statuses.length + view.computers.length + view.rooms.length + (view.attention ? 1 : 0);
  const label = count === 0 ? _('Filter') : _('Filter ({count})', { count });
  return (
    <Menu
      persistOnItemClick
      hasCheckmarks
      checkedValues={{
        attention: view.attention ? ['yes'] : [],
        status: [...view.statuses],
        computer: [...view.computers],
        room: view.rooms.map((room) => `room:${room}`),
      }}
      onCheckedValueChange={(_event, { name, checkedItems }) => {
        if (name === 'attention') change({ attention: checkedItems.length > 0 });
        else if (name === 'status') change({ statuses: statusOrder.filter((status) => checkedItems.includes(status)) });
        else if (name === 'computer') change({ computers: checkedItems });
        else change({ rooms: checkedItems.map((item) => item.slice('room:'.length)) });
      }}
    >
      <MenuTrigger disableButtonEnhancement>
        <Button icon={<FilterRegular />} className={buttons.common} aria-label={label} title={label}>
          <span>{label}</span>
        </Button>
      </MenuTrigger>
      <MenuPopover className={styles.popover}>
        <MenuList>
          <MenuItemCheckbox name="attention" value="yes">
            {_('Needs attention')}
          </MenuItemCheckbox>
          <MenuDivider />
          <MenuGroup>
            <MenuGroupHeader>{_('Status')}</MenuGroupHeader>
            {statusOrder.map((status) => (
              <MenuItemCheckbox key={status} name="status" value={status}>
                {_(statusLabels[status])}
              </MenuItemCheckbox>
            ))}
          </MenuGroup>
          {props.computers.length > 1 && (
            <MenuGroup>
              <MenuDivider />
              <MenuGroupHeader>{_('Computer')}</MenuGroupHeader>
              {props.computers.map((computer) => (
                <MenuItemCheckbox key={computer} name="computer" value={computer}>
                  {computer}
                </MenuItemCheckbox>
              ))}
            </MenuGroup>
          )}
          {props.rooms.some((room) => room !== '') && (
            <MenuGroup>
              <MenuDivider />
              <MenuGroupHeader>{_('Room')}</MenuGroupHeader>
              {props.rooms.map((room) => (
                <MenuItemCheckbox key={room} name="room" value={`room:${room}`}>
                  {room === '' ? _('No room') : room}
                </MenuItemCheckbox>
              ))}
            </MenuGroup>
          )}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

function ArrangeMenu({ view, change }: { view: TableView; change: Change }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const buttons = useBarButtonStyles();
  return (
    <Menu
      persistOnItemClick
      hasCheckmarks
      checkedValues={{
        group: [view.group],
        sort: [view.sort],
        order: [view.descending ? 'down' : 'up'],
        columns: [...view.columns],
      }}
      onCheckedValueChange={(_event, { name, checkedItems }) => {
        const [first] = checkedItems;
        if (name === 'group') change({ group: first as Grouping });
        else if (name === 'sort') change({ sort: first as TableColumn });
        else if (name === 'order') change({ descending: first === 'down' });
        else change({ columns: tableColumns.filter((column) => fixedColumns.has(column) || checkedItems.includes(column)) });
      }}
    >
      <MenuTrigger disableButtonEnhancement>
        <Button icon={<ArrowSortRegular />} className={buttons.common} aria-label={_('Arrange')} title={_('Arrange')}>
          <span>{_('Arrange')}</span>
        </Button>
      </MenuTrigger>
      <MenuPopover className={styles.popover}>
        <MenuList>
          <MenuGroup>
            <MenuGroupHeader>{_('Groups')}</MenuGroupHeader>
            {groupings.map((group) => (
              <MenuItemRadio key={group} name="group" value={group}>
                {_(groupingLabels[group])}
              </MenuItemRadio>
            ))}
          </MenuGroup>
          <MenuDivider />
          <MenuGroup>
            <MenuGroupHeader>{_('Sort by')}</MenuGroupHeader>
            {tableColumns.map((column) => (
              <MenuItemRadio key={column} name="sort" value={column}>
                {_(columnLabels[column])}
              </MenuItemRadio>
            ))}
          </MenuGroup>
          <MenuDivider />
          <MenuGroup>
            <MenuGroupHeader>{_('Order')}</MenuGroupHeader>
            <MenuItemRadio name="order" value="up">
              {_('Ascending')}
            </MenuItemRadio>
            <MenuItemRadio name="order" value="down">
              {_('Descending')}
            </MenuItemRadio>
          </MenuGroup>
          <MenuDivider />
          <MenuGroup>
            <MenuGroupHeader>{_('Columns')}</MenuGroupHeader>
            {tableColumns
              .filter((column) => !fixedColumns.has(column))
              .map((column) => (
                <MenuItemCheckbox key={column} name="columns" value={column}>
                  {_(columnLabels[column])}
                </MenuItemCheckbox>
              ))}
          </MenuGroup>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

/** Search, filters and order. */
export function TableBar(props: {
  view: TableView;
  change: Change;
  /** What there is to choose from; an empty room: stations in none. */
  computers: readonly string[];
  rooms: readonly string[];
}): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  return (
    <>
      <SearchBox
        className={styles.search}
        value={props.view.search}
        maxLength={200}
        onChange={(_event, data) => props.change({ search: data.value })}
        placeholder={_('Search stations and users')}
        aria-label={_('Search stations and users')}
        dismiss={{ 'aria-label': _('Clear'), role: 'button' }}
      />
      <ViewsMenu view={props.view} choose={props.change} />
      <FilterMenu {...props} />
      <ArrangeMenu view={props.view} change={props.change} />
    </>
  );
}

/** What is filtered, each to be taken back; nothing where nothing is. */
export function FilterTags(props: { view: TableView; change: Change; shown: number; all: number }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const { view, change } = props;
  if (isUnfiltered(view)) return null;
  const tags: readonly { key: string; text: string; without: Partial<TableView> }[] = [
    ...(view.attention ? [{ key: 'attention', text: _('Needs attention'), without: { attention: false } }] : []),
    ...view.statuses.map((status) => ({
      key: `status:${status}`,
      text: _(statusLabels[status]),
      without: { statuses: view.statuses.filter((each) => each !== status) },
    })),
    ...view.computers.map((computer) => ({
      key: `computer:${computer}`,
      text: computer,
      without: { computers: view.computers.filter((each) => each !== computer) },
    })),
    ...view.rooms.map((room) => ({
      key: `room:${room}`,
      text: room === '' ? _('No room') : room,
      without: { rooms: view.rooms.filter((each) => each !== room) },
    })),
  ];
  return (
    <div className={styles.tags}>
      {tags.map(({ key, text, without }) => (
        <Button
          key={key}
          size="small"
          icon={<DismissRegular />}
          iconPosition="after"
          className={styles.tag}
          aria-label={_('Do not filter by “{text}”', { text })}
          onClick={() => change(without)}
        >
          {text}
        </Button>
      ))}
      <Text className={styles.count} role="status">
        {_('{shown, number} of {all, plural, one {# line} other {# lines}}', { shown: props.shown, all: props.all })}
      </Text>
      <Button
        size="small"
        appearance="subtle"
        onClick={() => {
          const { search, statuses, computers, rooms, attention } = plainView;
          change({ search, statuses, computers, rooms, attention });
        }}
      >
        {_('Show everything again')}
      </Button>
    </div>
  );
}
