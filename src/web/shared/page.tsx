// The frame of the Manager and the Dashboard: language, theme, queries, notices, and who is signed in.
import './page.css';
import { FluentProvider, Spinner, Toaster, makeStyles, tokens } from '@fluentui/react-components';
import { I18nProvider, useLingui } from '@lingui/react';
import { QueryClient, QueryClientProvider, useQuery, useQueryClient } from '@tanstack/react-query';
import { StrictMode, useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import type { Principal } from '#contract/api.ts';
import { ApiError, api, onSignedOut } from './api.ts';
import { Failure } from './failure.tsx';
import { i18n, startLanguage } from './i18n.ts';
import type { PageTexts } from './i18n.ts';
import { Live } from './live.ts';
import { toasterId } from './notices.tsx';
import { RoomProvider } from './room.tsx';
import { SignInPage } from './sign-in-page.tsx';
import { useTheme } from './theme.ts';
import { useMedia } from './use-media.ts';

const useStyles = makeStyles({
  page: { minHeight: '100vh', display: 'flex', flexDirection: 'column', backgroundColor: tokens.colorNeutralBackground2 },
  middle: { display: 'grid', placeItems: 'center', minHeight: '60vh', padding: tokens.spacingHorizontalXXL },
});

/** Activity keeps the sign-in; an open page alone does not. */
const aliveEveryMs = 240_000;

export interface SignedIn {
  principal: Principal;
  computer: string;
}

/** At a narrow screen's lower edge are the tasks of the chosen line. */
const narrow = '(max-width: 720px)';

function Frame({ title, children }: { title: string; children: ReactNode }): ReactNode {
  const styles = useStyles();
  const theme = useTheme();
  const { _ } = useLingui();
  const isNarrow = useMedia(narrow);
  const shownTitle = _(title);
  useEffect(() => {
    document.title = `${shownTitle} - Stationmaster`;
  }, [shownTitle]);
  return (
    <FluentProvider theme={theme}>
      {/* Not the provider's own class: every dialogue and notice would get it too. */}
      <div className={styles.page}>{children}</div>
      <Toaster toasterId={toasterId} position={isNarrow ? 'top' : 'bottom-start'} timeout={8000} pauseOnHover />
    </FluentProvider>
  );
}

function useKeepAlive(): void {
  useEffect(() => {
    let last = performance.now();
    const onActivity = (): void => {
      if (performance.now() - last < aliveEveryMs) return;
      last = performance.now();
      api('me').catch(() => undefined);
    };
    addEventListener('pointerdown', onActivity);
    addEventListener('keydown', onActivity);
    return () => {
      removeEventListener('pointerdown', onActivity);
      removeEventListener('keydown', onActivity);
    };
  }, []);
}

function Inside(props: { page: 'manager' | 'dashboard'; onRefused: () => void; children: ReactNode }): ReactNode {
  const { page, onRefused, children } = props;
  const live = useMemo(() => new Live(page, onRefused), [page, onRefused]);
  useEffect(() => {
    live.start();
    return () => live.stop();
  }, [live]);
  useKeepAlive();
  return <RoomProvider live={live}>{children}</RoomProvider>;
}

/** Shows the sign-in page until somebody is signed in, then `children`. */
export function SignedInOnly(props: {
  page: 'manager' | 'dashboard';
  title: string;
  purpose: string;
  children: (signedIn: SignedIn) => ReactNode;
}): ReactNode {
  const styles = useStyles();
  const { _ } = useLingui();
  const queries = useQueryClient();
  const [ended, setEnded] = useState(false);
  const me = useQuery({
    queryKey: ['me'],
    queryFn: async ({ signal }): Promise<SignedIn | null> => {
      try {
        return await api('me', {}, signal);
      } catch (error) {
        if (error instanceof ApiError && error.code === 'not-signed-in') return null;
        throw error;
      }
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  const signedOut = useMemo(
    () => () => {
      setEnded(queries.getQueryData(['me']) !== null && queries.getQueryData(['me']) !== undefined);
      queries.setQueryData(['me'], null);
      queries.removeQueries({ predicate: (query) => query.queryKey[0] !== 'me' });
    },
    [queries],
  );
  useEffect(() => onSignedOut(signedOut), [signedOut]);
  if (me.isPending) {
    return (
      <main className={styles.middle}>
        <Spinner label={_('Connecting to the computer…')} />
      </main>
    );
  }
  if (me.isError) {
    return (
      <main className={styles.middle}>
        <Failure error={me.error} again={() => void me.refetch()} />
      </main>
    );
  }
  if (me.data === null) {
    return (
      <SignInPage
        page={props.page}
        title={props.title}
        purpose={props.purpose}
        ended={ended}
        onDone={() => {
          setEnded(false);
          void me.refetch();
        }}
      />
    );
  }
  return (
    <Inside page={props.page} onRefused={signedOut}>
      {props.children(me.data)}
    </Inside>
  );
}

/** Draws a page into #root, once its texts are there. */
export async function openPage(texts: PageTexts, title: string, content: ReactNode): Promise<void> {
  await startLanguage(texts);
  const root = document.getElementById('root');
  if (root === null) throw new Error('The page has no place for its content.');
  const queries = new QueryClient({
    defaultOptions: {
      queries: {
        retry: (failures, error) => failures < 2 && error instanceof ApiError && error.code === 'offline',
        refetchOnWindowFocus: false,
      },
    },
  });
  createRoot(root).render(
    <StrictMode>
      <I18nProvider i18n={i18n}>
        <QueryClientProvider client={queries}>
          <Frame title={title}>{content}</Frame>
        </QueryClientProvider>
      </I18nProvider>
    </StrictMode>,
  );
}
