// The words for the choices that the set-up and the settings offer.
import type { EnrolmentWay, SignInRule } from '#model/settings.ts';
import { msg } from '../shared/i18n.ts';

export const enrolmentLabels: Readonly<Record<EnrolmentWay, string>> = {
  approval: msg('You let each new station in'),
  code: msg('With a code that you give out'),
  open: msg('By itself, every browser that opens the page'),
};

export const signInRuleLabels: Readonly<Record<SignInRule, string>> = {
  listed: msg('Only people in the groups of Stationmaster'),
  everyone: msg('Everyone with an account on the computer'),
};
