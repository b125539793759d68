// Makes an account: name, full name, password, account type.
import { Field, Input } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { isFullName, newUserNameFault } from '#model/account.ts';
import type { Level } from '#model/account.ts';
import { api } from '../../shared/api.ts';
import { useNotices } from '../../shared/notices.tsx';
import { LevelField, NewPasswordFields, newPasswordFaults, noPassword } from './account-fields.tsx';
import { FormDialog } from '../../shared/form-dialog.tsx';

export function AddUserDialog({ changed, close }: { changed: () => void; close: () => void }): ReactNode {
  const { _ } = useLingui();
  const notices = useNotices();
  const [user, setUser] = useState('');
  const [fullName, setFullName] = useState('');
  const [password, setPassword] = useState(noPassword);
  const [level, setLevel] = useState<Level>('standard');
  const [tried, setTried] = useState(false);
  const nameFault = newUserNameFault(user);
  const userFault =
    user === ''
      ? _('Type a user name.')
      : nameFault === 'form'
        ? _('A user name begins with a small letter and has only small letters, digits, - and _.')
        : nameFault === null
          ? null
          : _('Programs of the computer use this name. Choose another one.');
  const fullNameFault = isFullName(fullName) ? null : _('A full name cannot have a colon, a comma or an equals sign.');
  const faults = newPasswordFaults(password);
  const send = async (): Promise<void> => {
    await api('createAccount', {
      body: { user, fullName: fullName.trim(), password: password.password, level, mustChange: password.mustChange },
    });
    changed();
    notices.done(_('{user} has an account now.', { user }));
  };
  return (
    <FormDialog
      title={_('Add a user')}
      verb={_('Add user')}
      valid={userFault === null && fullNameFault === null && faults.password === null && faults.repeated === null}
      tried={() => setTried(true)}
      send={send}
      close={close}
    >
      <Field label={_('User name')} {...(tried && userFault !== null && { validationMessage: userFault })}>
        <Input
          value={user}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={32}
          onChange={(_event, data) => setUser(data.value)}
        />
      </Field>
      <Field
        label={_('Full name')}
        hint={_('May be left empty.')}
        {...(tried && fullNameFault !== null && { validationMessage: fullNameFault })}
      >
        <Input value={fullName} autoComplete="off" maxLength={64} onChange={(_event, data) => setFullName(data.value)} />
      </Field>
      <NewPasswordFields value={password} change={(some) => setPassword((before) => ({ ...before, ...some }))} tried={tried} />
      <LevelField level={level} change={setLevel} />
    </FormDialog>
  );
}
