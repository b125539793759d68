// Gives a person another password.
import { Text } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { api } from '../../shared/api.ts';
import { useNotices } from '../../shared/notices.tsx';
import { NewPasswordFields, newPasswordFaults, noPassword } from './account-fields.tsx';
import { FormDialog } from '../../shared/form-dialog.tsx';

export function PasswordDialog({ user, close }: { user: string; close: () => void }): ReactNode {
  const { _ } = useLingui();
  const notices = useNotices();
  const [password, setPassword] = useState(noPassword);
  const [tried, setTried] = useState(false);
  const faults = newPasswordFaults(password);
  const send = async (): Promise<void> => {
    const { says } = await api('setPassword', {
      params: { name: user },
      body: { password: password.password, mustChange: password.mustChange },
    });
    notices.done(
      says === ''
        ? _('{user} has a new password.', { user })
        : _('{user} has a new password. The computer remarks: {says}', { user, says }),
    );
  };
  return (
    <FormDialog
      title={_('Set the password of {user}', { user })}
      verb={_('Set password')}
      valid={faults.password === null && faults.repeated === null}
      tried={() => setTried(true)}
      send={send}
      close={close}
    >
      <NewPasswordFields value={password} change={(some) => setPassword((before) => ({ ...before, ...some }))} tried={tried} />
      <Text size={200}>{_('A session that runs goes on. The person is signed out of the Manager and the Dashboard.')}</Text>
    </FormDialog>
  );
}
