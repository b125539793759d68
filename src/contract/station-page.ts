// What a station page and the gateway say to each other over the WebSocket /api/v1/station: one JSON object a message.
// The page proves with a key that never leaves its browser that it is the station it says it is.
import { z } from 'zod';
import { errorSchema, idSchema, leaveWays, passwordSchema, questionSchema, timeSchema, userNameSchema } from './values.ts';
import { coverKinds, sessionCauses } from '#model/session.ts';
import { timeRequestStates } from '#model/session-time.ts';
import { orientations, screenHalves, stationLanguages } from '#model/station.ts';

/** The longest message either side takes, in bytes. */
export const longestStationMessage = 64_000;

const size = { widthPx: z.number().int().min(1).max(16384), heightPx: z.number().int().min(1).max(16384) };

export const stationPageSays = z.discriminatedUnion('say', [
  /** First. `key`: the public part of the page's P-256 key as JWK coordinates; a key never seen asks to be enrolled. */
  z.object({
    say: z.literal('hello'),
    key: z.object({ x: z.string().length(43), y: z.string().length(43) }),
    language: z.string().max(16),
    /** On a split screen: which half this page is. The right one is a station of its own with the same key. */
    half: z.enum(screenHalves).optional(),
    ...size,
  }),
  /** Answer to `challenge`: base64url of the 64-byte signature. */
  z.object({ say: z.literal('proof'), signature: z.string().length(86) }),
  /** Answer to `enrol` in the way `code`. */
  z.object({ say: z.literal('enrol'), code: z.string().max(32) }),
  /** `changePassword`: the person wants another one first; PAM asks for it. */
  z.object({
    say: z.literal('sign-in'),
    user: userNameSchema,
    password: passwordSchema,
    changePassword: z.boolean().optional(),
  }),
  z.object({ say: z.literal('answer'), answer: passwordSchema }),
  /** Accepts the privacy notice. */
  z.object({ say: z.literal('accept-notice') }),
  /** Has read what became of sessions that were lost. */
  z.object({ say: z.literal('accept-lost') }),
  /** Continue this session, or start a new one. */
  z.object({ say: z.literal('choose'), session: z.union([idSchema, z.literal('new')]) }),
  /** Leaves a sign-in that is under way. */
  z.object({ say: z.literal('cancel') }),
  /** A further single-use ticket, after the pixel connection broke. */
  z.object({ say: z.literal('ticket') }),
  /** Somebody pressed the letter that a remap shows. */
  z.object({ say: z.literal('remap-press') }),
  /** `signInPage`: with SHIFT held, the sign-in page is to stay, where a station signs an account in by itself. */
  z.object({ say: z.literal('disconnect'), signInPage: z.boolean().optional() }),
  /** Where a station signs an account in by itself: now, or not (somebody else wants to sign in). */
  z.object({ say: z.literal('auto-logon'), now: z.boolean() }),
  /** Somebody is there: said once in a while when keys or the pointer are used while `time` counts down because nobody seemed to be. */
  z.object({ say: z.literal('here') }),
  /** Answer to a question of `controlled`. */
  z.object({ say: z.literal('control-answer'), question: idSchema, yes: z.boolean() }),
  /** The person ends what `controlled` tells of, where they may. */
  z.object({ say: z.literal('control-end') }),
  /** The person asks for more time than one session may take; once, while `time` counts down because of that. */
  z.object({ say: z.literal('ask-time') }),
  /** The person raises a hand, or takes it down. */
  z.object({ say: z.literal('hand'), up: z.boolean() }),
  z.object({ say: z.literal('lock') }),
  z.object({ say: z.literal('unlock'), password: passwordSchema }),
  z.object({ say: z.literal('sign-out') }),
  /** At a desktop: the person wants another password; `password` is the one they have. Answered by `password-change`. */
  z.object({ say: z.literal('password-change'), password: passwordSchema }),
  z.object({ say: z.literal('password-answer'), answer: passwordSchema }),
  /** Leaves the change that is under way. */
  z.object({ say: z.literal('password-cancel') }),
  z.object({ say: z.literal('size'), ...size }),
  /** Answer to `ping`. */
  z.object({ say: z.literal('pong'), number: z.number().int() }),
]);
export type StationPageSays = z.infer<typeof stationPageSays>;

