// What a gateway (or the command line as root) says to the host program, and what it answers: one JSON object a line over a
// unix socket that only root and the gateway's group can reach. See docs/protocol.md.
import { z } from 'zod';
import {
  accountRemovalSchema,
  accountSchema,
  computerSchema,
  errorSchema,
  givenNameSchema,
  idSchema,
  leaveReportSchema,
  leaveWays,
  levelSchema,
  passwordSchema,
  personSchema,
  questionSchema,
  sessionCheckSchema,
  sessionSchema,
  settingsSchema,
  stationConfigurationSchema,
  unsavedWorkSchema,
  userNameSchema,
} from './values.ts';
import { accountFilesFates } from '#model/account.ts';
import { computerModes, sessionCauses } from '#model/session.ts';
import { signInRules } from '#model/settings.ts';

/** Both sides name it in `hello`; another number is refused with `version-mismatch`. */
export const hostProtocol = 3;

/** The longest line either side takes, in bytes. */
export const longestHostLine = 1_000_000;

/** Where a sign-in conversation stands. `accepted` holds for 60 seconds, for one `session.enter`, `session.unlock` or `signIn.finish`. */
export const signInStepSchema = z.discriminatedUnion('step', [
  z.object({ step: z.literal('question'), question: questionSchema }),
  z.object({
    step: z.literal('accepted'),
    account: accountSchema,
    sessions: z.array(sessionSchema),
    messages: z.array(z.string()),
  }),
  z.object({ step: z.literal('refused'), error: errorSchema, messages: z.array(z.string()) }),
]);
export type SignInStep = z.infer<typeof signInStepSchema>;

/** Accounts and groups that may sign in at a station; administrators always may. */
const onlyTheseSchema = stationConfigurationSchema.pick({ users: true, groups: true });
export type OnlyThese = z.infer<typeof onlyTheseSchema>;

const enterChoice = z.union([
  /** Continue the only one there is, or start one. */
  z.literal('any'),
  /** Start a further one; refused unless `multiple`. */
  z.literal('new'),
  /** Continue this one. */
  idSchema,
]);

const groupNames = z.array(z.string().max(256)).max(32);

const accountChange = {
  level: levelSchema.optional(),
  fullName: z.union([givenNameSchema, z.literal('')]).optional(),
  disabled: z.boolean().optional(),
};

/** The limits of a session that are not the computer's. */
export const hostLimitsSchema = settingsSchema
  .pick({
    sessionMemoryMegabytes: true,
    sessionProcessorPercent: true,
    sessionProcesses: true,
    hibernateAfterMinutes: true,
    logOffSuspendedHours: true,
  })
  .partial();

const outcome = z.object({ session: idSchema, user: z.string(), error: errorSchema.nullable() });

const call = <A extends z.ZodType, R extends z.ZodType>(args: A, result: R) => ({ args, result });

