// The API's own OpenAPI document, as the tests hold the API to it.
import { Ajv2020 } from 'ajv/dist/2020.js';
import { routesOf } from '../../src/web/api/described.ts';
import type { Described, Route } from '../../src/web/api/described.ts';

/** `errors`: why not, of the last that did not fit. */
type Check = ((value: unknown) => boolean) & { errors?: unknown };

export class ApiDocument {
  readonly routes: readonly Route[];
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: false });

  constructor(document: Described) {
    this.routes = routesOf(document);
    this.#ajv.addSchema({ $id: 'document', ...document });
  }

  /** Whether a value is an error as the document says it. */
  get error(): Check {
    return this.#at('/components/schemas/Error');
  }

  /** Whether a value is what the route takes; null: it takes nothing. */
  bodyOf(route: Route): Check | null {
    return route.operation.requestBody === undefined
      ? null
      : this.#at(`${placeOf(route)}/requestBody/content/application~1json/schema`);
  }

  /** Whether a value is what the route answers; null: that is a file. */
  replyOf(route: Route): Check | null {
    const isJson = 'application/json' in route.operation.responses['200'].content;
    return isJson ? this.#at(`${placeOf(route)}/responses/200/content/application~1json/schema`) : null;
  }

  #at(pointer: string): Check {
    const validator = this.#ajv.getSchema(`document#${encodeURI(pointer)}`);
    if (validator === undefined) throw new Error(`The document has nothing at ${pointer}.`);
    return validator;
  }
}

function placeOf({ method, path }: Route): string {
  return `/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1')}/${method.toLowerCase()}`;
}
