// Signing in to the Manager or the Dashboard, with whatever further questions the computer has.
import {
  Button,
  Card,
  Field,
  Input,
  MessageBar,
  MessageBarBody,
  Text,
  Title2,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useEffect, useId, useRef, useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import type { PageSignIn } from '#contract/api.ts';
import { api, textOf } from './api.ts';
import { LanguageMenu, ThemeMenu } from './menus.tsx';

const useStyles = makeStyles({
  page: { display: 'flex', flexDirection: 'column', minHeight: '100vh', boxSizing: 'border-box' },
  top: { display: 'flex', justifyContent: 'flex-end', padding: tokens.spacingHorizontalS },
  middle: {
    display: 'flex',
    flexGrow: 1,
    alignItems: 'center',
    justifyContent: 'center',
    padding: tokens.spacingHorizontalL,
    paddingBottom: '12vh',
  },
  card: {
    width: '100%',
    maxWidth: '400px',
    boxSizing: 'border-box',
    padding: tokens.spacingHorizontalXXL,
    boxShadow: tokens.shadow16,
  },
  form: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalL },
  heading: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalXS },
  subtle: { color: tokens.colorNeutralForeground2 },
  buttons: { display: 'flex', gap: tokens.spacingHorizontalS },
});

type Question = Extract<PageSignIn, { step: 'question' }>;

/** The frame of the pages that are seen before signing in. */
export function OutsidePage({ children }: { children: ReactNode }): ReactNode {
  const styles = useStyles();
  return (
    <div className={styles.page}>
      <header className={styles.top}>
        <LanguageMenu />
        <ThemeMenu />
      </header>
      <main className={styles.middle}>
        <Card className={styles.card}>{children}</Card>
      </main>
    </div>
  );
}

export function SignInPage(props: {
  page: 'manager' | 'dashboard';
  title: string;
  purpose: string;
  ended: boolean;
  onDone: () => void;
}): ReactNode {
  const styles = useStyles();
  const { _ } = useLingui();
  const [user, setUser] = useState('');
  const [secret, setSecret] = useState('');
  const [question, setQuestion] = useState<Question | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const userInput = useRef<HTMLInputElement>(null);
  const secretInput = useRef<HTMLInputElement>(null);
  const errorId = useId();

  useEffect(() => {
    if (question === null) userInput.current?.focus();
    else secretInput.current?.focus();
  }, [question]);

  const submit = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      const answer =
        question === null
          ? await api('signIn', { body: { user, password: secret, page: props.page } })
          : await api('signInAnswer', { body: { attempt: question.attempt, answer: secret } });
      setSecret('');
      if (answer.step === 'question') setQuestion(answer);
      else props.onDone();
    } catch (failure) {
      setError(failure);
      setSecret('');
      setQuestion(null);
      secretInput.current?.focus();
    } finally {
      setBusy(false);
    }
  };
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    if (!busy) void submit();
  };

  return (
    <OutsidePage>
      <form className={styles.form} onSubmit={onSubmit} aria-describedby={error === null ? undefined : errorId}>
        <div className={styles.heading}>
          <Text className={styles.subtle}>Stationmaster</Text>
          <Title2 as="h1">{_(props.title)}</Title2>
          <Text className={styles.subtle}>{_(props.purpose)}</Text>
        </div>
        {error !== null && (
          <MessageBar intent="error" layout="multiline" id={errorId} role="alert">
            <MessageBarBody>{textOf(error)}</MessageBarBody>
          </MessageBar>
        )}
        {error === null && question === null && props.ended && (
          <MessageBar intent="info" layout="multiline">
            <MessageBarBody>{_('You have been signed out. Sign in to go on.')}</MessageBarBody>
          </MessageBar>
        )}
        {question === null ? (
          <>
            <Field label={_('User name')}>
              <Input
                ref={(element: HTMLInputElement | null) => {
                  userInput.current = element;
                }}
                value={user}
                onChange={(_event, data) => setUser(data.value)}
                name="username"
                autoComplete="username"
                autoCapitalize="none"
                spellCheck={false}
                maxLength={256}
              />
            </Field>
            <Field label={_('Password')}>
              <Input
                ref={(element: HTMLInputElement | null) => {
                  secretInput.current = element;
                }}
                type="password"
                value={secret}
                onChange={(_event, data) => setSecret(data.value)}
                name="password"
                autoComplete="current-password"
                maxLength={512}
              />
            </Field>
          </>
        ) : (
          <>
            {question.question.messages.map((message) => (
              <Text key={message}>{message}</Text>
            ))}
            <Field label={question.question.text}>
              <Input
                key={question.question.text}
                ref={(element: HTMLInputElement | null) => {
                  secretInput.current = element;
                }}
                type={question.question.visible ? 'text' : 'password'}
                value={secret}
                onChange={(_event, data) => setSecret(data.value)}
                autoComplete="off"
                maxLength={512}
              />
            </Field>
          </>
        )}
        <div className={styles.buttons}>
          <Button type="submit" appearance="primary" disabledFocusable={busy || (question === null && user === '')}>
            {busy ? _('Please wait…') : question === null ? _('Sign in') : _('Continue')}
          </Button>
          {question !== null && (
            <Button
              onClick={() => {
                setQuestion(null);
                setSecret('');
              }}
            >
              {_('Start again')}
            </Button>
          )}
        </div>
      </form>
    </OutsidePage>
  );
}
