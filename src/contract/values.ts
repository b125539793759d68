// The schemas of what travels between the programs: model's things, checked.
import { z } from 'zod';
import { levels, longestUserName } from '#model/account.ts';
import type { Account } from '#model/account.ts';
import { sessionCauses, sessionStates } from '#model/session.ts';
import type { Session } from '#model/session.ts';
import { enrolmentWays, signInRules } from '#model/settings.ts';
import type { Settings } from '#model/settings.ts';
import { stationStates } from '#model/station.ts';
import type { Station } from '#model/station.ts';
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
  desktop: z.string(),
}) satisfies z.ZodType<Session>;

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
}) satisfies z.ZodType<Station>;

export const accountSchema = z.object({
  name: z.string(),
  uid: z.number().int(),
  fullName: z.string(),
  level: levelSchema,
  listed: z.boolean(),
}) satisfies z.ZodType<Account>;

/** A computer of the room as the Manager shows it. Memory in bytes; load is the one-minute average. */
export const computerSchema = z.object({
  name: z.string(),
  reachable: z.boolean(),
  version: z.string(),
  system: z.string(),
  startedAt: timeSchema,
  cores: z.number().int(),
  load: z.number(),
  memoryTotal: z.number(),
  memoryAvailable: z.number(),
});
export type Computer = z.infer<typeof computerSchema>;

export const settingsSchema = z.object({
  enrolment: z.enum(enrolmentWays),
  whoMaySignIn: z.enum(signInRules),
  privacyNotice: z.boolean(),
  multipleSessions: z.boolean(),
  graceSeconds: z.number().int().min(1).max(3600),
  logOffCountdownSeconds: z.number().int().min(0).max(3600),
  desktop: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/),
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
