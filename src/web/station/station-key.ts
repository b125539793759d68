// Who this browser is: a key pair whose private half nobody can read, not even this page, kept where it outlives the browser's
// restart.

const databaseName = 'stationmaster';
const storeName = 'keys';
const keyName = 'station';
const algorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const;

/** The browser keeps nothing (a private window, storage forbidden or full). */
export class NoStorageError extends Error {
  constructor(options?: ErrorOptions) {
    super('The browser keeps nothing for this page.', options);
    this.name = 'NoStorageError';
  }
}

export interface PublicKey {
  x: string;
  y: string;
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result), { once: true });
    request.addEventListener('error', () => reject(request.error ?? new Error('The database failed.')), { once: true });
  });
}

async function openDatabase(): Promise<IDBDatabase> {
  const request = indexedDB.open(databaseName, 1);
  request.addEventListener('upgradeneeded', () => request.result.createObjectStore(storeName));
  return done(request);
}

function isKeyPair(value: unknown): value is CryptoKeyPair {
  return typeof value === 'object' && value !== null && 'privateKey' in value && 'publicKey' in value;
}

/** Two windows that come at the same time end with the same key: the first one to write it wins. */
async function keptPair(database: IDBDatabase): Promise<CryptoKeyPair> {
  const kept = await done<unknown>(database.transaction(storeName).objectStore(storeName).get(keyName));
  if (isKeyPair(kept)) return kept;
  const made = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);
  const transaction = database.transaction(storeName, 'readwrite');
  const store = transaction.objectStore(storeName);
  const finished = new Promise<void>((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve(), { once: true });
    transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('The key was not kept.')), { once: true });
  });
  const meanwhile = await done<unknown>(store.get(keyName));
  if (!isKeyPair(meanwhile)) store.put(made, keyName);
  await finished;
  return isKeyPair(meanwhile) ? meanwhile : made;
}

function base64url(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

export class StationKey {
  readonly publicKey: PublicKey;
  readonly #pair: CryptoKeyPair;

  private constructor(pair: CryptoKeyPair, publicKey: PublicKey) {
    this.#pair = pair;
    this.publicKey = publicKey;
  }

  /** This browser's key, made at the first time. Rejects with NoStorageError where none can be kept. */
  static async open(): Promise<StationKey> {
    try {
      const database = await openDatabase();
      try {
        const pair = await keptPair(database);
        const { x = '', y = '' } = await crypto.subtle.exportKey('jwk', pair.publicKey);
        return new StationKey(pair, { x, y });
      } finally {
        database.close();
      }
    } catch (error) {
      throw new NoStorageError({ cause: error });
    }
  }

  /** Gives this browser's key up for ever; the next `open` makes a new one, which is another station. */
  static async forget(): Promise<void> {
    const database = await openDatabase();
    try {
      await done(database.transaction(storeName, 'readwrite').objectStore(storeName).delete(keyName));
    } finally {
      database.close();
    }
  }

  /** Base64url of the 64-byte signature over the UTF-8 bytes of `text`. */
  async sign(text: string): Promise<string> {
    const bytes = new TextEncoder().encode(text);
    return base64url(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, this.#pair.privateKey, bytes));
  }
}
