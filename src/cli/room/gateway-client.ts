// The command line's way to the gateway: as root over its unix socket, from elsewhere by https with a token.
import { randomUUID } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { apiPrefix, apiRoutes } from '#contract/api.ts';
import type { ApiBody, ApiParams, ApiQuery, ApiReply, ApiRouteName } from '#contract/api.ts';
import { errorSchema } from '#contract/values.ts';
import type { Places } from '#contract/places.ts';
import { CommandError, exitCode } from '../exit-code.ts';

const patienceMs = 60_000;
/** Routes that write gigabytes before they answer. */
const savingPatienceMs = 600_000;
const savingRoutes: ReadonlySet<ApiRouteName> = new Set(['hibernateSession', 'hibernateAll']);

/** Tasks on many sessions: where the line breaks meanwhile they are asked for again by the same key, which carries out each once. */
const repeatedRoutes: ReadonlySet<ApiRouteName> = new Set(['suspendAll', 'logOffAll', 'hibernateAll']);
const repeatAfterMs = [500, 1000, 2000, 4000] as const;

export interface ServerOptions {
  /** https address of the gateway; the unix socket of this computer if left out. */
  server?: string | undefined;
  /** PEM file of the certificate authority to trust. */
  ca?: string | undefined;
  /** File that only its owner can read, with the token; STATIONMASTER_TOKEN if left out. */
  tokenFile?: string | undefined;
}

export interface CallInput<N extends ApiRouteName> {
  params?: ApiParams<N>;
  query?: ApiQuery<N>;
  body?: ApiBody<N>;
}

type Sent = [method: string, path: string, body: unknown, limitMs?: number, key?: string];

interface HttpReply {
  status: number;
  text: string;
}

export class GatewayClient {
  readonly #options: RequestOptions & { ca?: Buffer };
  readonly #headers: Readonly<Record<string, string>>;
  readonly #secure: boolean;

  constructor(options: RequestOptions & { ca?: Buffer }, secure: boolean, headers: Readonly<Record<string, string>> = {}) {
    this.#options = options;
    this.#secure = secure;
    this.#headers = headers;
  }

  /** By the unix socket: root, or the gateway's own user. */
  static local(places: Places): GatewayClient {
    return new GatewayClient({ socketPath: places.gatewaySocket, host: 'localhost' }, false);
  }

  /** By https with the token that `options` or STATIONMASTER_TOKEN give. */
  static async remote(server: string, options: ServerOptions, places: Places): Promise<GatewayClient> {
    const url = URL.parse(server);
    if (url === null || url.protocol !== 'https:' || url.pathname !== '/' || url.username !== '') {
      throw new CommandError(`"${server}" is not an address such as https://room.example:8443`, exitCode.usage);
    }
    const token = await readToken(options.tokenFile);
    const ca = await readAuthority(options.ca, places);
    return new GatewayClient(
      {
        host: url.hostname.replaceAll(/[[\]]/g, ''),
        port: url.port === '' ? 443 : Number(url.port),
        ...(ca === null ? {} : { ca }),
      },
      true,
      { authorization: `Bearer ${token}` },
    );
  }

