// The panel at the side with the help of a page.
import {
  Button,
  DrawerBody,
  DrawerHeader,
  DrawerHeaderTitle,
  Link,
  OverlayDrawer,
  Subtitle2,
  Text,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { DismissRegular } from '@fluentui/react-icons/svg/dismiss';
import { useLingui } from '@lingui/react';
import { useEffect } from 'react';
import type { ReactNode } from 'react';
import { anchorOf, moreIn } from './help-topic.ts';
import type { HelpText, PageTopic } from './help-topic.ts';

export interface HelpDrawerProps {
  topic: PageTopic;
  text: HelpText;
  close: () => void;
  /** What the keyboard was on before; it is there again afterwards. */
  backTo: Element | null;
}

const useStyles = makeStyles({
  drawer: { maxWidth: '100vw' },
  body: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM, paddingBottom: tokens.spacingVerticalL },
  more: {
    color: tokens.colorNeutralForeground2,
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    paddingTop: tokens.spacingVerticalM,
    overflowWrap: 'anywhere',
  },
});

export function HelpDrawer({ topic, text, close, backTo }: HelpDrawerProps): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  useEffect(
    () => () => {
      if (backTo instanceof HTMLElement && backTo.isConnected) requestAnimationFrame(() => backTo.focus());
    },
    [backTo],
  );
  const { document: name, headings } = moreIn[topic];
  return (
    <OverlayDrawer
      open
      position="end"
      size="small"
      className={styles.drawer}
      onOpenChange={(_event, { open }) => {
        if (!open) close();
      }}
    >
      <DrawerHeader>
        <DrawerHeaderTitle
          action={<Button appearance="subtle" icon={<DismissRegular />} aria-label={_('Close')} onClick={close} />}
        >
          {_('Help: {page}', { page: text.title })}
        </DrawerHeaderTitle>
      </DrawerHeader>
      {/* Scrolled by the keyboard as well. */}
      <DrawerBody className={styles.body} tabIndex={0}>
        <Text>{text.purpose}</Text>
        {text.tasks.map(({ what, how }) => (
          <section key={what}>
            <Subtitle2 as="h3" block>
              {what}
            </Subtitle2>
            <Text block>{how}</Text>
          </section>
        ))}
        <Text block size={200} className={styles.more}>
          {_('More in the documentation:')}{' '}
          {headings.map((heading, at) => (
            <span key={heading}>
              {at > 0 && ' · '}
              <Link inline href={`/docs/${name}#${anchorOf(heading)}`} target="_blank" hrefLang="en">
                {heading}
              </Link>
            </span>
          ))}
        </Text>
      </DrawerBody>
    </OverlayDrawer>
  );
}
