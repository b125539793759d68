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
  Subtitle2,
  Switch,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { controlPolicies } from '#model/control.ts';
import type { ControlPolicy } from '#model/control.ts';
import { defaultSettings, signInGroupNames } from '#model/settings.ts';
import type { EnrolmentWay, Settings, SignInRule } from '#model/settings.ts';
import { api, isChangedMeanwhile, textOf } from '../shared/api.ts';
import { useNotices } from '../shared/notices.tsx';
import { useRoom } from '../shared/room.tsx';
import { typedNumber } from '../shared/typed-number.ts';
import { boundsText, isOutside, numberBounds } from './setting-bounds.ts';
import type { NumberName } from './setting-bounds.ts';
import { NotDone, UnableToLimit } from './unable-parts.tsx';
import { controlPolicyChoices, enrolmentLabels, settingLabels, settingText, signInRuleLabels } from './setting-labels.ts';

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
  from: { display: 'block' },
  notDone: { gridColumn: '1 / -1', marginBlock: 0 },
});

type Changes = Partial<Settings>;
type SwitchName = { [K in keyof Settings]: Settings[K] extends boolean ? K : never }[keyof Settings];

interface Edit {
  /** Only what the person changed: what others change meanwhile shows through, and is not undone by saving. */
  changes: Changes;
  /** What these were when the person changed them: whoever has changed the same meanwhile is not overruled unseen. */
  was: Changes;
}

const noEdit: Edit = { changes: {}, was: {} };

const namesOf = (some: Changes): (keyof Settings)[] => Object.keys(some) as (keyof Settings)[];

/** What a setting does, and where its value comes from. */
function Meaning(props: { name: keyof Settings; text: string }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const { settings } = useRoom();
  const usual = defaultSettings[props.name];
  return (
    <>
      {props.text}
      <span className={styles.from}>
        {settings[props.name] === usual
          ? _('This is the default.')
          : _('Changed here. The default: {value}', { value: settingText(props.name, usual) })}
      </span>
    </>
  );
}

function NumberSetting(props: { name: NumberName; hint: string; value: number; change: (some: Changes) => void }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const { name, value } = props;
  const [least, most] = numberBounds[name];
  return (
    <Field
      label={_(settingLabels[name])}
      hint={<Meaning name={name} text={props.hint} />}
      {...(isOutside(name, value) && { validationMessage: boundsText(name) })}
    >
      <SpinButton
        className={styles.number}
        value={Number.isNaN(value) ? null : value}
        min={least}
        max={most}
        onChange={(_event, data) => props.change({ [name]: typedNumber(data) })}
      />
    </Field>
  );
}

function SwitchSetting(props: { name: SwitchName; hint: string; value: boolean; change: (some: Changes) => void }): ReactNode {
  const { _ } = useLingui();
  const { name, value } = props;
  return (
    <Field hint={<Meaning name={name} text={props.hint} />}>
      <Switch
        label={_(settingLabels[name])}
        checked={value}
        onChange={(_event, data) => props.change({ [name]: data.checked })}
      />
    </Field>
  );
}

