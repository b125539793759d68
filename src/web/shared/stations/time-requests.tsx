// Who asks for more time, with the answers that one can give.
import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { TimeRequest } from '#model/session-time.ts';
import { api } from '../api.ts';
import { countdownText, useNow } from '../clock.ts';
import { personName } from '../names-text.ts';
import { useNotices } from '../notices.tsx';
import { useRoom } from '../room.tsx';
import { MinutesSelect, useMoreTime, usualMinutes } from './more-time.tsx';

const useStyles = makeStyles({
  list: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalS, marginBottom: tokens.spacingVerticalM },
  actions: { flexWrap: 'wrap' },
});

function Request({ request }: { request: TimeRequest }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const notices = useNotices();
  const now = useNow('quick');
  const { stations } = useRoom();
  const [minutes, setMinutes] = useState<number>(usualMinutes);
  const [busy, setBusy] = useState(false);
  const { session: id, station, endsAt } = request;
  const person = personName(request);
  const giveMore = useMoreTime(id, person);
  const name = stations.find((one) => one.id === station)?.name ?? '';
  const answer = async (give: boolean): Promise<void> => {
    setBusy(true);
    try {
      if (give) await giveMore(minutes);
      else await api('refuseTime', { params: { id } });
    } catch (error) {
      notices.failed(_('{person} could not be answered.', { person }), error);
    }
    setBusy(false);
  };
  return (
    <MessageBar intent="info" layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>{_('{person} asks for more time', { person })}</MessageBarTitle>
        {_('{station}. The time is over in {left}.', { station: name, left: countdownText(endsAt - now) })}
      </MessageBarBody>
      <MessageBarActions className={styles.actions}>
        <MinutesSelect minutes={minutes} choose={setMinutes} />
        <Button appearance="primary" disabledFocusable={busy} onClick={() => !busy && void answer(true)}>
          {_('Give more time')}
        </Button>
        <Button disabledFocusable={busy} onClick={() => !busy && void answer(false)}>
          {_('Refuse')}
        </Button>
      </MessageBarActions>
    </MessageBar>
  );
}

export function TimeRequests(): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const { timeRequests } = useRoom();
  if (timeRequests.length === 0) return null;
  return (
    <section className={styles.list} aria-label={_('Questions for more time')}>
      {timeRequests.map((request) => (
        <Request key={request.session} request={request} />
      ))}
    </section>
  );
}
