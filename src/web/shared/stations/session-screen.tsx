// What a session's screen shows, live, and large if wanted; or why it cannot be seen.
import { Button, Spinner, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { FullScreenMaximizeRegular } from '@fluentui/react-icons/svg/full-screen-maximize';
import { useLingui } from '@lingui/react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Session } from '#model/session.ts';
import { textOf } from '../api.ts';
import { errorText } from '../error-text.ts';
import { personName } from '../names-text.ts';
import { useRoom } from '../room.tsx';
import { ShowDialog } from '../show-dialog.tsx';
import { useLivePicture } from './live-picture.ts';
import { pictureNote } from './picture-note.ts';
import type { LivePicture } from './watch-line.ts';

const useStyles = makeStyles({
  frame: {
    display: 'grid',
    placeItems: 'center',
    minHeight: '120px',
    backgroundColor: tokens.colorNeutralBackground3,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    overflow: 'hidden',
  },
  large: { minHeight: 'min(60vh, 50vw)', minWidth: 0 },
  picture: { display: 'block', width: '100%', height: 'auto', maxHeight: '75vh', objectFit: 'contain' },
  text: { padding: tokens.spacingHorizontalM, textAlign: 'center' },
  below: { display: 'flex', alignItems: 'center', justifyContent: 'space-between', gap: tokens.spacingHorizontalS },
  enlarge: { flexShrink: 0 },
  subtle: { color: tokens.colorNeutralForeground2 },
  surface: {
    width: 'min(1340px, calc(100vw - 24px))',
    maxWidth: 'none',
    boxSizing: 'border-box',
    '@media (max-width: 600px)': { padding: tokens.spacingHorizontalM },
  },
});

/** The picture, or why there is none. */
export function ScreenFrame(props: { live: LivePicture; session: Session; className?: string }): ReactNode {
  const { live, session, className } = props;
  const { _ } = useLingui();
  const styles = useStyles();
  const { url, fault } = live;
  return (
    <div className={mergeClasses(styles.frame, className)}>
      {url !== null && fault === null && (
        <img className={styles.picture} src={url} alt={_('Screen of {user}', { user: session.user })} draggable={false} />
      )}
      {fault !== null && (
        <div className={styles.text} role="status">
          {textOf(fault)}
        </div>
      )}
      {url === null && fault === null && <Spinner size="tiny" label={_('Loading the picture…')} />}
    </div>
  );
}

/** `children`: below the picture. */
export function EnlargedScreen(props: { session: Session; close: () => void; children?: ReactNode }): ReactNode {
  const { session, close, children } = props;
  const { _ } = useLingui();
  const styles = useStyles();
  const live = useLivePicture(session.id, 'large', true);
  return (
    <ShowDialog title={_('Screen of {user}', { user: personName(session) })} surface={styles.surface} close={close}>
      <ScreenFrame live={live} session={session} className={styles.large} />
      {children}
    </ShowDialog>
  );
}

export function SessionScreen({ session }: { session: Session }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const { settings } = useRoom();
  const [enlarged, setEnlarged] = useState(false);
  const live = useLivePicture(session.id, 'medium', settings.allowMonitoring && !enlarged);
  if (!settings.allowMonitoring) return <div className={styles.subtle}>{errorText({ code: 'monitoring-off' })}</div>;
  const seen = live.url !== null && live.fault === null;
  return (
    <>
      <ScreenFrame live={live} session={session} />
      {seen && (
        <div className={styles.below}>
          <span className={styles.subtle}>{pictureNote(session)}</span>
          <Button className={styles.enlarge} size="small" icon={<FullScreenMaximizeRegular />} onClick={() => setEnlarged(true)}>
            {_('Enlarge')}
          </Button>
        </div>
      )}
      {enlarged && <EnlargedScreen session={session} close={() => setEnlarged(false)} />}
    </>
  );
}
