// The limits that groups and stations have of their own, to be read and written.
import {
  Badge,
  Button,
  Card,
  MessageBar,
  MessageBarBody,
  Spinner,
  Subtitle1,
  Text,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { useLingui } from '@lingui/react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { ToldLimitRule } from '#contract/values.ts';
import { limitNames } from '#model/limits.ts';
import { api } from '../shared/api.ts';
import { Failure } from '../shared/failure.tsx';
import { limitLabels, limitText } from '../shared/limit-labels.ts';
import { ConfirmDialog } from '../shared/stations/confirm-dialog.tsx';
import { Facts } from '../shared/stations/details-part.tsx';
import { LimitRuleDialog } from './limit-rule-dialog.tsx';

const useStyles = makeStyles({
  part: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalS },
  head: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalS },
  name: { overflowWrap: 'anywhere', minWidth: 0 },
  rules: {
    display: 'grid',
    gap: tokens.spacingHorizontalM,
    gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 340px), 1fr))',
  },
  subtle: { color: tokens.colorNeutralForeground2 },
});

type Open = { what: 'write'; rule: ToldLimitRule | null } | { what: 'remove'; rule: ToldLimitRule } | null;

export function LimitRules(): ReactNode {
  const { _ } = useLingui();
  const styles = useStyles();
  const client = useQueryClient();
  const [open, setOpen] = useState<Open>(null);
  const key = ['limit-rules'] as const;
  const told = useQuery({ queryKey: key, queryFn: ({ signal }) => api('limitRules', {}, signal), staleTime: 5000 });
  const saved = (rules: readonly ToldLimitRule[]): void => void client.setQueryData(key, { rules });
  const close = (): void => {
    setOpen(null);
    // Somebody else may have changed it meanwhile.
    void client.invalidateQueries({ queryKey: key });
  };
  const remove = async ({ scope, of, values }: ToldLimitRule): Promise<void> => {
    const none = Object.fromEntries(limitNames.map((name) => [name, null]));
    const { rules } = await api('changeLimits', { body: { scope, of, values: none, was: values } });
    saved(rules);
  };
  return (
    <section className={styles.part} aria-labelledby="limit-rules">
      <Subtitle1 as="h2" id="limit-rules">
        {_('Limits of groups and stations')}
      </Subtitle1>
      <Text className={styles.subtle}>
        {_(
          'The limits of a station count before those of a group, and those of a group before the settings above. Who is in several groups has the most generous of their limits, and of what holds for taking control the strictest.',
        )}
      </Text>
      {told.isPending && <Spinner label={_('Loading…')} />}
      {told.isError && <Failure error={told.error} again={() => void told.refetch()} />}
      {told.data !== undefined && (
        <div className={styles.rules}>
          {told.data.rules.map((rule) => (
            <Card key={`${rule.scope} ${rule.of}`} role="group" aria-label={rule.name}>
              <div className={styles.head}>
                <Text weight="semibold" className={styles.name}>
                  {rule.name}
                </Text>
                <Badge appearance="outline" color="informative">
                  {rule.scope === 'group' ? _('Group') : _('Station')}
                </Badge>
              </div>
              {rule.exists === false && (
                <MessageBar intent="warning" layout="multiline">
                  <MessageBarBody>{_('There is no such group on the computer any more, so nobody is in it.')}</MessageBarBody>
                </MessageBar>
              )}
              <Facts
                facts={limitNames.flatMap((name) => {
                  const value = rule.values[name];
                  return value === undefined ? [] : [[_(limitLabels[name]), limitText(name, value)] as const];
                })}
              />
              <div className={styles.head}>
                <Button size="small" onClick={() => setOpen({ what: 'write', rule })}>
                  {_('Change…')}
                </Button>
                <Button size="small" onClick={() => setOpen({ what: 'remove', rule })}>
                  {_('Remove…')}
                </Button>
              </div>
            </Card>
          ))}
        </div>
      )}
      <div className={styles.head}>
        <Button onClick={() => setOpen({ what: 'write', rule: null })}>{_('Add limits…')}</Button>
      </div>
      {open?.what === 'write' && <LimitRuleDialog rule={open.rule} saved={saved} close={close} />}
      {open?.what === 'remove' && (
        <ConfirmDialog
          title={_('Remove the limits of {name}?', { name: open.rule.name })}
          text={_('From then on the other limits count there, for sessions that run as well. No session is ended at once by it.')}
          verb={_('Remove')}
          run={() => remove(open.rule)}
          close={close}
        />
      )}
    </section>
  );
}
