// The menus at the top of every page: language, theme, and the person who is signed in.
import {
  Button,
  Menu,
  MenuDivider,
  MenuGroupHeader,
  MenuGroup,
  MenuItem,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
} from '@fluentui/react-components';
import { DarkThemeRegular } from '@fluentui/react-icons/svg/dark-theme';
import { LocalLanguageRegular } from '@fluentui/react-icons/svg/local-language';
import { PersonCircleRegular } from '@fluentui/react-icons/svg/person-circle';
import { SignOutRegular } from '@fluentui/react-icons/svg/sign-out';
import { useLingui } from '@lingui/react';
import type { ReactNode } from 'react';
import type { Principal } from '#contract/api.ts';
import { api } from './api.ts';
import { changeLanguage, currentLanguage, languages } from './i18n.ts';
import type { Language } from './i18n.ts';
import { levelLabels } from './labels.ts';
import { useNotices } from './notices.tsx';
import { chooseTheme, themeChoices, useThemeChoice } from './theme.ts';
import type { ThemeChoice } from './theme.ts';

const useStyles = makeStyles({
  user: { '@media (max-width: 560px)': { minWidth: '32px', padding: '5px' } },
  name: {
    maxWidth: '24ch',
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
    '@media (max-width: 560px)': { display: 'none' },
  },
});

export function LanguageMenu(): ReactNode {
  const { _ } = useLingui();
  const notices = useNotices();
  return (
    <Menu
      checkedValues={{ language: [currentLanguage()] }}
      onCheckedValueChange={(_event, data) => {
        const language = data.checkedItems[0] as Language | undefined;
        if (language !== undefined) {
          changeLanguage(language).catch((error: unknown) => notices.failed(_('The language could not be changed.'), error));
        }
      }}
    >
      <MenuTrigger disableButtonEnhancement>
        <Button appearance="subtle" icon={<LocalLanguageRegular />} aria-label={_('Language')} title={_('Language')} />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {Object.entries(languages).map(([language, name]) => (
            <MenuItemRadio key={language} name="language" value={language} lang={language}>
              {name}
            </MenuItemRadio>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

export function ThemeMenu(): ReactNode {
  const { _ } = useLingui();
  const choice = useThemeChoice();
  return (
    <Menu
      checkedValues={{ theme: [choice] }}
      onCheckedValueChange={(_event, data) => {
        const next = data.checkedItems[0] as ThemeChoice | undefined;
        if (next !== undefined) chooseTheme(next);
      }}
    >
      <MenuTrigger disableButtonEnhancement>
        <Button appearance="subtle" icon={<DarkThemeRegular />} aria-label={_('Appearance')} title={_('Appearance')} />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {Object.entries(themeChoices).map(([value, label]) => (
            <MenuItemRadio key={value} name="theme" value={value}>
              {_(label)}
            </MenuItemRadio>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

export function UserMenu({ principal }: { principal: Principal }): ReactNode {
  const { _ } = useLingui();
  const notices = useNotices();
  const styles = useStyles();
  const shownName = principal.fullName === '' ? principal.name : principal.fullName;
  const signOut = async (): Promise<void> => {
    try {
      await api('signOut');
      location.reload();
    } catch (error) {
      notices.failed(_('Signing out did not succeed.'), error);
    }
  };
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <Button
          appearance="subtle"
          className={styles.user}
          icon={<PersonCircleRegular />}
          aria-label={shownName}
          title={_('Signed in as {name}', { name: shownName })}
        >
          <span className={styles.name}>{shownName}</span>
        </Button>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuGroup>
            <MenuGroupHeader>
              {shownName} ({_(levelLabels[principal.level])})
            </MenuGroupHeader>
            <MenuDivider />
            <MenuItem icon={<SignOutRegular />} onClick={() => void signOut()}>
              {_('Sign out')}
            </MenuItem>
          </MenuGroup>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
