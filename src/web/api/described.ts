// The API's own description (OpenAPI 3.1), as far as the reference shows it: what it says of a value, in rows and as an example.

export interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  description?: string;
  enum?: readonly unknown[];
  const?: unknown;
  default?: unknown;
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  pattern?: string;
  contentEncoding?: string;
}

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  description?: string;
  schema: Schema;
}

export interface Operation {
  operationId: string;
  summary: string;
  tags: readonly string[];
  parameters?: readonly Parameter[];
  requestBody?: { content: { 'application/json': { schema: Schema } } };
  /** A file that is no text has no schema. */
  responses: { '200': { content: Readonly<Record<string, { schema?: Schema }>> } };
  /** Empty: for everybody. */
  security?: readonly unknown[];
  'x-rights': Readonly<Record<string, 'any' | readonly string[]>>;
  'x-scopes': readonly string[];
}

export interface Described {
  servers: readonly { url: string }[];
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  components: { schemas: Readonly<Record<string, Schema>> };
  'x-errors': Readonly<Record<string, { status: number; text: string }>>;
}

export interface Route {
  method: string;
  path: string;
  operation: Operation;
}

export function routesOf({ paths }: Described): Route[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

type Schemas = Described['components']['schemas'];

/** More are not all shown. */
const mostValues = 12;
/** Beyond this depth a value is only named. */
const deepest = 4;

/** What stands where a schema points to; itself if it points nowhere. */
function resolved(schema: Schema, schemas: Schemas): Schema {
  const name = schema.$ref?.split('/').at(-1);
  return name === undefined ? schema : (schemas[name] ?? {});
}

const nullable = (schema: Schema): boolean => schema.type === 'null';

/** Without what only says that it may be null. */
function core(schema: Schema): { schema: Schema; orNull: boolean } {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices === undefined) return { schema, orNull: false };
  const rest = choices.filter((one) => !nullable(one));
  const [only] = rest;
  return { schema: rest.length === 1 && only !== undefined ? only : { anyOf: rest }, orNull: rest.length < choices.length };
}

/** The kind of a value, as programmers write it: `string`, `Session[]`, `"csv" | "jsonl"`. */
export function kindOf(given: Schema, schemas: Schemas): string {
  const { schema, orNull } = core(given);
  const more = orNull ? ' | null' : '';
  if (schema.$ref !== undefined) return `${schema.$ref.split('/').at(-1)}${more}`;
  if (schema.const !== undefined) return `${JSON.stringify(schema.const)}${more}`;
  if (schema.enum !== undefined) {
    const values = schema.enum.map((one) => JSON.stringify(one));
    const shown = values.length > mostValues ? [...values.slice(0, mostValues), '…'] : values;
    return `${shown.join(' | ')}${more}`;
  }
  if (schema.anyOf !== undefined) {
    const kinds = [...new Set(schema.anyOf.map((one) => kindOf(one, schemas)))];
    return `${kinds.join(' | ')}${more}`;
  }
  if (schema.type === 'array') {
    const kind = kindOf(schema.items ?? {}, schemas);
    return `${kind.includes('|') ? `(${kind})` : kind}[]${more}`;
  }
  return `${schema.type ?? 'any'}${more}`;
}

/** What a value is held to besides its kind, in the words of its schema. */
export function boundsOf(given: Schema): string {
  const { schema } = core(given);
  const span = (what: string, least: number | undefined, most: number | undefined): string => {
    // What a number of this language can hold is no bound that anybody meets.
    const from = least !== undefined && least > Number.MIN_SAFE_INTEGER ? String(least) : '';
    const to = most !== undefined && most < Number.MAX_SAFE_INTEGER ? String(most) : '';
    return from === '' && to === '' ? '' : `${what}${from}…${to}`;
  };
  return [
    span('', schema.minimum, schema.maximum),
    span('length ', schema.minLength, schema.maxLength),
    span('items ', schema.minItems, schema.maxItems),
    schema.default === undefined ? '' : `default ${JSON.stringify(schema.default)}`,
  ]
    .filter((text) => text !== '')
    .join(', ');
}

export interface Row {
  name: string;
  /** How far inside. */
  depth: number;
  kind: string;
  bounds: string;
  required: boolean;
}

/** The fields of a value, those inside of it as well, each with where it stands. */
export function rowsOf(given: Schema, schemas: Schemas, depth = 0): Row[] {
  const schema = resolved(core(given).schema, schemas);
  if (depth > deepest) return [];
  if (schema.type === 'array') return rowsOf(schema.items ?? {}, schemas, depth);
  const choices = schema.anyOf ?? schema.oneOf ?? [];
  if (choices.length > 0) {
    const rows = choices.flatMap((one) => rowsOf(one, schemas, depth));
    return rows.filter((row, at) => rows.findIndex((other) => other.name === row.name && other.kind === row.kind) === at);
  }
  return Object.entries(schema.properties ?? {}).flatMap(([name, part]) => [
    {
      name,
      depth,
      kind: kindOf(part, schemas),
      bounds: boundsOf(part),
      required: schema.required?.includes(name) === true,
    },
    ...rowsOf(part, schemas, depth + 1),
  ]);
}

/** A value of the form, such as one might send or get. */
export function exampleOf(given: Schema, schemas: Schemas, depth = 0): unknown {
  const { schema: inner } = core(given);
  const schema = resolved(inner, schemas);
  if (schema.default !== undefined) return schema.default;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  const [choice] = schema.anyOf ?? schema.oneOf ?? [];
  if (choice !== undefined) return exampleOf(choice, schemas, depth);
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        depth > deepest
          ? []
          : Object.entries(schema.properties ?? {}).map(([name, part]) => [name, exampleOf(part, schemas, depth + 1)]),
      );
    case 'array':
      return depth > deepest ? [] : [exampleOf(schema.items ?? {}, schemas, depth + 1)];
    case 'integer':
    case 'number':
      return Math.max(schema.minimum ?? 0, 0);
    case 'boolean':
      return false;
    case 'null':
      return null;
    default:
      return '…';
  }
}

/** A command that asks for it, for a shell; what is left to fill in is in capital letters. */
export function commandFor({ method, path, operation }: Route, base: string, schemas: Schemas): string {
  const address = `${base}${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => name.toUpperCase())}`;
  const lines = ['curl --cacert ca.crt -H "Authorization: Bearer $(cat token)"'];
  if (method !== 'GET') lines[0] += ` -X ${method}`;
  if (operation.parameters?.some(({ name }) => name === 'Idempotency-Key') === true)
    lines.push('-H "Idempotency-Key: $(uuidgen)"');
  if (operation.requestBody !== undefined) {
    const body = JSON.stringify(exampleOf(operation.requestBody.content['application/json'].schema, schemas));
    lines.push('-H "Content-Type: application/json"', `-d '${body.replaceAll("'", String.raw`'\''`)}'`);
  }
  const query = (operation.parameters ?? [])
    .filter((parameter) => parameter.in === 'query' && parameter.required)
    .map(({ name }) => `${name}=${name.toUpperCase()}`);
  // In quotes, as a shell takes ? and & for its own.
  lines.push(query.length === 0 ? address : `"${address}?${query.join('&')}"`);
  return lines.join(' \\\n  ');
}
