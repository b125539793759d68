// The fields that the dialogues for people share: account type, and a new password typed twice.
import { Field, Input, Radio, RadioGroup, Switch } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import type { ReactNode } from 'react';
import { levels } from '#model/account.ts';
import type { Level } from '#model/account.ts';
import { msg } from '../../shared/i18n.ts';
import { levelLabels } from '../../shared/labels.ts';

const levelHints: Readonly<Record<Level, string>> = {
  standard: msg('Signs in at stations.'),
  dashboard: msg('And opens the Dashboard: sees and helps standard users.'),
  administrator: msg('And opens the Manager: may do everything on this computer’s room.'),
};

export function LevelField({ level, change }: { level: Level; change: (level: Level) => void }): ReactNode {
  const { _ } = useLingui();
  return (
    <Field label={_('Account type')}>
      <RadioGroup value={level} onChange={(_event, data) => change(data.value as Level)}>
        {levels.map((one) => (
          <Radio
            key={one}
            value={one}
            label={
              <>
                {_(levelLabels[one])}
                <br />
                <small>{_(levelHints[one])}</small>
              </>
            }
          />
        ))}
      </RadioGroup>
    </Field>
  );
}

export interface NewPassword {
  password: string;
  repeated: string;
  mustChange: boolean;
}

export const noPassword: Readonly<NewPassword> = { password: '', repeated: '', mustChange: true };

/** What is wrong with it before the computer is asked, for each of the two fields. */
export function newPasswordFaults({ password, repeated }: NewPassword): { password: string | null; repeated: string | null } {
  const fault = password === '' ? msg('Type a password.') : null;
  return { password: fault, repeated: password === repeated ? null : msg('The two passwords are not the same.') };
}

export function NewPasswordFields(props: {
  value: NewPassword;
  change: (some: Partial<NewPassword>) => void;
  /** Faults are shown only after the person tried. */
  tried: boolean;
}): ReactNode {
  const { _ } = useLingui();
  const { value, change, tried } = props;
  const faults = newPasswordFaults(value);
  return (
    <>
      <Field label={_('Password')} {...(tried && faults.password !== null && { validationMessage: _(faults.password) })}>
        <Input
          type="password"
          value={value.password}
          autoComplete="new-password"
          maxLength={512}
          onChange={(_event, data) => change({ password: data.value })}
        />
      </Field>
      <Field
        label={_('Password once more')}
        {...(tried && faults.repeated !== null && { validationMessage: _(faults.repeated) })}
      >
        <Input
          type="password"
          value={value.repeated}
          autoComplete="new-password"
          maxLength={512}
          onChange={(_event, data) => change({ repeated: data.value })}
        />
      </Field>
      <Switch
        label={_('Must be changed at the next sign-in')}
        checked={value.mustChange}
        onChange={(_event, data) => change({ mustChange: data.checked })}
      />
    </>
  );
}
