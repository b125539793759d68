// The HTTP interface as the pages call it: typed by the contract, failures as one kind of error with a code.
import type { apiRoutes, ApiBody, ApiParams, ApiQuery, ApiReply, ApiRouteName } from '#contract/api.ts';
import { errorCodes } from '#contract/errors.ts';
import type { ErrorCode } from '#contract/errors.ts';
import { noteServerTime } from './clock.ts';
import { errorText } from './error-text.ts';
import type { ToldError } from './error-text.ts';
import { pause } from './pause.ts';

type Routes = typeof apiRoutes;
type Line<N extends ApiRouteName> = `${Routes[N]['method']} ${Routes[N]['path']}`;

// The compiler holds these equal to the contract, which itself (with zod) stays out of the pages.
const lines = {
  signIn: 'POST /sign-in',
  signInAnswer: 'POST /sign-in/answer',
  signOut: 'POST /sign-out',
  me: 'GET /me',
  setup: 'POST /setup',
  setupState: 'GET /setup',
  suspendAll: 'POST /computers/:name/suspend-all',
  logOffAll: 'POST /computers/:name/log-off-all',
  hibernateAll: 'POST /computers/:name/hibernate-all',
  checkComputer: 'GET /computers/:name/check',
  leave: 'POST /computers/:name/leave',
  setMode: 'POST /computers/:name/mode',
  stay: 'POST /computers/:name/stay',
  identifyAll: 'POST /computers/:name/identify',
  configureStation: 'PATCH /stations/:id',
  remapState: 'GET /computers/:name/remap',
  remap: 'POST /computers/:name/remap',
  cancelRemap: 'POST /computers/:name/remap/cancel',
  undoRemap: 'POST /computers/:name/remap/undo',
  rooms: 'GET /rooms',
  arrangeRooms: 'POST /rooms',
  scopes: 'GET /scopes',
  changeScope: 'PATCH /users/:name/scope',
  admitStation: 'POST /stations/:id/admit',
  removeStation: 'DELETE /stations/:id',
  splitStation: 'POST /stations/:id/split',
  unsplitStation: 'POST /stations/:id/unsplit',
  identifyStation: 'POST /stations/:id/identify',
  enrolmentCode: 'POST /stations/codes',
  suspendSession: 'POST /sessions/:id/suspend',
  moveSession: 'POST /sessions/:id/move',
  hibernateSession: 'POST /sessions/:id/hibernate',
  extendSession: 'POST /sessions/:id/extend',
  refuseTime: 'POST /sessions/:id/refuse-time',
  logOffSession: 'POST /sessions/:id/log-off',
  unsavedInSession: 'GET /sessions/:id/unsaved',
  unsavedAtStations: 'GET /computers/:name/unsaved',
  keepSession: 'POST /sessions/:id/keep',
  accounts: 'GET /users',
  createAccount: 'POST /users',
  changeAccount: 'PATCH /users/:name',
  setPassword: 'POST /users/:name/password',
  removeAccount: 'DELETE /users/:name',
  removal: 'GET /removals/:id',
  previewImport: 'POST /users/import/preview',
  settings: 'GET /settings',
  changeSettings: 'PATCH /settings',
  limitRules: 'GET /limits',
  changeLimits: 'PATCH /limits',
  limitsOf: 'GET /limits/effective',
  sessionLimits: 'GET /sessions/:id/limits',
  views: 'GET /views',
  keepView: 'POST /views',
  removeView: 'DELETE /views/:id',
  firstSteps: 'GET /first-steps',
  alerts: 'GET /alerts',
  dismissAlert: 'POST /alerts/dismiss',
  restoreAlert: 'POST /alerts/restore',
  audit: 'GET /audit',
  verifyAudit: 'POST /audit/verify',
  tokens: 'GET /tokens',
  makeToken: 'POST /tokens',
  revokeToken: 'DELETE /tokens/:id',
  desktops: 'GET /desktops',
  lowerHands: 'POST /desktops/lower-hands',
  blockDesktops: 'POST /desktops/block',
  unblockDesktops: 'POST /desktops/unblock',
  blockMessage: 'GET /desktops/block-message',
  changeBlockMessage: 'PATCH /desktops/block-message',
  suspendDesktops: 'POST /desktops/suspend',
  controlDesktop: 'POST /desktops/:id/control',
  logOffDesktops: 'POST /desktops/log-off',
} as const satisfies { [N in ApiRouteName]?: Line<N> };
type CalledRoute = keyof typeof lines;

