// The settings of the room, each with what it means.
import {
  Button,
  Card,
  Field,
  Input,
  MessageBar,
  MessageBarBody,
  Radio,
  RadioGroup,
  SpinButton,
  Subtitle1,
  Switch,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import type { EnrolmentWay, Settings, SignInRule } from '#model/settings.ts';
import { api, textOf } from '../shared/api.ts';
import { useNotices } from '../shared/notices.tsx';
import { useRoom } from '../shared/room.tsx';
import { enrolmentLabels, signInRuleLabels } from './setting-labels.ts';

const useStyles = makeStyles({
  part: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalS },
  form: {
    display: 'grid',
    gap: tokens.spacingVerticalL,
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 320px), 1fr))',
    alignItems: 'start',
  },
  number: { maxWidth: '180px' },
  buttons: { gridColumn: '1 / -1', display: 'flex', gap: tokens.spacingHorizontalS },
  wide: { gridColumn: '1 / -1' },
});

type Changes = Partial<Settings>;

/** A number out of its bounds, or none at all. */
function outside(value: number, least: number): boolean {
  return !Number.isInteger(value) || value < least || value > 3600;
}

export function SettingsPanel(): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const notices = useNotices();
  const { settings } = useRoom();
  // Only what the person changed: what others change meanwhile shows through, and is not undone by saving.
  const [changes, setChanges] = useState<Changes>({});
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const shown: Settings = { ...settings, ...changes };
  const change = (some: Changes): void => {
    setChanges((before) => {
      const next = { ...before, ...some };
      for (const key of Object.keys(next) as (keyof Settings)[]) if (next[key] === settings[key]) delete next[key];
      return next;
    });
  };
  const changed = Object.keys(changes).length > 0;
  const graceFault = outside(shown.graceSeconds, 1);
  const countdownFault = outside(shown.logOffCountdownSeconds, 0);
  const desktopFault = !/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(shown.desktop);
  const valid = !graceFault && !countdownFault && !desktopFault;

  const save = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await api('changeSettings', { body: changes });
      setChanges({});
      notices.done(_('The settings are saved.'));
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  };
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    if (changed && valid && !busy) void save();
  };

  return (
    <section className={styles.part} aria-labelledby="settings">
      <Subtitle1 as="h2" id="settings">
        {_('Settings')}
      </Subtitle1>
      <Card>
        <form className={styles.form} onSubmit={onSubmit} noValidate>
          <Field label={_('How a browser becomes a station')} hint={_('Stations that exist already stay stations.')}>
            <RadioGroup value={shown.enrolment} onChange={(_event, data) => change({ enrolment: data.value as EnrolmentWay })}>
              {Object.entries(enrolmentLabels).map(([value, label]) => (
                <Radio key={value} value={value} label={_(label)} />
              ))}
            </RadioGroup>
          </Field>
          <Field label={_('Who may sign in at stations')} hint={_('The Users tab says which groups there are.')}>
            <RadioGroup
              value={shown.whoMaySignIn}
              onChange={(_event, data) => change({ whoMaySignIn: data.value as SignInRule })}
            >
              {Object.entries(signInRuleLabels).map(([value, label]) => (
                <Radio key={value} value={value} label={_(label)} />
              ))}
            </RadioGroup>
          </Field>
          <Field hint={_('Before the first sign-in, standard users accept that their screen may be watched.')}>
            <Switch
              label={_('Show the privacy notice')}
              checked={shown.privacyNotice}
              onChange={(_event, data) => change({ privacyNotice: data.checked })}
            />
          </Field>
          <Field hint={_('Off: a second sign-in moves the running session to the new station.')}>
            <Switch
              label={_('Allow one account to have multiple sessions')}
              checked={shown.multipleSessions}
              onChange={(_event, data) => change({ multipleSessions: data.checked })}
            />
          </Field>
          <Field
            label={_('Grace time in seconds')}
            hint={_('A session is suspended when its station has been away for so long.')}
            {...(graceFault && { validationMessage: _('From 1 to 3600 seconds.') })}
          >
            <SpinButton
              className={styles.number}
              value={Number.isNaN(shown.graceSeconds) ? null : shown.graceSeconds}
              min={1}
              max={3600}
              onChange={(_event, data) => change({ graceSeconds: data.value ?? Number(data.displayValue ?? 'x') })}
            />
          </Field>
          <Field
            label={_('Warning before a log-off, in seconds')}
            hint={_('So long can a person save work when you log off. 0 is no warning.')}
            {...(countdownFault && { validationMessage: _('From 0 to 3600 seconds.') })}
          >
            <SpinButton
              className={styles.number}
              value={Number.isNaN(shown.logOffCountdownSeconds) ? null : shown.logOffCountdownSeconds}
              min={0}
              max={3600}
              onChange={(_event, data) => change({ logOffCountdownSeconds: data.value ?? Number(data.displayValue ?? 'x') })}
            />
          </Field>
          <Field
            label={_('Desktop')}
            hint={_('The kind of desktop that starts, by its name on the computer, such as xfce.')}
            {...(desktopFault && { validationMessage: _('Letters, digits, dots and dashes only.') })}
          >
            <Input
              className={styles.number}
              value={shown.desktop}
              maxLength={64}
              onChange={(_event, data) => change({ desktop: data.value })}
            />
          </Field>
          {error !== null && (
            <MessageBar intent="error" layout="multiline" className={styles.wide} role="alert">
              <MessageBarBody>{textOf(error)}</MessageBarBody>
            </MessageBar>
          )}
          <div className={styles.buttons}>
            <Button type="submit" appearance="primary" disabledFocusable={!changed || !valid || busy}>
              {_('Save settings')}
            </Button>
            {changed && <Button onClick={() => setChanges({})}>{_('Discard changes')}</Button>}
          </div>
        </form>
      </Card>
    </section>
  );
}
