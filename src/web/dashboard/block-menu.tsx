// Blocking: the chosen desktops, or all; the message of their screens; and who is blocked by whom.
import { Field, Text, Textarea, makeStyles, tokens } from '@fluentui/react-components';
import { CommentEditRegular } from '@fluentui/react-icons/svg/comment-edit';
import { LockOpenRegular } from '@fluentui/react-icons/svg/lock-open';
import { PresenceBlockedRegular } from '@fluentui/react-icons/svg/presence-blocked';
import { ProhibitedRegular } from '@fluentui/react-icons/svg/prohibited';
import { useLingui } from '@lingui/react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Who } from '#contract/classroom/audience.ts';
import type { Session } from '#model/session.ts';
import { longestBlockMessage } from '#model/standing.ts';
import { api } from '../shared/api.ts';
import { FormDialog } from '../shared/form-dialog.tsx';
import { namesText, personName } from '../shared/names-text.ts';
import { useNotices } from '../shared/notices.tsx';
import { useRoom } from '../shared/room.tsx';
import { ShowDialog } from '../shared/show-dialog.tsx';
import { ConfirmDialog } from '../shared/stations/confirm-dialog.tsx';
import { Ago } from '../shared/time.tsx';
import { everybody, useDeskActs, whoOf } from './desk-acts.ts';
import { DeskMenu } from './desk-menu.tsx';
import type { DeskMenuProps } from './desk-menu.tsx';

const useStyles = makeStyles({
  list: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalS, margin: 0, padding: 0, listStyle: 'none' },
});

export function BlockMenu({ chosen, all }: DeskMenuProps): ReactNode {
  const { _ } = useLingui();
  const { standing } = useRoom();
  const { act } = useDeskActs();
  const notices = useNotices();
  const [message, setMessage] = useState<string | null>(null);
  const [shown, setShown] = useState(false);
  const [asked, setAsked] = useState<{ who: Who; text: string } | null>(null);
  const blocked = all.filter(({ cover }) => cover?.kind === 'block');
  const forAll = (standing.block ?? []).filter(({ user, value }) => user === null && value !== null);
  const byText = (by: string): string => (by === '' ? _('the administrator') : by);
  const block = (who: Who): void => {
    // What went wrong was told.
    act(() => api('blockDesktops', { body: { who } }), {
      done: (count) =>
        _('{count, plural, =0 {Who signs in is blocked.} one {# desktop is blocked.} other {# desktops are blocked.}}', {
          count,
        }),
      failed: _('Not blocked:'),
    }).catch(() => undefined);
  };
  const unblock = async (who: Who, others: boolean): Promise<void> => {
    await act(
      async () => {
        const { outcomes, left } = await api('unblockDesktops', { body: { who, others } });
        const kept = outcomes.filter(({ error }) => error?.code === 'ordered-by-another');
        if (kept.length > 0 || left.length > 0) {
          const givers = [...kept.map(({ error }) => String(error?.details['by'] ?? '')), ...left.map(({ by }) => by)];
          const by = namesText([...new Set(givers.map(byText))]);
          setAsked({
            who,
            text:
              kept.length === 0
                ? _('{by} blocked all desktops as well, also for those who sign in later.', { by })
                : _('{by} blocked {names} as well.', { by, names: namesText(kept.map(({ user }) => user)) }),
          });
        }
        return { outcomes: outcomes.filter((outcome) => !kept.includes(outcome)) };
      },
      {
        done: (count) =>
          _('{count, plural, =0 {No desktop was unblocked.} one {# desktop was unblocked.} other {# desktops were unblocked.}}', {
            count,
          }),
        failed: _('Not unblocked:'),
      },
    );
  };
  const begin = (who: Who): void => void unblock(who, false).catch(() => undefined);
  const editMessage = (): void => {
    api('blockMessage', {}).then(
      ({ message: kept }) => setMessage(kept),
      (error: unknown) => notices.failed(_('The message could not be read.'), error),
    );
  };
  return (
    <>
      <DeskMenu
        label={_('Block')}
        icon={<PresenceBlockedRegular />}
        groups={[
          [
            {
              label: _('Block selected'),
              icon: <ProhibitedRegular />,
              disabled: chosen.length === 0,
              run: () => block(whoOf(chosen)),
            },
            { label: _('Block all'), icon: <ProhibitedRegular />, run: () => block(everybody) },
          ],
          [
            {
              label: _('Unblock selected'),
              icon: <LockOpenRegular />,
              disabled: !chosen.some(({ cover }) => cover?.kind === 'block'),
              run: () => begin(whoOf(chosen)),
            },
            {
              label: _('Unblock all'),
              icon: <LockOpenRegular />,
              disabled: blocked.length === 0 && forAll.length === 0,
              run: () => begin(everybody),
            },
          ],
          [
            { label: _('Set message…'), icon: <CommentEditRegular />, run: editMessage },
            {
              label: _('Who is blocked…'),
              icon: <PresenceBlockedRegular />,
              disabled: blocked.length === 0 && forAll.length === 0,
              run: () => setShown(true),
            },
          ],
        ]}
      />
      {message !== null && <MessageDialog kept={message} close={() => setMessage(null)} />}
      {shown && <BlockedDialog blocked={blocked} forAll={forAll} byText={byText} close={() => setShown(false)} />}
      {asked !== null && (
        <ConfirmDialog
          title={_('Unblock what somebody else blocked?')}
          text={asked.text}
          verb={_('Unblock all the same')}
          run={() => unblock(asked.who, true)}
          close={() => setAsked(null)}
        />
      )}
    </>
  );
}

function MessageDialog({ kept, close }: { kept: string; close: () => void }): ReactNode {
  const { _ } = useLingui();
  const [text, setText] = useState(kept);
  return (
    <FormDialog
      title={_('Message for blocked users')}
      verb={_('Save')}
      send={() => api('changeBlockMessage', { body: { message: text } })}
      close={close}
    >
      <Field
        label={_('Message')}
        hint={_('On the screens of those whom you block, also now. Empty: “Station blocked”, in the language of the station.')}
      >
        <Textarea
          value={text}
          maxLength={longestBlockMessage}
          dir="auto"
          placeholder={_('Station blocked')}
          onChange={(_event, data) => setText(data.value)}
        />
      </Field>
    </FormDialog>
  );
}

function BlockedDialog(props: {
  blocked: readonly Session[];
  forAll: readonly { id: number; by: string; at: number }[];
  byText: (by: string) => string;
  close: () => void;
}): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  return (
    <ShowDialog title={_('Who is blocked')} close={props.close}>
      <ul className={styles.list}>
        {props.forAll.map(({ id, by, at }) => (
          <li key={id}>
            <Text weight="semibold">{_('All, also who signs in later')}</Text>
            {' – '}
            <Text>{_('by {by}, for', { by: props.byText(by) })}</Text> <Ago at={at} />
          </li>
        ))}
        {props.blocked.map((session) => (
          <li key={session.id}>
            <Text weight="semibold">{personName(session)}</Text>
            {' – '}
            <Text>{_('by {by}, for', { by: props.byText(session.cover?.by ?? '') })}</Text>{' '}
            <Ago at={session.cover?.since ?? session.since} />
          </li>
        ))}
      </ul>
    </ShowDialog>
  );
}
