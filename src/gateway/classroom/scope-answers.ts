// Who sees what in the Dashboard, as the administrator says.
import type { scopeRoutes } from '#contract/classroom/scopes.ts';
import { accountsComputerOf } from '#fleet/fleet.ts';
import type { Scope } from '#model/classroom.ts';
import type { AnswerParts, Answers } from '../api-answers.ts';
import { deedOf } from '../deeds.ts';

/** As the activity tells it. */
export function scopeText(scope: Scope | null): string {
  return scope === null ? '*' : [...scope.rooms, ...scope.groups.map((group) => `@${group}`)].join(', ');
}

export function scopeAnswers({ scopes, fleet, audit }: AnswerParts): Pick<Answers, keyof typeof scopeRoutes> {
  return {
    scopes: () => ({ scopes: scopes.list().map(({ owner, of, scope }) => ({ owner, of, scope: copyOf(scope) })) }),
    changeScope: async ({ params: { name }, body, caller }) => {
      const computer = accountsComputerOf(fleet);
      await fleet.call(computer, 'account.describe', { user: name });
      await scopes.change(computer, { of: name, ...body }, (before, after) =>
        audit.record({
          ...deedOf(caller, 'scope.change', name, { sees: `${scopeText(before)} → ${scopeText(after)}` }),
          outcome: 'done',
        }),
      );
      const kept = scopes.list().find(({ owner, of }) => owner === 'account' && of === name);
      return { scope: kept === undefined ? null : copyOf(kept.scope) };
    },
  };
}

function copyOf({ rooms, groups }: Scope): { rooms: string[]; groups: string[] } {
  return { rooms: [...rooms], groups: [...groups] };
}
