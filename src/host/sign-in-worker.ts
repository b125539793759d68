// One sign-in attempt: a process of root's that talks to PAM and, if a session has to be opened, becomes its keeper.
// It reads and writes lines of JSON on its standard input and output, and blocks: PAM calls back while it waits.
import { closeSync, openSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import type { ErrorCode } from '#contract/errors.ts';
import type { Question } from '#contract/values.ts';
import { Pam, closeFilesOnExecute, keepLogindReference, pamCode } from './pam.ts';
import { sessionEnvironment } from './session-environment.ts';
import type { SessionEnvironmentOrder } from './session-environment.ts';
import { placesToBind } from './session-mounts.ts';
import { shellExports, shellWord } from './shell-words.ts';

/** What the parent says. `changeAs`: the password is to be changed, as this uid. `automatic`: nobody has to prove anything, the account phase decides alone. `secretBytes`: so many bytes follow the line, a password or another answer. */
export type ToWorker =
  | {
      do: 'begin';
      service: string;
      user: string;
      remote: string;
      automatic: boolean;
      changeAs: number | null;
      secretBytes: number;
    }
  | { do: 'answer'; secretBytes: number }
  | {
      do: 'open';
      /** The session's folder under the run folder. */
      folder: string;
      uid: number;
      gid: number;
      environment: SessionEnvironmentOrder;
      /** The X session's program with its arguments. */
      command: string[];
      /** Shell variables for the desktop script. */
      variables: Record<string, string>;
      /** The program that this process becomes, with its arguments. */
      keeper: string[];
    };

/** What the worker says. After `opened` it is the session's keeper and says nothing more. */
export type FromWorker =
  | { say: 'question'; question: Question }
  | { say: 'accepted'; user: string; messages: string[] }
  | { say: 'refused'; code: ErrorCode; messages: string[]; reason: string }
  | { say: 'opened' }
  | { say: 'not-opened'; code: ErrorCode; messages: string[]; reason: string };

/** What PAM is told as the terminal. */
const terminal = 'stationmaster';
/** The home folder must take a file of this size. */
const homeTrialBytes = 64 * 1024;

/** Missing in the types of Node: the groups that the account database gives `user`, and `gid`. */
const groups = process as unknown as { initgroups(user: string, gid: number): void };

/** Nobody is at the other end any more. */
class Abandoned extends Error {}

class Parent {
  #buffer = Buffer.alloc(64 * 1024);
  #length = 0;

  say(message: FromWorker): void {
    const line = Buffer.from(`${JSON.stringify(message)}\n`);
    for (let offset = 0; offset < line.length; ) offset += writeSync(1, line, offset);
  }

  #readMore(): void {
    if (this.#length === this.#buffer.length) throw new Abandoned('line too long');
    const count = readSync(0, this.#buffer, this.#length, this.#buffer.length - this.#length, null);
    if (count === 0) throw new Abandoned('end of input');
    this.#length += count;
  }

  /** The next `count` bytes, copied out and overwritten here. */
  #take(count: number): Buffer {
    while (this.#length < count) this.#readMore();
    const taken = Buffer.from(this.#buffer.subarray(0, count));
    this.#buffer.copyWithin(0, count, this.#length);
    this.#buffer.fill(0, this.#length - count, this.#length);
    this.#length -= count;
    return taken;
  }

  hear(): { message: ToWorker; secret: Buffer } {
    let end = this.#buffer.subarray(0, this.#length).indexOf(10);
    while (end < 0) {
      this.#readMore();
      end = this.#buffer.subarray(0, this.#length).indexOf(10);
    }
    const message = JSON.parse(this.#take(end + 1).toString()) as ToWorker;
    return { message, secret: 'secretBytes' in message ? this.#take(message.secretBytes) : Buffer.alloc(0) };
  }
}

/** What a person is told of PAM's return code while proving who they are. Whether the account exists is not told. */
function authenticationError(code: number): ErrorCode {
  switch (code) {
    case pamCode.maxTries:
      return 'account-locked';
    case pamCode.accountExpired:
      return 'account-expired';
    case pamCode.permissionDenied:
      return 'account-refused';
    case pamCode.authenticationError:
    case pamCode.userUnknown:
    case pamCode.credentialsInsufficient:
      return 'wrong-credentials';
    default:
      return 'sign-in-unavailable';
  }
}

/** The same once the password was right. */
function accountError(code: number): ErrorCode {
  switch (code) {
    case pamCode.accountExpired:
    case pamCode.tokenExpired:
      return 'account-expired';
    case pamCode.maxTries:
      return 'account-locked';
    case pamCode.permissionDenied:
    case pamCode.authenticationError:
    case pamCode.userUnknown:
      return 'account-refused';
    default:
      return 'sign-in-unavailable';
  }
}

/** What is wrong with the person's home folder, tried as the person (who may be refused where root is not, as on NFS). */
function homeError(home: string, uid: number, gid: number): ErrorCode | null {
  process.setegid?.(gid);
  process.seteuid?.(uid);
  const trial = `${home}/.stationmaster-${randomBytes(8).toString('hex')}`;
  let made = false;
  try {
    const file = openSync(trial, 'wx', 0o600);
    made = true;
    try {
      const content = Buffer.alloc(homeTrialBytes, 1);
      for (let offset = 0; offset < content.length; ) offset += writeSync(file, content, offset);
    } finally {
      closeSync(file);
    }
    return null;
  } catch (error) {
    switch ((error as NodeJS.ErrnoException).code) {
      case 'ENOENT':
      case 'ENOTDIR':
        return 'home-missing';
      case 'ENOSPC':
      case 'EDQUOT':
        return 'home-full';
      default:
        return 'home-not-writable';
    }
  } finally {
    try {
      // The person's own programs may have moved it away meanwhile.
      if (made) rmSync(trial, { force: true });
    } finally {
      process.seteuid?.(0);
      process.setegid?.(0);
    }
  }
}

/** Opens the PAM session and turns this process into the desktop's keeper. Comes back only if that did not work. */
function open(pam: Pam, order: Extract<ToWorker, { do: 'open' }>, parent: Parent, messages: string[]): void {
  const fail = (code: ErrorCode, reason: string): void => {
    parent.say({ say: 'not-opened', code, messages: messages.splice(0), reason });
  };
  pam.setEnvironment('XDG_SESSION_TYPE', 'x11');
  pam.setEnvironment('XDG_SESSION_CLASS', 'user');
  pam.setEnvironment('XDG_SESSION_DESKTOP', order.environment.desktop);
  // The groups first: modules such as pam_group add to them.
  groups.initgroups(order.environment.user, order.gid);
  const credentials = pam.establishCredentials();
  if (credentials !== pamCode.success) return fail('account-refused', `pam_setcred: ${pam.explain(credentials)}`);
  using undo = new DisposableStack();
  undo.defer(() => pam.deleteCredentials());
  const session = pam.openSession();
  if (session !== pamCode.success) return fail('account-refused', `pam_open_session: ${pam.explain(session)}`);
  undo.defer(() => pam.closeSession());
  const home = homeError(order.environment.home, order.uid, order.gid);
  if (home !== null) return fail(home, `home folder ${order.environment.home}`);
  try {
    const fromPam = pam.environment();
    const variables = sessionEnvironment(order.environment, fromPam);
    const words = order.command.map(shellWord).join(' ');
    const own = Object.entries(order.variables).map(([name, value]) => `${name}=${shellWord(value)}\n`);
    const write = (name: string, text: string): void => {
      const file = `${order.folder}/${name}`;
      writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
      undo.defer(() => rmSync(file, { force: true }));
    };
    // Only now: PAM, or looking at the home folder, may have mounted it.
    const { settled, own: ownMounts } = placesToBind(order.environment.home);
    write('mounts', settled.map((place) => `${place}\n`).join(''));
    write('own-mounts', ownMounts.map((place) => `${place}\n`).join(''));
    write('environment', `${shellExports(variables)}${own.join('')}set -- ${words}\n`);
    write('pam.json', JSON.stringify({ user: pam.user, environment: fromPam }));
  } catch (error) {
    const full = ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
    return fail(full ? 'disk-full' : 'desktop-failed', String(error));
  }
  parent.say({ say: 'opened' });
  closeFilesOnExecute();
  keepLogindReference();
  const [program = '', ...args] = order.keeper;
  process.execve?.(program, [program, ...args], { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' });
}

/** The whole attempt. */
function attend(parent: Parent): void {
  const { message: begin, secret: password } = parent.hear();
  if (begin.do !== 'begin') throw new Abandoned(`${begin.do} came first`);
  let passwordGiven = begin.automatic;
  const messages: string[] = [];

  using pam = Pam.start(begin.service, begin.user, ({ kind, text }) => {
    if (kind === 'error' || kind === 'information') {
      if (messages.at(-1) !== text) messages.push(text);
      return null;
    }
    if (kind === 'hidden-question' && !passwordGiven) {
      passwordGiven = true;
      return password;
    }
    const visible = kind === 'visible-question';
    parent.say({ say: 'question', question: { visible, text, messages: messages.splice(0) } });
    const { message, secret } = parent.hear();
    if (message.do !== 'answer') throw new Abandoned(`${message.do} instead of an answer`);
    return secret;
  });
  const refuse = (code: ErrorCode, reason: string): void => {
    parent.say({ say: 'refused', code, messages: messages.splice(0), reason });
  };
  pam.describe(begin.remote, terminal);

  const authentication = begin.automatic ? pamCode.success : pam.authenticate();
  password.fill(0);
  if (authentication !== pamCode.success) {
    return refuse(authenticationError(authentication), `pam_authenticate: ${pam.explain(authentication)}`);
  }
  const account = pam.checkAccount();
  if (account === pamCode.newTokenRequired && begin.automatic) {
    return refuse('password-not-changed', `pam_acct_mgmt: ${pam.explain(account)}`);
  }
  if (account === pamCode.newTokenRequired) {
    const change = pam.changeExpiredPassword();
    if (change !== pamCode.success) return refuse('password-not-changed', `pam_chauthtok: ${pam.explain(change)}`);
  } else if (account !== pamCode.success) {
    return refuse(accountError(account), `pam_acct_mgmt: ${pam.explain(account)}`);
  }
  if (account === pamCode.success && begin.changeAs !== null) {
    const change = pam.changeOwnPassword(begin.changeAs);
    if (change !== pamCode.success) return refuse('password-not-changed', `pam_chauthtok: ${pam.explain(change)}`);
  }
  parent.say({ say: 'accepted', user: pam.user, messages: messages.splice(0) });

  const { message: order } = parent.hear();
  if (order.do === 'open') open(pam, order, parent, messages);
}

// What a session begins with, unless a PAM module (pam_umask) says otherwise.
process.umask(0o022);
try {
  attend(new Parent());
} catch (error) {
  if (!(error instanceof Abandoned) && (error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
}
