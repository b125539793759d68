// A field for a day: typed in the order of the page's language, or picked from the browser's calendar.
import { Button, Field, Input, makeStyles, tokens } from '@fluentui/react-components';
import { CalendarLtrRegular } from '@fluentui/react-icons/svg/calendar-ltr';
import { useLingui } from '@lingui/react';
import { useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { dayInOrder, typedDay, writtenDay } from './day.ts';
import { currentLocale } from './i18n.ts';

const useStyles = makeStyles({
  after: { position: 'relative', display: 'inline-flex' },
  /** Only its calendar is seen, at the button. */
  picker: {
    position: 'absolute',
    inset: 0,
    width: '100%',
    padding: 0,
    opacity: 0,
    pointerEvents: 'none',
    border: `0 solid ${tokens.colorTransparentStroke}`,
  },
});

export function DayField(props: {
  label: string;
  className?: string;
  /** As the browser writes days; empty: none. */
  day: string;
  /** Told an empty day as well while what is typed is none. */
  change: (day: string) => void;
}): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const locale = currentLocale();
  const picker = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState({ text: writtenDay(props.day, locale), day: props.day });
  const [left, setLeft] = useState(true);
  // It was changed elsewhere: what was typed no longer counts.
  const text = typed.day === props.day ? typed.text : writtenDay(props.day, locale);
  const isWrong = left && text.trim() !== '' && typedDay(text, locale) === null;
  const pattern = dayInOrder(locale, { day: _('dd'), month: _('mm'), year: _('yyyy') });
  const take = (next: string): void => {
    const day = typedDay(next, locale) ?? '';
    setTyped({ text: next, day });
    if (day !== props.day) props.change(day);
  };
  return (
    <Field
      label={props.label}
      {...(props.className !== undefined && { className: props.className })}
      {...(isWrong && { validationMessage: _('Type a day like {example}.', { example: writtenDay('2026-01-31', locale) }) })}
    >
      <Input
        value={text}
        placeholder={pattern}
        maxLength={20}
        autoComplete="off"
        onChange={(_event, data) => {
          setLeft(false);
          take(data.value);
        }}
        onBlur={() => setLeft(true)}
        contentAfter={
          <span className={styles.after}>
            <input
              ref={picker}
              type="date"
              className={styles.picker}
              tabIndex={-1}
              aria-hidden="true"
              value={props.day}
              onChange={(event) => take(writtenDay(event.target.value, locale))}
            />
            <Button
              appearance="transparent"
              size="small"
              icon={<CalendarLtrRegular />}
              aria-label={_('Pick: {label}', { label: props.label })}
              title={_('Pick from the calendar')}
              onClick={() => picker.current?.showPicker()}
            />
          </span>
        }
      />
    </Field>
  );
}
