// What may be sent to the API, by its own OpenAPI document: values of the form that it says, and values that belong nowhere.
import * as fc from 'fast-check';
import type { Schema } from '../../src/web/api/described.ts';

/** What the contract names for a host that is away, or about to leave: the fuzzing restarts the computer as well. */
export const away: ReadonlySet<string> = new Set(['computer-unreachable', 'computer-leaving', 'sign-in-unavailable']);

const words = ['anna', 'ben', 'teacher', 'Station 1', 'Library', 'x'];

/** What is of the form that the schema says. */
export function fitting(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map(fitting));
  switch (schema.type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({
        min: Math.max(schema.minimum ?? 0, -(2 ** 31)),
        max: Math.min(schema.maximum ?? 2 ** 31 - 1, 2 ** 31 - 1),
      });
    case 'number':
      return fc.double({ min: schema.minimum ?? -1e9, max: schema.maximum ?? 1e9, noNaN: true });
    case 'array':
      return fc.array(fitting(schema.items ?? {}), { maxLength: Math.min(schema.maxItems ?? 4, 4) });
    case 'object': {
      const { properties = {}, required = [] } = schema;
      const arbitraries = Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, fitting(part)]));
      return fc.record(arbitraries, {
        requiredKeys: required.filter((name) => Object.hasOwn(arbitraries, name)),
        noNullPrototype: true,
      });
    }
    case 'string': {
      if (schema.contentEncoding === 'base64') return fc.string().map((text) => Buffer.from(text).toString('base64'));
      const lengths = { minLength: schema.minLength ?? 0, maxLength: Math.min(schema.maxLength ?? 40, 40) };
      if (schema.pattern === undefined) return fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'grapheme', ...lengths }));
      const pattern = new RegExp(schema.pattern);
      const made = fc.stringMatching(pattern, { size: 'small' }).map((text) => text.slice(0, schema.maxLength));
      const ours = words.filter((word) => pattern.test(word));
      return ours.length === 0 ? made : fc.oneof(fc.constantFrom(...ours), made);
    }
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

/** What does not belong anywhere. */
export const nastyValues: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  1e308,
  Number.MAX_SAFE_INTEGER,
  '',
  ' ',
  '-rf',
  '../../etc/passwd',
  'a/b',
  'a\nb',
  'a\u0000b',
  '\u202eabc',
  'root',
  'daemon',
  '=1+1',
  "'; DROP TABLE audit; --",
  '%_\\',
  '__proto__',
  'x'.repeat(5000),
  '\ud800',
  [],
  {},
  ['x'],
  { constructor: 1 },
];
