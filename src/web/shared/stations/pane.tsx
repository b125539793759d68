// A part of the page beside the Stations list: a heading, a button that puts it away, and what it holds.
import { Button, makeStyles, mergeClasses, tokens, typographyStyles } from '@fluentui/react-components';
import { DismissRegular } from '@fluentui/react-icons/svg/dismiss';
import { useId } from 'react';
import type { KeyboardEvent, ReactNode, Ref } from 'react';

const useStyles = makeStyles({
  pane: {
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
    padding: tokens.spacingHorizontalM,
    boxSizing: 'border-box',
    minWidth: 0,
  },
  head: { display: 'flex', alignItems: 'start', justifyContent: 'space-between', gap: tokens.spacingHorizontalS },
  title: { ...typographyStyles.subtitle2, margin: 0, overflowWrap: 'anywhere', minWidth: 0, outlineStyle: 'none' },
});

interface Head {
  title: string;
  /** What puts it away, in words; left out: nothing does. */
  close?: { label: string; run: () => void };
  /** The heading, for those who give it the focus. */
  heading?: Ref<HTMLHeadingElement>;
}

export function PaneHead({ title, close, heading, id }: Head & { id: string }): ReactNode {
  const styles = useStyles();
  return (
    <div className={styles.head}>
      <h2 id={id} {...(heading !== undefined && { ref: heading, tabIndex: -1 })} className={styles.title}>
        {title}
      </h2>
      {close !== undefined && (
        <Button
          appearance="subtle"
          size="small"
          icon={<DismissRegular />}
          aria-label={close.label}
          title={close.label}
          onClick={close.run}
        />
      )}
    </div>
  );
}

export function Pane({
  className,
  onKeyDown,
  children,
  ...head
}: Head & {
  className?: string | undefined;
  onKeyDown?: (event: KeyboardEvent) => void;
  children: ReactNode;
}): ReactNode {
  const styles = useStyles();
  const titleId = useId();
  return (
    <section className={mergeClasses(styles.pane, className)} aria-labelledby={titleId} onKeyDown={onKeyDown}>
      <PaneHead {...head} id={titleId} />
      {children}
    </section>
  );
}
