// The cross of a message that can be put away.
import { Button } from '@fluentui/react-components';
import { DismissRegular } from '@fluentui/react-icons/svg/dismiss';
import { useLingui } from '@lingui/react';
import type { ReactNode } from 'react';

/** `label`: what is put away, where that is more than closing it; `title`: more about it. */
export function DismissButton(props: { label?: string; title?: string; run: () => void }): ReactNode {
  const { _ } = useLingui();
  const label = props.label ?? _('Close');
  return (
    <Button
      appearance="transparent"
      icon={<DismissRegular />}
      aria-label={label}
      title={props.title ?? label}
      onClick={props.run}
    />
  );
}
