// The menus of the bar above the desktops, in their order.
import type { ComponentType } from 'react';
import { BlockMenu } from './block-menu.tsx';
import { ControlButton } from './control-button.tsx';
import type { DeskMenuProps } from './desk-menu.tsx';
import { SessionsMenu } from './sessions-menu.tsx';

export const deskMenus: readonly ComponentType<DeskMenuProps>[] = [SessionsMenu, BlockMenu, ControlButton];
