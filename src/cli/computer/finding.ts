// What the doctor finds at one place, and what to do about it.
import type { Layout } from './layout.ts';

/** `note`: worth knowing, nothing to be done. */
export type Verdict = 'good' | 'note' | 'warning' | 'fault';

export interface Found {
  verdict: Verdict;
  /** What was found. */
  says: string;
  /** What to do; empty where nothing is to be done. */
  remedy: string;
}

export type Look = (layout: Layout) => Promise<Found>;

export const good = (says: string): Found => ({ verdict: 'good', says, remedy: '' });
export const note = (says: string, remedy = ''): Found => ({ verdict: 'note', says, remedy });
export const warning = (says: string, remedy: string): Found => ({ verdict: 'warning', says, remedy });
export const fault = (says: string, remedy: string): Found => ({ verdict: 'fault', says, remedy });

export const again = 'run: stationmaster up';
export const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
