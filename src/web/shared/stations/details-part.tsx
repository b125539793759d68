// A part of the details of a line: a heading with what is below it, and facts as names with values.
import { Text, makeStyles, tokens } from '@fluentui/react-components';
import { useId } from 'react';
import type { ReactNode } from 'react';

const useStyles = makeStyles({
  title: { overflowWrap: 'anywhere', minWidth: 0 },
  part: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalS, minWidth: 0 },
  facts: {
    display: 'grid',
    gridTemplateColumns: 'fit-content(50%) minmax(0, 1fr)',
    gap: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalM}`,
    margin: 0,
    '& dt': { color: tokens.colorNeutralForeground2 },
    '& dd': { margin: 0, overflowWrap: 'anywhere' },
  },
});

export function DetailsPart({ title, children }: { title: string; children: ReactNode }): ReactNode {
  const styles = useStyles();
  const titleId = useId();
  return (
    <section className={styles.part} aria-labelledby={titleId}>
      <Text as="h3" block weight="semibold" id={titleId} className={styles.title}>
        {title}
      </Text>
      {children}
    </section>
  );
}

export function Facts({ facts }: { facts: readonly (readonly [name: string, value: ReactNode])[] }): ReactNode {
  const styles = useStyles();
  return (
    <dl className={styles.facts}>
      {facts.flatMap(([name, value]) => [<dt key={`${name} name`}>{name}</dt>, <dd key={`${name} value`}>{value}</dd>])}
    </dl>
  );
}
