// The HTTP interface as an OpenAPI 3.1 document, made from the contract: what is not in the contract cannot be in it, and the reverse.
import { z } from 'zod';
import { apiPrefix, apiRoutes, auditEntrySchema, idempotencyKeySchema, principalSchema, tokenSchema } from '#contract/api.ts';
import type { ApiRouteName } from '#contract/api.ts';
import { errorCodes } from '#contract/errors.ts';
import { accountSchema, computerSchema, errorSchema, sessionSchema, settingsSchema, stationSchema } from '#contract/values.ts';
import { permissions, scopesFor } from '#model/permissions.ts';

type Json = Readonly<Record<string, unknown>>;
interface Described {
  method: string;
  path: string;
  action: keyof typeof permissions;
  params: z.ZodObject;
  query: z.ZodObject;
  body: z.ZodType;
  reply: z.ZodType;
  summary: string;
  keyed?: boolean;
  paged?: boolean;
  fileTypes?: readonly string[];
  conditional?: true;
}

/** What replies are made of, each described once. */
const named = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries({
  Error: errorSchema,
  Session: sessionSchema,
  Station: stationSchema,
  Computer: computerSchema,
  Settings: settingsSchema,
  Account: accountSchema,
  Principal: principalSchema,
  AuditEntry: auditEntrySchema,
  Token: tokenSchema,
}))
  named.add(schema, { id });

/** A schema without what only belongs at the root of a file, and its named parts as components. */
function described(schema: z.ZodType, io: 'input' | 'output', components: Record<string, unknown>): Json {
  const made = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
    ...(io === 'output' ? { metadata: named } : { metadata: z.registry() }),
  });
  const text = JSON.stringify(made).replaceAll('"#/$defs/', '"#/components/schemas/');
  const { $schema: _, $defs, ...rest } = JSON.parse(text) as Json & { $defs?: Record<string, Json> };
  for (const [name, part] of Object.entries($defs ?? {})) components[name] = withoutId(part);
  const id = named.get(schema)?.id;
  if (io === 'input' || id === undefined || '$ref' in rest) return withoutId(rest);
  components[id] = withoutId(rest);
  return { $ref: `#/components/schemas/${id}` };
}

function withoutId(part: Json): Json {
  return Object.fromEntries(Object.entries(part).filter(([keyword]) => keyword !== 'id'));
}

function parametersOf(schema: z.ZodObject, place: 'path' | 'query', components: Record<string, unknown>): Json[] {
  const { properties = {}, required = [] } = described(schema, 'input', components) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, part]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: part,
  }));
}

const keyParameter = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Made anew for each order, and sent again with it: within 24 hours it is carried out once, and answered again with the header Idempotency-Replayed.',
};

const tagOf = (path: string): string => path.split('/')[1] ?? '';

function operationOf(name: string, route: Described, components: Record<string, unknown>): Json {
  const parameters = [
    ...parametersOf(route.params, 'path', components),
    ...parametersOf(route.query, 'query', components),
    ...(route.keyed === true ? [{ ...keyParameter, schema: described(idempotencyKeySchema, 'input', components) }] : []),
    ...(route.conditional === true
      ? [
          {
            name: 'If-None-Match',
            in: 'header',
            required: false,
            schema: { type: 'string' },
            description: 'The ETag of what one has.',
          },
        ]
      : []),
  ];
  const hasBody = route.method === 'POST' || route.method === 'PATCH';
  const body = hasBody ? described(route.body, 'input', components) : {};
  const isOpen = 'nobody' in permissions[route.action];
  const content =
    route.fileTypes === undefined
      ? { 'application/json': { schema: described(route.reply, 'output', components) } }
      : Object.fromEntries(
          route.fileTypes.map((type) => [type, type.startsWith('image/') ? {} : { schema: { type: 'string' } }]),
        );
  return {
    operationId: name,
    summary: route.summary,
    tags: [tagOf(route.path)],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(hasBody
      ? { requestBody: { required: Array.isArray(body['required']), content: { 'application/json': { schema: body } } } }
      : {}),
    responses: {
      '200': {
        description: 'Done',
        ...(route.paged === true ? { headers: { Link: { $ref: '#/components/headers/Link' } } } : {}),
        content,
      },
      ...(route.conditional === true ? { '304': { description: 'Still the one that If-None-Match names' } } : {}),
      default: { $ref: '#/components/responses/Error' },
    },
    ...(isOpen ? { security: [] } : {}),
    'x-action': route.action,
    'x-rights': permissions[route.action],
    'x-scopes': scopesFor(route.action),
  };
}

function makeDocument(): Json {
  const schemas: Record<string, unknown> = {};
  const paths: Record<string, Record<string, unknown>> = {};
  described(errorSchema, 'output', schemas);
  for (const name of Object.keys(apiRoutes) as ApiRouteName[]) {
    const route: Described = apiRoutes[name];
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(name, route, schemas) };
  }
  const tags = [...new Set(Object.values(apiRoutes).map(({ path }) => tagOf(path)))];
  return {
    openapi: '3.1.1',
    info: {
      title: 'Stationmaster',
      version: '1',
      description:
        'Everything that the Manager, the Dashboard and the command line do. Times are milliseconds since 1970. Changing requests of a page need the gateway’s own Origin.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: apiPrefix }],
    security: [{ token: [] }, { page: [] }],
    tags: tags.map((name) => ({ name })),
    paths,
    components: {
      schemas,
      headers: {
        Link: {
          description:
            'With rel="next": where the list goes on; not there after the last piece, and without `limit` and `cursor`.',
          schema: { type: 'string' },
        },
      },
      responses: {
        Error: {
          description: 'Not done; `code` says why, and goes with the HTTP status.',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
        },
      },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A token of the command line.' },
        page: { type: 'apiKey', in: 'cookie', name: '__Host-stationmaster', description: 'The sign-in of a page.' },
      },
    },
    'x-errors': errorCodes,
  };
}

let made: string | null = null;

/** The document as JSON; made when it is first asked for. */
export function apiDocument(): string {
  made ??= JSON.stringify(makeDocument());
  return made;
}
