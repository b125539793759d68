// The question mark at the top of a page, and F1: both open its help, which is loaded then.
import { Button } from '@fluentui/react-components';
import { QuestionCircleRegular } from '@fluentui/react-icons/svg/question-circle';
import { useLingui } from '@lingui/react';
import { useEffect, useRef, useState } from 'react';
import type { ComponentType, ReactNode } from 'react';
import { currentLanguage } from '../i18n.ts';
import { useNotices } from '../notices.tsx';
import type { HelpDrawerProps } from './help-drawer.tsx';
import { loadHelp } from './help-topic.ts';
import type { HelpText, PageTopic } from './help-topic.ts';

interface Shown {
  Drawer: ComponentType<HelpDrawerProps>;
  topic: PageTopic;
  text: HelpText;
}

export function HelpButton({ topic }: { topic: PageTopic }): ReactNode {
  const { _ } = useLingui();
  const notices = useNotices();
  const [shown, setShown] = useState<Shown | null>(null);
  const cameFrom = useRef<Element | null>(null);
  const isOpening = useRef(false);
  const open = async (): Promise<void> => {
    if (isOpening.current || shown !== null) return;
    isOpening.current = true;
    cameFrom.current = document.activeElement;
    try {
      const [{ HelpDrawer }, texts] = await Promise.all([import('./help-drawer.tsx'), loadHelp(currentLanguage())]);
      setShown({ Drawer: HelpDrawer, topic, text: texts[topic] });
    } catch (error) {
      notices.failed(_('The help could not be loaded.'), error);
    } finally {
      isOpening.current = false;
    }
  };
  const close = (): void => setShown(null);
  const latest = useRef({ open, close, isShown: false });
  useEffect(() => {
    latest.current = { open, close, isShown: shown !== null };
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'F1' || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const { open, close, isShown } = latest.current;
      if (isShown) close();
      else void open();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return (
    <>
      <Button
        appearance="subtle"
        icon={<QuestionCircleRegular />}
        aria-label={_('Help')}
        title={_('Help (F1)')}
        aria-haspopup="dialog"
        onClick={() => void open()}
      />
      {shown !== null && <shown.Drawer topic={shown.topic} text={shown.text} close={close} backTo={cameFrom.current} />}
    </>
  );
}
