// One menu of the bar above the desktops: what can be done to the chosen ones, and to all.
import {
  Menu,
  MenuButton,
  MenuDivider,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  useRestoreFocusTarget,
} from '@fluentui/react-components';
import type { ReactElement, ReactNode } from 'react';
import type { Session } from '#model/session.ts';

/** What each menu of the bar is given. `chosen` in the order in which they are shown. */
export interface DeskMenuProps {
  chosen: readonly Session[];
  all: readonly Session[];
}

export interface DeskMenuItem {
  label: string;
  icon: ReactElement;
  run: () => void;
  disabled?: boolean;
}

/** `groups` are set apart from one another; empty ones do not show. */
export function DeskMenu(props: { label: string; icon: ReactElement; groups: readonly (readonly DeskMenuItem[])[] }): ReactNode {
  const focusTarget = useRestoreFocusTarget();
  const groups = props.groups.filter((group) => group.length > 0);
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <MenuButton {...focusTarget} appearance="subtle" icon={props.icon}>
          {props.label}
        </MenuButton>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {groups.flatMap((group, at) => [
            ...(at === 0 ? [] : [<MenuDivider key={`divider ${String(at)}`} />]),
            ...group.map(({ label, icon, run, disabled = false }) => (
              <MenuItem key={label} icon={icon} disabled={disabled} onClick={run}>
                {label}
              </MenuItem>
            )),
          ])}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
