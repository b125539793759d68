// libpam and the few system calls of a sign-in worker. Imported by worker processes only: everything here blocks.
import { readdirSync, readlinkSync } from 'node:fs';
import koffi from 'koffi';

/** Linux-PAM's return codes that we tell apart. */
export const pamCode = {
  success: 0,
  permissionDenied: 6,
  authenticationError: 7,
  credentialsInsufficient: 8,
  userUnknown: 10,
  maxTries: 11,
  newTokenRequired: 12,
  accountExpired: 13,
  conversationError: 19,
  tokenExpired: 27,
} as const;

const flag = {
  disallowEmptyToken: 0x1,
  establishCredentials: 0x2,
  deleteCredentials: 0x4,
  changeExpiredToken: 0x20,
} as const;

const item = { user: 2, tty: 3, remoteHost: 4 } as const;

const style = { promptHidden: 1, promptVisible: 2, error: 3, information: 4 } as const;

/** PAM's own limit of messages in one turn. */
const mostMessages = 32;

interface PamMessage {
  kind: 'hidden-question' | 'visible-question' | 'error' | 'information';
  text: string;
}

/**
 * Called once for every message of the conversation, in order. Answers a question with UTF-8 bytes (they are overwritten
 * after use), anything else with null. An exception ends the conversation.
 */
type PamConversation = (message: PamMessage) => Buffer | null;

const libc = koffi.load('libc.so.6');
const libpam = koffi.load('libpam.so.0');

const pamMessageType = koffi.struct('stationmaster_pam_message', { style: 'int', text: 'void *' });
const pamResponseType = koffi.struct('stationmaster_pam_response', { answer: 'void *', code: 'int' });
const conversationType = koffi.proto(
  'int stationmaster_pam_conversation(int count, void **messages, void **responses, void *data)',
);
const pamConvType = koffi.struct('stationmaster_pam_conv', { converse: koffi.pointer(conversationType), data: 'void *' });
const pointerSize = koffi.sizeof('void *');
const responseSize = koffi.sizeof(pamResponseType);

const calloc = libc.func('void *calloc(size_t count, size_t size)') as (count: number, size: number) => bigint | null;
const free = libc.func('void free(void *pointer)') as (pointer: bigint) => void;
const closeRange = libc.func('int close_range(unsigned int first, unsigned int last, int flags)') as (
  first: number,
  last: number,
  flags: number,
) => number;
const pamStart = libpam.func('pam_start', 'int', ['str', 'str', koffi.pointer(pamConvType), koffi.out('void **')]) as (
  service: string,
  user: string,
  conversation: unknown,
  handle: (bigint | null)[],
) => number;
type Step = (handle: bigint, flags: number) => number;
const pamEnd = libpam.func('int pam_end(void *handle, int status)') as Step;
const pamAuthenticate = libpam.func('int pam_authenticate(void *handle, int flags)') as Step;
const pamAccount = libpam.func('int pam_acct_mgmt(void *handle, int flags)') as Step;
const pamChange = libpam.func('int pam_chauthtok(void *handle, int flags)') as Step;
const pamCredentials = libpam.func('int pam_setcred(void *handle, int flags)') as Step;
const pamOpen = libpam.func('int pam_open_session(void *handle, int flags)') as Step;
const pamClose = libpam.func('int pam_close_session(void *handle, int flags)') as Step;
const pamSetText = libpam.func('int pam_set_item(void *handle, int item, str value)') as (
  handle: bigint,
  item: number,
  value: string,
) => number;
const pamGetText = libpam.func('pam_get_item', 'int', ['void *', 'int', koffi.out('str *')]) as (
  handle: bigint,
  item: number,
  value: (string | null)[],
) => number;
const pamPutEnvironment = libpam.func('int pam_putenv(void *handle, str entry)') as (handle: bigint, entry: string) => number;
const pamEnvironmentList = libpam.func('void *pam_getenvlist(void *handle)') as (handle: bigint) => bigint | null;
const pamErrorText = libpam.func('str pam_strerror(void *handle, int code)') as (handle: bigint, code: number) => string;

const closeOnExec = 4;

/** Lets nothing that is open, beyond standard input and output, reach the program that this process becomes. */
export function closeFilesOnExecute(): void {
  closeRange(3, 0xffff_ffff, closeOnExec);
}

const setUserIds = libc.func('int setresuid(uint32_t real, uint32_t effective, uint32_t saved)') as (
  real: number,
  effective: number,
  saved: number,
) => number;

const dup2 = libc.func('int dup2(int from, int to)') as (from: number, to: number) => number;

/**
 * Keeps the FIFO that pam_systemd has opened, as descriptor 9: logind takes a session for left as soon as nobody holds it,
 * and kills what is in it where KillUserProcesses is set. For after `closeFilesOnExecute`, just before the end of this program.
 */
export function keepLogindReference(): void {
  for (const name of readdirSync('/proc/self/fd')) {
    let target = '';
    try {
      target = readlinkSync(`/proc/self/fd/${name}`);
    } catch {
      // The folder's own.
    }
    if (/^\/run\/systemd\/sessions\/[^/]+\.ref$/.test(target)) dup2(Number(name), 9);
  }
}

