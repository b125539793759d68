// How the buttons of the bar above the list give way: to their icon alone, the rarer ones first. What they say stays their name.
import { makeStyles, tokens } from '@fluentui/react-components';
import type { GriffelStyle } from '@fluentui/react-components';

/** The text of such a button is in a `span`. */
const iconOnly: GriffelStyle = {
  minWidth: '32px',
  paddingInline: tokens.spacingHorizontalXS,
  '& > span:not(.fui-Button__icon)': { display: 'none' },
  '& > .fui-Button__icon': { marginInline: 0 },
};

export const useBarButtonStyles = makeStyles({
  rare: { '@media (max-width: 1279px)': iconOnly },
  common: { '@media (max-width: 899px)': iconOnly },
});
