// Imports a list of people: a file is read and looked at, then the accounts are made one after the other. It can be stopped between
// two; each is made whole or not at all. Passwords that were made up are shown and can be saved here, this once.
import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  MessageBar,
  MessageBarBody,
  ProgressBar,
  Field,
  Switch,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  Text,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { PrintRegular } from '@fluentui/react-icons/svg/print';
import { useLingui } from '@lingui/react';
import { useCallback, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { ImportFault, ImportLine } from '#model/account.ts';
import { ApiError, api, textOf } from '../../shared/api.ts';
import { serverNow, timeText } from '../../shared/clock.ts';
import { msg } from '../../shared/i18n.ts';
import { levelLabels } from '../../shared/labels.ts';
import { PrintSheet } from '../../shared/print-sheet.tsx';
import { saveFile } from '../../shared/save-file.ts';

const useStyles = makeStyles({
  surface: { maxWidth: '820px' },
  content: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  list: { maxHeight: '40vh', overflow: 'auto', border: `1px solid ${tokens.colorNeutralStroke2}` },
  grid: { minWidth: '620px' },
  number: { flexGrow: 0, flexShrink: 0, flexBasis: '56px' },
  result: { flexGrow: 2 },
  example: {
    fontFamily: tokens.fontFamilyMonospace,
    backgroundColor: tokens.colorNeutralBackground3,
    padding: tokens.spacingVerticalS,
    borderRadius: tokens.borderRadiusMedium,
    whiteSpace: 'pre-wrap',
    margin: 0,
  },
  file: { display: 'none' },
  bad: { color: tokens.colorPaletteRedForeground3 },
});

/** The gateway takes no more; a list of 2,000 people is shorter by far. */
const longestFileBytes = 500_000;

const faultLabels: Readonly<Record<ImportFault, string>> = {
  quotes: msg('A quotation mark is not closed.'),
  user: msg('A user name begins with a small letter and has only small letters, digits, - and _.'),
  'system-name': msg('Programs of the computer use this name. Choose another one.'),
  'user-twice': msg('This user name is in the list twice.'),
  'name-taken': msg('There is an account of this name already.'),
  'full-name': msg('A full name has at most 64 letters, and no colon, comma or equals sign.'),
  password: msg('This password cannot be typed or is too long.'),
  level: msg('This account type is not known.'),
};

/** The faults after which the next line would fail as well. */
const endsAll: ReadonlySet<ApiError['code']> = new Set([
  'offline',
  'not-signed-in',
  'not-allowed',
  'computer-unreachable',
  'disk-full',
  'store-full',
]);

function base64Of(file: File): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const reader = new FileReader();
  reader.addEventListener('load', () => resolve(typeof reader.result === 'string' ? reader.result.replace(/^[^,]*,?/, '') : ''));
  reader.addEventListener('error', () => reject(new ApiError({ code: 'bad-request' })));
  reader.readAsDataURL(file);
  return promise;
}

/** A list for a spreadsheet; a text that it would take for a formula is not one. */
function csvOf(lines: readonly ImportLine[]): string {
  const cell = (text: string): string => `"${text.replace(/^(?=[=+\-@])/, "'").replaceAll('"', '""')}"`;
  return lines.map((line) => [line.user, line.fullName, line.password].map(cell).join(',')).join('\r\n');
}

/** What became of a line: the text of the error, or null where the account was made. */
type Results = ReadonlyMap<number, string | null>;

/** What a line says: on the screen and on paper. */
function useLineTexts(results: Results): (line: ImportLine) => { password: string; result: string; bad: boolean } {
  const { _ } = useLingui();
  return ({ line, fault, made, password }) => {
    const result = results.get(line);
    return {
      password: !made ? _('From the list') : result === null ? password : _('Is made up'),
      result: fault !== null ? _(faultLabels[fault]) : result === undefined ? '' : (result ?? _('Added')),
      bad: fault !== null || typeof result === 'string',
    };
  };
}

