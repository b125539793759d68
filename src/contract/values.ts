// The schemas of what travels between the programs: model's things, checked.
import { z } from 'zod';
import { alertCodes, diskContents, severities } from '#model/alert.ts';
import type { Alert, Disk } from '#model/alert.ts';
import { accountFilesFates, importFaults, levels, longestUserName, removalPhases } from '#model/account.ts';
import type { Account, ImportLine, Person } from '#model/account.ts';
import { computerModes, coverKinds, programFates, programRiskReasons, sessionCauses, sessionStates } from '#model/session.ts';
import type { Cover, SavedSession, Session, SessionCheck, UnsavedWork } from '#model/session.ts';
import type { TimeRequest } from '#model/session-time.ts';
import { controlPolicies } from '#model/control.ts';
import { limitNames, limitScopes } from '#model/limits.ts';
import type { LimitName } from '#model/limits.ts';
import { enrolmentWays, leastOfSession, signInGroupNames, signInRules } from '#model/settings.ts';
import type { Settings } from '#model/settings.ts';
import { orientations, screenHalves, stationLanguages, stationStates } from '#model/station.ts';
import type { Station, StationConfiguration } from '#model/station.ts';
import { errorCodes } from './errors.ts';
import type { ErrorCode } from './errors.ts';

/** Identity of a session, station or attempt: 16 characters a-z2-7. */
export const idSchema = z.string().regex(/^[a-z2-7]{16}$/);
/** Milliseconds since 1970. */
export const timeSchema = z.number().int().nonnegative();
export const userNameSchema = z.string().max(longestUserName);
/** PAM takes 512 bytes; longer is refused before it reaches it. */
export const passwordSchema = z.string().max(512);
/** A name that people give: 1 to 64 characters, no control characters, no blank ends. */
export const givenNameSchema = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .regex(/^[^\u0000-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069]*$/);
export const levelSchema = z.enum(levels);

export const errorSchema = z.object({
  code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]),
  message: z.string(),
  details: z.record(z.string(), z.union([z.string(), z.number()])),
});

export const savedSessionSchema = z.object({
  at: timeSchema,
  bytes: z.number().int().nonnegative(),
  programs: z.array(z.string()).readonly(),
  fault: z.string().nullable(),
}) satisfies z.ZodType<SavedSession>;

export const coverSchema = z.object({
  kind: z.enum(coverKinds),
  text: z.string(),
  by: z.string(),
  since: timeSchema,
}) satisfies z.ZodType<Cover>;

export const sessionSchema = z.object({
  id: idSchema,
  user: z.string(),
  uid: z.number().int(),
  fullName: z.string(),
  computer: z.string(),
  state: z.enum(sessionStates),
  cause: z.enum(sessionCauses),
  station: idSchema.nullable(),
  attachment: z.number().int(),
  startedAt: timeSchema,
  since: timeSchema,
  endsAt: timeSchema.nullable(),
  /** Records and images of earlier versions lack it. */
  endsBy: z.string().default(''),
  desktop: z.string(),
  saved: savedSessionSchema.nullable(),
  cover: coverSchema.optional(),
}) satisfies z.ZodType<Session>;

/** Somebody else at the Dashboard. */
export const supervisorSchema = z.object({
  user: z.string(),
  fullName: z.string(),
  /** When they opened it. */
  since: timeSchema,
});
export type Supervisor = z.infer<typeof supervisorSchema>;

export const timeRequestSchema = z.object({
  session: idSchema,
  user: z.string(),
  fullName: z.string(),
  station: idSchema,
  at: timeSchema,
  endsAt: timeSchema,
}) satisfies z.ZodType<TimeRequest>;

export const sessionCheckSchema = z.object({
  session: idSchema,
  user: z.string(),
  atRisk: z.array(z.object({ program: z.string(), fate: z.enum(programFates), reason: z.enum(programRiskReasons) })).readonly(),
}) satisfies z.ZodType<SessionCheck>;

export const unsavedWorkSchema = z.object({
  session: idSchema,
  user: z.string(),
  looked: z.boolean(),
  unsaved: z.array(z.object({ program: z.string(), title: z.string() })).readonly(),
  silent: z.array(z.string()).readonly(),
}) satisfies z.ZodType<UnsavedWork>;

/** Names of accounts or groups, as they are written. */
const listedNamesSchema = z
  .array(userNameSchema.min(1).regex(/^[^\u0000-\u001f\u007f:,/]+$/))
  .max(100)
  .readonly();

