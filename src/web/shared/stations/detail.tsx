// A few words with more behind them: shown while the pointer is on them, and by a click, a touch or the keyboard until left.
import { Popover, PopoverSurface, PopoverTrigger, makeStyles, shorthands, tokens } from '@fluentui/react-components';
import { useState } from 'react';
import type { ReactNode } from 'react';

const useStyles = makeStyles({
  trigger: {
    ...shorthands.borderStyle('none'),
    maxWidth: '100%',
    minWidth: 0,
    margin: 0,
    padding: `2px ${tokens.spacingHorizontalXXS}`,
    marginInlineStart: `calc(-1 * ${tokens.spacingHorizontalXXS})`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: 'transparent',
    color: 'inherit',
    fontFamily: 'inherit',
    fontSize: 'inherit',
    fontWeight: 'inherit',
    lineHeight: 'inherit',
    textAlign: 'start',
    cursor: 'help',
    display: 'inline-flex',
    alignItems: 'center',
    whiteSpace: 'nowrap',
    // On the words, not on the icon beside them.
    '& span:last-child > span': {
      textDecorationLine: 'underline',
      textDecorationStyle: 'dotted',
      textDecorationColor: tokens.colorNeutralForeground3,
      textUnderlineOffset: '3px',
    },
    '&:hover span:last-child > span': { textDecorationStyle: 'solid' },
    '&:focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  surface: { maxWidth: 'min(380px, calc(100vw - 32px))', boxSizing: 'border-box', fontWeight: tokens.fontWeightRegular },
});

export function Detail(props: {
  /** All that there is to know, for those who hear it. */
  label: string;
  /** What is behind it. */
  detail: ReactNode;
  children: ReactNode;
}): ReactNode {
  const styles = useStyles();
  const [open, setOpen] = useState<'no' | 'hovered' | 'pinned'>('no');
  return (
    <Popover
      open={open !== 'no'}
      openOnHover
      mouseLeaveDelay={150}
      withArrow
      positioning={{ position: 'below', align: 'start', fallbackPositions: ['above'], overflowBoundaryPadding: 8 }}
      onOpenChange={(event, data) => {
        if (event.type === 'mouseenter') setOpen((before) => (before === 'no' ? 'hovered' : before));
        else if (event.type === 'mouseleave') setOpen((before) => (before === 'hovered' ? 'no' : before));
        // A touch is told as the pointer's coming and then as a click: it is to stay open.
        else if (event.type === 'click' && !(event instanceof Event))
          setOpen((before) => (before === 'pinned' ? 'no' : 'pinned'));
        else setOpen(data.open ? 'pinned' : 'no');
      }}
    >
      <PopoverTrigger disableButtonEnhancement>
        <button type="button" className={styles.trigger} aria-label={props.label}>
          {props.children}
        </button>
      </PopoverTrigger>
      <PopoverSurface className={styles.surface} role="dialog" aria-label={props.label}>
        {props.detail}
      </PopoverSurface>
    </Popover>
  );
}