function Lines({ lines, results }: { lines: readonly ImportLine[]; results: Results }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const textsOf = useLineTexts(results);
  return (
    <div className={styles.list} tabIndex={0} role="region" aria-label={_('People of the list')}>
      <Table size="small" noNativeElements className={styles.grid} aria-label={_('People of the list')}>
        <TableHeader>
          <TableRow>
            <TableHeaderCell className={styles.number}>{_('Line')}</TableHeaderCell>
            <TableHeaderCell>{_('User name')}</TableHeaderCell>
            <TableHeaderCell>{_('Full name')}</TableHeaderCell>
            <TableHeaderCell>{_('Account type')}</TableHeaderCell>
            <TableHeaderCell>{_('Password')}</TableHeaderCell>
            <TableHeaderCell className={styles.result}>{_('Result')}</TableHeaderCell>
          </TableRow>
        </TableHeader>
        <TableBody>
          {lines.map((line) => {
            const { password, result, bad } = textsOf(line);
            return (
              <TableRow key={line.line}>
                <TableCell className={styles.number}>{line.line}</TableCell>
                <TableCell>{line.user}</TableCell>
                <TableCell>{line.fullName}</TableCell>
                <TableCell>{_(levelLabels[line.level])}</TableCell>
                <TableCell>{password}</TableCell>
                <TableCell className={styles.result}>
                  <span className={bad ? styles.bad : undefined}>{result}</span>
                </TableCell>
              </TableRow>
            );
          })}
        </TableBody>
      </Table>
    </div>
  );
}

