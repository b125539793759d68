// The people of the computer: what the Manager and the command line do to their accounts. The host does it, the audit has it.
import type { AuditAction } from '#model/audit.ts';
import type { ApiReply, ListedPerson } from '#contract/api.ts';
import { CodedError, tellError } from '#contract/errors.ts';
import type { HostArgs } from '#contract/host.ts';
import type { AccountRemoval } from '#contract/values.ts';
import { accountsComputerOf } from '#fleet/fleet.ts';
import type { Fleet } from '#fleet/fleet.ts';
import type { Audit } from '../audit.ts';
import { signInGroupNames } from '#model/settings.ts';
import type { RoomSettings } from '../room-settings.ts';
import type { Caller } from '../callers.ts';
import { readPeopleList } from './people-list.ts';
import type { PageSessions } from './page-sessions.ts';
import type { Removals } from './removals.ts';

type Details = Readonly<Record<string, string | number>>;

interface PeopleParts {
  fleet: Fleet;
  audit: Audit;
  pageSessions: PageSessions;
  settings: RoomSettings;
  removals: Removals;
}

export class People {
  readonly #fleet: Fleet;
  readonly #audit: Audit;
  readonly #pageSessions: PageSessions;
  readonly #settings: RoomSettings;
  readonly #removals: Removals;

  constructor({ fleet, audit, pageSessions, settings, removals }: PeopleParts) {
    this.#fleet = fleet;
    this.#audit = audit;
    this.#pageSessions = pageSessions;
    this.#settings = settings;
    this.#removals = removals;
  }

  async list(): Promise<ListedPerson[]> {
    const groups = signInGroupNames(this.#settings.now.signInGroups) ?? [];
    const { accounts } = await this.#fleet.call(accountsComputerOf(this.#fleet), 'account.list', { groups });
    const lastSignIns = this.#audit.lastDone('station.sign-in');
    const sessions = this.#fleet.sessions();
    return accounts.map((person) => ({
      ...person,
      sessions: sessions.filter(({ user }) => user === person.name).length,
      lastSignInAt: lastSignIns.get(person.name) ?? null,
      removal: this.#removals.goingOf(person.name),
    }));
  }

  async create(caller: Caller, order: HostArgs<'account.create'>): Promise<ApiReply<'createAccount'>> {
    const details = { level: order.level, fullName: order.fullName };
    return await this.#noted(caller, 'account.create', order.user, details, () =>
      this.#fleet.call(accountsComputerOf(this.#fleet), 'account.create', order),
    );
  }

  async change(caller: Caller, order: HostArgs<'account.change'>): Promise<ApiReply<'changeAccount'>> {
    const { level, fullName, disabled } = order;
    const details = {
      ...(level === undefined ? {} : { level }),
      ...(fullName === undefined ? {} : { fullName }),
      ...(disabled === undefined ? {} : { disabled: disabled ? 1 : 0 }),
    };
    const person = await this.#noted(caller, 'account.change', order.user, details, () =>
      this.#fleet.call(accountsComputerOf(this.#fleet), 'account.change', order),
    );
    // A page sign-in holds the level for a while; it must not outlive the right to it.
    if (person.disabled || level !== undefined)
      this.#pageSessions.closeAllOf(person.name, person.disabled || level !== 'administrator' ? null : caller.pageSession);
    return person;
  }

  async setPassword(caller: Caller, order: HostArgs<'account.password'>): Promise<ApiReply<'setPassword'>> {
    const says = await this.#noted(caller, 'account.password', order.user, { mustChange: order.mustChange ? 1 : 0 }, () =>
      this.#fleet.call(accountsComputerOf(this.#fleet), 'account.password', order),
    );
    this.#pageSessions.closeAllOf(order.user, caller.pageSession);
    return says;
  }

  /** Answers when it is over, or after 20 seconds; it goes on then. The audit has its end. */
  async remove(caller: Caller, order: Omit<HostArgs<'account.remove'>, 'by' | 'address'>): Promise<ApiReply<'removeAccount'>> {
    const computer = accountsComputerOf(this.#fleet);
    const by = caller.principal?.name ?? '';
    const { address } = caller;
    let removal: AccountRemoval;
    try {
      removal = await this.#fleet.call(computer, 'account.remove', { ...order, by, address });
    } catch (error) {
      const details = { files: order.files };
      const deed = { actor: by, action: 'account.remove', target: order.user, address, details } as const;
      this.#audit.note({ ...deed, outcome: tellError(error).code });
      throw error;
    }
    this.#removals.take(computer, removal);
    if (removal.error !== null) throw new CodedError(removal.error.code, removal.error.details);
    return removal;
  }

  /** How far it is: when it is over, or after 20 seconds. */
  async removal(id: string): Promise<ApiReply<'removal'>> {
    return await this.#removals.waitFor(id);
  }

  /** Says of each line of a list what would hinder making its account. Makes nothing, keeps nothing. */
  async previewImport(file: string): Promise<ApiReply<'previewImport'>> {
    const { accounts } = await this.#fleet.call(accountsComputerOf(this.#fleet), 'account.list', {});
    return { lines: readPeopleList(Buffer.from(file, 'base64'), new Set(accounts.map(({ name }) => name))) };
  }

  async #noted<R>(caller: Caller, action: AuditAction, target: string, details: Details, work: () => Promise<R>): Promise<R> {
    const deed = { actor: caller.principal?.name ?? '', action, target, address: caller.address, details };
    try {
      const done = await work();
      this.#audit.note({ ...deed, outcome: 'done' });
      return done;
    } catch (error) {
      this.#audit.note({ ...deed, outcome: tellError(error).code });
      throw error;
    }
  }
}