/** Why the page shows the sign-in page. */
export const freeReasonSchema = z.discriminatedUnion('reason', [
  z.object({ reason: z.literal('none') }),
  /** What happened to the session that was here. */
  z.object({ reason: z.literal('session'), cause: z.enum(sessionCauses), user: z.string() }),
  /** It went on at another station, of this name; `ordered`: somebody else than its person moved it. */
  z.object({ reason: z.literal('moved'), station: z.string(), user: z.string(), ordered: z.boolean() }),
  /** The last sign-in here did not succeed. */
  z.object({ reason: z.literal('refused'), error: errorSchema }),
]);
export type FreeReason = z.infer<typeof freeReasonSchema>;

export const resumableSchema = z.object({
  session: idSchema,
  startedAt: timeSchema,
  since: timeSchema,
  desktop: z.string(),
  /** Name of the station that shows it now, null if it is suspended. */
  station: z.string().nullable(),
  /** It is on disk: continuing takes a moment longer. */
  saved: z.boolean(),
  /** The code of the error because of which it could not be continued the last time; null if nothing is known against it. */
  fault: z.string().nullable(),
  /** Its last picture as a data URL, null if there is none. */
  picture: z.string().nullable(),
});
export type Resumable = z.infer<typeof resumableSchema>;

/** A session of the person's that could not be kept, or cannot be continued. */
export const lostSessionSchema = z.object({
  startedAt: timeSchema,
  /** When it was last looked at. */
  at: timeSchema,
  /** The programs that were open. */
  programs: z.array(z.string()),
  cause: z.enum(sessionCauses),
  fault: z.string().nullable(),
});
export type LostSession = z.infer<typeof lostSessionSchema>;

/** How far a change of the own password is. `messages`: what PAM said at last, in the computer's language. */
export const passwordStepSchema = z.discriminatedUnion('step', [
  z.object({ step: z.literal('checking') }),
  z.object({ step: z.literal('question'), question: questionSchema }),
  z.object({ step: z.literal('done') }),
  z.object({ step: z.literal('refused'), error: errorSchema, messages: z.array(z.string()) }),
]);
export type PasswordStep = z.infer<typeof passwordStepSchema>;

