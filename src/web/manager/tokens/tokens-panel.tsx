// The tokens of the room: what programs and the command line from elsewhere are let in with, and the tasks on them.
import { Badge, Button, Card, Link, Spinner, Subtitle1, Text, makeStyles, tokens } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Token } from '#contract/api.ts';
import { api } from '../../shared/api.ts';
import { timeText, useNow } from '../../shared/clock.ts';
import { Failure } from '../../shared/failure.tsx';
import { levelLabels } from '../../shared/labels.ts';
import { useNotices } from '../../shared/notices.tsx';
import { ConfirmDialog } from '../../shared/stations/confirm-dialog.tsx';
import { MadeTokenDialog } from './made-token-dialog.tsx';
import { MakeTokenDialog } from './make-token-dialog.tsx';
import type { MadeToken } from './make-token-dialog.tsx';
import { scopeLabels } from './scope-labels.ts';

const useStyles = makeStyles({
  part: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalS },
  head: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: tokens.spacingHorizontalM,
    alignItems: 'center',
    justifyContent: 'space-between',
  },
  list: { display: 'flex', flexDirection: 'column', listStyleType: 'none', margin: 0, padding: 0 },
  line: {
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: tokens.spacingHorizontalM,
    paddingBlock: tokens.spacingVerticalS,
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    ':first-child': { borderTopStyle: 'none' },
  },
  about: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalXXS, minWidth: 0, overflowWrap: 'anywhere' },
  name: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS, alignItems: 'center' },
  task: { flexShrink: 0 },
  subtle: { color: tokens.colorNeutralForeground2 },
});

/** An expiry this near is worth a word. */
const soonMs = 14 * 86_400_000;

type Open = { task: 'make' } | { task: 'made'; made: MadeToken } | { task: 'revoke'; token: Token } | null;

function TokenLine({ token, revoke }: { token: Token; revoke: () => void }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const now = useNow();
  const { expiresAt } = token;
  const rights = token.scopes === null ? _('Everything') : token.scopes.map((scope) => _(scopeLabels[scope].label)).join(', ');
  return (
    <li className={styles.line}>
      <div className={styles.about}>
        <div className={styles.name}>
          <Text weight="semibold">{token.name}</Text>
          {expiresAt !== null && expiresAt <= now && (
            <Badge color="danger" appearance="tint">
              {_('Expired')}
            </Badge>
          )}
          {expiresAt !== null && expiresAt > now && expiresAt - now < soonMs && (
            <Badge color="warning" appearance="tint">
              {_('Expires soon')}
            </Badge>
          )}
        </div>
        <Text size={200} className={styles.subtle}>
          {_('{level}: {rights}', { level: _(levelLabels[token.level]), rights })}
        </Text>
        <Text size={200} className={styles.subtle}>
          {[
            expiresAt === null
              ? _('Never expires')
              : expiresAt <= now
                ? _('Expired {time}', { time: timeText(expiresAt) })
                : _('Expires {time}', { time: timeText(expiresAt) }),
            token.lastUsedAt === null ? _('Never used') : _('Last used {time}', { time: timeText(token.lastUsedAt) }),
          ].join(' · ')}
        </Text>
      </div>
      <Button size="small" className={styles.task} onClick={revoke} aria-label={_('Revoke {name}…', { name: token.name })}>
        {_('Revoke…')}
      </Button>
    </li>
  );
}

export function TokensPanel(): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const notices = useNotices();
  const client = useQueryClient();
  const [open, setOpen] = useState<Open>(null);
  const known = useQuery({ queryKey: ['tokens'], queryFn: ({ signal }) => api('tokens', {}, signal) });
  const changed = (): void => void client.invalidateQueries({ queryKey: ['tokens'] });
  const close = (): void => setOpen(null);
  const revoke = async (token: Token): Promise<void> => {
    try {
      await api('revokeToken', { params: { id: token.id } });
    } finally {
      // Also where it is refused: somebody else may have revoked it.
      changed();
    }
    notices.done(_('The token {name} is revoked.', { name: token.name }));
  };
  return (
    <section className={styles.part} aria-labelledby="tokens">
      <div className={styles.head}>
        <Subtitle1 as="h2" id="tokens">
          {_('Tokens')}
        </Subtitle1>
        <Button onClick={() => setOpen({ task: 'make' })}>{_('Make a token…')}</Button>
      </div>
      <Text className={styles.subtle}>
        {_('With a token a program, or the command line on another computer, does what the Manager does.')}{' '}
        <Link href="/api" inline>
          {_('What it can ask for: the API')}
        </Link>
      </Text>
      {known.isPending && <Spinner label={_('Loading…')} />}
      {known.isError && <Failure error={known.error} again={() => void known.refetch()} />}
      {known.data !== undefined && (
        <Card>
          {known.data.length === 0 ? (
            <Text className={styles.subtle}>{_('There is no token.')}</Text>
          ) : (
            <ul className={styles.list} aria-labelledby="tokens">
              {known.data.map((token) => (
                <TokenLine key={token.id} token={token} revoke={() => setOpen({ task: 'revoke', token })} />
              ))}
            </ul>
          )}
        </Card>
      )}
      {open?.task === 'make' && (
        <MakeTokenDialog
          made={(made) => {
            changed();
            setOpen({ task: 'made', made });
          }}
          // What was made stays in sight.
          close={() => setOpen((now) => (now?.task === 'make' ? null : now))}
        />
      )}
      {open?.task === 'made' && <MadeTokenDialog made={open.made} close={close} />}
      {open?.task === 'revoke' && (
        <ConfirmDialog
          title={_('Revoke {name}?', { name: open.token.name })}
          text={_('Whatever uses this token is refused at once. That cannot be undone; make a new token instead.')}
          verb={_('Revoke')}
          run={() => revoke(open.token)}
          close={close}
        />
      )}
    </section>
  );
}
