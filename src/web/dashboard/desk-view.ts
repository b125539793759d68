// How the desktops are shown: kept by this browser.
import { useState } from 'react';

export const deskChoices = {
  size: ['small', 'medium', 'large'],
  show: ['all', 'active'],
  order: ['station', 'person'],
  group: ['none', 'room', 'class'],
} as const;

export type DeskView = { readonly [K in keyof typeof deskChoices]: (typeof deskChoices)[K][number] };

const usual: DeskView = { size: 'medium', show: 'all', order: 'station', group: 'none' };
const rememberedAs = 'stationmaster.desktops';

function remembered(): DeskView {
  try {
    const kept = JSON.parse(localStorage.getItem(rememberedAs) ?? '{}') as Readonly<Record<string, unknown>>;
    const one = <K extends keyof DeskView>(key: K): DeskView[K] =>
      (deskChoices[key] as readonly unknown[]).includes(kept[key]) ? (kept[key] as DeskView[K]) : usual[key];
    return { size: one('size'), show: one('show'), order: one('order'), group: one('group') };
  } catch {
    return usual;
  }
}

export function useDeskView(): [DeskView, (change: Partial<DeskView>) => void] {
  const [view, setView] = useState(remembered);
  const change = (part: Partial<DeskView>): void => {
    const next = { ...view, ...part };
    setView(next);
    try {
      localStorage.setItem(rememberedAs, JSON.stringify(next));
    } catch {
      // Where the browser keeps nothing, it holds until the page is left.
    }
  };
  return [view, change];
}
