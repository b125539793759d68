// Remaps all stations of a computer: says what happens, shows who has pressed, and takes it back. The remap goes on if this is closed.
import {
  Badge,
  Button,
  Checkbox,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  MessageBar,
  MessageBarBody,
  ProgressBar,
  Text,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import type { RemapEnd } from '#model/remap.ts';
import { api, textOf } from '../api.ts';
import { msg } from '../i18n.ts';
import { useNotices } from '../notices.tsx';
import { useRoom } from '../room.tsx';

const useStyles = makeStyles({
  content: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  list: {
    listStyleType: 'none',
    margin: 0,
    padding: 0,
    maxHeight: 'min(320px, 40vh)',
    overflowY: 'auto',
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalXS,
  },
  line: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalM },
  letter: { fontSize: tokens.fontSizeBase500, fontWeight: tokens.fontWeightSemibold, width: '2ch', textAlign: 'center' },
  name: { flexGrow: 1, minWidth: 0, overflowWrap: 'anywhere' },
});

const endTexts: Readonly<Record<Exclude<RemapEnd, 'cancelled'>, string>> = {
  done: msg('The remap is over.'),
  'done-without-some': msg('The remap is over, without screens that went off. They come after the others.'),
  'timed-out': msg('Nobody pressed a letter for ten minutes, so the remap was cancelled. Everything is as it was.'),
  'pages-gone': msg('No screen was left to press, so the remap was cancelled. Everything is as it was.'),
  failed: msg('The new order could not be kept. Everything is as it was.'),
};

export function RemapDialog({ computer, close }: { computer: string; close: () => void }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const notices = useNotices();
  const { stations } = useRoom();
  const [newNames, setNewNames] = useState(false);
  const [undoable, setUndoable] = useState(false);
  const [ended, setEnded] = useState<RemapEnd | null>(null);
  const [begun, setBegun] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const here = stations.filter((station) => station.computer === computer && station.state === 'enrolled');
  const shown = here.flatMap(({ id, name, remap }) => (remap === undefined ? [] : [{ id, name, ...remap }]));
  const running = shown.length > 0;
  useEffect(() => {
    if (running) setBegun(true);
    const left = new AbortController();
    api('remapState', { params: { name: computer } }, left.signal).then(
      (state) => {
        setUndoable(state.undoable);
        setEnded(state.ended);
      },
      (failure: unknown) => {
        if (!left.signal.aborted) setError(failure);
      },
    );
    return () => left.abort();
    // Looked at anew when a remap ends.
  }, [computer, running]);
  const attempt = async (work: () => Promise<unknown>, done: () => void): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await work();
      done();
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  };
  const params = { name: computer };
  const pressed = shown.filter(({ number }) => number > 0).length;
  const online = here.filter((station) => station.online).length;
  return (
    <Dialog open onOpenChange={(_event, data) => !data.open && close()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{_('Remap all stations of {computer}', { computer })}</DialogTitle>
          <DialogContent className={styles.content}>
            {running ? (
              <>
                <Text>
                  {_('Go through the room and press the letter at each screen, in the order in which the stations stand.')}
                </Text>
                <ProgressBar
                  value={pressed}
                  max={shown.length}
                  aria-label={_('{done} of {count} are done', { done: pressed, count: shown.length })}
                />
                <Text aria-live="polite">{_('{done} of {count} are done', { done: pressed, count: shown.length })}</Text>
                {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a list that scrolls must be reached by key */}
                <ul className={styles.list} tabIndex={0} aria-label={_('Stations')}>
                  {shown.map(({ id, name, letter, number }) => (
                    <li key={id} className={styles.line}>
                      <span className={styles.letter}>{letter}</span>
                      <span className={styles.name}>{name}</span>
                      {number > 0 ? (
                        <Badge appearance="filled" color="success">
                          {_('Number {number}', { number })}
                        </Badge>
                      ) : (
                        <Badge appearance="tint" color="informative">
                          {_('Waits')}
                        </Badge>
                      )}
                    </li>
                  ))}
                </ul>
              </>
            ) : (
              <>
                <Text>
                  {_(
                    'Every screen shows a letter. The order in which you press them becomes the order of the stations. Sessions go on; names, rooms and auto-logon stay.',
                  )}
                </Text>
                <Checkbox
                  label={_('Also give new names: Station 1, Station 2, …')}
                  checked={newNames}
                  onChange={(_event, data) => setNewNames(data.checked === true)}
                />
                {begun && ended !== null && ended !== 'cancelled' && (
                  <MessageBar intent={ended === 'done' ? 'success' : 'warning'} layout="multiline">
                    <MessageBarBody>{_(endTexts[ended])}</MessageBarBody>
                  </MessageBar>
                )}
                {online === 0 && (
                  <MessageBar intent="warning">
                    <MessageBarBody>{_('No station is open at the moment.')}</MessageBarBody>
                  </MessageBar>
                )}
              </>
            )}
            {error !== null && (
              <MessageBar intent="error" layout="multiline">
                <MessageBarBody>{textOf(error)}</MessageBarBody>
              </MessageBar>
            )}
          </DialogContent>
          <DialogActions>
            {running ? (
              <Button
                disabledFocusable={busy}
                onClick={() =>
                  void attempt(
                    () => api('cancelRemap', { params }),
                    () => setBegun(false),
                  )
                }
              >
                {_('Cancel the remap')}
              </Button>
            ) : (
              <Button
                appearance="primary"
                disabledFocusable={busy || online === 0}
                onClick={() =>
                  void attempt(
                    () => api('remap', { params, body: { newNames } }),
                    () => setBegun(true),
                  )
                }
              >
                {_('Show the letters')}
              </Button>
            )}
            {!running && undoable && (
              <Button
                disabledFocusable={busy}
                onClick={() =>
                  void attempt(
                    () => api('undoRemap', { params }),
                    () => {
                      notices.done(_('The stations are as they were before the remap.'));
                      close();
                    },
                  )
                }
              >
                {_('Undo the last remap')}
              </Button>
            )}
            <Button onClick={close}>{_('Close')}</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