export const gatewaySaysToStation = z.discriminatedUnion('say', [
  z.object({ say: z.literal('challenge'), nonce: z.string() }),
  /** This browser is no station yet. `code`: type one in. `approval`: wait; `label` is shown here and in the Manager. */
  z.object({ say: z.literal('enrol'), way: z.enum(['code', 'approval']), label: z.string(), error: errorSchema.nullable() }),
  /** The station is free: show the sign-in page. */
  z.object({
    say: z.literal('free'),
    station: z.object({ id: idSchema, name: z.string() }),
    computer: z.string(),
    because: freeReasonSchema,
    /** Whom it signs in by itself, and in how many milliseconds; null: when somebody asks for it. */
    autoLogon: z.object({ user: z.string(), inMs: z.number().nullable() }).optional(),
  }),
  /** The user name and password are being looked at. */
  z.object({ say: z.literal('checking') }),
  z.object({ say: z.literal('question'), question: questionSchema }),
  z.object({ say: z.literal('notice') }),
  z.object({ say: z.literal('choose'), sessions: z.array(resumableSchema), mayStartNew: z.boolean() }),
  /** Before a desktop opens: these sessions are no more. The person says `accept-lost`. */
  z.object({ say: z.literal('lost'), sessions: z.array(lostSessionSchema) }),
  /** The desktop is on its way: a new one, one that is in memory, one that is read from disk, one that is just being saved. */
  z.object({ say: z.literal('opening'), what: z.enum(['start', 'resume', 'restore', 'save']) }),
  /** Open the pixel WebSocket with this ticket; it replaces the one before. */
  z.object({
    say: z.literal('desktop'),
    station: z.object({ id: idSchema, name: z.string() }),
    computer: z.string(),
    user: z.string(),
    fullName: z.string(),
    ticket: z.string(),
    /** Somebody else has just moved it here. */
    movedHere: z.boolean().optional(),
  }),
  /**
   * Something covers the desktop of the person: neither picture nor input passes until it is gone, then `desktop` is said. `text`: what is
   * to be shown, empty for the usual words of its kind. `by`: who ordered it, empty for the administrator.
   */
  z.object({
    say: z.literal('covered'),
    station: z.object({ id: idSchema, name: z.string() }),
    computer: z.string(),
    user: z.string(),
    fullName: z.string(),
    cover: z.object({ kind: z.enum(coverKinds), text: z.string(), by: z.string() }),
  }),
  z.object({
    say: z.literal('locked'),
    station: z.object({ id: idSchema, name: z.string() }),
    computer: z.string(),
    user: z.string(),
    fullName: z.string(),
    error: errorSchema.nullable(),
  }),
  /**
   * What this page is of its screen. One that fills the screen and hears `left` shows two halves instead, each a page of its own that
   * says in its `hello` which it is. A half that hears `whole` gives the screen back to the page around it. Told first where a screen
   * is split, and when that changes.
   */
  z.object({ say: z.literal('halves'), half: z.enum(['whole', ...screenHalves]) }),
  /** How the screen hangs, and the language that the page begins with (empty: its browser's). Told first, and when it changes. */
  z.object({ say: z.literal('configured'), orientation: z.enum(orientations), language: z.enum(stationLanguages) }),
  /** A remap: show this letter until it is pressed, then the number that the station got; null: it is over. */
  z.object({ say: z.literal('remap'), shows: z.object({ letter: z.string(), number: z.number().int() }).nullable() }),
  z.object({ say: z.literal('identify'), on: z.boolean(), station: z.string(), computer: z.string() }),
  /** The session here is logged off in so many milliseconds, as `by` asked (empty: the administrator); null takes it back. */
  z.object({ say: z.literal('countdown'), remainingMs: z.number().nullable(), by: z.string() }),
  /**
   * In so many milliseconds the session here is suspended because nobody does anything (`idle`; any input ends that), or ends because it
   * took its time (`longest`; `request`: whether more was asked for). Null: neither any more. Told again after each `desktop` and `locked`.
   */
  z.object({
    say: z.literal('time'),
    ends: z.object({ why: z.enum(['idle', 'longest']), remainingMs: z.number(), request: z.enum(timeRequestStates) }).nullable(),
  }),
  /**
   * Who else sees the desktop here, or uses it as well (a name may be empty: the administrator); whether the person here may end it; and
   * who asks for it, with the milliseconds left to answer. Told when it changes; nobody is there and nobody asks until it is told.
   */
  z.object({
    say: z.literal('controlled'),
    by: z.array(z.object({ name: z.string(), uses: z.boolean() })),
    mayEnd: z.boolean(),
    asks: z.object({ question: idSchema, by: z.string(), uses: z.boolean(), remainingMs: z.number() }).nullable(),
  }),
  /**
   * Whether the hand of the person here is up; null: they have nobody to raise it for. `by`: who has just taken it down, empty for the
   * administrator; null if nobody else did. Told when it changes; null until it is told.
   */
  z.object({ say: z.literal('hand'), up: z.boolean().nullable(), by: z.string().nullable() }),
  /** The answer to who asked for more time; also where nobody asked. Null: refused. */
  z.object({ say: z.literal('time-answer'), minutes: z.number().int().nullable() }),
  /**
   * The computer restarts or shuts down in so many milliseconds; the session is kept. Null takes it back. Holds whatever else
   * is shown, and is told again after each `free`, `desktop` and `locked`.
   */
  z.object({ say: z.literal('leaving'), how: z.enum(leaveWays), remainingMs: z.number().nullable() }),
  /**
   * The page waits and goes on by itself: the computer's host program does not answer; a session of the person's is still
   * ending; the computer saves the sessions and goes (the page comes back when the computer does).
   */
  z.object({
    say: z.literal('wait'),
    why: z.enum(['host-unreachable', 'ending', 'computer-restarting', 'computer-shutting-down', 'console-mode']),
  }),
  z.object({ say: z.literal('password-change'), now: passwordStepSchema }),
  z.object({ say: z.literal('error'), error: errorSchema }),
  z.object({ say: z.literal('ping'), number: z.number().int() }),
]);
export type GatewaySaysToStation = z.infer<typeof gatewaySaysToStation>;
