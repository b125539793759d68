// The HTTP interface: every route of the contract, registered in one loop; who may is asked here and nowhere else.
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { apiPrefix, apiRoutes, idempotencyKeySchema } from '#contract/api.ts';
import type { ApiRouteName } from '#contract/api.ts';
import type { Paging, PictureFile, Route, StreamedFile } from '#contract/route.ts';
import { CodedError, errorCodes, tellError } from '#contract/errors.ts';
import { accountsComputerOf } from '#fleet/fleet.ts';
import type { Fleet } from '#fleet/fleet.ts';
import { userNameFault } from '#model/account.ts';
import { may } from '#model/permissions.ts';
import type { Action, Target } from '#model/permissions.ts';
import type { Answers } from './api-answers.ts';
import { noProgress } from './keyed-requests.ts';
import type { KeyedRequests, Progress } from './keyed-requests.ts';
import { apiDocument } from './api-document.ts';
import type { Caller, Callers } from './callers.ts';
import type { Audience } from './classroom/audience.ts';
import { pageOf } from './list-page.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { pageCookie } from './people/page-sessions.ts';
import { prometheusType } from './prometheus-text.ts';
import type { RoomSettings } from './room-settings.ts';
import { isOwnOrigin, securityHeaders } from './web-security.ts';

export interface ApiParts {
  answers: Answers;
  callers: Callers;
  settings: RoomSettings;
  fleet: Fleet;
  audience: Audience;
  metrics: Metrics;
  keyed: KeyedRequests;
  log: Log;
}

/** Where monitoring systems ask by custom. */
const metricsPath = '/metrics';

/** What a request of this caller to this route is about, for the table of permissions. */
async function targetOf(
  { fleet, audience }: ApiParts,
  name: ApiRouteName,
  request: FastifyRequest,
  caller: Caller,
): Promise<Target> {
  const { path } = apiRoutes[name];
  if (path.startsWith('/stations/:id')) return await audience.stationTargetOf((request.params as { id: string }).id, caller);
  if (path.startsWith('/computers/:name')) return 'computer';
  if (path.startsWith('/desktops/')) return 'sessions';
  if (!path.startsWith('/sessions/:id')) return 'none';
  const { id } = request.params as { id: string };
  const session = fleet.session(id);
  // Whoever may do this to nobody's session need not learn which there are.
  return session === null ? 'standard-session' : await audience.targetOf(session, caller);
}

/** Where a session is moved to, and whose is suspended to make room, as the request names them; its form is checked later. */
function movedTo(name: ApiRouteName, request: FastifyRequest): { station: string; displaces: string } {
  const { station, displaces } = (name === 'moveSession' ? (request.body ?? {}) : {}) as Record<string, unknown>;
  return { station: typeof station === 'string' ? station : '', displaces: typeof displaces === 'string' ? displaces : '' };
}

/** Whether a request makes an administrator, or is about the account of one; its form is checked later. */
async function concernsAdministrator(fleet: Fleet, request: FastifyRequest): Promise<boolean> {
  const { level } = (request.body ?? {}) as { level?: unknown };
  if (level === 'administrator') return true;
  const { name } = request.params as { name?: string };
  if (name === undefined || userNameFault(name) !== null) return false;
  try {
    const account = await fleet.call(accountsComputerOf(fleet), 'account.describe', { user: name });
    return account.level === 'administrator';
  } catch (error) {
    if (error instanceof CodedError && error.code === 'not-found') return false;
    throw error;
  }
}

/** Throws `not-signed-in`, `not-allowed` or `token-not-allowed`. */
async function mustBeAllowed(parts: ApiParts, name: ApiRouteName, request: FastifyRequest, caller: Caller): Promise<void> {
  const { callers, fleet, audience, settings } = parts;
  const { action } = apiRoutes[name];
  callers.mustBeInScope(caller, action);
  // Whoever has an administrator's password has tokens without scopes as well.
  if (caller.token !== null && caller.token.scopes !== null && action === 'accounts.manage') {
    if (await concernsAdministrator(fleet, request)) callers.mustBeInScope(caller, 'administrators.manage');
  }
  const asked: [Action, Target, string][] = [
    [action, await targetOf(parts, name, request, caller), (request.params as { id?: string }).id ?? ''],
  ];
  const { station, displaces } = movedTo(name, request);
  // Where they are moved to is theirs as well.
  if ((await audience.stationTargetOf(station, caller)) === 'outside') asked.push([action, 'outside', station]);
  const displaced = fleet.session(displaces);
  if (displaced !== null) asked.push(['session.suspend', await audience.targetOf(displaced, caller), displaces]);
  const refused = asked.find(([wanted, target]) => !may(caller.role, wanted, target, settings.now));
  if (refused === undefined) return;
  const [, target, id] = refused;
  if (target === 'outside') callers.refusedOutside(caller, audience.nameOf(id), action);
  if (caller.token !== null) callers.refused(caller.token, caller.address, 'not-allowed', action);
  throw new CodedError(caller.role === 'nobody' ? 'not-signed-in' : 'not-allowed');
}

