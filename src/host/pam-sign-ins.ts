// Sign-in attempts by PAM: one worker process each, with a time limit, so that a slow or broken PAM module holds up nobody
// else. An accepted attempt's worker can become the keeper of a desktop.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { CodedError } from '#contract/errors.ts';
import type { Places } from '#contract/places.ts';
import { userNameFault } from '#model/account.ts';
import { groupNamesOf, isPersons, lookUpAccount } from './account-database.ts';
import { isLockedHere } from './accounts.ts';
import type { PosixAccount } from './accounts.ts';
import type { SignInAttempt, SignInOrder, SignInOutcome, SignIns } from './sign-in.ts';
import type { FromWorker, ToWorker } from './sign-in-worker.ts';
import { Turnstile } from './turnstile.ts';

const workerScript = fileURLToPath(new URL('./sign-in-worker.ts', import.meta.url));

/** So many workers may be busy with PAM; the others wait for their turn. */
const mostBusy = 8;
const conversationLimitMs = 120_000;
const acceptedLimitMs = 60_000;
const openLimitMs = 30_000;
/** A worker that was let go and is still inside PAM is killed after this time. */
const partingMs = 5_000;
/** PAM takes 512 bytes with the closing zero. */
const longestSecretBytes = 511;

/** Node keeps there what it made of the workers' source: they start in half the time. Root's, like the folder it lies in. */
export function compileCache(places: Places): string {
  return `${places.stateDir}/compile-cache`;
}

/** What goes wrong beside what people did wrong; names and codes, never a secret. */
type SignInLog = (details: Readonly<Record<string, string | number>>, message: string) => void;

/** The worker process and the lines to and from it. */
class Worker {
  readonly #child: ChildProcess;
  /** Fulfilled when the process is gone. */
  readonly gone: Promise<void>;
  readonly #input: Writable;
  readonly #lines: AsyncIterator<string>;

  constructor(compileCache: string) {
    this.#child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', workerScript], {
      cwd: '/',
      detached: true,
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', NODE_COMPILE_CACHE: compileCache },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#input = this.#child.stdin as Writable;
    // A worker that died is noticed at its output.
    this.#input.on('error', () => undefined);
    this.#lines = createInterface({ input: this.#child.stdout as Readable })[Symbol.asyncIterator]();
    this.gone = new Promise((resolve) => {
      this.#child.once('error', () => resolve());
      this.#child.once('exit', () => resolve());
    });
  }

  /** Says `message`, with the bytes of `secret` behind it, and hears the answer; null if the worker went instead. */
  async ask(message: ToWorker, secret: Buffer = Buffer.alloc(0)): Promise<FromWorker | null> {
    this.#input.write(`${JSON.stringify(message)}\n`);
    this.#input.write(secret, () => secret.fill(0));
    const line = await this.#lines.next();
    return line.done === true ? null : (JSON.parse(line.value) as FromWorker);
  }

  /** Lets the process live on without this one. */
  release(): void {
    this.#input.end();
    this.#child.unref();
  }

