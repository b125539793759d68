// Light, dark or high contrast: the person's remembered choice, else the system's.
import { teamsHighContrastTheme, webDarkTheme, webLightTheme } from '@fluentui/react-components';
import type { Theme } from '@fluentui/react-components';
import { useSyncExternalStore } from 'react';
import { msg } from './i18n.ts';

/** Each choice with its label. */
export const themeChoices = {
  system: msg('Like the system'),
  light: msg('Light'),
  dark: msg('Dark'),
  contrast: msg('High contrast'),
} as const;
export type ThemeChoice = keyof typeof themeChoices;

const rememberedAs = 'stationmaster.theme';
const systemIsDark = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

// Some of Fluent's text colours fall below 4.5 to 1 on the surfaces of lines that are hovered over or chosen.
const light: Theme = { ...webLightTheme, colorNeutralForeground3: '#545454', colorNeutralForeground4: '#5c5c5c' };
const dark: Theme = { ...webDarkTheme, colorNeutralForeground4: '#adadad', colorBrandForeground2: '#77b7f7' };

function isChoice(value: string | null): value is ThemeChoice {
  return value !== null && Object.hasOwn(themeChoices, value);
}

function rememberedChoice(): ThemeChoice {
  try {
    const value = localStorage.getItem(rememberedAs);
    return isChoice(value) ? value : 'system';
  } catch {
    return 'system';
  }
}

let choice: ThemeChoice = rememberedChoice();

function tell(): void {
  for (const listener of listeners) listener();
}
systemIsDark.addEventListener('change', tell);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function chosenTheme(): Theme {
  const shown = choice === 'system' ? (systemIsDark.matches ? 'dark' : 'light') : choice;
  document.documentElement.style.colorScheme = shown === 'light' ? 'light' : 'dark';
  return shown === 'contrast' ? teamsHighContrastTheme : shown === 'dark' ? dark : light;
}

/** Changes the theme of the page and remembers it. */
export function chooseTheme(next: ThemeChoice): void {
  choice = next;
  try {
    localStorage.setItem(rememberedAs, next);
  } catch {
    // Without storage the choice holds until the page is closed.
  }
  tell();
}

export function useThemeChoice(): ThemeChoice {
  return useSyncExternalStore(subscribe, () => choice);
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, chosenTheme);
}