/** The request's Idempotency-Key; null: none. Throws `bad-request` for one that is none, or where it would not hold. */
function idempotencyKeyOf(request: FastifyRequest, isKeyed: boolean): string | null {
  const key = request.headers['idempotency-key'];
  if (key === undefined || request.method !== 'POST') return null;
  if (!isKeyed || !idempotencyKeySchema.safeParse(key).success) throw new CodedError('bad-request', { field: 'Idempotency-Key' });
  return key as string;
}

/** Whose keys these are: what one has asked for is answered again to nobody else. */
function keyOwnerOf({ principal, token }: Caller): string {
  return token === null ? `${principal?.by ?? ''} ${principal?.name ?? ''}` : `token ${token.id}`;
}

/** `error` as the API tells it. */
function codedOf(error: unknown): CodedError {
  if (error instanceof CodedError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const field = error.validation[0]?.instancePath.slice(1).replaceAll('/', '.') ?? '';
    return new CodedError('bad-request', field === '' ? {} : { field });
  }
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status === 413) return new CodedError('too-large');
  if (status === 404) return new CodedError('not-found');
  if (status === 429) return new CodedError('too-many-requests');
  if (status >= 400 && status < 500) return new CodedError('bad-request');
  return new CodedError('internal', {}, { cause: error });
}

/** Answers a request that is refused before it has a route: an address that cannot be read, or a part of it that is too long. */
export function refuseUnrouted(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const coded = codedOf(error);
  void reply
    .headers({ ...securityHeaders(request.headers.host), 'cache-control': 'no-store' })
    .code(errorCodes[coded.code].status)
    .send(tellError(coded));
}

