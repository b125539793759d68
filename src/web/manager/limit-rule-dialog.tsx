// Writes the limits of one Linux group or station; what is not chosen is as on the computer.
import {
  Checkbox,
  Field,
  Input,
  Label,
  Radio,
  RadioGroup,
  Select,
  SpinButton,
  Text,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useId, useState } from 'react';
import type { ReactNode } from 'react';
import type { ToldLimitRule } from '#contract/values.ts';
import { limitNames } from '#model/limits.ts';
import { controlPolicies } from '#model/control.ts';
import type { ControlPolicy } from '#model/control.ts';
import type { LimitAmount, LimitName, LimitScope, LimitValues } from '#model/limits.ts';
import { api } from '../shared/api.ts';
import { FormDialog } from '../shared/form-dialog.tsx';
import { controlPolicyLabels, limitLabels, limitText, limitUnits } from '../shared/limit-labels.ts';
import { useRoom } from '../shared/room.tsx';
import { typedNumber } from '../shared/typed-number.ts';
import { boundsText, isOutside, numberBounds } from './setting-bounds.ts';

const useStyles = makeStyles({
  limits: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalXS },
  line: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr) 120px',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
  },
  usual: { color: tokens.colorNeutralForeground2 },
});

type Values = Partial<LimitValues>;

function AmountField(props: { name: LimitAmount; label: string; value: number; change: (value: number) => void }): ReactNode {
  const [least, most] = numberBounds[props.name];
  return (
    <SpinButton
      aria-label={props.label}
      value={Number.isNaN(props.value) ? null : props.value}
      min={least}
      max={most}
      onChange={(_event, data) => props.change(typedNumber(data))}
    />
  );
}

export function LimitRuleDialog(props: {
  /** The one that is changed; null: a new one. */
  rule: ToldLimitRule | null;
  saved: (rules: readonly ToldLimitRule[]) => void;
  close: () => void;
}): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const { settings, stations } = useRoom();
  // As it was when the dialogue opened: that is what the person changes.
  const [rule] = useState(props.rule);
  const [scope, setScope] = useState<LimitScope>(rule?.scope ?? 'group');
  const [of, setOf] = useState(rule?.of ?? '');
  const limitsId = useId();
  const [values, setValues] = useState<Values>(() => ({ ...rule?.values }) as Values);
  const enrolled = stations.filter(({ state }) => state === 'enrolled');
  const faulty = limitNames.filter(
    (name) => name !== 'takeControl' && values[name] !== undefined && isOutside(name, values[name]),
  );
  const given = Object.keys(values).length > 0;
  const valid = of.trim() !== '' && faulty.length === 0 && (given || rule !== null);
  const send = async (): Promise<void> => {
    const change = Object.fromEntries(limitNames.map((name) => [name, values[name] ?? null]));
    // A new one has nothing to be based on: what is there already is completed.
    const body = rule === null ? { scope, of: of.trim(), values } : { scope, of, values: change, was: rule.values };
    const { rules } = await api('changeLimits', { body });
    props.saved(rules);
  };
  const set = <N extends LimitName>(name: N, value: LimitValues[N] | undefined): void =>
    setValues((before) => {
      const { [name]: _before, ...others } = before;
      return value === undefined ? others : { ...others, [name]: value };
    });
  return (
    <FormDialog
      title={rule === null ? _('Limits of a group or station') : _('Limits of {name}', { name: rule.name })}
      verb={_('Save')}
      valid={valid}
      send={send}
      close={props.close}
    >
      {rule === null && (
        <>
          <Field label={_('These limits are for')}>
            <RadioGroup
              layout="horizontal"
              value={scope}
              onChange={(_event, data) => {
                setScope(data.value as LimitScope);
                setOf('');
              }}
            >
              <Radio value="group" label={_('a group of people')} />
              <Radio value="station" label={_('a station')} />
            </RadioGroup>
          </Field>
          {scope === 'group' ? (
            <Field label={_('Linux group')} hint={_('Also the groups of the account types, such as stationmaster-dashboard.')}>
              <Input value={of} maxLength={256} autoComplete="off" onChange={(_event, data) => setOf(data.value)} />
            </Field>
          ) : (
            <Field label={_('Station')}>
              <Select value={of} onChange={(_event, data) => setOf(data.value)}>
                <option value="">{_('Choose a station')}</option>
                {enrolled.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </Select>
            </Field>
          )}
        </>
      )}
      <div className={styles.limits} role="group" aria-labelledby={limitsId}>
        <Label id={limitsId}>{_('Which limits')}</Label>
        <Text size={200} className={styles.usual}>
          {_('What is not chosen is as on the computer. 0 is no limit.')}
        </Text>
        {limitNames.map((name) => {
          const unit = name === 'takeControl' ? null : limitUnits[name];
          const label = unit === null ? _(limitLabels[name]) : `${_(limitLabels[name])} (${_(unit)})`;
          const isChosen = values[name] !== undefined;
          return (
            <div key={name}>
              <div className={styles.line}>
                <Checkbox
                  label={label}
                  checked={isChosen}
                  onChange={(_event, data) => set(name, data.checked === true ? settings[name] : undefined)}
                />
                {!isChosen && <span className={styles.usual}>{limitText(name, settings[name])}</span>}
                {isChosen && name === 'takeControl' && (
                  <Select
                    aria-label={label}
                    value={values.takeControl ?? ''}
                    onChange={(_event, data) => set('takeControl', data.value as ControlPolicy)}
                  >
                    {controlPolicies.map((policy) => (
                      <option key={policy} value={policy}>
                        {_(controlPolicyLabels[policy])}
                      </option>
                    ))}
                  </Select>
                )}
                {isChosen && name !== 'takeControl' && (
                  <AmountField
                    name={name}
                    label={label}
                    value={values[name] ?? Number.NaN}
                    change={(value) => set(name, value)}
                  />
                )}
              </div>
              {name !== 'takeControl' && faulty.includes(name) && <Field validationMessage={boundsText(name)} />}
            </div>
          );
        })}
      </div>
    </FormDialog>
  );
}