/** Every call: its arguments and its result. The set is closed. */
export const hostCalls = {
  /** Must come first on a connection. */
  hello: call(
    z.object({ protocol: z.number().int() }),
    z.object({ protocol: z.number().int(), computer: z.string(), version: z.string() }),
  ),
  /** From here on the connection gets events; the answer is what they change. */
  subscribe: call(z.object({}), z.object({ sessions: z.array(sessionSchema) })),
  'computer.status': call(z.object({}), computerSchema),
  /** What the host must know of the room's settings; it keeps them, and goes by them without a gateway too. */
  'computer.configure': call(
    settingsSchema
      .pick({
        hibernateAfterMinutes: true,
        logOffSuspendedHours: true,
        hibernateBelowMemoryPercent: true,
        keepSavedDays: true,
        encryptSaved: true,
        leaveWarningSeconds: true,
        leaveLimitSeconds: true,
      })
      .extend({
        // What was kept by an earlier version lacks it.
        alwaysConsoleMode: z.boolean().default(false),
        mostSessionsPerPerson: settingsSchema.shape.mostSessionsPerPerson.default(0),
        sessionMemoryMegabytes: settingsSchema.shape.sessionMemoryMegabytes.default(0),
        sessionProcessorPercent: settingsSchema.shape.sessionProcessorPercent.default(0),
        sessionProcesses: settingsSchema.shape.sessionProcesses.default(0),
        mostSessions: settingsSchema.shape.mostSessions.default(0),
      }),
    z.object({}),
  ),
  /**
   * Restarts or shuts the computer down: warns for `afterMs`, suspends, saves every session, and goes. Answers at once with
   * what has begun; `computer.changed` tells how it goes on. Fails with `not-possible-now` if it has begun already.
   */
  'computer.leave': call(
    z.object({ how: z.enum(leaveWays), afterMs: z.number().int().min(0).max(3_600_000), by: z.string().max(64) }),
    computerSchema,
  ),
  /** Closes the stations for maintenance (`console`), which suspends every session, or opens them. Kept over restarts. */
  'computer.setMode': call(z.object({ mode: z.enum(computerModes) }), computerSchema),
  /** Takes it back during the warning; else fails with `not-possible-now`. */
  'computer.stay': call(z.object({}), computerSchema),
  /**
   * The computer's own system is going down already and is about to stop our programs: saves every session without a warning
   * and answers, at the latest after `limitMs`, with what became of each. Joins what is under way; nothing is asked of the system.
   */
  'computer.prepare': call(
    z.object({ how: z.enum(leaveWays), limitMs: z.number().int().min(0).max(3_600_000) }),
    leaveReportSchema,
  ),
  /**
   * Starts one PAM conversation. The password is the answer to PAM's first hidden question, `attempt` a new id.
   * `who` decides which accounts are let through: at a station as the setting says, a page needs a level.
   */
  'signIn.begin': call(
    z.object({
      attempt: idSchema,
      user: userNameSchema,
      password: passwordSchema,
      /** The person wants another one: asked for as PAM does it, once this one was right. Refused: `password-not-changed`. */
      changePassword: z.boolean().optional(),
      remote: z.string().max(64),
      who: z.enum(signInRules),
      /** With `listed`: members of these Linux groups are let through as well. */
      groups: groupNames.optional(),
      /** At a station that not everybody may use; others are refused with `account-not-here`. */
      only: onlyTheseSchema.optional(),
    }),
    signInStepSchema,
  ),
  /**
   * Starts one without a password, for an account that is on the host's own list: PAM's account phase decides, nothing is
   * authenticated. Refused with `auto-logon-not-allowed`, `auto-logon-administrator`.
   */
  'signIn.automatic': call(
    z.object({
      attempt: idSchema,
      user: userNameSchema,
      remote: z.string().max(64),
      who: z.enum(signInRules),
      /** With `listed`: members of these Linux groups are let through as well. */
      groups: groupNames.optional(),
      only: onlyTheseSchema.optional(),
    }),
    signInStepSchema,
  ),
  /** Fails with `auto-logon-not-allowed`, `auto-logon-administrator`, `not-found` if it is not signed in without a password. */
  'autoLogon.check': call(z.object({ user: userNameSchema }), z.object({})),
  /**
   * Adds an account to the list. `attempt`: accepted, an administrator's, and used up with this: the gateway alone can add nobody.
   * Fails with `not-allowed`, `auto-logon-administrator`, `not-found`.
   */
  'autoLogon.allow': call(z.object({ attempt: idSchema, user: userNameSchema }), z.object({})),
  'autoLogon.forbid': call(z.object({ user: userNameSchema }), z.object({})),
  /** Forbids all others: whom no station signs in need not be on the list. */
  'autoLogon.keepOnly': call(z.object({ users: z.array(userNameSchema).max(5000) }), z.object({})),
  'signIn.answer': call(z.object({ attempt: idSchema, answer: passwordSchema }), signInStepSchema),
  /** Ends an attempt, accepted or not; its worker goes. */
  'signIn.finish': call(z.object({ attempt: idSchema }), z.object({})),
  /**
   * Brings the accepted person's session to a station: continues or starts one. Answers once its desktop can be shown.
   * One at a time per person: of two at the same instant the later one takes the session over.
   */
  'session.enter': call(
    z.object({
      attempt: idSchema,
      station: idSchema,
      choice: enterChoice,
      multiple: z.boolean(),
      desktop: z.string().max(64),
      widthPx: z.number().int().min(64).max(16384),
      heightPx: z.number().int().min(64).max(16384),
      /** Language of the station page, used where the account has none: `fr`. */
      language: z.string().max(16),
      /** Limits that hold for it there instead of the computer's. */
      limits: hostLimitsSchema.optional(),
      /** So many sessions may its person have there; the setting if left out. */
      mostSessionsPerPerson: settingsSchema.shape.mostSessionsPerPerson.optional(),
    }),
    z.object({ session: sessionSchema, started: z.boolean() }),
  ),
  /** `attachment`: only if the session is still in that attachment, else nothing happens. */
  'session.suspend': call(
    z.object({ session: idSchema, cause: z.enum(sessionCauses), attachment: z.number().int().optional() }),
    z.object({ session: sessionSchema }),
  ),
  /**
   * Brings a running session to another station without a sign-in; a locked one stays locked. `displaces`: the session there that
   * is suspended for it; another one there: `station-taken`. `attachment`: only if it is still in that one, else
   * `changed-meanwhile`. Fails with `not-possible-now` for a session that does not run.
   */
  'session.move': call(
    z.object({ session: idSchema, station: idSchema, displaces: idSchema.nullable(), attachment: z.number().int().optional() }),
    z.object({ session: sessionSchema }),
  ),
  'session.suspendAll': call(z.object({ cause: z.enum(sessionCauses) }), z.object({ outcomes: z.array(outcome) })),
  'session.lock': call(z.object({ session: idSchema }), z.object({ session: sessionSchema })),
  /** The attempt must be the session's own person. */
  'session.unlock': call(z.object({ session: idSchema, attempt: idSchema }), z.object({ session: sessionSchema })),
  /**
   * Ends it after `afterMs` (the person is warned meanwhile), at once with 0. A second call changes the time. `by`: who asked for
   * it, as the person is told.
   */
  'session.end': call(
    z.object({
      session: idSchema,
      cause: z.enum(sessionCauses),
      afterMs: z.number().int().min(0).max(3_600_000),
      by: z.string().max(64).optional(),
    }),
    z.object({ session: sessionSchema }),
  ),
  /** Takes a log-off that has not happened back. */
  'session.keep': call(z.object({ session: idSchema }), z.object({ session: sessionSchema })),
  /**
   * Saves a session to disk; one at a station is suspended before. Answers when it is safe there and out of memory. Fails
   * with `hibernation-impossible`, `cannot-be-saved` (details: program, reason), `disk-full`, `still-watched`, `save-failed`;
   * then it runs on. `closing`: programs that cannot be saved are asked to close before.
   */
  'session.hibernate': call(
    z.object({ session: idSchema, cause: z.enum(sessionCauses), closing: z.boolean() }),
    z.object({ session: sessionSchema }),
  ),
  /** Saves every suspended session, some at a time, and says what became of each. */
  'session.hibernateAll': call(
    z.object({ cause: z.enum(sessionCauses), closing: z.boolean() }),
    z.object({ outcomes: z.array(outcome) }),
  ),
  /** What saving would do to the programs of the running sessions. */
  'session.check': call(z.object({}), z.object({ checks: z.array(sessionCheckSchema) })),
  /** What windows of these sessions say of unsaved work; of sessions that do not run, that it could not be looked. */
  'session.unsaved': call(
    z.object({ sessions: z.array(idSchema).max(5000) }),
    z.object({ sessions: z.array(unsavedWorkSchema) }),
  ),
  /** From here on these hold for sessions instead of the computer's settings; those of before are forgotten. */
  'session.limit': call(
    z.object({ sessions: z.array(z.object({ session: idSchema, limits: hostLimitsSchema })).max(5000) }),
    z.object({}),
  ),
  'session.list': call(z.object({}), z.object({ sessions: z.array(sessionSchema) })),
  /** `groups`: whose members are told by `inGroups`. */
  'account.list': call(z.object({ groups: groupNames.optional() }), z.object({ accounts: z.array(personSchema) })),
  /** Fails with `not-found`. */
  'account.describe': call(z.object({ user: userNameSchema }), accountSchema),
  /** The Linux groups of an account. Fails with `not-found`. */
  /** `classes`: those that may be a class, none of the system's, no level's and not the account's own. */
  'account.groups': call(
    z.object({ user: userNameSchema }),
    z.object({ groups: z.array(z.string()), classes: z.array(z.string()) }),
  ),
  /** Which of these Linux groups there are, as the system spells them. */
  'group.list': call(z.object({ groups: z.array(z.string().max(256)).max(1000) }), z.object({ groups: z.array(z.string()) })),
  /** Makes a Linux account with a home folder. Fails with `name-taken`. */
  'account.create': call(
    z.object({
      user: userNameSchema,
      fullName: z.union([givenNameSchema, z.literal('')]),
      password: passwordSchema,
      level: levelSchema,
      /** It must be changed at the first sign-in. */
      mustChange: z.boolean().optional(),
    }),
    accountSchema,
  ),
  /** Puts the account into exactly the level's group. System accounts (uid below 1000) are refused with `not-allowed`. */
  'account.setLevel': call(z.object({ user: userNameSchema, level: levelSchema }), accountSchema),
  /**
   * All of it or nothing. `was`: what the change is based on; another value now is `changed-meanwhile`. Fails with
   * `last-administrator`, `domain-account`, `not-allowed`, `not-found`. A disabled account's session goes on.
   */
  'account.change': call(
    z.object({ user: userNameSchema, ...accountChange, was: z.object(accountChange).optional() }),
    personSchema,
  ),
  /**
   * `says`: what PAM remarks on the password though it takes it. Fails with `password-refused` (details: `says`), and with
   * `may-become-root` for members of groups like sudo: else whoever runs the room, or takes the gateway over, would be root.
   */
  'account.password': call(
    z.object({ user: userNameSchema, password: passwordSchema, mustChange: z.boolean() }),
    z.object({ says: z.string() }),
  ),
  /**
   * Removes the account and what is asked for of its files. A session of it is `session-exists` unless `endSession`; then it is
   * ended first, saved ones with what is on disk. Refused before it begins: `last-administrator`, `domain-account`, `home-not-own`,
   * `account-being-removed`. Answers when it is over, or after 20 seconds; it goes on then, through a restart of the host as well.
   */
  'account.remove': call(
    z.object({
      user: userNameSchema,
      files: z.enum(accountFilesFates),
      endSession: z.boolean(),
      /** Who orders it and from where, for the account of it. */
      by: z.string().max(64),
      address: z.string().max(64),
    }),
    accountRemovalSchema,
  ),
  /** Removals that go on, and those whose end nobody has noted yet. */
  'account.removals': call(z.object({}), z.object({ removals: z.array(accountRemovalSchema) })),
  /** Answers when it is over, or after 20 seconds. Fails with `not-found`. */
  'account.removal': call(z.object({ id: idSchema }), accountRemovalSchema),
  /** Its end is in the audit; the host may forget it. */
  'account.removalNoted': call(z.object({ id: idSchema }), z.object({})),
} as const;

export type HostCall = keyof typeof hostCalls;
export type HostArgs<C extends HostCall> = z.infer<(typeof hostCalls)[C]['args']>;
export type HostResult<C extends HostCall> = z.infer<(typeof hostCalls)[C]['result']>;

export const hostEventSchema = z.discriminatedUnion('event', [
  /** The whole session after each change; with state `ended` it is the last time it is heard of. */
  z.object({ event: z.literal('session.changed'), session: sessionSchema }),
  /** It is about to leave, or no longer, or can save sessions now; load and memory are told only when asked for. */
  z.object({ event: z.literal('computer.changed'), computer: computerSchema }),
]);
export type HostEvent = z.infer<typeof hostEventSchema>;

export const hostRequestSchema = z.object({
  id: z.number().int().nonnegative(),
  call: z.enum(Object.keys(hostCalls) as [HostCall, ...HostCall[]]),
  args: z.unknown(),
});

export const hostReplySchema = z.union([
  z.object({ id: z.number().int(), result: z.unknown() }),
  z.object({ id: z.number().int(), error: errorSchema }),
]);