export const stationConfigurationSchema = z.object({
  room: z.union([givenNameSchema, z.literal('')]),
  language: z.enum(stationLanguages),
  orientation: z.enum(orientations),
  users: listedNamesSchema,
  groups: listedNamesSchema,
  autoLogon: userNameSchema,
  number: z.number().int().min(0).max(9999),
}) satisfies z.ZodType<StationConfiguration>;

export const stationSchema = z.object({
  id: idSchema,
  name: z.string(),
  computer: z.string(),
  state: z.enum(stationStates),
  online: z.boolean(),
  enrolledAt: timeSchema,
  lastSeenAt: timeSchema,
  address: z.string(),
  widthPx: z.number().int(),
  heightPx: z.number().int(),
  latencyMs: z.number().nullable(),
  identifying: z.boolean(),
  split: z.object({ half: z.enum(screenHalves), other: idSchema }).nullable(),
  configuration: stationConfigurationSchema,
  remap: z.object({ letter: z.string(), number: z.number().int() }).optional(),
}) satisfies z.ZodType<Station>;

export const accountSchema = z.object({
  name: z.string(),
  uid: z.number().int(),
  fullName: z.string(),
  level: levelSchema,
  listed: z.boolean(),
}) satisfies z.ZodType<Account>;

export const personSchema = accountSchema.extend({
  domain: z.boolean(),
  disabled: z.boolean(),
  inGroups: z.boolean(),
}) satisfies z.ZodType<Person>;

/** The removal of an account; it may take hours. */
export const accountRemovalSchema = z.object({
  id: idSchema,
  user: z.string(),
  files: z.enum(accountFilesFates),
  phase: z.enum(removalPhases),
  /** Of the files that are packed up; the total is null as long as it is not known. */
  doneBytes: z.number().int(),
  totalBytes: z.number().int().nullable(),
  /** Where its files were packed to, once it is done; where it failed: only if the account is no more all the same. */
  archive: z.string().nullable(),
  /** Where files still are, once it is done. */
  left: z.string().nullable(),
  /** Why it failed, or is being taken back (`closing`); once that is over all is as it was, if the account still is there. */
  error: errorSchema.nullable(),
  startedAt: timeSchema,
  by: z.string(),
  address: z.string(),
});
export type AccountRemoval = z.infer<typeof accountRemovalSchema>;

export const importLineSchema = z.object({
  line: z.number().int(),
  user: z.string(),
  fullName: z.string(),
  level: levelSchema,
  password: z.string(),
  made: z.boolean(),
  fault: z.enum(importFaults).nullable(),
}) satisfies z.ZodType<ImportLine>;

/** Why a computer cannot save sessions to disk: CRIU is missing, does not work on this kernel, or there is no space for it. */
export const hibernationFaults = ['not-looked-yet', 'criu-missing', 'criu-not-working', 'disk-full'] as const;

/** Whether a computer can save sessions to disk, and what there is of them. */
export const hibernationSchema = z.object({
  /** Null: it can. */
  fault: z.enum(hibernationFaults).nullable(),
  /** What CRIU itself says where it does not work; its version where it does. */
  says: z.string(),
  /** False: by ambient capabilities, as root lacks CAP_SYS_RESOURCE; then programs of another user in a session cannot be saved. */
  asRoot: z.boolean(),
  freeBytes: z.number(),
  savedBytes: z.number(),
});
export type Hibernation = z.infer<typeof hibernationSchema>;

/**
 * Why a computer cannot hold sessions to limits: control groups of the older kind; no unit of systemd that holds those of the
 * sessions; it was not given the controllers; it has a process in itself, as before systemd 254; writing failed.
 */
export const sessionLimitsFaults = ['control-groups-old', 'no-unit', 'no-controllers', 'group-in-use', 'not-written'] as const;
export type SessionLimitsFault = (typeof sessionLimitsFaults)[number];

/** Why sessions get no network address of their own; `none-set-aside`: there are some, and nobody set any aside for sessions. */
const uniqueAddressReasons = ['no-network', 'wireless', 'network-too-small', 'no-right', 'none-set-aside'] as const;
/** Why desktops are not drawn by a graphics card; `cannot-be-saved`: it could be, and sessions could not be saved to disk then. */
const graphicsReasons = ['no-card', 'display-server-cannot', 'cannot-be-saved'] as const;

