// The HTTP interface /api/v1: every route with what it takes and gives. Pages and command line use nothing else.
import { z } from 'zod';
import { remapEnds } from '#model/remap.ts';
import { accountFilesFates } from '#model/account.ts';
import { auditActions, auditFaults } from '#model/audit.ts';
import { defaultTokenDays, tokenScopes } from '#model/permissions.ts';
import type { TokenScope } from '#model/permissions.ts';
import { pictureSizes } from '#model/picture.ts';
import { limitScopes } from '#model/limits.ts';
import { computerModes } from '#model/session.ts';
import { audienceRoutes } from './classroom/audience.ts';
import { scopeRoutes, scopeSchema } from './classroom/scopes.ts';
import { controlRoutes } from './classroom/control.ts';
import { blockRoutes } from './classroom/block.ts';
import { handRoutes } from './classroom/hands.ts';
import { byId, byName, countdown, outcomes, paging, route } from './route.ts';
import type { PictureFile, Route, StreamedFile } from './route.ts';
import {
  accountRemovalSchema,
  accountSchema,
  alertSchema,
  computerSchema,
  effectiveLimitSchema,
  givenNameSchema,
  idSchema,
  importLineSchema,
  leaveWays,
  levelSchema,
  limitChangeSchema,
  limitRuleSchema,
  passwordSchema,
  personSchema,
  questionSchema,
  sessionCheckSchema,
  sessionSchema,
  settingsSchema,
  stationConfigurationSchema,
  stationSchema,
  timeRequestSchema,
  timeSchema,
  unsavedWorkSchema,
  userNameSchema,
} from './values.ts';

export const apiPrefix = '/api/v1';

/** What an Idempotency-Key is made of: too much to be guessed, too little to fill anything. */
export const idempotencyKeySchema = z.string().regex(/^[!-+\--~]{16,128}$/);

export const principalSchema = z.object({
  /** `root` on the computer, the token's name, or the account. */
  name: z.string(),
  fullName: z.string(),
  level: levelSchema,
  by: z.enum(['page', 'token', 'socket']),
});
export type Principal = z.infer<typeof principalSchema>;

/** The answer of a sign-in at a page: done, or PAM asks something further. */
export const pageSignInSchema = z.discriminatedUnion('step', [
  z.object({ step: z.literal('done'), principal: principalSchema }),
  z.object({ step: z.literal('question'), attempt: idSchema, question: questionSchema }),
]);
export type PageSignIn = z.infer<typeof pageSignInSchema>;

