// One desktop: its live picture while it is in sight, who and where, its state; chosen by click or key.
import { Button, Checkbox, Text, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { FullScreenMaximizeRegular } from '@fluentui/react-icons/svg/full-screen-maximize';
import { useLingui } from '@lingui/react';
import { memo, useEffect, useRef, useState } from 'react';
import type { ReactNode, RefObject } from 'react';
import type { PictureSize } from '#model/picture.ts';
import { pictureSizes, pictureWidthsPx } from '#model/picture.ts';
import { holdsStation } from '#model/session.ts';
import { personName } from '../shared/names-text.ts';
import { choiceKindOf } from '../shared/stations/chosen.ts';
import type { ChoiceKind } from '../shared/stations/chosen.ts';
import { useLivePicture } from '../shared/stations/live-picture.ts';
import { Status } from '../shared/stations/status.tsx';
import { textOf } from '../shared/api.ts';
import { DeskMarks } from './desk-marks.tsx';
import type { DeskView } from './desk-view.ts';
import type { Desk } from './desks.ts';

export const cardWidthsPx: Readonly<Record<DeskView['size'], number>> = { small: 160, medium: 240, large: 400 };

const useStyles = makeStyles({
  card: {
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
    display: 'flex',
    flexDirection: 'column',
    minWidth: 0,
    overflow: 'hidden',
    cursor: 'default',
    userSelect: 'none',
    ':hover': { border: `1px solid ${tokens.colorNeutralStroke1Hover}` },
  },
  chosen: { outline: `2px solid ${tokens.colorBrandStroke1}`, backgroundColor: tokens.colorBrandBackground2 },
  screen: {
    position: 'relative',
    display: 'grid',
    placeItems: 'center',
    aspectRatio: '16 / 10',
    backgroundColor: tokens.colorNeutralBackground4,
    color: tokens.colorNeutralForeground2,
    overflow: 'hidden',
  },
  picture: { display: 'block', width: '100%', height: '100%', objectFit: 'contain' },
  old: { opacity: 0.5 },
  fault: { padding: tokens.spacingHorizontalS, textAlign: 'center', fontSize: tokens.fontSizeBase200 },
  text: { display: 'flex', flexDirection: 'column', padding: tokens.spacingHorizontalS, paddingBlockStart: 0, minWidth: 0 },
  first: { display: 'flex', alignItems: 'center', justifyContent: 'space-between', minWidth: 0 },
  name: {
    flexGrow: 1,
    minWidth: 0,
    '& label': { overflow: 'hidden', textOverflow: 'ellipsis', fontWeight: tokens.fontWeightSemibold },
  },
  second: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    justifyContent: 'space-between',
    columnGap: tokens.spacingHorizontalS,
    paddingInline: tokens.spacingHorizontalS,
  },
  where: { color: tokens.colorNeutralForeground2, overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
});

/** The smallest that is sharp on this screen. */
function pictureSizeFor(widthPx: number): PictureSize {
  const neededPx = widthPx * devicePixelRatio * 0.9;
  return pictureSizes.find((size) => pictureWidthsPx[size] >= neededPx) ?? 'large';
}

function useInSight(element: RefObject<Element | null>): boolean {
  const [inSight, setInSight] = useState(false);
  useEffect(() => {
    if (element.current === null) return undefined;
    const observer = new IntersectionObserver((entries) => setInSight(entries.at(-1)?.isIntersecting ?? false), {
      rootMargin: '80px',
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return inSight;
}

function Screen({ desk, size, watched }: { desk: Desk; size: DeskView['size']; watched: boolean }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const element = useRef<HTMLDivElement>(null);
  const inSight = useInSight(element);
  const { session } = desk;
  const { url, fault } = useLivePicture(session.id, pictureSizeFor(cardWidthsPx[size]), watched && inSight);
  const offline = fault?.code === 'offline';
  return (
    <div ref={element} className={styles.screen}>
      {watched && url !== null && (
        <img
          className={mergeClasses(styles.picture, offline && styles.old)}
          src={url}
          alt={_('Screen of {user}', { user: session.user })}
          draggable={false}
        />
      )}
      {watched && fault !== null && !offline && <div className={styles.fault}>{textOf(fault)}</div>}
    </div>
  );
}

interface DeskCardProps {
  desk: Desk;
  size: DeskView['size'];
  /** Pictures may be looked at here at all. */
  watched: boolean;
  chosen: boolean;
  /** The one of all that is reached by Tab. */
  reached: boolean;
  choose: (id: string, kind: ChoiceKind) => void;
  enlarge: (id: string) => void;
}

export const DeskCard = memo(function DeskCard(props: DeskCardProps): ReactNode {
  const { desk, size, watched, chosen, reached, choose, enlarge } = props;
  const { _ } = useLingui();
  const styles = useStyles();
  const { session, row } = desk;
  return (
    <li
      data-desk={session.id}
      className={mergeClasses(styles.card, chosen && styles.chosen)}
      onClick={(event) => {
        // The check box and the button do what they do by themselves.
        if (event.target instanceof Element && event.target.closest('label, input, button') === null)
          choose(session.id, choiceKindOf(event));
      }}
      onDoubleClick={(event) => {
        if (event.target instanceof Element && event.target.closest('label, input, button') === null) enlarge(session.id);
      }}
    >
      <Screen desk={desk} size={size} watched={watched} />
      <div className={styles.text}>
        <div className={styles.first}>
          <Checkbox
            className={styles.name}
            checked={chosen}
            tabIndex={reached ? 0 : -1}
            onChange={(event) =>
              choose(session.id, event.nativeEvent instanceof MouseEvent && event.nativeEvent.shiftKey ? 'range' : 'toggle')
            }
            label={personName(session)}
          />
          {watched && (
            <Button
              size="small"
              appearance="subtle"
              tabIndex={reached ? 0 : -1}
              icon={<FullScreenMaximizeRegular />}
              aria-label={_('Enlarge the screen of {user}', { user: session.user })}
              title={_('Enlarge')}
              onClick={() => enlarge(session.id)}
            />
          )}
        </div>
        <div className={styles.second}>
          <Text size={200} className={styles.where}>
            {holdsStation(session) && row.station !== null ? row.station.name : _('At no station')}
          </Text>
          <Status status={row.status} />
          <DeskMarks session={session} />
        </div>
      </div>
    </li>
  );
});