  /** Lets it go: it ends by itself at the end of its input, or is killed. */
  dismiss(): void {
    this.#input.end();
    const timer = setTimeout(() => this.kill(), partingMs);
    void this.gone.then(() => clearTimeout(timer));
    timer.unref();
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

/** The bytes of a password or answer as PAM can take it, or null. */
function secretBytes(text: string): Buffer | null {
  if (!text.isWellFormed() || text.includes('\0')) return null;
  const bytes = Buffer.from(text);
  if (bytes.length <= longestSecretBytes) return bytes;
  bytes.fill(0);
  return null;
}

/** True if the shell is one that /etc/shells lists; a computer without that file lets every shell through but those that refuse. */
async function isLoginShell(shell: string): Promise<boolean> {
  if (/\/(nologin|false)$/.test(shell)) return false;
  const text = await readFile('/etc/shells', 'utf8').catch(() => null);
  return text === null || text.split('\n').some((line) => line.trim() === shell);
}

type Admission = Pick<SignInOrder, 'who' | 'groups' | 'only' | 'automatic'>;

/** Why the person whom PAM let through may not have a session nevertheless, or null. */
async function accountFault(account: PosixAccount, { who, groups = [], only, automatic }: Admission): Promise<CodedError | null> {
  if (!isPersons(account)) return new CodedError('account-refused');
  if (automatic === true && (await isLockedHere(account.name))) return new CodedError('account-locked');
  if (!(await isLoginShell(account.shell))) return new CodedError('account-no-shell');
  if (who === 'listed' && !account.listed) {
    const own = groups.length === 0 ? [] : await groupNamesOf(account);
    if (!groups.some((name) => own.includes(name))) return new CodedError('account-not-listed');
  }
  if (only !== undefined && account.level !== 'administrator' && !only.users.includes(account.name)) {
    const own = new Set(await groupNamesOf(account));
    if (!only.groups.some((name) => own.has(name))) return new CodedError('account-not-here');
  }
  return null;
}

export class PamAttempt implements SignInAttempt {
  /** Started when it is this attempt's turn. */
  #worker: Worker | null = null;
  readonly #places: Places;
  readonly #order: Admission & Pick<SignInOrder, 'user'>;
  readonly #turnstile: Turnstile;
  readonly #log: SignInLog;
  #limit: NodeJS.Timeout;
  #timedOut = false;
  #state: 'busy' | 'asking' | 'accepted' | 'over' = 'busy';

  /** Somebody let it go, or its time was up; that may happen whenever this waits for something. */
  get #isOver(): boolean {
    return this.#state === 'over';
  }

  constructor(places: Places, order: Admission & Pick<SignInOrder, 'user'>, turnstile: Turnstile, log: SignInLog) {
    this.#places = places;
    this.#order = order;
    this.#turnstile = turnstile;
    this.#log = log;
    this.#limit = this.#startLimit(conversationLimitMs);
  }

  #startLimit(limitMs: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.#timedOut = true;
      this.#state = 'over';
      this.#worker?.kill();
    }, limitMs);
  }

  /** For PamSignIns only: the first words of the conversation. */
  async begin(
    remote: string,
    password: Buffer,
    { automatic, change }: { automatic: boolean; change: boolean },
  ): Promise<SignInOutcome> {
    const { user } = this.#order;
    const account = change ? await lookUpAccount(user).catch(() => null) : null;
    // Others are refused in the end; their passwords are not touched.
    const changeAs = account !== null && isPersons(account) ? account.uid : null;
    const service = this.#places.pamService;
    return await this.#converse(
      { do: 'begin', service, user, remote, automatic, changeAs, secretBytes: password.length },
      password,
    );
  }

  async answer(text: string): Promise<SignInOutcome> {
    if (this.#state !== 'asking') return this.#refused(this.#overBecause());
    const secret = secretBytes(text);
    if (secret === null) return this.#refused(new CodedError('wrong-credentials'));
    this.#state = 'busy';
    return this.#converse({ do: 'answer', secretBytes: secret.length }, secret);
  }

  finish(): void {
    if (this.#isOver) return;
    this.#end();
  }

  /**
   * Makes the worker of this accepted attempt open the PAM session and become a desktop's keeper. `gone` is fulfilled when
   * the keeper is no more. Rejects with a CodedError if PAM or the home folder refuse; either way the attempt is over.
   */
  async openSession(order: Omit<Extract<ToWorker, { do: 'open' }>, 'do'>): Promise<{ gone: Promise<void> }> {
    const worker = this.#worker;
    if (this.#state !== 'accepted' || worker === null) throw this.#overBecause();
    clearTimeout(this.#limit);
    this.#state = 'over';
    const limit = setTimeout(() => worker.kill(), openLimitMs);
    try {
      const said = await worker.ask({ do: 'open', ...order });
      if (said?.say === 'opened') {
        worker.release();
        return { gone: worker.gone };
      }
      worker.dismiss();
      if (said?.say !== 'not-opened') throw new CodedError('desktop-failed');
      this.#log({ user: this.#order.user, code: said.code, reason: said.reason }, 'the session was not opened');
      throw new CodedError(said.code, said.messages.length === 0 ? {} : { reason: said.messages.join('\n') });
    } finally {
      clearTimeout(limit);
    }
  }

  #end(): void {
    clearTimeout(this.#limit);
    this.#state = 'over';
    this.#worker?.dismiss();
  }

  #overBecause(): CodedError {
    return new CodedError(this.#timedOut ? 'sign-in-timed-out' : 'not-possible-now');
  }

  #refused(error: CodedError, messages: string[] = []): SignInOutcome {
    this.finish();
    return { step: 'refused', error, messages };
  }

  async #converse(message: ToWorker, secret: Buffer): Promise<SignInOutcome> {
    try {
      using _turn = await this.#turnstile.enter();
      if (this.#isOver) return this.#refused(this.#overBecause());
      this.#worker ??= new Worker(compileCache(this.#places));
      const said = await this.#worker.ask(message, secret);
      switch (said?.say) {
        case 'question':
          this.#state = 'asking';
          return { step: 'question', question: said.question };
        case 'accepted':
          return await this.#accept(said.user, said.messages);
        case 'refused':
          if (said.code === 'sign-in-unavailable') this.#log({ reason: said.reason }, 'PAM does not work');
          return this.#refused(new CodedError(said.code), said.messages);
        default:
          return this.#refused(this.#isOver ? this.#overBecause() : new CodedError('sign-in-unavailable'));
      }
    } catch (error) {
      this.#log({ reason: String(error) }, 'a sign-in attempt failed');
      return this.#refused(new CodedError('sign-in-unavailable', {}, { cause: error }));
    } finally {
      secret.fill(0);
    }
  }

  async #accept(user: string, messages: string[]): Promise<SignInOutcome> {
    const account = await lookUpAccount(user);
    if (account === null) return this.#refused(new CodedError('account-refused'), messages);
    const fault = await accountFault(account, this.#order);
    if (fault !== null) return this.#refused(fault, messages);
    if (this.#isOver) return this.#refused(this.#overBecause());
    clearTimeout(this.#limit);
    this.#state = 'accepted';
    this.#limit = this.#startLimit(acceptedLimitMs);
    this.#limit.unref();
    return { step: 'accepted', account, messages };
  }
}

/** An attempt that ended before PAM was asked. */
const noAttempt: SignInAttempt = {
  answer: () => Promise.resolve({ step: 'refused', error: new CodedError('not-possible-now'), messages: [] }),
  finish: () => undefined,
};

export class PamSignIns implements SignIns {
  readonly #places: Places;
  readonly #log: SignInLog;
  readonly #turnstile = new Turnstile(mostBusy);

  constructor(places: Places, log: SignInLog = () => undefined) {
    this.#places = places;
    this.#log = log;
  }

  async begin(order: SignInOrder): Promise<{ attempt: SignInAttempt; outcome: SignInOutcome }> {
    const automatic = order.automatic === true;
    const missing = !automatic && order.password === '';
    const password = missing || userNameFault(order.user) !== null ? null : secretBytes(automatic ? '' : order.password);
    if (password === null || !order.user.isWellFormed()) {
      return { attempt: noAttempt, outcome: { step: 'refused', error: new CodedError('wrong-credentials'), messages: [] } };
    }
    const attempt = new PamAttempt(
      this.#places,
      { user: order.user, who: order.who, groups: order.groups, only: order.only, ...(automatic && { automatic }) },
      this.#turnstile,
      this.#log,
    );
    return {
      attempt,
      outcome: await attempt.begin(order.remote, password, { automatic, change: order.changePassword === true }),
    };
  }
}
