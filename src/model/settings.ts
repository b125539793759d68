// Settings of the room and their defaults.

/** How a browser becomes a station: by itself, by a code the administrator gives, or by the administrator's yes. */
export const enrolmentWays = ['open', 'code', 'approval'] as const;
export type EnrolmentWay = (typeof enrolmentWays)[number];

/** Who may sign in at stations: members of the level groups, or everyone with an account on the computer. */
export const signInRules = ['listed', 'everyone'] as const;
export type SignInRule = (typeof signInRules)[number];

export interface Settings {
  enrolment: EnrolmentWay;
  whoMaySignIn: SignInRule;
  /** Standard users accept once that their screen may be watched. */
  privacyNotice: boolean;
  /** Allow one account to have multiple sessions. */
  multipleSessions: boolean;
  /** Seconds after which a session whose station vanished is suspended. */
  graceSeconds: number;
  /** Seconds that a user is warned before the administrator's log-off. */
  logOffCountdownSeconds: number;
  /** X session for those who have not chosen, by its desktop file's name. */
  desktop: string;
}

export const defaultSettings: Readonly<Settings> = {
  enrolment: 'approval',
  whoMaySignIn: 'listed',
  privacyNotice: true,
  multipleSessions: false,
  graceSeconds: 15,
  logOffCountdownSeconds: 30,
  desktop: 'xfce',
};