function messageKind(messageStyle: number): PamMessage['kind'] | null {
  switch (messageStyle) {
    case style.promptHidden:
      return 'hidden-question';
    case style.promptVisible:
      return 'visible-question';
    case style.error:
      return 'error';
    case style.information:
      return 'information';
    default:
      return null;
  }
}

/** Copies `answer` into memory that PAM will free, and overwrites it. */
function giveToPam(answer: Buffer): bigint {
  const pointer = calloc(answer.length + 1, 1);
  if (pointer === null) throw new Error('out of memory');
  if (answer.length > 0) new Uint8Array(koffi.view(pointer, answer.length)).set(answer);
  answer.fill(0);
  return pointer;
}

/** One PAM transaction. The methods answer with PAM's return code. */
export class Pam implements Disposable {
  readonly #handle: bigint;
  readonly #callback: bigint;
  #last: number = pamCode.success;

  constructor(handle: bigint, callback: bigint) {
    this.#handle = handle;
    this.#callback = callback;
  }

  /** Begins a transaction with the service's file in /etc/pam.d. Throws if PAM itself does not work. */
  static start(service: string, user: string, converse: PamConversation): Pam {
    const callback = koffi.register(
      (count: number, messages: bigint, responses: bigint) => answerMessages(count, messages, responses, converse),
      koffi.pointer(conversationType),
    );
    const handle: (bigint | null)[] = [null];
    const code = pamStart(service, user, { converse: callback, data: null }, handle);
    if (code !== pamCode.success || handle[0] === null || handle[0] === undefined) {
      throw new Error(`pam_start failed with ${code}`);
    }
    return new Pam(handle[0], callback);
  }

  /** Says who asks, from where. */
  describe(remoteHost: string, tty: string): void {
    if (remoteHost !== '') pamSetText(this.#handle, item.remoteHost, remoteHost);
    pamSetText(this.#handle, item.tty, tty);
  }

  /** The person as the modules spell them now; they may have changed the name. */
  get user(): string {
    const value: (string | null)[] = [null];
    pamGetText(this.#handle, item.user, value);
    return value[0] ?? '';
  }

  #step(step: Step, flags: number): number {
    this.#last = step(this.#handle, flags);
    return this.#last;
  }

  /** An account without a password is refused. */
  authenticate(): number {
    return this.#step(pamAuthenticate, flag.disallowEmptyToken);
  }

  checkAccount(): number {
    return this.#step(pamAccount, flag.disallowEmptyToken);
  }

  changeExpiredPassword(): number {
    return this.#step(pamChange, flag.changeExpiredToken);
  }

  /** As passwd does it: as the person `uid`, so that modules ask for the password there is and hold the new one to their rules. */
  changeOwnPassword(uid: number): number {
    if (setUserIds(uid, 0, 0) !== 0) throw new Error('the person could not be spoken for');
    try {
      return this.#step(pamChange, 0);
    } finally {
      setUserIds(0, 0, 0);
    }
  }

  establishCredentials(): number {
    return this.#step(pamCredentials, flag.establishCredentials);
  }

  deleteCredentials(): number {
    return this.#step(pamCredentials, flag.deleteCredentials);
  }

  openSession(): number {
    return this.#step(pamOpen, 0);
  }

  closeSession(): number {
    return this.#step(pamClose, 0);
  }

  setEnvironment(name: string, value: string): void {
    pamPutEnvironment(this.#handle, `${name}=${value}`);
  }

  /** What the modules want to be in the session's environment. */
  environment(): Record<string, string> {
    const variables: Record<string, string> = {};
    const list = pamEnvironmentList(this.#handle);
    if (list === null) return variables;
    for (let offset = 0; ; offset += pointerSize) {
      const entry = koffi.decode(list, offset, 'void *') as bigint | null;
      if (entry === null) break;
      const text = koffi.decode.string(entry);
      const separator = text.indexOf('=');
      if (separator > 0) variables[text.slice(0, separator)] = text.slice(separator + 1);
      free(entry);
    }
    free(list);
    return variables;
  }

  /** PAM's words for a return code, for the log. */
  explain(code: number): string {
    return pamErrorText(this.#handle, code);
  }

  [Symbol.dispose](): void {
    pamEnd(this.#handle, this.#last);
    koffi.unregister(this.#callback);
  }
}

function answerMessages(count: number, messages: bigint, responses: bigint, converse: PamConversation): number {
  if (count <= 0 || count > mostMessages) return pamCode.conversationError;
  const answers: bigint[] = [];
  const array = calloc(count, responseSize);
  if (array === null) return pamCode.conversationError;
  try {
    for (let index = 0; index < count; index += 1) {
      const message = koffi.decode(koffi.decode(messages, index * pointerSize, 'void *') as bigint, pamMessageType) as {
        style: number;
        text: bigint | null;
      };
      const kind = messageKind(message.style);
      if (kind === null) throw new Error(`unknown PAM message style ${message.style}`);
      const text = message.text === null ? '' : koffi.decode.string(message.text);
      const answer = converse({ kind, text });
      if (answer === null) continue;
      const pointer = giveToPam(answer);
      answers.push(pointer);
      koffi.encode(array, index * responseSize, pamResponseType, { answer: pointer, code: 0 });
    }
    koffi.encode(responses, 'void *', array);
    return pamCode.success;
  } catch {
    for (const pointer of answers) free(pointer);
    free(array);
    return pamCode.conversationError;
  }
}
