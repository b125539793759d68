// The views of the Stations list: those that are given, and those that the person keeps by name.
import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
  Menu,
  MenuDivider,
  MenuGroup,
  MenuGroupHeader,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  Text,
  makeStyles,
  tokens,
  useRestoreFocusTarget,
} from '@fluentui/react-components';
import { BookmarkMultipleRegular } from '@fluentui/react-icons/svg/bookmark-multiple';
import { DeleteRegular } from '@fluentui/react-icons/svg/delete';
import { useLingui } from '@lingui/react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import type { SavedView } from '#contract/api.ts';
import { api, textOf } from '../api.ts';
import { msg } from '../i18n.ts';
import { useBarButtonStyles } from './bar-button.ts';
import { plainView, queryOf, viewOf } from './table-view.ts';
import type { TableView } from './table-view.ts';

const useStyles = makeStyles({
  content: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  kept: { display: 'flex', flexDirection: 'column', margin: 0, padding: 0, listStyleType: 'none' },
  line: { display: 'flex', alignItems: 'center', justifyContent: 'space-between', gap: tokens.spacingHorizontalM },
  name: { overflowWrap: 'anywhere', minWidth: 0 },
  popover: { maxHeight: 'min(520px, 80vh)', overflowY: 'auto', maxWidth: 'min(360px, 90vw)' },
});

const given: readonly { name: string; view: TableView }[] = [
  { name: msg('All stations'), view: { ...plainView, showAll: true } },
  { name: msg('Needs attention'), view: { ...plainView, attention: true, showAll: true } },
  {
    name: msg('Suspended and saved'),
    view: { ...plainView, statuses: ['suspended', 'saved'], sort: 'since', group: 'none', showAll: true },
  },
];

function KeepDialog(props: {
  kept: readonly SavedView[];
  query: string;
  changed: () => Promise<void>;
  close: () => void;
}): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const [name, setName] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const wanted = name.trim();
  const replaces = props.kept.some((view) => view.name.toLowerCase() === wanted.toLowerCase());

  const attempt = async (run: () => Promise<unknown>, then: () => void): Promise<void> => {
    setBusy(true);
    setFailure(null);
    try {
      await run();
      await props.changed();
      then();
    } catch (error) {
      setFailure(textOf(error));
    }
    setBusy(false);
  };
  const keep = (event: FormEvent): void => {
    event.preventDefault();
    if (wanted === '' || busy) return;
    void attempt(() => api('keepView', { body: { name: wanted, query: props.query } }), props.close);
  };

  return (
    <Dialog open onOpenChange={(_event, data) => !data.open && props.close()}>
      <DialogSurface>
        <form onSubmit={keep}>
          <DialogBody>
            <DialogTitle>{_('Keep this view')}</DialogTitle>
            <DialogContent className={styles.content}>
              <Field
                label={_('Name')}
                hint={
                  replaces
                    ? _('Replaces the view of this name.')
                    : _('Search, filter, order, groups and columns as they are now.')
                }
                {...(failure !== null && { validationState: 'error' as const, validationMessage: failure })}
              >
                <Input value={name} maxLength={64} onChange={(_event, data) => setName(data.value)} />
              </Field>
              {props.kept.length > 0 && (
                <ul className={styles.kept} aria-label={_('Kept views')}>
                  {props.kept.map((view) => (
                    <li key={view.id} className={styles.line}>
                      <Text className={styles.name}>{view.name}</Text>
                      <Button
                        appearance="subtle"
                        icon={<DeleteRegular />}
                        aria-label={_('Remove the view {name}', { name: view.name })}
                        title={_('Remove the view {name}', { name: view.name })}
                        disabledFocusable={busy}
                        onClick={() =>
                          !busy &&
                          void attempt(
                            () => api('removeView', { params: { id: view.id } }),
                            () => undefined,
                          )
                        }
                      />
                    </li>
                  ))}
                </ul>
              )}
            </DialogContent>
            <DialogActions>
              <Button onClick={props.close}>{_('Close')}</Button>
              <Button type="submit" appearance="primary" disabledFocusable={busy || wanted === ''}>
                {_('Keep')}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}

export function ViewsMenu({ view, choose }: { view: TableView; choose: (view: TableView) => void }): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const buttons = useBarButtonStyles();
  const queries = useQueryClient();
  const focusTarget = useRestoreFocusTarget();
  const [keeping, setKeeping] = useState(false);
  const kept = useQuery({ queryKey: ['views'], queryFn: ({ signal }) => api('views', {}, signal) });
  return (
    <>
      <Menu>
        <MenuTrigger disableButtonEnhancement>
          <Button
            {...focusTarget}
            icon={<BookmarkMultipleRegular />}
            className={buttons.common}
            aria-label={_('Views')}
            title={_('Views')}
          >
            <span>{_('Views')}</span>
          </Button>
        </MenuTrigger>
        <MenuPopover className={styles.popover}>
          <MenuList>
            {given.map(({ name, view: each }) => (
              <MenuItem key={name} onClick={() => choose(each)}>
                {_(name)}
              </MenuItem>
            ))}
            {kept.isError && (
              <MenuItem persistOnClick onClick={() => void kept.refetch()}>
                {_('The kept views could not be loaded. Try again.')}
              </MenuItem>
            )}
            {kept.isSuccess && kept.data.length > 0 && (
              <MenuGroup>
                <MenuDivider />
                <MenuGroupHeader>{_('Kept views')}</MenuGroupHeader>
                {kept.data.map(({ id, name, query }) => (
                  <MenuItem key={id} onClick={() => choose(viewOf(query))}>
                    {name}
                  </MenuItem>
                ))}
              </MenuGroup>
            )}
            <MenuDivider />
            <MenuItem disabled={!kept.isSuccess} onClick={() => setKeeping(true)}>
              {_('Keep this view…')}
            </MenuItem>
          </MenuList>
        </MenuPopover>
      </Menu>
      {keeping && (
        <KeepDialog
          kept={kept.data ?? []}
          query={queryOf(view)}
          changed={() => queries.invalidateQueries({ queryKey: ['views'] })}
          close={() => setKeeping(false)}
        />
      )}
    </>
  );
}