/** What the sessions of a computer do not get, and what about that computer stands in the way. */
export const unavailableSchema = z.object({
  uniqueAddress: z.object({
    reason: z.enum(uniqueAddressReasons),
    /** That of the default route; empty: there is none. */
    interface: z.string(),
    /** Such as 192.0.2.0/24. */
    network: z.string(),
    /** How many further ones the network has. */
    addresses: z.number().int().nonnegative(),
  }),
  graphics: z.object({
    reason: z.enum(graphicsReasons),
    /** Those that programs can draw with, each with its driver. */
    cards: z.array(z.string()).readonly(),
    /** Such as TigerVNC 1.12.0. */
    displayServer: z.string(),
  }),
});
export type Unavailable = z.infer<typeof unavailableSchema>;

export const leaveWays = ['restart', 'shut-down'] as const;
export type LeaveWay = (typeof leaveWays)[number];

/** A computer that is about to restart or shut down. */
export const leavingSchema = z.object({
  how: z.enum(leaveWays),
  /** `warning`: people are warned, it can be taken back. `saving`: sessions are being saved. `going`: all is done. */
  phase: z.enum(['warning', 'saving', 'going']),
  /** When the phase ends, at the latest. */
  until: timeSchema,
  /** Sessions that are still to be saved. */
  unsaved: z.number().int().nonnegative(),
  /** Who ordered it: an account, `root`, or empty where the computer's own system did. */
  by: z.string(),
  /** False: the computer's own system has begun it; it cannot be taken back. */
  stoppable: z.boolean(),
});
export type Leaving = z.infer<typeof leavingSchema>;

/** What became of each session the last time that the computer restarted or shut down. */
export const leaveReportSchema = z.object({
  how: z.enum(leaveWays),
  at: timeSchema,
  by: z.string(),
  sessions: z.array(
    z.object({
      session: idSchema,
      user: z.string(),
      outcome: z.enum(['saved', 'saved-without', 'lost']),
      /** Programs that were closed (`saved-without`) or lost. */
      programs: z.array(z.string()),
      /** Null for a lost one: there was no time left to save it. */
      error: errorSchema.nullable(),
    }),
  ),
});
export type LeaveReport = z.infer<typeof leaveReportSchema>;

const diskSchema = z.object({
  holds: z.array(z.enum(diskContents)).readonly(),
  totalBytes: z.number().nonnegative(),
  freeBytes: z.number().nonnegative(),
}) satisfies z.ZodType<Disk>;

/** A computer of the room as the Manager shows it. Memory in bytes. */
export const computerSchema = z.object({
  name: z.string(),
  reachable: z.boolean(),
  version: z.string(),
  system: z.string(),
  startedAt: timeSchema,
  cores: z.number().int(),
  /** How many programs worked or waited for the processor or a disk, on average over one minute. */
  load: z.number(),
  /** The part of the processor's time that was used in the last minute, 0 to 1. */
  processorBusy: z.number().min(0).max(1),
  memoryTotal: z.number(),
  memoryAvailable: z.number(),
  /** The file systems of the state folder and of the homes; one that is both is there once. */
  disks: z.array(diskSchema).readonly(),
  hibernation: hibernationSchema,
  /** Null: sessions can be held to limits. */
  sessionLimitsFault: z.enum(sessionLimitsFaults).nullable(),
  /** Null: not known, the computer has not answered yet. */
  unavailable: unavailableSchema.nullable(),
  leaving: leavingSchema.nullable(),
  lastLeave: leaveReportSchema.nullable(),
  /** What its system said when it would not restart or shut down the last time that it was asked to; null: nothing such. */
  leaveFault: z.string().nullable(),
  mode: z.enum(computerModes),
});
export type Computer = z.infer<typeof computerSchema>;

export const alertSchema = z.object({
  key: z.string(),
  code: z.enum(alertCodes),
  severity: z.enum(severities),
  at: timeSchema.nullable(),
  computer: z.string().nullable(),
  station: z.string().nullable(),
  user: z.string().nullable(),
  details: z.record(z.string(), z.union([z.string(), z.number()])),
}) satisfies z.ZodType<Alert>;

const sessionLimit = (least: number, most: number) =>
  z
    .number()
    .int()
    .min(0)
    .max(most)
    .refine((value) => value === 0 || value >= least, `0, or at least ${least}`);

