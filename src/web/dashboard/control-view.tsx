// Somebody's desktop over the whole page, seen and used together with its person. The keyboard is the desktop's; Ctrl+Alt+Shift
// leads to the buttons above it.
import type RFB from '@novnc/novnc';
import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  Spinner,
  Text,
  Textarea,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { ClipboardTextLtrRegular } from '@fluentui/react-icons/svg/clipboard-text-ltr';
import { DismissRegular } from '@fluentui/react-icons/svg/dismiss';
import { FullScreenMaximizeRegular } from '@fluentui/react-icons/svg/full-screen-maximize';
import { KeyboardRegular } from '@fluentui/react-icons/svg/keyboard';
import { useLingui } from '@lingui/react';
import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { controlAnswerMs } from '#model/control.ts';
import type { ControlEnd } from '#model/control.ts';
import type { Session } from '#model/session.ts';
import { ApiError, api, textOf } from '../shared/api.ts';
import { ctrlAltDelete, pressKeys } from '../shared/desktop-keys.ts';
import { toggleFullScreen } from '../shared/full-screen.ts';
import { msg } from '../shared/i18n.ts';
import { KeyChord } from '../shared/key-chord.ts';
import { giverName, namesText, personName } from '../shared/names-text.ts';
import { PixelLine } from '../shared/pixel-line.ts';
import { closeCodes } from '#contract/wire.ts';
import { useRoom } from '../shared/room.tsx';

