// Makes a code with which browsers become stations, and shows it large enough to read out to a room.
import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  Spinner,
  Text,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { api } from '../api.ts';
import { hourText } from '../clock.ts';
import { Failure } from '../failure.tsx';
import { useNotices } from '../notices.tsx';
import { useRoom } from '../room.tsx';
import { ShowDialog } from '../show-dialog.tsx';

const useStyles = makeStyles({
  content: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  code: {
    textAlign: 'center',
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: 'clamp(28px, 9vw, 48px)',
    lineHeight: 1.3,
    letterSpacing: '0.08em',
    fontWeight: tokens.fontWeightSemibold,
    padding: tokens.spacingVerticalL,
    borderRadius: tokens.borderRadiusLarge,
    backgroundColor: tokens.colorNeutralBackground3,
    userSelect: 'all',
  },
});

export function EnrolmentCodeDialog({ close }: { close: () => void }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const notices = useNotices();
  const { settings } = useRoom();
  const [asked] = useState(() => performance.now());
  const code = useQuery({
    queryKey: ['enrolment-code', asked],
    queryFn: () => api('enrolmentCode', { body: { minutes: 60 } }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const askForCodes = async (): Promise<void> => {
    try {
      await api('changeSettings', { body: { enrolment: 'code' } });
      notices.done(_('New stations are now asked for a code.'));
    } catch (error) {
      notices.failed(_('The setting could not be changed.'), error);
    }
  };
  return (
    <ShowDialog title={_('Enrolment code')} className={styles.content} close={close}>
      <Text>
        {_('Open {address} in the browser of the new station and type this code there.', {
          address: `${location.origin}/`,
        })}
      </Text>
      {code.isPending && <Spinner label={_('Loading…')} />}
      {code.isError && <Failure error={code.error} again={() => void code.refetch()} />}
      {code.data !== undefined && (
        <>
          <div className={styles.code}>{code.data.code}</div>
          <Text align="center">
            {_('Valid until {time}, for as many stations as you like.', { time: hourText(code.data.expiresAt) })}
          </Text>
        </>
      )}
      {settings.enrolment !== 'code' && (
        <MessageBar intent="info" layout="multiline">
          <MessageBarBody>
            {settings.enrolment === 'open'
              ? _('At present every browser becomes a station by itself and is not asked for a code.')
              : _('At present new stations wait until you let them in and are not asked for a code.')}
          </MessageBarBody>
          <MessageBarActions>
            <Button size="small" onClick={() => void askForCodes()}>
              {_('Ask for a code')}
            </Button>
          </MessageBarActions>
        </MessageBar>
      )}
    </ShowDialog>
  );
}