export const settingsSchema = z.object({
  enrolment: z.enum(enrolmentWays),
  whoMaySignIn: z.enum(signInRules),
  signInGroups: z
    .string()
    .max(1000)
    .refine((text) => signInGroupNames(text) !== null),
  privacyNotice: z.boolean(),
  alwaysConsoleMode: z.boolean(),
  multipleSessions: z.boolean(),
  mostSessionsPerPerson: z.number().int().min(0).max(100),
  mostSessions: z.number().int().min(0).max(1000),
  allowRemoteManagement: z.boolean(),
  allowMonitoring: z.boolean(),
  allowOrchestration: z.boolean(),
  takeControl: z.enum(controlPolicies),
  graceSeconds: z.number().int().min(1).max(3600),
  logOffCountdownSeconds: z.number().int().min(0).max(3600),
  sessionMemoryMegabytes: sessionLimit(leastOfSession.sessionMemoryMegabytes, 1_048_576),
  sessionProcessorPercent: sessionLimit(leastOfSession.sessionProcessorPercent, 100_000),
  sessionProcesses: sessionLimit(leastOfSession.sessionProcesses, 100_000),
  idleSuspendMinutes: z.number().int().min(0).max(1440),
  idleWarningSeconds: z.number().int().min(10).max(600),
  longestSessionMinutes: z.number().int().min(0).max(10_080),
  longestSessionWarningMinutes: z.number().int().min(1).max(60),
  desktop: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/),
  hibernateAfterMinutes: z.number().int().min(0).max(525_600),
  logOffSuspendedHours: z.number().int().min(0).max(8760),
  hibernateBelowMemoryPercent: z.number().int().min(0).max(90),
  keepSavedDays: z.number().int().min(0).max(3650),
  encryptSaved: z.boolean(),
  leaveWarningSeconds: z.number().int().min(0).max(3600),
  leaveLimitSeconds: z.number().int().min(10).max(3600),
  keepActivityDays: z.number().int().min(0).max(3650),
}) satisfies z.ZodType<Settings>;

/** One question of a sign-in conversation, with what PAM wanted to be said before it. */
export const questionSchema = z.object({
  /** False for a password or code that must not be seen while it is typed. */
  visible: z.boolean(),
  /** As PAM words it, in the computer's language. */
  text: z.string(),
  messages: z.array(z.string()),
});
export type Question = z.infer<typeof questionSchema>;

const limitShape = settingsSchema.pick({
  idleSuspendMinutes: true,
  idleWarningSeconds: true,
  longestSessionMinutes: true,
  longestSessionWarningMinutes: true,
  mostSessionsPerPerson: true,
  sessionMemoryMegabytes: true,
  sessionProcessorPercent: true,
  sessionProcesses: true,
  hibernateAfterMinutes: true,
  logOffSuspendedHours: true,
  takeControl: true,
} satisfies Readonly<Record<LimitName, true>>).shape;

/** What a group or a station has of its own. */
export const limitRuleValuesSchema = z.object(limitShape).partial();

/** A change of it: null is as on the computer. */
export const limitChangeSchema = z
  .object({
    idleSuspendMinutes: limitShape.idleSuspendMinutes.nullable(),
    idleWarningSeconds: limitShape.idleWarningSeconds.nullable(),
    longestSessionMinutes: limitShape.longestSessionMinutes.nullable(),
    longestSessionWarningMinutes: limitShape.longestSessionWarningMinutes.nullable(),
    mostSessionsPerPerson: limitShape.mostSessionsPerPerson.nullable(),
    sessionMemoryMegabytes: limitShape.sessionMemoryMegabytes.nullable(),
    sessionProcessorPercent: limitShape.sessionProcessorPercent.nullable(),
    sessionProcesses: limitShape.sessionProcesses.nullable(),
    hibernateAfterMinutes: limitShape.hibernateAfterMinutes.nullable(),
    logOffSuspendedHours: limitShape.logOffSuspendedHours.nullable(),
    takeControl: limitShape.takeControl.nullable(),
  } satisfies Readonly<Record<LimitName, z.ZodType>>)
  .partial()
  .strict();

export const limitRuleSchema = z.object({
  scope: z.enum(limitScopes),
  /** The group's name, or the station's id. */
  of: z.string(),
  /** What it is called. */
  name: z.string(),
  /** False: there is no such group on the computer (any more), so nobody is in it. Null: the computer could not be asked. */
  exists: z.boolean().nullable(),
  values: limitRuleValuesSchema,
});
export type ToldLimitRule = z.infer<typeof limitRuleSchema>;

export const effectiveLimitSchema = z.object({
  name: z.enum(limitNames),
  value: z.union([z.number(), z.enum(controlPolicies)]),
  source: z.object({
    from: z.enum(['default', 'computer', ...limitScopes]),
    /** The name of the group or station; empty for the others. */
    name: z.string(),
  }),
});
export type ToldLimit = z.infer<typeof effectiveLimitSchema>;
