// What a page shows where something could not be loaded: why, and a way to try again.
import { Button, MessageBar, MessageBarActions, MessageBarBody, MessageBarTitle } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import type { ReactNode } from 'react';
import { textOf } from './api.ts';

export function Failure({ error, again }: { error: unknown; again: () => void }): ReactNode {
  const { _ } = useLingui();
  return (
    <MessageBar intent="error" layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>{_('This could not be loaded')}</MessageBarTitle>
        {textOf(error)}
      </MessageBarBody>
      <MessageBarActions>
        <Button onClick={again}>{_('Try again')}</Button>
      </MessageBarActions>
    </MessageBar>
  );
}