export const auditEntrySchema = z.object({
  number: z.number().int(),
  at: timeSchema,
  /** Who did it: account, token, `root`, or empty before a sign-in. */
  actor: z.string(),
  action: z.string(),
  /** Whom or what it concerned. */
  target: z.string(),
  address: z.string(),
  outcome: z.string(),
  details: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;

const auditFilter = {
  actor: z.string().max(100).optional(),
  action: z.enum(auditActions).optional(),
  target: z.string().max(100).optional(),
  /** From this moment on. */
  from: z.coerce.number().int().nonnegative().optional(),
  /** Before this moment. */
  to: z.coerce.number().int().nonnegative().optional(),
  /** `failed`: whatever was not done. */
  outcome: z.enum(['done', 'failed']).optional(),
  /** Anywhere in an entry. */
  search: z.string().max(100).optional(),
};
const auditFilterSchema = z.object(auditFilter);
export type AuditFilter = z.output<typeof auditFilterSchema>;

export const auditReportSchema = z.object({
  /** How many entries fit. */
  entries: z.number().int(),
  /** The first entry that does not; null: all do. */
  brokenAt: z.number().int().nullable(),
  /** `entry`: changed, slipped in, or one before it is missing; `end`: entries at the end are missing; `beginning`: more is missing there than was removed as too old. */
  fault: z.enum(auditFaults).nullable(),
  /** The last entry that was removed as too old; 0: none. */
  anchor: z.number().int(),
  head: z.object({ number: z.number().int(), hash: z.string() }),
  /** Of the hash that was noted elsewhere; `gone`: there is no such entry (any more). */
  noted: z.enum(['same', 'different', 'gone']).nullable(),
});
export type AuditReport = z.infer<typeof auditReportSchema>;

/** A kept view of the Stations list; `query`: as it stands in the page's address. */
export const savedViewSchema = z.object({
  id: idSchema,
  name: givenNameSchema,
  query: z
    .string()
    .max(2000)
    .regex(/^[\u0021-\u007e]*$/),
});
export type SavedView = z.infer<typeof savedViewSchema>;

/** Put aside by somebody; it stays so for as long as the same occurrence lasts. */
export const toldAlertSchema = alertSchema.extend({
  dismissed: z.object({ by: z.string(), at: timeSchema }).nullable(),
});
export type ToldAlert = z.infer<typeof toldAlertSchema>;

const tokenScopeSchema = z.enum(Object.keys(tokenScopes) as [TokenScope, ...TokenScope[]]);

export const tokenSchema = z.object({
  id: idSchema,
  name: z.string(),
  level: levelSchema,
  /** What it is held to, beside its level; null: to nothing further. */
  scopes: z.array(tokenScopeSchema).nullable(),
  createdAt: timeSchema,
  /** From then on it is refused; null: it holds until it is revoked. */
  expiresAt: timeSchema.nullable(),
  lastUsedAt: timeSchema.nullable(),
});
export type Token = z.output<typeof tokenSchema>;

const closing = z.object({
  /** Programs that cannot be saved are asked to close before. */
  closing: z.boolean().default(false),
});

/** A list of people, in base64. */
const longestImport = 700_000;

const fullName = z.union([givenNameSchema, z.literal('')]);
const accountChange = {
  level: levelSchema.optional(),
  fullName: fullName.optional(),
  disabled: z.boolean().optional(),
};

const listedPersonSchema = personSchema.extend({
  /** Sessions of the person that have not ended, those on disk as well. */
  sessions: z.number().int(),
  /** At a station; null: not as far as is known. */
  lastSignInAt: timeSchema.nullable(),
  /** It is being removed. */
  removal: accountRemovalSchema.nullable(),
});
export type ListedPerson = z.infer<typeof listedPersonSchema>;

export const apiRoutes = {
  signIn: route({
    method: 'POST',
    path: '/sign-in',
    action: 'page.sign-in',
    summary: 'Sign in to the Manager or the Dashboard',
    body: z.object({ user: userNameSchema, password: passwordSchema, page: z.enum(['manager', 'dashboard']) }),
    reply: pageSignInSchema,
  }),
  signInAnswer: route({
    method: 'POST',
    path: '/sign-in/answer',
    action: 'page.sign-in',
    summary: 'Answer a further question of the sign-in',
    body: z.object({ attempt: idSchema, answer: passwordSchema }),
    reply: pageSignInSchema,
  }),
  signOut: route({ method: 'POST', path: '/sign-out', action: 'page.sign-out', summary: 'Sign out of the page' }),
  me: route({
    method: 'GET',
    path: '/me',
    action: 'me.see',
    summary: 'Who is signed in',
    reply: z.object({ principal: principalSchema, computer: z.string() }),
  }),
  /** Works while there is no administrator, with the code that `stationmaster up` printed. */
  setup: route({
    method: 'POST',
    path: '/setup',
    action: 'setup.finish',
    summary: 'Make the first administrator',
    body: z.object({
      code: z.string().max(64),
      user: userNameSchema,
      password: passwordSchema,
      /** Make the account; false: it exists and the password is its own. */
      create: z.boolean(),
      fullName: z.union([givenNameSchema, z.literal('')]),
      settings: settingsSchema.pick({ enrolment: true, whoMaySignIn: true }).partial(),
    }),
  }),
  setupState: route({
    method: 'GET',
    path: '/setup',
    action: 'page.sign-in',
    summary: 'Whether an administrator has yet to be made',
    reply: z.object({ needed: z.boolean() }),
  }),
  /** Only over the unix socket, by root on the computer; `not-possible-now` once there is an administrator. */
  setupCode: route({
    method: 'POST',
    path: '/setup/code',
    action: 'setup.code',
    summary: 'A new one-time code for the set-up; the one before no longer works',
    reply: z.object({ code: z.string(), expiresAt: timeSchema }),
  }),
  computers: route({
    method: 'GET',
    path: '/computers',
    action: 'computers.list',
    summary: 'Computers',
    reply: z.array(computerSchema),
  }),
  suspendAll: route({
    method: 'POST',
    keyed: true,
    path: '/computers/:name/suspend-all',
    action: 'computer.suspend-all',
    summary: 'Suspend all stations of a computer',
    params: byName,
    reply: outcomes,
  }),
  logOffAll: route({
    method: 'POST',
    keyed: true,
    path: '/computers/:name/log-off-all',
    action: 'computer.log-off-all',
    summary: 'Log off all stations of a computer',
    params: byName,
    body: countdown.extend({
      /** Also those that are suspended; nobody can be warned there. */
      suspended: z.boolean().default(false),
    }),
    reply: outcomes,
  }),
  unsavedAtStations: route({
    method: 'GET',
    path: '/computers/:name/unsaved',
    action: 'computer.log-off-all',
    summary: 'What the windows of the sessions at stations say of unsaved work, before all are logged off',
    params: byName,
    reply: z.object({ sessions: z.array(unsavedWorkSchema) }),
  }),
  hibernateAll: route({
    method: 'POST',
    keyed: true,
    path: '/computers/:name/hibernate-all',
    action: 'computer.hibernate-all',
    summary: 'Save every suspended session of a computer to disk',
    params: byName,
    body: closing,
    reply: outcomes,
  }),
  checkComputer: route({
    method: 'GET',
    path: '/computers/:name/check',
    action: 'computer.check',
    summary: 'What saving would do to the programs of the running sessions',
    params: byName,
    reply: z.object({ checks: z.array(sessionCheckSchema) }),
  }),
  leave: route({
    method: 'POST',
    keyed: true,
    path: '/computers/:name/leave',
    action: 'computer.leave',
    summary: 'Restart or shut down a computer: warns, suspends, saves every session, goes',
    params: byName,
    body: countdown.extend({ how: z.enum(leaveWays) }),
    reply: computerSchema,
  }),
  setMode: route({
    method: 'POST',
    keyed: true,
    path: '/computers/:name/mode',
    action: 'computer.mode',
    summary:
      'Close the stations of a computer for maintenance (console mode; sessions are suspended and kept), or open them again',
    params: byName,
    body: z.object({ mode: z.enum(computerModes) }),
    reply: computerSchema,
  }),
  stay: route({
    method: 'POST',
    keyed: true,
    path: '/computers/:name/stay',
    action: 'computer.leave',
    summary: 'Take a restart or shutdown back during its warning',
    params: byName,
    reply: computerSchema,
  }),
  identifyAll: route({
    method: 'POST',
    keyed: true,
    path: '/computers/:name/identify',
    action: 'computer.identify',
    summary: 'Show or hide the names of all stations of a computer on their screens',
    params: byName,
    body: z.object({ on: z.boolean() }),
  }),
  stations: route({
    method: 'GET',
    path: '/stations',
    action: 'stations.list',
    summary: 'Stations',
    query: paging,
    paged: true,
    reply: z.array(stationSchema),
  }),
  configureStation: route({
    method: 'PATCH',
    path: '/stations/:id',
    action: 'station.configure',
    summary: 'Configure a station: its name, and what is given of its configuration; a room that is new is made',
    params: byId,
    body: z.object({
      name: givenNameSchema.optional(),
      /** The name the change is based on; another one now is `changed-meanwhile`. */
      was: z.string().optional(),
      configuration: stationConfigurationSchema.partial().strict().optional(),
      /** The configuration the change is based on; another one now is `changed-meanwhile`. */
      wasConfiguration: stationConfigurationSchema.optional(),
      /** Of who asks, where an account for auto-logon is new to the computer: `auto-logon-not-allowed` says that it is wanted. */
      password: passwordSchema.optional(),
    }),
    reply: stationSchema,
  }),
  remapState: route({
    method: 'GET',
    path: '/computers/:name/remap',
    action: 'station.configure',
    summary: 'Whether a remap is under way, and whether the last one can be undone; each station says what its screen shows',
    params: byName,
    /** `ended`: how the last one ended, if this life of the gateway has seen it. */
    reply: z.object({ running: z.boolean(), undoable: z.boolean(), ended: z.enum(remapEnds).nullable() }),
  }),
  remap: route({
    method: 'POST',
    keyed: true,
    path: '/computers/:name/remap',
    action: 'station.configure',
    summary:
      'Remap all stations: each screen shows a letter; the order in which they are pressed becomes the order of the stations',
    params: byName,
    /** `newNames`: they are called Station 1, 2, … afterwards; else names stay. */
    body: z.object({ newNames: z.boolean().default(false) }),
  }),
  cancelRemap: route({
    method: 'POST',
    keyed: true,
    path: '/computers/:name/remap/cancel',
    action: 'station.configure',
    summary: 'Leave a remap; everything stays as it was',
    params: byName,
  }),
  undoRemap: route({
    method: 'POST',
    keyed: true,
    path: '/computers/:name/remap/undo',
    action: 'station.configure',
    summary: 'Give the stations back the order and names that they had before the last remap',
    params: byName,
  }),
  rooms: route({
    method: 'GET',
    path: '/rooms',
    action: 'stations.list',
    summary: 'The rooms that stations stand in, in their order',
    reply: z.object({ rooms: z.array(z.string()) }),
  }),
  arrangeRooms: route({
    method: 'POST',
    path: '/rooms',
    action: 'station.configure',
    summary: 'Make, rename, order and remove rooms: the list as it shall be; stations of a removed room are in none',
    body: z.object({
      /** `was`: the name that the room has now; left out: a new room. */
      rooms: z.array(z.object({ name: givenNameSchema, was: z.string().max(64).optional() })).max(500),
      /** The list the order is based on; another one now is `changed-meanwhile`. */
      based: z.array(z.string().max(64)).max(500),
    }),
    reply: z.object({ rooms: z.array(z.string()) }),
  }),
  admitStation: route({
    method: 'POST',
    keyed: true,
    path: '/stations/:id/admit',
    action: 'station.admit',
    summary: 'Let a waiting browser become a station',
    params: byId,
    reply: stationSchema,
  }),
  removeStation: route({
    method: 'DELETE',
    path: '/stations/:id',
    action: 'station.remove',
    summary: 'Remove a station or refuse a waiting one; its session is suspended',
    params: byId,
  }),
  splitStation: route({
    method: 'POST',
    keyed: true,
    path: '/stations/:id/split',
    action: 'station.split',
    summary: 'Make two stations of one screen; a session there stays, on the left',
    params: byId,
    body: z.object({
      /** What the right half is called; by the left one's name if left out. */
      name: givenNameSchema.optional(),
    }),
    reply: z.object({ left: stationSchema, right: stationSchema }),
  }),
  unsplitStation: route({
    method: 'POST',
    keyed: true,
    path: '/stations/:id/unsplit',
    action: 'station.split',
    summary: 'Make one station of the two halves of a screen, given either; the left one gets all of it',
    params: byId,
    body: z.object({
      /** Suspend a session at the right half; else it is a reason to refuse with `station-taken`. */
      suspend: z.boolean().default(false),
    }),
    reply: stationSchema,
  }),
  identifyStation: route({
    method: 'POST',
    keyed: true,
    path: '/stations/:id/identify',
    action: 'station.identify',
    summary: 'Show or hide the name of a station on its screen',
    params: byId,
    body: z.object({ on: z.boolean() }),
  }),
  enrolmentCode: route({
    method: 'POST',
    path: '/stations/codes',
    action: 'station.code',
    summary: 'A code with which browsers become stations',
    body: z.object({ minutes: z.number().int().min(1).max(1440).default(60) }),
    reply: z.object({ code: z.string(), expiresAt: timeSchema }),
  }),
  sessions: route({
    method: 'GET',
    path: '/sessions',
    action: 'sessions.list',
    summary: 'Sessions',
    query: paging,
    paged: true,
    reply: z.array(sessionSchema),
  }),
  suspendSession: route({
    method: 'POST',
    keyed: true,
    path: '/sessions/:id/suspend',
    action: 'session.suspend',
    summary: 'Suspend a session',
    params: byId,
    reply: sessionSchema,
  }),
  moveSession: route({
    method: 'POST',
    keyed: true,
    path: '/sessions/:id/move',
    action: 'session.move',
    summary: 'Move a running session to another station; nobody has to sign in there',
    params: byId,
    body: z.object({
      station: idSchema,
      /** The session that is suspended there to make room, which needs the right to suspend it; another one there: `station-taken`. */
      displaces: idSchema.nullable().default(null),
      /** The attachment that the order is based on; another one now is `changed-meanwhile`. */
      attachment: z.number().int().optional(),
    }),
    reply: sessionSchema,
  }),
  hibernateSession: route({
    method: 'POST',
    keyed: true,
    path: '/sessions/:id/hibernate',
    action: 'session.hibernate',
    summary: 'Save a session to disk; one at a station is suspended before',
    params: byId,
    body: closing,
    reply: sessionSchema,
  }),
  timeRequests: route({
    method: 'GET',
    path: '/time-requests',
    action: 'sessions.list',
    summary: 'Who asks for more time than one session may take',
    reply: z.array(timeRequestSchema),
  }),
  extendSession: route({
    method: 'POST',
    path: '/sessions/:id/extend',
    action: 'session.extend',
    summary: 'Give a session more time than one may take, whether its person asked or not',
    params: byId,
    keyed: true,
    body: z.object({ minutes: z.number().int().min(1).max(1440) }).strict(),
    /** What it has left now. */
    reply: z.object({ leftMs: z.number() }),
  }),
  refuseTime: route({
    method: 'POST',
    path: '/sessions/:id/refuse-time',
    action: 'session.extend',
    summary: 'Say no to who asked for more time; `not-possible-now` where nobody asked',
    params: byId,
  }),
  logOffSession: route({
    method: 'POST',
    keyed: true,
    path: '/sessions/:id/log-off',
    action: 'session.log-off',
    summary: 'Log a session off, after a countdown',
    params: byId,
    body: countdown,
    reply: sessionSchema,
  }),
  unsavedInSession: route({
    method: 'GET',
    path: '/sessions/:id/unsaved',
    action: 'session.log-off',
    summary: 'What the windows of a session say of unsaved work, before it is logged off',
    params: byId,
    reply: unsavedWorkSchema,
  }),
  sessionPicture: route({
    method: 'GET',
    path: '/sessions/:id/picture',
    action: 'session.picture',
    summary: 'What the screen of a session shows, at most a second old; of a saved one the last picture that was kept',
    params: byId,
    query: z.object({
      size: z.enum(pictureSizes).default('medium'),
      /** Seconds that the answer may wait for another picture than the one that If-None-Match names. */
      wait: z.coerce.number().int().min(0).max(25).default(0),
    }),
    reply: z.custom<PictureFile>(),
    fileTypes: ['image/jpeg'],
    conditional: true,
  }),
  keepSession: route({
    method: 'POST',
    keyed: true,
    path: '/sessions/:id/keep',
    action: 'session.log-off',
    summary: 'Take a log-off back that is counting down',
    params: byId,
    reply: sessionSchema,
  }),
  accounts: route({
    method: 'GET',
    path: '/users',
    action: 'accounts.list',
    summary: 'People with an account on this computer',
    query: paging,
    paged: true,
    reply: z.array(listedPersonSchema),
  }),
  createAccount: route({
    method: 'POST',
    keyed: true,
    path: '/users',
    action: 'accounts.manage',
    summary: 'Make a Linux account with a home folder',
    body: z.object({
      user: userNameSchema,
      fullName: fullName.default(''),
      password: passwordSchema,
      level: levelSchema.default('standard'),
      /** It must be changed at the first sign-in. */
      mustChange: z.boolean().default(false),
    }),
    reply: accountSchema,
  }),
  changeAccount: route({
    method: 'PATCH',
    path: '/users/:name',
    action: 'accounts.manage',
    summary: 'Change level or full name of an account, disable or enable it; all of it or nothing',
    params: byName,
    body: z
      .object({
        ...accountChange,
        /** What the change is based on; another value now is `changed-meanwhile`. */
        was: z.object(accountChange).strict().optional(),
      })
      .strict(),
    reply: personSchema,
  }),
  setPassword: route({
    method: 'POST',
    path: '/users/:name/password',
    action: 'accounts.manage',
    summary: 'Give an account another password; says what the computer remarks on it',
    params: byName,
    body: z.object({ password: passwordSchema, mustChange: z.boolean().default(false) }),
    reply: z.object({ says: z.string() }),
  }),
  removeAccount: route({
    method: 'DELETE',
    path: '/users/:name',
    action: 'accounts.manage',
    summary: 'Remove an account; its files are kept, packed up or removed',
    params: byName,
    query: z.object({
      files: z.enum(accountFilesFates),
      /** End a session of it; else it is a reason to refuse with `session-exists`. */
      endSession: z.enum(['yes', 'no']).default('no'),
    }),
    /** As it stands when it is over, or after 20 seconds; it goes on then. */
    reply: accountRemovalSchema,
  }),
  removal: route({
    method: 'GET',
    path: '/removals/:id',
    action: 'accounts.manage',
    summary: 'How far the removal of an account is; answers when it is over, or after 20 seconds',
    params: byId,
    reply: accountRemovalSchema,
  }),
  previewImport: route({
    method: 'POST',
    path: '/users/import/preview',
    action: 'accounts.manage',
    summary: 'Read a list of people (CSV) and say what is wrong with each line; makes nothing. Missing passwords are made up',
    // The file as it is, in base64: which letters it uses is found out here.
    body: z.object({ file: z.base64().max(longestImport) }),
    reply: z.object({ lines: z.array(importLineSchema) }),
    longestBody: longestImport + 1000,
  }),
  settings: route({ method: 'GET', path: '/settings', action: 'settings.see', summary: 'Settings', reply: settingsSchema }),
  changeSettings: route({
    method: 'PATCH',
    path: '/settings',
    action: 'settings.change',
    summary: 'Change settings',
    /** `was`: what the change is based on; another value now is `changed-meanwhile`, with the `names`. */
    body: settingsSchema.partial().extend({ was: settingsSchema.partial().strict().optional() }).strict(),
    reply: settingsSchema,
  }),
  limitRules: route({
    method: 'GET',
    path: '/limits',
    action: 'settings.see',
    summary: 'The limits that Linux groups and stations have of their own',
    reply: z.object({ rules: z.array(limitRuleSchema) }),
  }),
  changeLimits: route({
    method: 'PATCH',
    path: '/limits',
    action: 'settings.change',
    summary: 'Change the limits of a Linux group or a station; null is as on the computer again',
    body: z
      .object({
        scope: z.enum(limitScopes),
        /** The group's name, or the station's id. */
        of: z.string().min(1).max(256),
        values: limitChangeSchema,
        /** What the change is based on, all of it; others now are `changed-meanwhile`. */
        was: limitChangeSchema.optional(),
      })
      .strict(),
    reply: z.object({ rules: z.array(limitRuleSchema) }),
  }),
  limitsOf: route({
    method: 'GET',
    path: '/limits/effective',
    action: 'accounts.list',
    summary: 'The limits that hold for a person, with where each comes from; at a station, if one is given',
    query: z.object({ user: userNameSchema, station: idSchema.optional() }),
    reply: z.object({ limits: z.array(effectiveLimitSchema) }),
  }),
  sessionLimits: route({
    method: 'GET',
    path: '/sessions/:id/limits',
    action: 'sessions.list',
    summary: 'The limits that hold for a session, with where each comes from, and what it has left of its time',
    params: byId,
    reply: z.object({ limits: z.array(effectiveLimitSchema), leftMs: z.number().nullable() }),
  }),
  views: route({
    method: 'GET',
    path: '/views',
    action: 'views.keep',
    summary: 'The views of the Stations list that one has kept',
    reply: z.array(savedViewSchema),
  }),
  keepView: route({
    method: 'POST',
    path: '/views',
    action: 'views.keep',
    summary: 'Keep a view of the Stations list; one of the same name is replaced',
    body: savedViewSchema.omit({ id: true }),
    reply: savedViewSchema,
  }),
  removeView: route({
    method: 'DELETE',
    path: '/views/:id',
    action: 'views.keep',
    summary: 'Remove a view that one has kept',
    params: byId,
  }),
  firstSteps: route({
    method: 'GET',
    path: '/first-steps',
    action: 'alerts.see',
    summary: 'What the guide for a new room has to know: whose the certificate is, who may sign in, whether somebody has',
    reply: z.object({
      /** `given` by the administrator, or by the computer's own authority, which devices do not trust by themselves. */
      certificate: z.enum(['given', 'own-authority']),
      /** How many may sign in at stations, besides administrators. */
      people: z.number().int().nonnegative(),
      /** Somebody has signed in at a station, as far as the activity goes back. */
      signedIn: z.boolean(),
    }),
  }),
  alerts: route({
    method: 'GET',
    path: '/alerts',
    action: 'alerts.see',
    summary: 'What needs the administrator, the most severe first',
    reply: z.array(toldAlertSchema),
  }),
  dismissAlert: route({
    method: 'POST',
    path: '/alerts/dismiss',
    action: 'alerts.dismiss',
    summary: 'Put an alert aside that can be, for everybody; `not-possible-now` for what is still going on',
    body: z.object({ key: z.string().max(300) }),
  }),
  restoreAlert: route({
    method: 'POST',
    path: '/alerts/restore',
    action: 'alerts.dismiss',
    summary: 'Show an alert again that was put aside',
    body: z.object({ key: z.string().max(300) }),
  }),
  audit: route({
    method: 'GET',
    path: '/audit',
    action: 'audit.see',
    summary: 'Who did what to whom, newest first',
    query: z.object({
      ...auditFilter,
      /** The number of the last entry of the page before. */
      before: z.coerce.number().int().optional(),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
    reply: z.array(auditEntrySchema),
  }),
  exportAudit: route({
    method: 'GET',
    path: '/audit/export',
    action: 'audit.see',
    summary: 'The entries that the filter lets through as a file, oldest first, each with its hash',
    query: z.object({ ...auditFilter, format: z.enum(['csv', 'jsonl']).default('jsonl') }),
    reply: z.custom<StreamedFile>(),
    fileTypes: ['text/csv', 'application/jsonl'],
  }),
  verifyAudit: route({
    method: 'POST',
    path: '/audit/verify',
    action: 'audit.see',
    summary: 'Whether the entries are still those that were written',
    body: z.object({
      /** An entry whose hash somebody has noted elsewhere, to be compared. */
      noted: z
        .object({ number: z.number().int().nonnegative(), hash: z.string().max(64) })
        .nullable()
        .default(null),
    }),
    reply: auditReportSchema,
  }),
  tokens: route({
    method: 'GET',
    path: '/tokens',
    action: 'tokens.manage',
    summary: 'Tokens of the command line and of programs',
    query: paging,
    paged: true,
    reply: z.array(tokenSchema),
  }),
  makeToken: route({
    method: 'POST',
    path: '/tokens',
    action: 'tokens.manage',
    summary: 'Make a token; it is shown this once',
    body: z.object({
      name: givenNameSchema,
      level: z.enum(['dashboard', 'administrator']),
      /** Null: everything that its level may. */
      scopes: z.array(tokenScopeSchema).min(1).max(20).nullable().default(null),
      /** Null: it holds until it is revoked. A token that is made with a token ends with that one at the latest. */
      expiresInDays: z.number().int().min(1).max(3650).nullable().default(defaultTokenDays),
      /** Whom a token of the level Dashboard user has in the Dashboard; null: everybody. */
      sees: scopeSchema.nullable().default(null),
    }),
    reply: tokenSchema.extend({ token: z.string() }),
  }),
  ...audienceRoutes,
  ...scopeRoutes,
  ...controlRoutes,
  ...blockRoutes,
  ...handRoutes,
  revokeToken: route({ method: 'DELETE', path: '/tokens/:id', action: 'tokens.manage', summary: 'Revoke a token', params: byId }),
} as const satisfies Readonly<Record<string, Route>>;

export type ApiRouteName = keyof typeof apiRoutes;
export type ApiParams<N extends ApiRouteName> = z.input<(typeof apiRoutes)[N]['params']>;
export type ApiQuery<N extends ApiRouteName> = z.input<(typeof apiRoutes)[N]['query']>;
export type ApiBody<N extends ApiRouteName> = z.input<(typeof apiRoutes)[N]['body']>;
export type ApiReply<N extends ApiRouteName> = z.output<(typeof apiRoutes)[N]['reply']>;
