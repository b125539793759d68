// The top of the Manager and the Dashboard: product, page, computer, and the menus.
import { Text, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import type { ReactNode } from 'react';
import { HelpButton } from './help/help-button.tsx';
import type { PageTopic } from './help/help-topic.ts';
import iconUrl from './icon.svg';
import { LanguageMenu, ThemeMenu, UserMenu } from './menus.tsx';
import type { SignedIn } from './page.tsx';

const useStyles = makeStyles({
  header: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalXS,
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalM}`,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  mark: { width: '28px', height: '28px', marginInlineEnd: tokens.spacingHorizontalXS },
  names: { display: 'flex', flexDirection: 'column', flexGrow: 1, minWidth: 0 },
  line: { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  product: { '@media (max-width: 560px)': { display: 'none' } },
  subtle: { color: tokens.colorNeutralForeground2 },
});

/** Without `signedIn`: a page for everybody. */
export function PageHeader(props: { title: string; subtitle?: string; help?: PageTopic; signedIn?: SignedIn }): ReactNode {
  const { title, help, signedIn } = props;
  const { _ } = useLingui();
  const styles = useStyles();
  return (
    <div className={styles.header}>
      <img src={iconUrl} alt="" className={styles.mark} />
      <div className={styles.names}>
        <Text as="h1" block weight="semibold" size={400} className={styles.line}>
          <span className={styles.product}>Stationmaster </span>
          {_(title)}
        </Text>
        <Text block size={200} className={mergeClasses(styles.line, styles.subtle)}>
          {signedIn?.computer ?? props.subtitle}
        </Text>
      </div>
      {help !== undefined && <HelpButton topic={help} />}
      <LanguageMenu />
      <ThemeMenu />
      {signedIn !== undefined && <UserMenu principal={signedIn.principal} />}
    </div>
  );
}