export function setUpApi(app: FastifyInstance, parts: ApiParts): void {
  const { answers, callers, keyed, metrics, log } = parts;
  const routeNames = new Map<string, ApiRouteName>();
  const callerOf = new WeakMap<FastifyRequest, Caller>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);

  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => {
    if (text === '') {
      done(null, {});
      return;
    }
    try {
      done(null, JSON.parse(String(text)) as unknown);
    } catch {
      done(new CodedError('bad-request'));
    }
  });

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders(request.headers.host));
    if (!request.url.startsWith(`${apiPrefix}/`) && request.routeOptions.url !== metricsPath) return;
    reply.header('cache-control', 'no-store');
    const caller = await callers.find(request.raw);
    callerOf.set(request, caller);
    const changing = request.method !== 'GET' && request.method !== 'HEAD';
    const byPage = caller.principal === null || caller.principal.by === 'page';
    if (byPage && (changing || request.headers.origin !== undefined) && !isOwnOrigin(request.raw))
      throw new CodedError('foreign-origin');
  });

  app.addHook('onResponse', async (request, reply) => {
    const name = routeNames.get(`${request.method} ${request.routeOptions.url}`);
    if (name !== undefined) metrics.requestTook(name, reply.statusCode, reply.elapsedTime / 1000);
  });

  app.addHook('preValidation', async (request) => {
    if (request.body === undefined || request.body === null) request.body = {};
  });

  app.setErrorHandler(async (error, request, reply: FastifyReply) => {
    const coded = codedOf(error);
    if (coded.code === 'internal')
      log.error({ err: error, method: request.method, url: request.url.split('?')[0] }, 'A request failed.');
    // Set by a route that then found nothing: an answer like this must not be kept.
    reply.header('cache-control', 'no-store');
    if (coded.code === 'throttled') reply.header('retry-after', String(coded.details['seconds'] ?? 1));
    return reply.code(errorCodes[coded.code].status).send(tellError(coded));
  });

  // For everybody: it says nothing of this room.
  app.get(`${apiPrefix}/openapi.json`, (_request, reply) => reply.type('application/json').send(apiDocument()));

  app.get(metricsPath, async (request, reply) => {
    const caller = callerOf.get(request);
    // A token is given to a monitoring system for this, so that it needs no level that may do more.
    if (caller !== undefined) callers.mustBeInScope(caller, 'metrics.see');
    if (caller === undefined || !(caller.token !== null || may(caller.role, 'metrics.see', 'none', parts.settings.now)))
      throw new CodedError(caller?.principal == null ? 'not-signed-in' : 'not-allowed');
    return await reply.type(prometheusType).send(await metrics.text());
  });

  for (const name of Object.keys(apiRoutes) as ApiRouteName[]) {
    const route: (typeof apiRoutes)[ApiRouteName] & Pick<Route, 'longestBody' | 'fileTypes' | 'conditional' | 'keyed'> =
      apiRoutes[name];
    const hasBody = route.method === 'POST' || route.method === 'PATCH';
    routeNames.set(`${route.method} ${apiPrefix}${route.path}`, name);
    app.route({
      method: route.method,
      url: `${apiPrefix}${route.path}`,
      ...(route.longestBody === undefined ? {} : { bodyLimit: route.longestBody }),
      schema: {
        params: route.params,
        querystring: route.query,
        ...(hasBody ? { body: route.body } : {}),
        ...(route.fileTypes === undefined ? { response: { 200: route.reply } } : {}),
      },
      // Before the form of the request is looked at: who may not ask learns nothing about it.
      preValidation: async (request) => {
        const caller = callerOf.get(request);
        if (caller === undefined) throw new CodedError('not-signed-in');
        await mustBeAllowed(parts, name, request, caller);
      },
      handler: async (request, reply) => {
        const caller = callerOf.get(request);
        if (caller === undefined) throw new CodedError('not-signed-in');
        // One loop over routes of many forms: that each answer fits its route is said by the type of `Answers`.
        const answer = answers[name] as (asked: object) => unknown;
        const { params, query, body } = request;
        const work = (progress: Progress): unknown =>
          answer({
            caller,
            params,
            query,
            body,
            progress,
            page<T>(items: readonly T[], keyOf: (item: T) => string, paging: Paging): T[] {
              const piece = pageOf(name, items, keyOf, paging);
              if (piece.next !== null) {
                const search = new URLSearchParams({ limit: String(piece.items.length), cursor: piece.next });
                reply.header('link', `<${apiPrefix}${route.path}?${search.toString()}>; rel="next"`);
              }
              return piece.items;
            },
            known: /"([^"]{1,100})"/.exec(request.headers['if-none-match'] ?? '')?.[1] ?? null,
            get signal() {
              const gone = new AbortController();
              reply.raw.once('close', () => gone.abort());
              return gone.signal;
            },
            setCookie(value: string | null) {
              const attributes = 'Path=/; Secure; HttpOnly; SameSite=Strict';
              reply.header(
                'set-cookie',
                value === null ? `${pageCookie}=; ${attributes}; Max-Age=0` : `${pageCookie}=${value}; ${attributes}`,
              );
            },
          });
        const key = idempotencyKeyOf(request, route.keyed === true);
        const answered =
          key === null
            ? await work(noProgress)
            : await keyed.once(
                {
                  owner: keyOwnerOf(caller),
                  key,
                  request: [name, params, query, body],
                  onReplay() {
                    reply.header('idempotency-replayed', 'true');
                  },
                },
                work,
              );
        if (route.conditional === true) {
          // It may have waited, and what was allowed then need not be now.
          await mustBeAllowed(parts, name, request, await callers.find(request.raw));
          return sendPicture(reply, answered as PictureFile);
        }
        return route.fileTypes === undefined ? answered : sendFile(reply, answered as StreamedFile);
      },
    });
  }
}

function sendPicture(reply: FastifyReply, { type, bytes, tag }: PictureFile): FastifyReply {
  reply.header('etag', `"${tag}"`).header('cache-control', 'private, no-store');
  return bytes === null ? reply.code(304).send() : reply.header('content-type', type).send(bytes);
}

function sendFile(reply: FastifyReply, { type, name, text }: StreamedFile): FastifyReply {
  reply.header('content-type', type).header('content-disposition', `attachment; filename="${name}"`);
  return reply.send(Readable.from(text));
}
