// Changes full name and account type of a person. Somebody else's change meanwhile is told, not overwritten.
import { Field, Input } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { ListedPerson } from '#contract/api.ts';
import { isFullName } from '#model/account.ts';
import { api } from '../../shared/api.ts';
import { LevelField } from './account-fields.tsx';
import { FormDialog } from '../../shared/form-dialog.tsx';

export function ChangeUserDialog(props: { person: ListedPerson; changed: () => void; close: () => void }): ReactNode {
  const { _ } = useLingui();
  // As it was when the dialogue opened: that is what the person changes.
  const [{ name, fullName: nameBefore, level: levelBefore, listed, domain }] = useState(props.person);
  const [fullName, setFullName] = useState(nameBefore);
  const [level, setLevel] = useState(levelBefore);
  const [tried, setTried] = useState(false);
  const fault = isFullName(fullName) ? null : _('A full name cannot have a colon, a comma or an equals sign.');
  const send = async (): Promise<void> => {
    const renamed = fullName.trim() !== nameBefore;
    await api('changeAccount', {
      params: { name },
      body: {
        ...(renamed && { fullName: fullName.trim() }),
        ...((level !== levelBefore || !listed) && { level }),
        was: { fullName: nameBefore, level: levelBefore },
      },
    }).catch((error: unknown) => {
      props.changed();
      throw error;
    });
    props.changed();
  };
  return (
    <FormDialog
      title={_('Change {user}', { user: name })}
      verb={_('Save')}
      valid={fault === null}
      tried={() => setTried(true)}
      send={send}
      close={props.close}
    >
      <Field
        label={_('Full name')}
        {...(domain && { hint: _('It comes from a directory of your organisation and is changed there.') })}
        {...(tried && fault !== null && { validationMessage: fault })}
      >
        <Input
          value={fullName}
          readOnly={domain}
          autoComplete="off"
          maxLength={64}
          onChange={(_event, data) => setFullName(data.value)}
        />
      </Field>
      <LevelField level={level} change={setLevel} />
    </FormDialog>
  );
}
