// How busy a computer is: processor and memory, as bars with words.
import { Field, ProgressBar, makeStyles, tokens } from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import type { ReactNode } from 'react';
import type { Computer } from '#contract/values.ts';
import { currentLocale } from '../shared/i18n.ts';
import { sizeText } from '../shared/size-text.ts';

const useStyles = makeStyles({
  meters: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 220px), 1fr))',
    gap: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalXL}`,
  },
  // Where the system chooses the colours, track and bar would be hard to tell apart.
  bar: { '@media screen and (forced-colors: active)': { backgroundColor: 'Canvas', outline: '1px solid CanvasText' } },
});

function percent(part: number): string {
  return new Intl.NumberFormat(currentLocale(), { style: 'percent' }).format(part);
}

function colour(part: number): 'brand' | 'warning' | 'error' {
  return part >= 0.95 ? 'error' : part >= 0.8 ? 'warning' : 'brand';
}

export function ComputerMeters({ computer }: { computer: Computer }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  if (!computer.reachable || computer.memoryTotal === 0) return null;
  const memory = 1 - computer.memoryAvailable / computer.memoryTotal;
  const { processorBusy } = computer;
  return (
    <div className={styles.meters}>
      <Field label={_('Processor')} hint={_('{part} busy in the last minute', { part: percent(processorBusy) })}>
        <ProgressBar className={styles.bar} value={processorBusy} color={colour(processorBusy)} thickness="large" />
      </Field>
      <Field
        label={_('Memory')}
        hint={_('{used} of {total} in use', {
          used: sizeText(computer.memoryTotal - computer.memoryAvailable),
          total: sizeText(computer.memoryTotal),
        })}
      >
        <ProgressBar className={styles.bar} value={memory} color={colour(memory)} thickness="large" />
      </Field>
      {computer.disks.map(({ holds, totalBytes, freeBytes }) => {
        const part = totalBytes === 0 ? 0 : 1 - freeBytes / totalBytes;
        return (
          <Field
            key={holds.join()}
            label={
              holds.length > 1
                ? _('Disk')
                : holds[0] === 'homes'
                  ? _('Disk of the home folders')
                  : _('Disk of the saved sessions')
            }
            hint={_('{used} of {total} in use', { used: sizeText(totalBytes - freeBytes), total: sizeText(totalBytes) })}
          >
            <ProgressBar className={styles.bar} value={part} color={colour(part)} thickness="large" />
          </Field>
        );
      })}
    </div>
  );
}