const useStyles = makeStyles({
  view: {
    width: '100vw',
    height: '100vh',
    maxWidth: '100vw',
    maxHeight: '100vh',
    margin: 0,
    padding: 0,
    border: 'none',
    backgroundColor: tokens.colorNeutralBackground3,
    color: tokens.colorNeutralForeground1,
  },
  all: { display: 'flex', flexDirection: 'column', height: '100%', backgroundColor: tokens.colorNeutralBackground3 },
  bar: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalM}`,
    backgroundColor: tokens.colorNeutralBackground1,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  who: { display: 'flex', flexDirection: 'column', minWidth: 0, flexGrow: 1, overflowWrap: 'anywhere' },
  subtle: { color: tokens.colorNeutralForeground2 },
  clipboard: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'end',
    gap: tokens.spacingHorizontalS,
    padding: tokens.spacingHorizontalM,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  text: { flexGrow: 1 },
  stage: { position: 'relative', flexGrow: 1, minHeight: 0, overflow: 'hidden' },
  picture: { position: 'absolute', inset: 0 },
  over: { position: 'absolute', inset: 0, display: 'grid', placeItems: 'center', padding: tokens.spacingHorizontalL },
});

type Stage =
  | { at: 'asking' }
  | { at: 'refused'; error: unknown }
  | { at: 'open'; control: string }
  | { at: 'ended'; text: string };

const endTexts: Readonly<Record<ControlEnd, string>> = {
  stopped: msg('The connection to the desktop ended.'),
  person: msg('The person at the desktop ended it.'),
  'right-lost': msg('You may no longer do that.'),
  policy: msg('The settings no longer allow it.'),
  'session-left': msg('The session no longer runs, or its person has left.'),
  'desktop-gone': msg('The desktop is gone.'),
  'not-opened': msg('The connection to the desktop could not be opened.'),
  restarting: msg('Stationmaster was restarted on the computer.'),
};

function endOf(code: number, reason: string): ControlEnd {
  if (code === closeCodes.restarting) return 'restarting';
  if (code === closeCodes.desktopGone) return 'desktop-gone';
  if (code === closeCodes.controlEnded && Object.hasOwn(endTexts, reason)) return reason as ControlEnd;
  return 'stopped';
}

export function ControlView({ session, close }: { session: Session; close: () => void }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const { controls, settings } = useRoom();
  const dialog = useRef<HTMLDialogElement>(null);
  const whole = useRef<HTMLDivElement>(null);
  const target = useRef<HTMLDivElement>(null);
  const bar = useRef<HTMLDivElement>(null);
  const painter = useRef<RFB | null>(null);
  const [wanted, setWanted] = useState({ uses: true, takeOver: false, attempt: 0 });
  const [stage, setStage] = useState<Stage>({ at: 'asking' });
  const [clipboard, setClipboard] = useState<string | null>(null);
  const [received, setReceived] = useState('');
  const person = personName(session);
  const { id } = session;

  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    const asked = new AbortController();
    let line: PixelLine | null = null;
    const open = (control: string, ticket: string): void => {
      if (asked.signal.aborted || target.current === null) return;
      line = new PixelLine(ticket, target.current, {
        ready: (rfb) => {
          painter.current = rfb;
          rfb.scaleViewport = true;
          rfb.viewOnly = !wanted.uses;
          rfb.addEventListener('clipboard', ({ detail }) => setReceived(detail.text));
          rfb.focus({ preventScroll: true });
        },
        closed: (code, reason) => {
          line?.close();
          painter.current = null;
          setStage({ at: 'ended', text: endTexts[endOf(code, reason)] });
        },
        unavailable: () => setStage({ at: 'ended', text: endTexts['not-opened'] }),
      });
      setStage({ at: 'open', control });
    };
    setStage({ at: 'asking' });
    const { uses, takeOver } = wanted;
    api('controlDesktop', { params: { id }, body: { uses, takeOver } }, asked.signal).then(
      ({ control, ticket }) => open(control, ticket),
      (error: unknown) => {
        if (!asked.signal.aborted) setStage({ at: 'refused', error });
      },
    );
    return () => {
      asked.abort();
      line?.close();
      painter.current = null;
    };
  }, [id, wanted]);
  useEffect(() => {
    const chord = new KeyChord(() => bar.current?.querySelector('button')?.focus());
    chord.start();
    return () => chord.stop();
  }, []);

  const own = stage.at === 'open' ? controls.find((control) => control.id === stage.control) : undefined;
  const uses = own?.uses ?? wanted.uses;
  useEffect(() => {
    if (painter.current !== null) painter.current.viewOnly = !uses;
  }, [uses]);
  const there = controls.filter((control) => control.session === id && control.id !== own?.id);
  const user = there.find((other) => other.uses);
  const again = (change: { uses?: boolean; takeOver?: boolean } = {}): void =>
    setWanted((before) => ({ uses: true, takeOver: false, ...change, attempt: before.attempt + 1 }));
  const toDesktop = (): void => painter.current?.focus({ preventScroll: true });
  const press = (): void => {
    if (painter.current !== null) pressKeys(painter.current, ctrlAltDelete);
    toDesktop();
  };
  const fullScreen = async (): Promise<void> => {
    if (whole.current !== null) await toggleFullScreen(whole.current);
    toDesktop();
  };
  const isTaken = stage.at === 'refused' && stage.error instanceof ApiError && stage.error.code === 'control-taken';

  const state = (): string => {
    switch (stage.at) {
      case 'asking':
        return _('Connecting…');
      case 'open':
        if (uses) return _('You see and use this desktop. Ctrl+Alt+Shift leads to these buttons.');
        return user === undefined
          ? _('You only see this desktop.')
          : _('{person} uses this desktop; you only see it.', { person: giverName(user.by) });
      case 'refused':
        return _('Not connected.');
      case 'ended':
        return _('Ended.');
    }
  };

  return (
    <dialog
      ref={dialog}
      className={styles.view}
      aria-label={_('Desktop of {person}', { person })}
      onCancel={(event) => {
        // Escape is the desktop's; from the buttons it leads back there.
        event.preventDefault();
        toDesktop();
      }}
      onClose={close}
    >
      <div ref={whole} className={styles.all}>
        <div ref={bar} className={styles.bar} role="toolbar" aria-label={_('What can be done here')}>
          <div className={styles.who}>
            <Text weight="semibold">{person}</Text>
            <Text size={200} className={styles.subtle} role="status">
              {state()}
              {there.length > 0 && ` ${_('Also here: {names}', { names: namesText(there.map(({ by }) => giverName(by))) })}`}
            </Text>
          </div>
          <Button appearance="primary" icon={<DismissRegular />} onClick={close}>
            {stage.at === 'open' ? _('Stop') : _('Close')}
          </Button>
          {stage.at === 'open' && !uses && (
            <Button onClick={() => again({ takeOver: true })}>{user === undefined ? _('Take control') : _('Take over')}</Button>
          )}
          <Button icon={<KeyboardRegular />} disabled={stage.at !== 'open' || !uses} onClick={press}>
            Ctrl+Alt+Del
          </Button>
          <Button
            icon={<ClipboardTextLtrRegular />}
            disabled={stage.at !== 'open' || !uses}
            aria-expanded={clipboard !== null}
            onClick={() => setClipboard(clipboard === null ? received : null)}
          >
            {_('Clipboard')}
          </Button>
          <Button icon={<FullScreenMaximizeRegular />} onClick={() => void fullScreen()}>
            {_('Full screen')}
          </Button>
        </div>
        {clipboard !== null && stage.at === 'open' && (
          <div className={styles.clipboard}>
            <Textarea
              className={styles.text}
              aria-label={_('Clipboard of the desktop')}
              value={clipboard}
              onChange={(_event, data) => setClipboard(data.value)}
            />
            <Button
              onClick={() => {
                painter.current?.clipboardPasteFrom(clipboard);
                setClipboard(null);
                toDesktop();
              }}
            >
              {_('Put into the clipboard of the desktop')}
            </Button>
          </div>
        )}
        <div className={styles.stage}>
          <div ref={target} className={styles.picture} />
          {stage.at === 'asking' && (
            <div className={styles.over}>
              <Spinner
                label={
                  settings.takeControl === 'ask'
                    ? _('{person} is asked, and has {seconds} seconds to answer.', { person, seconds: controlAnswerMs / 1000 })
                    : _('Connecting… Where the settings want it, {person} is asked first.', { person })
                }
              />
            </div>
          )}
          {stage.at === 'refused' && (
            <div className={styles.over}>
              <MessageBar intent={isTaken ? 'warning' : 'error'} layout="multiline">
                <MessageBarBody>{textOf(stage.error)}</MessageBarBody>
                <MessageBarActions>
                  {isTaken ? (
                    <>
                      <Button onClick={() => again({ takeOver: true })}>{_('Take over')}</Button>
                      <Button onClick={() => again({ uses: false })}>{_('Only look')}</Button>
                    </>
                  ) : (
                    <Button onClick={() => again({ uses: wanted.uses })}>{_('Try again')}</Button>
                  )}
                </MessageBarActions>
              </MessageBar>
            </div>
          )}
          {stage.at === 'ended' && (
            <div className={styles.over}>
              <MessageBar intent="info" layout="multiline">
                <MessageBarBody>{_(stage.text)}</MessageBarBody>
                <MessageBarActions>
                  <Button onClick={() => again({ uses: wanted.uses })}>{_('Connect again')}</Button>
                </MessageBarActions>
              </MessageBar>
            </div>
          )}
        </div>
      </div>
    </dialog>
  );
}