/** The report on paper. */
function PrintedLines({ lines, results, done }: { lines: readonly ImportLine[]; results: Results; done: () => void }): ReactNode {
  const { _ } = useLingui();
  const textsOf = useLineTexts(results);
  const [at] = useState(() => timeText(serverNow()));
  return (
    <PrintSheet title={_('Import of users, {time}', { time: at })} done={done}>
      <table>
        <thead>
          <tr>
            {[_('Line'), _('User name'), _('Full name'), _('Account type'), _('Password'), _('Result')].map((heading) => (
              <th key={heading} scope="col">
                {heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => {
            const { password, result } = textsOf(line);
            return (
              <tr key={line.line}>
                <td>{line.line}</td>
                <td>{line.user}</td>
                <td>{line.fullName}</td>
                <td>{_(levelLabels[line.level])}</td>
                <td>{password}</td>
                <td>{result}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </PrintSheet>
  );
}

export function ImportDialog({ changed, close }: { changed: () => void; close: () => void }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const [lines, setLines] = useState<readonly ImportLine[] | null>(null);
  const [results, setResults] = useState<Results>(new Map());
  const [mustChange, setMustChange] = useState(true);
  const [step, setStep] = useState<'look' | 'running' | 'done'>('look');
  const [error, setError] = useState<unknown>(null);
  const [printing, setPrinting] = useState(false);
  const printed = useCallback(() => setPrinting(false), []);
  const stopped = useRef(false);
  const input = useRef<HTMLInputElement>(null);
  const good = (lines ?? []).filter(({ fault }) => fault === null);
  const added = good.filter(({ line }) => results.get(line) === null);
  const withPasswords = added.filter(({ made }) => made);

  const choose = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    setError(null);
    setLines(null);
    try {
      if (file.size > longestFileBytes) throw new ApiError({ code: 'too-large' });
      setLines((await api('previewImport', { body: { file: await base64Of(file) } })).lines);
    } catch (failure) {
      setError(failure);
    }
  };
  const run = async (): Promise<void> => {
    setStep('running');
    setError(null);
    stopped.current = false;
    for (const { line, user, fullName, password, level } of good) {
      if (stopped.current) break;
      let result: string | null = null;
      try {
        await api('createAccount', { body: { user, fullName, password, level, mustChange } });
      } catch (failure) {
        result = textOf(failure);
        if (failure instanceof ApiError && endsAll.has(failure.code)) {
          setError(failure);
          break;
        }
      }
      setResults((before) => new Map(before).set(line, result));
    }
    changed();
    setStep('done');
  };
  return (
    // Fluent closes an alert on Escape too: once passwords were made up they would be gone for good.
    <Dialog open modalType="alert" onOpenChange={(_event, data) => !data.open && step === 'look' && close()}>
      <DialogSurface className={styles.surface}>
        <DialogBody>
          <DialogTitle>{_('Import users')}</DialogTitle>
          <DialogContent className={styles.content}>
            {lines === null && (
              <>
                <Text>
                  {_(
                    'A list as spreadsheets save it (CSV): user name, full name, password, account type. A password that is left out is made up. At most 2,000 people.',
                  )}
                </Text>
                <pre className={styles.example}>{'anna,Anna Adams,,standard\nben,Ben Baker,a long password,dashboard'}</pre>
              </>
            )}
            {lines !== null && lines.length === 0 && (
              <MessageBar intent="warning">
                <MessageBarBody>{_('There is nobody in this list.')}</MessageBarBody>
              </MessageBar>
            )}
            {lines !== null && lines.length > 0 && step === 'look' && (
              <Text aria-live="polite">
                {_(
                  '{good, plural, =0 {No line can be imported.} one {# person can be imported.} other {# people can be imported.}} {bad, plural, =0 {} one {# line is left out.} other {# lines are left out.}}',
                  { good: good.length, bad: lines.length - good.length },
                )}
              </Text>
            )}
            {step === 'running' && (
              <Field label={_('{done} of {all}', { done: results.size, all: good.length })}>
                <ProgressBar value={results.size} max={good.length} aria-label={_('Import users')} />
              </Field>
            )}
            {step === 'done' && (
              <MessageBar intent={added.length === good.length ? 'success' : 'warning'} layout="multiline" role="status">
                <MessageBarBody>
                  {_('{count, plural, =0 {Nobody was added.} one {# person was added.} other {# people were added.}}', {
                    count: added.length,
                  })}{' '}
                  {withPasswords.length > 0 &&
                    _('The passwords that were made up are shown only here. Save the list before you close this.')}
                </MessageBarBody>
              </MessageBar>
            )}
            {lines !== null && lines.length > 0 && <Lines lines={lines} results={results} />}
            {printing && <PrintedLines lines={lines ?? []} results={results} done={printed} />}
            {lines !== null && good.length > 0 && step === 'look' && (
              <Switch
                label={_('Passwords must be changed at the first sign-in')}
                checked={mustChange}
                onChange={(_event, data) => setMustChange(data.checked)}
              />
            )}
            {error !== null && (
              <MessageBar intent="error" layout="multiline" role="alert">
                <MessageBarBody>{textOf(error)}</MessageBarBody>
              </MessageBar>
            )}
            <input
              ref={input}
              className={styles.file}
              type="file"
              accept=".csv,.txt,.tsv,text/csv,text/plain"
              aria-label={_('List of people')}
              onChange={(event) => {
                void choose(event.target.files?.[0]);
                // The same file can be chosen again when it was mended.
                event.target.value = '';
              }}
            />
          </DialogContent>
          <DialogActions fluid>
            {step === 'look' && (
              <>
                <Button appearance={good.length === 0 ? 'primary' : 'secondary'} onClick={() => input.current?.click()}>
                  {lines === null ? _('Choose a file') : _('Choose another file')}
                </Button>
                {good.length > 0 && (
                  <Button appearance="primary" onClick={() => void run()}>
                    {_('{count, plural, one {Import # person} other {Import # people}}', { count: good.length })}
                  </Button>
                )}
                <Button onClick={close}>{_('Cancel')}</Button>
              </>
            )}
            {step === 'running' && (
              <Button
                onClick={() => {
                  stopped.current = true;
                }}
              >
                {_('Stop')}
              </Button>
            )}
            {step === 'done' && (
              <>
                {withPasswords.length > 0 && (
                  <Button appearance="primary" onClick={() => saveFile('users.csv', 'text/csv', `\ufeff${csvOf(withPasswords)}`)}>
                    {_('Save the list with passwords')}
                  </Button>
                )}
                <Button icon={<PrintRegular />} onClick={() => setPrinting(true)}>
                  {_('Print')}
                </Button>
                <Button onClick={close}>{_('Close')}</Button>
              </>
            )}
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