  async #send(...[method, path, body, limitMs = patienceMs, key]: Sent): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const content = body === undefined ? null : JSON.stringify(body);
    const headers = {
      ...this.#headers,
      ...(content === null ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content) }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    };
    const send = this.#secure ? httpsRequest : httpRequest;
    const request = send({ ...this.#options, method, path, agent: false, headers }, resolve);
    request.setTimeout(limitMs, () => request.destroy(new Error('no answer')));
    request.once('error', reject).end(content);
    return await promise;
  }

  async #exchange(...request: Sent): Promise<HttpReply> {
    return await readAll(await this.#send(...request));
  }

  /** The same, by a key: also if the answer comes only to a repeat. */
  async #exchangeOnce(method: string, path: string, body: unknown, limitMs: number): Promise<HttpReply> {
    const key = randomUUID();
    for (const [at, waitMs] of repeatAfterMs.entries()) {
      try {
        const reply = await this.#exchange(method, path, body, limitMs, key);
        // A gateway that has just started may not reach the host yet.
        if (at === 0 || reply.status !== 503) return reply;
      } catch (error) {
        // Whoever was not reached at all has begun nothing.
        if (at === 0 && (error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error;
      }
      await pause(waitMs);
    }
    return await this.#exchange(method, path, body, limitMs, key);
  }

  /** An answer of any route, in words where it fails. */
  async ask(method: string, path: string, body?: unknown, limitMs = patienceMs, isRepeated = false): Promise<unknown> {
    let reply: HttpReply;
    try {
      reply = isRepeated
        ? await this.#exchangeOnce(method, path, body, limitMs)
        : await this.#exchange(method, path, body, limitMs);
    } catch (error) {
      throw unreachable(error as NodeJS.ErrnoException, this.#secure);
    }
    if (isGood(reply.status)) return readJson(reply.text);
    throw refusal(reply);
  }

  /** A file of the API, as it comes. Rejects with a CommandError. */
  async download<const N extends ApiRouteName>(name: N, input: CallInput<N> = {}): Promise<IncomingMessage> {
    const route = apiRoutes[name];
    let response: IncomingMessage;
    try {
      response = await this.#send(route.method, pathOf(route.path, input), undefined);
    } catch (error) {
      throw unreachable(error as NodeJS.ErrnoException, this.#secure);
    }
    if (isGood(response.statusCode ?? 0)) return response;
    throw refusal(await readAll(response));
  }

  /** One call of the API. Rejects with a CommandError. */
  async call<const N extends ApiRouteName>(name: N, input: CallInput<N> = {}): Promise<ApiReply<N>> {
    const route = apiRoutes[name];
    const body = input.body ?? (route.method === 'GET' || route.method === 'DELETE' ? undefined : {});
    const limitMs = savingRoutes.has(name) ? savingPatienceMs : patienceMs;
    const value = await this.ask(route.method, pathOf(route.path, input), body, limitMs, repeatedRoutes.has(name));
    const parsed = route.reply.safeParse(value ?? {});
    if (!parsed.success) throw new CommandError(`the gateway's answer is not understood; is it of another version?`);
    return parsed.data as ApiReply<N>;
  }

  /** What the gateway says of itself: null if it does not answer, `host`: whether it reaches the host. */
  async health(): Promise<{ host: boolean } | null> {
    try {
      const { status, text } = await this.#exchange('GET', '/healthz', undefined);
      return status === 200 ? { host: (readJson(text) as { host?: unknown } | null)?.host === true } : null;
    } catch {
      return null;
    }
  }
}

const isGood = (status: number): boolean => status >= 200 && status < 300;

/** The address of a route with its parameters and its query. */
function pathOf(path: string, input: { params?: unknown; query?: unknown }): string {
  const params = (input.params ?? {}) as Record<string, string>;
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries((input.query ?? {}) as Record<string, string | number | undefined>)) {
    if (value !== undefined) query.set(key, String(value));
  }
  const filled = path.replaceAll(/:(\w+)/g, (_, key: string) => encodeURIComponent(params[key] ?? ''));
  return `${apiPrefix}${filled}${query.size === 0 ? '' : `?${query.toString()}`}`;
}

async function readAll(response: IncomingMessage): Promise<HttpReply> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk as string;
  return { status: response.statusCode ?? 0, text };
}

/** What the gateway refused with, in words. */
function refusal({ status, text }: HttpReply): CommandError {
  const known = errorSchema.safeParse(readJson(text));
  if (!known.success) return new CommandError(`the gateway answered with ${status}`);
  const { code, message, details } = known.data;
  const more = Object.entries(details).map(([name, detail]) => `${name} ${detail}`);
  return CommandError.answered(code, more.length === 0 ? message : `${message} (${more.join(', ')})`);
}

function readJson(text: string): unknown {
  try {
    return text === '' ? null : (JSON.parse(text) as unknown);
  } catch {
    return null;
  }
}

async function readToken(file: string | undefined): Promise<string> {
  if (file === undefined) {
    const token = process.env['STATIONMASTER_TOKEN']?.trim() ?? '';
    if (token === '') {
      throw new CommandError('--server needs a token: STATIONMASTER_TOKEN, or --token-file (see: token add)', exitCode.usage);
    }
    return token;
  }
  const info = await stat(file).catch((error: Error) => {
    throw new CommandError(`the token file cannot be read: ${error.message}`, exitCode.usage);
  });
  if ((info.mode & 0o077) !== 0) {
    throw new CommandError(`others can read ${file}; first: chmod 600 ${file}`, exitCode.notAllowed);
  }
  return (await readFile(file, 'utf8')).trim();
}

/** The file named, else this computer's own authority beside those of the system, if there is one. */
async function readAuthority(file: string | undefined, places: Places): Promise<Buffer | null> {
  if (file === undefined) return await readFile(`${places.certificateDir}/ca.crt`).catch(() => null);
  return await readFile(file).catch((error: Error) => {
    throw new CommandError(`the certificate authority's file cannot be read: ${error.message}`, exitCode.usage);
  });
}

function unreachable(error: NodeJS.ErrnoException, secure: boolean): CommandError {
  if (!secure && (error.code === 'EACCES' || error.code === 'EPERM')) {
    return new CommandError('only root may do this without a token: use sudo, or --server with a token', exitCode.notAllowed);
  }
  if (!secure && (error.code === 'ENOENT' || error.code === 'ECONNREFUSED')) {
    return new CommandError('Stationmaster does not run on this computer; start it with: stationmaster up', exitCode.unreachable);
  }
  const certificate = error.code !== undefined && /CERT|ISSUER|SELF_SIGNED|ALTNAME/.test(error.code);
  const hint = certificate ? '; give the authority with --ca (https://…/ca.crt)' : '';
  return new CommandError(`the gateway cannot be reached: ${error.message}${hint}`, exitCode.unreachable);
}

/** The client that the options ask for. */
export async function connectGateway(options: ServerOptions, places: Places): Promise<GatewayClient> {
  const server = options.server ?? process.env['STATIONMASTER_SERVER'];
  return server === undefined || server === ''
    ? GatewayClient.local(places)
    : await GatewayClient.remote(server, options, places);
}
