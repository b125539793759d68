// Whether a computer can save sessions to disk, what is in the way and what to do, and what saved sessions take.
import { Link, MessageBar, MessageBarBody, MessageBarTitle, makeStyles, tokens } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import type { ReactNode } from 'react';
import type { Computer, Hibernation } from '#contract/values.ts';
import { i18n, msg } from '../shared/i18n.ts';
import { hibernationFaultText } from '../shared/hibernation-text.ts';

const useStyles = makeStyles({
  says: {
    display: 'block',
    marginBlock: tokens.spacingVerticalXS,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
  },
});

const remedies: Readonly<Record<NonNullable<Hibernation['fault']>, string>> = {
  'not-looked-yet': msg('Stationmaster looks by itself shortly after it starts.'),
  'criu-missing': msg('Open a terminal on the computer and type “sudo stationmaster doctor”: it says what to install.'),
  'criu-not-working': msg('Open a terminal on the computer and type “sudo stationmaster doctor”: it says what to do about it.'),
  'disk-full': msg('Make room on the disk of the computer, or log off saved sessions that nobody needs any more.'),
};

/** What is in the way, in two sentences: what that means, and the way out. */
export function HibernationFault({ computer, open }: { computer: Computer; open?: () => void }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const { fault, says } = computer.hibernation;
  if (fault === null) return null;
  return (
    <MessageBar intent={fault === 'not-looked-yet' ? 'info' : 'warning'} layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>{hibernationFaultText(fault)}</MessageBarTitle>
        {fault !== 'not-looked-yet' && <>{_('A restart of {computer} ends all its sessions.', { computer: computer.name })} </>}
        {fault === 'criu-not-working' && says !== '' && <code className={styles.says}>{says}</code>}
        {i18n._(remedies[fault])}{' '}
        {open !== undefined && (
          <Link as="button" inline onClick={open}>
            {_('See the computer')}
          </Link>
        )}
      </MessageBarBody>
    </MessageBar>
  );
}
