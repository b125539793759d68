// The tabs of the Manager and the Dashboard. Which one is open stands in the page's address, so that a reload keeps it.
import { Tab, TabList, makeStyles, tokens } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useEffect, useState } from 'react';
import type { ComponentType, ReactNode } from 'react';
import type { PageTopic } from './help/help-topic.ts';
import { PageHeader } from './page-header.tsx';
import type { SignedIn } from './page.tsx';
import { LineBar, RoomKnown } from './room.tsx';

export type Tabs<T extends string> = Readonly<Record<T, { label: string; Icon: ComponentType }>>;

const narrow = '@media (max-width: 560px)';

const useStyles = makeStyles({
  tabs: {
    backgroundColor: tokens.colorNeutralBackground1,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    paddingInline: tokens.spacingHorizontalXS,
    [narrow]: { display: 'grid', gridAutoFlow: 'column', gridAutoColumns: 'minmax(0, 1fr)', paddingInline: 0 },
  },
  tab: {
    [narrow]: {
      display: 'flex',
      flexDirection: 'column',
      alignItems: 'center',
      gap: 0,
      paddingInline: '2px',
      '& .fui-Tab__content': { fontSize: '11px', lineHeight: '16px' },
      '& .fui-Tab__content--reserved-space': { display: 'none' },
    },
  },
  main: {
    flexGrow: 1,
    padding: tokens.spacingHorizontalL,
    width: '100%',
    maxWidth: '1560px',
    marginInline: 'auto',
    boxSizing: 'border-box',
    [narrow]: { padding: tokens.spacingHorizontalS },
  },
});

/** The open tab of `page` (`manager`), the first where the address names none, and how to open another with a query in the address. */
export function usePageTab<T extends string>(page: string, tabs: Tabs<T>): [T, (next: T, query?: string) => void] {
  const names = Object.keys(tabs) as T[];
  const inAddress = (): T => names.find((name) => name === location.pathname.split('/')[2]) ?? (names[0] as T);
  const [tab, setTab] = useState(inAddress);
  useEffect(() => {
    const onMove = (): void => setTab(inAddress());
    addEventListener('popstate', onMove);
    return () => removeEventListener('popstate', onMove);
  });
  return [
    tab,
    (next, query = '') => {
      setTab(next);
      if (next !== inAddress()) history.pushState(null, '', query === '' ? `/${page}/${next}` : `/${page}/${next}?${query}`);
    },
  ];
}

function PageTabs<T extends string>(props: { tabs: Tabs<T>; label: string; tab: T; open: (next: T) => void }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  return (
    <TabList
      className={styles.tabs}
      selectedValue={props.tab}
      onTabSelect={(_event, data) => props.open(data.value as T)}
      aria-label={props.label}
    >
      {Object.entries<Tabs<T>[T]>(props.tabs).map(([name, { label, Icon }]) => (
        <Tab key={name} value={name} id={`tab-${name}`} aria-controls="tab-content" icon={<Icon />} className={styles.tab}>
          {_(label)}
        </Tab>
      ))}
    </TabList>
  );
}

/** The page with its header, tabs and bar; `children` is what the open tab shows, once the room is known. */
export function TabbedPage<T extends string>(props: {
  title: string;
  help: PageTopic;
  signedIn: SignedIn;
  tabs: Tabs<T>;
  /** What the tabs are, to a screen reader. */
  label: string;
  tab: T;
  open: (next: T) => void;
  children: ReactNode;
}): ReactNode {
  const styles = useStyles();
  return (
    <>
      <header>
        <PageHeader title={props.title} help={props.help} signedIn={props.signedIn} />
        <PageTabs tabs={props.tabs} label={props.label} tab={props.tab} open={props.open} />
      </header>
      <LineBar />
      <main className={styles.main}>
        <div id="tab-content" role="tabpanel" aria-labelledby={`tab-${props.tab}`}>
          <RoomKnown>{props.children}</RoomKnown>
        </div>
      </main>
    </>
  );
}
