// How the desktops are shown: size, which, order, grouping.
import {
  Menu,
  MenuButton,
  MenuGroup,
  MenuGroupHeader,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
} from '@fluentui/react-components';
import { GridRegular } from '@fluentui/react-icons/svg/grid';
import { useLingui } from '@lingui/react';
import type { ReactNode } from 'react';
import { msg } from '../shared/i18n.ts';
import { deskChoices } from './desk-view.ts';
import type { DeskView } from './desk-view.ts';

type Label = ReturnType<typeof msg>;

const headers: Readonly<Record<keyof DeskView, Label>> = {
  size: msg('Size'),
  show: msg('Show'),
  order: msg('Order'),
  group: msg('Group'),
};
const labels: { readonly [K in keyof DeskView]: Readonly<Record<DeskView[K], Label>> } = {
  size: { small: msg('Small'), medium: msg('Medium'), large: msg('Large') },
  show: { all: msg('All desktops'), active: msg('Active ones') },
  order: { station: msg('By station'), person: msg('By person') },
  group: { none: msg('Not grouped'), room: msg('By room'), class: msg('By class') },
};

export function DeskViewMenu({ view, change }: { view: DeskView; change: (part: Partial<DeskView>) => void }): ReactNode {
  const { _ } = useLingui();
  const keys = Object.keys(deskChoices) as (keyof DeskView)[];
  return (
    <Menu
      persistOnItemClick
      checkedValues={Object.fromEntries(keys.map((key) => [key, [view[key]]]))}
      onCheckedValueChange={(_event, { name, checkedItems }) => change({ [name]: checkedItems[0] })}
    >
      <MenuTrigger disableButtonEnhancement>
        <MenuButton appearance="subtle" icon={<GridRegular />}>
          {_('View')}
        </MenuButton>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {keys.map((key) => (
            <MenuGroup key={key}>
              <MenuGroupHeader>{_(headers[key])}</MenuGroupHeader>
              {deskChoices[key].map((value) => (
                <MenuItemRadio key={value} name={key} value={value}>
                  {_((labels[key] as Readonly<Record<string, Label>>)[value] ?? headers[key])}
                </MenuItemRadio>
              ))}
            </MenuGroup>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