export function SettingsPanel(): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const notices = useNotices();
  const { settings } = useRoom();
  const [{ changes, was }, setEdit] = useState<Edit>(noEdit);
  /** The settings that somebody else has changed as well, as the person was last told: who saves then overrules these values. */
  const [overruled, setOverruled] = useState<Changes>({});
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const shown: Settings = { ...settings, ...changes };
  const change = (some: Changes): void => {
    const found = Object.fromEntries(namesOf(some).map((name) => [name, settings[name]]));
    setEdit((before) => {
      const next = { changes: { ...before.changes, ...some }, was: { ...found, ...before.was } };
      // What is as it was found is no change; if it is changed again, then of what it is by then.
      for (const name of namesOf(next.changes)) {
        if (next.changes[name] !== settings[name]) continue;
        delete next.changes[name];
        delete next.was[name];
      }
      return next;
    });
  };
  const discard = (): void => {
    setEdit(noEdit);
    setOverruled({});
    setError(null);
  };
  const changed = namesOf(changes).length > 0;
  const othersChanged = namesOf(overruled).filter((name) => Object.hasOwn(changes, name));
  const groupsFault = signInGroupNames(shown.signInGroups) === null;
  const desktopFault = !/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(shown.desktop);
  const valid =
    !desktopFault &&
    !groupsFault &&
    Object.keys(numberBounds).every((name) => !isOutside(name as NumberName, shown[name as NumberName]));
  const number = (name: NumberName, hint: string): ReactNode => (
    <NumberSetting name={name} hint={hint} value={shown[name]} change={change} />
  );
  const toggle = (name: SwitchName, hint: string): ReactNode => (
    <SwitchSetting name={name} hint={hint} value={shown[name]} change={change} />
  );

  /** What somebody else has changed meanwhile is told with its value, and that is what saving again is based on: a third one is told anew. */
  const tellOverruled = async (): Promise<void> => {
    const now = await api('settings', {});
    const others = namesOf(changes).filter((name) => now[name] !== was[name]);
    const values = Object.fromEntries(others.map((name) => [name, now[name]]));
    setOverruled(values);
    setEdit((before) => ({ ...before, was: { ...before.was, ...values } }));
  };
  const save = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    setOverruled({});
    try {
      await api('changeSettings', { body: { ...changes, was } });
      setEdit(noEdit);
      notices.done(_('The settings are saved.'));
    } catch (failure) {
      if (isChangedMeanwhile(failure)) await tellOverruled().catch(setError);
      else setError(failure);
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
          <Field
            label={_(settingLabels.enrolment)}
            hint={<Meaning name="enrolment" text={_('Stations that exist already stay stations.')} />}
          >
            <RadioGroup value={shown.enrolment} onChange={(_event, data) => change({ enrolment: data.value as EnrolmentWay })}>
              {Object.entries(enrolmentLabels).map(([value, label]) => (
                <Radio key={value} value={value} label={_(label)} />
              ))}
            </RadioGroup>
          </Field>
          <Field
            label={_(settingLabels.whoMaySignIn)}
            hint={<Meaning name="whoMaySignIn" text={_('The Users tab says which groups there are.')} />}
          >
            <RadioGroup
              value={shown.whoMaySignIn}
              onChange={(_event, data) => change({ whoMaySignIn: data.value as SignInRule })}
            >
              {Object.entries(signInRuleLabels).map(([value, label]) => (
                <Radio key={value} value={value} label={_(label)} />
              ))}
            </RadioGroup>
          </Field>
          <Field
            label={_(settingLabels.signInGroups)}
            hint={
              <Meaning
                name="signInGroups"
                text={_('Linux groups, with commas between them. Their members sign in at stations as standard users.')}
              />
            }
            {...(groupsFault && { validationMessage: _('A group has no slash, no colon and no dash at its beginning.') })}
          >
            <Input
              value={shown.signInGroups}
              disabled={shown.whoMaySignIn === 'everyone'}
              maxLength={1000}
              autoComplete="off"
              spellCheck={false}
              onChange={(_event, data) => change({ signInGroups: data.value })}
            />
          </Field>
          {toggle('privacyNotice', _('Before the first sign-in, standard users accept that their screen may be watched.'))}
          {toggle(
            'alwaysConsoleMode',
            _('The stations are closed whenever the computer has started, until you switch to station mode.'),
          )}
          {toggle('multipleSessions', _('Off: a second sign-in moves the running session to the new station.'))}
          {shown.multipleSessions &&
            number('mostSessionsPerPerson', _('Those that are suspended or saved count as well. 0: any number.'))}
          {number(
            'mostSessions',
            _(
              'While so many are in memory no new one is started. Suspended and saved ones can always be continued. 0: any number.',
            ),
          )}
          {toggle(
            'allowMonitoring',
            _('Off: nobody gets a picture of any desktop, and the privacy notice is not shown. People at work notice nothing.'),
          )}
          <Field
            label={_(settingLabels.takeControl)}
            hint={
              <Meaning
                name="takeControl"
                text={_(
                  'Whoever may can see and use a desktop together with its person. Groups and stations may have it otherwise, below.',
                )}
              />
            }
          >
            <RadioGroup
              value={shown.takeControl}
              onChange={(_event, data) => change({ takeControl: data.value as ControlPolicy })}
            >
              {controlPolicies.map((policy) => (
                <Radio key={policy} value={policy} label={_(controlPolicyChoices[policy])} />
              ))}
            </RadioGroup>
          </Field>
          {toggle(
            'allowOrchestration',
            _('Off: Dashboard users look at and act on sessions of standard users and their own only.'),
          )}
          {toggle(
            'allowRemoteManagement',
            _('Off: the Manager, the Dashboard and the API answer on the computer itself only. Stations are not concerned.'),
          )}
          {!shown.allowRemoteManagement && (
            <MessageBar intent="warning" layout="multiline" className={styles.wide} role="status">
              <MessageBarBody>
                {_(
                  'Whoever is at another computer is shut out of this page at once. To come back, open the Manager on the computer itself, or run there as root: {command}',
                  { command: 'stationmaster settings set allowRemoteManagement=on' },
                )}
              </MessageBarBody>
            </MessageBar>
          )}
          {number('graceSeconds', _('A session is suspended when its station has been away for so long.'))}
          {number('logOffCountdownSeconds', _('So long can a person save work when you log off. 0 is no warning.'))}
          <Field
            label={_(settingLabels.desktop)}
            hint={
              <Meaning name="desktop" text={_('The kind of desktop that starts, by its name on the computer, such as xfce.')} />
            }
            {...(desktopFault && { validationMessage: _('Letters, digits, dots and dashes only.') })}
          >
            <Input
              className={styles.number}
              value={shown.desktop}
              maxLength={64}
              onChange={(_event, data) => change({ desktop: data.value })}
            />
          </Field>
          <Subtitle2 as="h3" className={styles.wide}>
            {_('Limits of each session')}
          </Subtitle2>
          <UnableToLimit className={styles.wide} />
          {number(
            'sessionMemoryMegabytes',
            _(
              'Where it is not enough, programs of the session are ended, the largest first. One that uses more already keeps what it has. 0: no limit.',
            ),
          )}
          {number('sessionProcessorPercent', _('200 is two cores. A session that wants more becomes slower. 0: no limit.'))}
          {number('sessionProcesses', _('Threads count as well; a desktop with a browser has several hundred. 0: no limit.'))}
          <Subtitle2 as="h3" className={styles.wide}>
            {_('Time at stations')}
          </Subtitle2>
          {number(
            'idleSuspendMinutes',
            _(
              'Where no key is pressed and the pointer is not moved for so long, the session is suspended and the station is free. A video that plays is no input. 0: never because of that.',
            ),
          )}
          {number('idleWarningSeconds', _('The station counts down; any key or movement of the pointer ends it.'))}
          {number(
            'longestSessionMinutes',
            _(
              'So long may one session be at stations; suspended it does not count. Then its person is logged off. If windows say that work is not saved, it is suspended once instead. 0: any time.',
            ),
          )}
          {number('longestSessionWarningMinutes', _('The station counts down, and the person can ask for more time.'))}
          <Subtitle2 as="h3" className={styles.wide}>
            {_('Suspended and saved sessions')}
          </Subtitle2>
          {number(
            'hibernateAfterMinutes',
            _('A session that has been suspended for so long is saved to disk and frees its memory. 0: never because of that.'),
          )}
          {number(
            'hibernateBelowMemoryPercent',
            _('The sessions that have been suspended longest go first. 0: never because of that.'),
          )}
          {number(
            'logOffSuspendedHours',
            _(
              'Counts while a session is suspended in memory; one that is saved to disk before is kept. What is not saved in programs is lost. 0: never.',
            ),
          )}
          {number('keepSavedDays', _('A saved session that nobody continued for so long is removed for good. 0: never removed.'))}
          {toggle(
            'encryptSaved',
            _(
              'With a key that stays on this computer, so that a copy or backup of them cannot be read elsewhere. Takes a little longer.',
            ),
          )}
          <Subtitle2 as="h3" className={styles.wide}>
            {_('Restart and shutdown')}
          </Subtitle2>
          {number('leaveWarningSeconds', _('Shown to everybody at a station, with a countdown. 0 is no warning.'))}
          {number(
            'leaveLimitSeconds',
            _('After the warning. When it is over the computer goes all the same, and what is not saved by then is lost.'),
          )}
          <Subtitle2 as="h3" className={styles.wide}>
            {_('Activity')}
          </Subtitle2>
          {number('keepActivityDays', _('Older entries are removed for good. 0: kept for ever.'))}
          <Subtitle2 as="h3" className={styles.wide}>
            {_('What cannot be set')}
          </Subtitle2>
          <NotDone className={styles.notDone} />
          {othersChanged.length > 0 && (
            <MessageBar intent="warning" layout="multiline" className={styles.wide} role="alert">
              <MessageBarBody>
                {_(
                  'Somebody else changed {count, plural, one {this setting} other {these settings}} meanwhile. Save again to put yours in its place, or discard your changes.',
                  { count: othersChanged.length },
                )}
                <ul>
                  {othersChanged.map((name) => (
                    <li key={name}>
                      {_('{setting}: now {value}', {
                        setting: _(settingLabels[name]),
                        value: settingText(name, overruled[name] ?? ''),
                      })}
                    </li>
                  ))}
                </ul>
              </MessageBarBody>
            </MessageBar>
          )}
          {error !== null && (
            <MessageBar intent="error" layout="multiline" className={styles.wide} role="alert">
              <MessageBarBody>{textOf(error)}</MessageBarBody>
            </MessageBar>
          )}
          <div className={styles.buttons}>
            <Button type="submit" appearance="primary" disabledFocusable={!changed || !valid || busy}>
              {_('Save settings')}
            </Button>
            {changed && <Button onClick={discard}>{_('Discard changes')}</Button>}
          </div>
        </form>
      </Card>
    </section>
  );
}
