// Removes an account: what becomes of the files, and of a session that there is.
import { Checkbox, Field, MessageBar, MessageBarBody, ProgressBar, Radio, RadioGroup } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { ListedPerson } from '#contract/api.ts';
import type { AccountRemoval } from '#contract/values.ts';
import { isRemovalOver } from '#model/account.ts';
import type { AccountFilesFate } from '#model/account.ts';
import { ApiError, api } from '../../shared/api.ts';
import { msg } from '../../shared/i18n.ts';
import { useNotices } from '../../shared/notices.tsx';
import { pause } from '../../shared/pause.ts';
import { useRoom } from '../../shared/room.tsx';
import { FormDialog } from '../../shared/form-dialog.tsx';
import { packedPart, phaseText, removedText } from './removal-text.ts';

const fateLabels: Readonly<Record<AccountFilesFate, { label: string; hint: string }>> = {
  archive: { label: msg('Pack them up'), hint: msg('Into one file on the computer that only root can read.') },
  keep: { label: msg('Leave them where they are'), hint: msg('The home folder stays, and only root can open it.') },
  remove: { label: msg('Delete them'), hint: msg('For good. Nobody can get them back.') },
};

/** The removal goes on while the gateway is away. */
const retryAfterMs = 2000;

export function RemoveUserDialog(props: { person: ListedPerson; changed: () => void; close: () => void }): ReactNode {
  const { _ } = useLingui();
  const notices = useNotices();
  const { sessions } = useRoom();
  const { name: user } = props.person;
  const [files, setFiles] = useState<AccountFilesFate>('archive');
  const [endSession, setEndSession] = useState(false);
  const [tried, setTried] = useState(false);
  const [removal, setRemoval] = useState<AccountRemoval | null>(null);
  const own = sessions.filter((session) => session.user === user && session.state !== 'lost').length;
  const fault = own > 0 && !endSession ? _('Say that the session may be ended, or cancel.') : null;
  const send = async (): Promise<void> => {
    let now = await api('removeAccount', {
      params: { name: user },
      query: { files, endSession: endSession ? 'yes' : 'no' },
    });
    props.changed();
    // Each answer comes when it is over, or after a while.
    while (!isRemovalOver(now)) {
      setRemoval(now);
      const known = now;
      const next = await api('removal', { params: { id: now.id } }).catch(async (error: unknown) => {
        if (error instanceof ApiError && error.code === 'not-found') return null;
        if (!(error instanceof ApiError && ['offline', 'computer-unreachable'].includes(error.code))) {
          setRemoval(null);
          throw error;
        }
        await pause(retryAfterMs);
        return known;
      });
      if (next === null) {
        // It ended while the gateway was away.
        notices.done(_('Deleting {user} has ended; the Activity tab says how.', { user }));
        props.changed();
        return;
      }
      now = next;
    }
    setRemoval(null);
    props.changed();
    if (now.error !== null) throw new ApiError(now.error);
    notices.done(removedText(now));
  };
  const packed = removal === null ? null : packedPart(removal);
  return (
    <FormDialog
      title={_('Delete {user}?', { user })}
      verb={_('Delete user')}
      valid={fault === null}
      tried={() => setTried(true)}
      send={send}
      close={props.close}
    >
      {removal !== null && (
        <Field
          validationState="none"
          validationMessage={_('This goes on when you close it, and also when this page is closed.')}
          label={phaseText(removal)}
        >
          <ProgressBar {...(packed !== null && { value: packed })} />
        </Field>
      )}
      {removal === null && (
        <Field label={_('Files of this person')}>
          <RadioGroup value={files} onChange={(_event, data) => setFiles(data.value as AccountFilesFate)}>
            {(Object.keys(fateLabels) as AccountFilesFate[]).map((fate) => (
              <Radio
                key={fate}
                value={fate}
                label={
                  <>
                    {_(fateLabels[fate].label)}
                    <br />
                    <small>{_(fateLabels[fate].hint)}</small>
                  </>
                }
              />
            ))}
          </RadioGroup>
        </Field>
      )}
      {removal === null && own > 0 && (
        <>
          <MessageBar intent="warning" layout="multiline">
            <MessageBarBody>
              {_(
                '{count, plural, one {This person has a session.} other {This person has # sessions.}} What is not saved in it is lost, on disk as well.',
                { count: own },
              )}
            </MessageBarBody>
          </MessageBar>
          <Field {...(tried && fault !== null && { validationMessage: fault })}>
            <Checkbox
              label={_('End it at once')}
              checked={endSession}
              onChange={(_event, data) => setEndSession(data.checked === true)}
            />
          </Field>
        </>
      )}
    </FormDialog>
  );
}
