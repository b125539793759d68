// Taking control of a desktop: what the person at it is asked or told, by the computer's settings or those of their groups.

/** From the strictest to the most open. */
export const controlPolicies = ['refuse', 'ask', 'notify', 'silent'] as const;
/**
 * `refuse`: nobody takes control. `ask`: the person says yes or no, and may end it. `notify`: the person sees it for as long as it
 * lasts. `silent`: the person is not told.
 */
export type ControlPolicy = (typeof controlPolicies)[number];

export function isStricter(a: ControlPolicy, b: ControlPolicy): boolean {
  return controlPolicies.indexOf(a) < controlPolicies.indexOf(b);
}

/** Somebody who sees, or sees and uses, the desktop of somebody else. */
export interface Control {
  /** 16 characters a-z2-7. */
  id: string;
  session: string;
  /** Who does, as people read it; empty: the administrator. */
  by: string;
  /** False: only sees it. */
  uses: boolean;
  /** Milliseconds since 1970. */
  since: number;
}

/** Why a control ended. `person`: at the station. */
export const controlEnds = [
  'stopped',
  'person',
  'right-lost',
  'policy',
  'session-left',
  'desktop-gone',
  'not-opened',
  'restarting',
] as const;
export type ControlEnd = (typeof controlEnds)[number];

/** How long the person at a station has to answer, in milliseconds. */
export const controlAnswerMs = 30_000;
