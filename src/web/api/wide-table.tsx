// A table that may be wider than the page, and is then moved in its frame; and what programs write, in the type of programs.
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';

const useStyles = makeStyles({
  scroll: { overflowX: 'auto' },
  table: { borderCollapse: 'collapse', width: '100%' },
  small: { fontSize: tokens.fontSizeBase200 },
  cell: {
    textAlign: 'start',
    verticalAlign: 'top',
    padding: `${tokens.spacingVerticalXXS} ${tokens.spacingHorizontalM} ${tokens.spacingVerticalXXS} 0`,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  code: { fontFamily: tokens.fontFamilyMonospace },
});

export function Code({ children }: { children: ReactNode }): ReactNode {
  return <code className={useStyles().code}>{children}</code>;
}

export function WideTable(props: {
  label: string;
  heads: readonly string[];
  rows: readonly { key: string; cells: readonly ReactNode[] }[];
  small?: boolean;
}): ReactNode {
  const styles = useStyles();
  const { label, heads, rows } = props;
  return (
    <div className={styles.scroll} tabIndex={0} role="group" aria-label={label}>
      <table className={mergeClasses(styles.table, props.small === true && styles.small)}>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} className={styles.cell}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells }) => (
            <tr key={key}>
              {cells.map((cell, at) => (
                <td key={heads[at]} className={styles.cell}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
