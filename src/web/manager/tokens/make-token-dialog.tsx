// Makes a token: for what, how long, and what it may.
import { Checkbox, Field, Input, Label, Radio, RadioGroup, Select, Text, makeStyles, tokens } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { ApiReply } from '#contract/api.ts';
import { defaultTokenDays, scopeSuits, tokenScopes } from '#model/permissions.ts';
import type { TokenScope } from '#model/permissions.ts';
import { api } from '../../shared/api.ts';
import { levelLabels } from '../../shared/labels.ts';
import { FormDialog } from '../../shared/form-dialog.tsx';
import { scopeLabels } from './scope-labels.ts';

const useStyles = makeStyles({
  scopes: { border: 'none', margin: 0, padding: 0, minWidth: 0 },
  fault: { color: tokens.colorPaletteRedForeground1 },
});

export type MadeToken = ApiReply<'makeToken'>;

type TokenLevel = 'dashboard' | 'administrator';

const dayChoices = [7, 30, 90, defaultTokenDays] as const;

export function MakeTokenDialog({ made, close }: { made: (token: MadeToken) => void; close: () => void }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const [name, setName] = useState('');
  const [level, setLevel] = useState<TokenLevel>('administrator');
  const [held, setHeld] = useState(true);
  const [scopes, setScopes] = useState<readonly TokenScope[]>(['read']);
  const [days, setDays] = useState<string>(String(defaultTokenDays));
  const [tried, setTried] = useState(false);
  const offered = (Object.keys(tokenScopes) as TokenScope[]).filter((scope) => scopeSuits(scope, level));
  const chosen = offered.filter((scope) => scopes.includes(scope));
  const nameFault = name.trim() === '' ? _('Type a name, by which you know the token again.') : null;
  const scopeFault = held && chosen.length === 0 ? _('Choose at least one.') : null;
  const send = async (): Promise<void> => {
    const expiresInDays = days === 'never' ? null : Number(days);
    made(await api('makeToken', { body: { name: name.trim(), level, scopes: held ? chosen : null, expiresInDays } }));
  };
  return (
    <FormDialog
      title={_('Make a token')}
      verb={_('Make token')}
      valid={nameFault === null && scopeFault === null}
      tried={() => setTried(true)}
      send={send}
      close={close}
    >
      <Field
        label={_('Name')}
        hint={_('What it is for. The activity names it.')}
        {...(tried && nameFault !== null && { validationMessage: nameFault })}
      >
        <Input value={name} autoComplete="off" maxLength={64} onChange={(_event, data) => setName(data.value)} />
      </Field>
      <Field label={_('It may at most what this account type may')}>
        <RadioGroup value={level} layout="horizontal" onChange={(_event, data) => setLevel(data.value as TokenLevel)}>
          {(['administrator', 'dashboard'] as const).map((one) => (
            <Radio key={one} value={one} label={_(levelLabels[one])} />
          ))}
        </RadioGroup>
      </Field>
      <Field label={_('And of that')}>
        <RadioGroup value={held ? 'some' : 'all'} onChange={(_event, data) => setHeld(data.value === 'some')}>
          <Radio value="some" label={_('Only what is chosen here')} />
          <Radio value="all" label={_('Everything that this account type may')} />
        </RadioGroup>
      </Field>
      {held && (
        // No Field: it would give each of them its own label.
        <fieldset className={styles.scopes}>
          <legend>
            <Label>{_('Scopes')}</Label>
          </legend>
          {offered.map((scope) => (
            <div key={scope}>
              <Checkbox
                checked={chosen.includes(scope)}
                onChange={(_event, data) =>
                  setScopes(data.checked === true ? [...scopes, scope] : scopes.filter((one) => one !== scope))
                }
                label={
                  <>
                    {_(scopeLabels[scope].label)}
                    <br />
                    <small>{_(scopeLabels[scope].hint)}</small>
                  </>
                }
              />
            </div>
          ))}
          {tried && scopeFault !== null && (
            <Text role="alert" size={200} className={styles.fault}>
              {scopeFault}
            </Text>
          )}
        </fieldset>
      )}
      <Field label={_('Expires')} hint={_('Then whoever uses it is refused. It cannot be made longer.')}>
        <Select value={days} onChange={(_event, data) => setDays(data.value)}>
          {dayChoices.map((count) => (
            <option key={count} value={count}>
              {_('After {count, plural, one {# day} other {# days}}', { count })}
            </option>
          ))}
          <option value="never">{_('Never, until it is revoked')}</option>
        </Select>
      </Field>
    </FormDialog>
  );
}
