// The first set-up: makes the first administrator and asks the two questions that have no one right answer.
import {
  Button,
  Field,
  Input,
  Link,
  MessageBar,
  MessageBarBody,
  Radio,
  RadioGroup,
  Spinner,
  Text,
  Title2,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { userNameFault } from '#model/account.ts';
import { defaultSettings } from '#model/settings.ts';
import type { EnrolmentWay, SignInRule } from '#model/settings.ts';
import { api, textOf } from '../shared/api.ts';
import { Failure } from '../shared/failure.tsx';
import { OutsidePage } from '../shared/sign-in-page.tsx';
import { enrolmentLabels, signInRuleLabels } from './setting-labels.ts';

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalL },
  subtle: { color: tokens.colorNeutralForeground2 },
});

export function SetupPage({ code, onDone }: { code: string; onDone: () => void }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const state = useQuery({
    queryKey: ['setup'],
    queryFn: ({ signal }) => api('setupState', {}, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const [create, setCreate] = useState(true);
  const [user, setUser] = useState('');
  const [fullName, setFullName] = useState('');
  const [password, setPassword] = useState('');
  const [repeated, setRepeated] = useState('');
  const [enrolment, setEnrolment] = useState<EnrolmentWay>(defaultSettings.enrolment);
  const [whoMaySignIn, setWhoMaySignIn] = useState<SignInRule>(defaultSettings.whoMaySignIn);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const userFault =
    userNameFault(user) === 'empty'
      ? _('Type a user name.')
      : userNameFault(user) !== null || (create && !/^[a-z][a-z0-9_-]{0,31}$/.test(user))
        ? _('A user name begins with a small letter and has only small letters, digits, - and _.')
        : null;
  const passwordFault = password === '' ? _('Type a password.') : null;
  const repeatFault = create && password !== repeated ? _('The two passwords are not the same.') : null;

  const finish = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await api('setup', {
        body: { code, user, password, create, fullName: create ? fullName.trim() : '', settings: { enrolment, whoMaySignIn } },
      });
      // The person has just proven the password; a further question or a refusal is left to the sign-in page.
      await api('signIn', { body: { user, password, page: 'manager' } }).catch(() => undefined);
      onDone();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (!busy && userFault === null && passwordFault === null && repeatFault === null) void finish();
  };

  if (state.isPending) {
    return (
      <OutsidePage>
        <Spinner label={_('Connecting to the computer…')} />
      </OutsidePage>
    );
  }
  if (state.isError) {
    return (
      <OutsidePage>
        <Failure error={state.error} again={() => void state.refetch()} />
      </OutsidePage>
    );
  }
  if (!state.data.needed) {
    return (
      <OutsidePage>
        <Title2 as="h1">{_('Already set up')}</Title2>
        <Text>{_('This computer has an administrator already. Sign in with that account.')}</Text>
        <Button appearance="primary" onClick={onDone}>
          {_('Go to the sign-in page')}
        </Button>
      </OutsidePage>
    );
  }
  return (
    <OutsidePage>
      <form className={styles.form} onSubmit={onSubmit} noValidate>
        <Title2 as="h1">{_('Set up Stationmaster')}</Title2>
        <Text className={styles.subtle}>{_('You need an administrator to run the room. This is asked only once.')}</Text>
        <Field label={_('Administrator')}>
          <RadioGroup value={create ? 'new' : 'existing'} onChange={(_event, data) => setCreate(data.value === 'new')}>
            <Radio value="new" label={_('Make a new account on this computer')} />
            <Radio value="existing" label={_('Use an account that exists on this computer')} />
          </RadioGroup>
        </Field>
        <Field label={_('User name')} {...(tried && userFault !== null && { validationMessage: userFault })}>
          <Input
            value={user}
            onChange={(_event, data) => setUser(data.value)}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={create ? 32 : 256}
          />
        </Field>
        {create && (
          <Field label={_('Full name')} hint={_('May be left empty.')}>
            <Input value={fullName} onChange={(_event, data) => setFullName(data.value)} autoComplete="name" maxLength={64} />
          </Field>
        )}
        <Field label={_('Password')} {...(tried && passwordFault !== null && { validationMessage: passwordFault })}>
          <Input
            type="password"
            value={password}
            onChange={(_event, data) => setPassword(data.value)}
            autoComplete={create ? 'new-password' : 'current-password'}
            maxLength={512}
          />
        </Field>
        {create && (
          <Field label={_('Password once more')} {...(tried && repeatFault !== null && { validationMessage: repeatFault })}>
            <Input
              type="password"
              value={repeated}
              onChange={(_event, data) => setRepeated(data.value)}
              autoComplete="new-password"
              maxLength={512}
            />
          </Field>
        )}
        <Field label={_('Who may sign in at stations')} hint={_('You can change this later, on the Home page.')}>
          <RadioGroup value={whoMaySignIn} onChange={(_event, data) => setWhoMaySignIn(data.value as SignInRule)}>
            {Object.entries(signInRuleLabels).map(([value, label]) => (
              <Radio key={value} value={value} label={_(label)} />
            ))}
          </RadioGroup>
        </Field>
        <Field label={_('How a browser becomes a station')} hint={_('You can change this later, on the Home page.')}>
          <RadioGroup value={enrolment} onChange={(_event, data) => setEnrolment(data.value as EnrolmentWay)}>
            {Object.entries(enrolmentLabels).map(([value, label]) => (
              <Radio key={value} value={value} label={_(label)} />
            ))}
          </RadioGroup>
        </Field>
        {error !== null && (
          <MessageBar intent="error" layout="multiline" role="alert">
            <MessageBarBody>{textOf(error)}</MessageBarBody>
          </MessageBar>
        )}
        <Button type="submit" appearance="primary" disabledFocusable={busy}>
          {busy ? _('Please wait…') : _('Finish')}
        </Button>
        <Text size={200} className={styles.subtle}>
          {_('Stations are opened at')}{' '}
          <Link inline href="/" target="_blank" rel="noreferrer">
            {`${location.origin}/`}
          </Link>
        </Text>
      </form>
    </OutsidePage>
  );
}