interface Given<N extends ApiRouteName> {
  params?: ApiParams<N>;
  query?: ApiQuery<N>;
  body?: ApiBody<N>;
}

/** A call that failed. `message` is the text for the person, in the language of the page at the time. */
export class ApiError extends Error {
  readonly code: ToldError['code'];
  readonly details: Readonly<Record<string, string | number>>;

  constructor(told: ToldError, options?: { cause?: unknown }) {
    super(errorText(told), options);
    this.name = 'ApiError';
    this.code = told.code;
    this.details = told.details ?? {};
  }
}

/** Somebody else was quicker: what was sent is based on what is no more. */
export function isChangedMeanwhile(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'changed-meanwhile';
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorCodes, code);
}

function toldIn(reply: unknown): ToldError {
  if (typeof reply !== 'object' || reply === null) return { code: 'internal' };
  const told = 'error' in reply && typeof reply.error === 'object' && reply.error !== null ? reply.error : reply;
  if (!('code' in told) || !isErrorCode(told.code)) return { code: 'internal' };
  return 'details' in told
    ? { code: told.code, details: told.details as Readonly<Record<string, string | number>> }
    : { code: told.code };
}

type Asking = Omit<RequestInit, 'headers'> & { headers?: Record<string, string> };

/** Tasks on many sessions: where the line breaks meanwhile they are asked for again by the same key, which carries out each once. */
const repeated: ReadonlySet<CalledRoute> = new Set<CalledRoute>(['suspendAll', 'logOffAll', 'hibernateAll']);
const repeatAfterMs = [500, 1000, 2000, 4000] as const;

/** The reply; of a request with a key also if it comes only to a repeat. Rejects as `fetch` does. */
async function replyTo(where: URL, request: Asking, hasKey: boolean): Promise<Response> {
  if (!hasKey) return await fetch(where, request);
  const headers: Record<string, string> = { ...request.headers, 'idempotency-key': crypto.randomUUID() };
  const keyed = { ...request, headers };
  for (const [at, waitMs] of repeatAfterMs.entries()) {
    const reply = await fetch(where, keyed).catch((error: unknown) => {
      if (request.signal?.aborted === true) throw error;
      return null;
    });
    // A gateway that has just started may not reach the host yet.
    if (reply !== null && (at === 0 || reply.status !== 503)) return reply;
    await pause(waitMs);
  }
  return await fetch(where, keyed);
}

const listeners = new Set<() => void>();

/** Calls `listener` whenever the server says that nobody is signed in (any more); returns its remover. */
export function onSignedOut(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Sends a request; throws ApiError if it does not come through. */
async function send<N extends CalledRoute>(name: N, given: Given<N>, signal: AbortSignal | undefined): Promise<Response> {
  const [method, path] = lines[name].split(' ') as [string, string];
  const params = (given.params ?? {}) as Readonly<Record<string, string>>;
  const where = new URL(
    `/api/v1${path.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(params[key] ?? ''))}`,
    location.origin,
  );
  for (const [key, value] of Object.entries((given.query ?? {}) as Readonly<Record<string, unknown>>)) {
    if (typeof value === 'string' || typeof value === 'number') where.searchParams.set(key, String(value));
  }
  const request: Asking = {
    method,
    credentials: 'same-origin',
    cache: 'no-store',
    ...(signal && { signal }),
  };
  if (method === 'POST' || method === 'PATCH') {
    request.headers = { 'content-type': 'application/json' };
    request.body = JSON.stringify(given.body ?? {});
  }
  try {
    const response = await replyTo(where, request, repeated.has(name));
    noteServerTime(response.headers.get('date'));
    return response;
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError({ code: 'offline' }, { cause: error });
  }
}

/** Calls a route; throws ApiError. */
export async function api<N extends CalledRoute>(name: N, given: Given<N> = {}, signal?: AbortSignal): Promise<ApiReply<N>> {
  const response = await send(name, given, signal);
  const text = await response.text().catch(() => '');
  let reply: unknown;
  try {
    reply = text === '' ? {} : JSON.parse(text);
  } catch {
    reply = null;
  }
  if (response.ok && reply !== null) return reply as ApiReply<N>;
  const told = toldIn(reply);
  if (told.code === 'not-signed-in') for (const listener of listeners) listener();
  throw new ApiError(told);
}

/** The text for a person of whatever was thrown. */
export function textOf(error: unknown): string {
  return error instanceof ApiError ? errorText(error) : errorText({ code: 'internal' });
}
