// Taking control of the one chosen desktop.
import { Button } from '@fluentui/react-components';
import { CursorClickRegular } from '@fluentui/react-icons/svg/cursor-click';
import { useLingui } from '@lingui/react';
import type { ReactNode } from 'react';
import { isRunning } from '#model/session.ts';
import { useControl } from './control.tsx';
import type { DeskMenuProps } from './desk-menu.tsx';

export function ControlButton({ chosen }: DeskMenuProps): ReactNode {
  const { _ } = useLingui();
  const control = useControl();
  const [session] = chosen;
  const possible = chosen.length === 1 && session !== undefined && isRunning(session);
  return (
    <Button appearance="subtle" icon={<CursorClickRegular />} disabled={!possible} onClick={() => possible && control(session)}>
      {_('Take control')}
    </Button>
  );
}
