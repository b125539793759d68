// Shows a token that was just made, this once.
import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Input,
  MessageBar,
  MessageBarBody,
  Text,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { timeText } from '../../shared/clock.ts';
import type { MadeToken } from './make-token-dialog.tsx';

const useStyles = makeStyles({
  content: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  line: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
  token: { flexGrow: 1, minWidth: '200px', fontFamily: tokens.fontFamilyMonospace },
});

export function MadeTokenDialog({ made, close }: { made: MadeToken; close: () => void }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const [copied, setCopied] = useState<boolean | null>(null);
  const copy = (): void => {
    navigator.clipboard.writeText(made.token).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    // Without onOpenChange: Fluent closes an alert on Escape too, and the token would be gone for good.
    <Dialog open modalType="alert">
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{_('The token {name} is made', { name: made.name })}</DialogTitle>
          <DialogContent className={styles.content}>
            <MessageBar intent="warning" layout="multiline">
              <MessageBarBody>
                {_('It is shown this once. Copy it now, to a place that only its program can read.')}
              </MessageBarBody>
            </MessageBar>
            <div className={styles.line}>
              <Input
                className={styles.token}
                readOnly
                value={made.token}
                aria-label={_('Token')}
                onFocus={(event) => event.target.select()}
              />
              <Button onClick={copy}>{_('Copy')}</Button>
            </div>
            <Text role="status">
              {copied === true && _('Copied.')}
              {copied === false && _('The browser did not let it be copied. Select it and copy it yourself.')}
            </Text>
            <Text>
              {made.expiresAt === null
                ? _('It holds until it is revoked.')
                : _('It expires on {time}.', { time: timeText(made.expiresAt) })}
            </Text>
          </DialogContent>
          <DialogActions>
            <Button appearance="primary" onClick={close}>
              {_('I have kept it')}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
