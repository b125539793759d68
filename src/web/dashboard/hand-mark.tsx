// The mark on the desk of who has a hand up.
import { Badge } from '@fluentui/react-components';
import { HandRightRegular } from '@fluentui/react-icons/svg/hand-right';
import { useLingui } from '@lingui/react';
import type { ReactNode } from 'react';
import type { Session } from '#model/session.ts';
import { useRoom } from '../shared/room.tsx';

export function HandMark({ session }: { session: Session }): ReactNode {
  const { _ } = useLingui();
  const { hands } = useRoom();
  if (!hands.some((hand) => hand.session === session.id)) return null;
  return (
    <Badge appearance="tint" color="brand" icon={<HandRightRegular />}>
      {_('Hand up')}
    </Badge>
  );
}
