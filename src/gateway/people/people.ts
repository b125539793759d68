// The people of the computer: what the Manager and the command line do to their accounts. The host does it, the audit has it.
import type { AuditAction } from '#model/audit.ts';
import type { ApiReply, ListedPerson } from '#contract/api.ts';
import { tellError } from '#contract/errors.ts';
import type { HostArgs } from '#contract/host.ts';
import type { Fleet } from '#fleet/fleet.ts';
import type { Audit } from '../audit.ts';
import { signInGroupNames } from '#model/settings.ts';
import type { RoomSettings } from '../room-settings.ts';
import type { Caller } from '../callers.ts';
import { readPeopleList } from './people-list.ts';
import type { PageSessions } from './page-sessions.ts';

type Details = Readonly<Record<string, string | number>>;

export class People {
  readonly #fleet: Fleet;
  readonly #audit: Audit;
  readonly #pageSessions: PageSessions;
  readonly #settings: RoomSettings;

  constructor(fleet: Fleet, audit: Audit, pageSessions: PageSessions, settings: RoomSettings) {
    this.#fleet = fleet;
    this.#audit = audit;
    this.#pageSessions = pageSessions;
    this.#settings = settings;
  }

  async list(): Promise<ListedPerson[]> {
    const groups = signInGroupNames(this.#settings.now.signInGroups) ?? [];
    const { accounts } = await this.#fleet.call(this.#computer(), 'account.list', { groups });
    const lastSignIns = this.#audit.lastDone('station.sign-in');
    const sessions = this.#fleet.sessions();
    return accounts.map((person) => ({
      ...person,
      sessions: sessions.filter(({ user }) => user === person.name).length,
      lastSignInAt: lastSignIns.get(person.name) ?? null,
    }));
  }

  async create(caller: Caller, order: HostArgs<'account.create'>): Promise<ApiReply<'createAccount'>> {
    const details = { level: order.level, fullName: order.fullName };
    return await this.#noted(caller, 'account.create', order.user, details, () =>
      this.#fleet.call(this.#computer(), 'account.create', order),
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
      this.#fleet.call(this.#computer(), 'account.change', order),
    );
    // A page sign-in holds the level for a while; it must not outlive the right to it.
    if (person.disabled || level !== undefined)
      this.#pageSessions.closeAllOf(person.name, person.disabled || level !== 'administrator' ? null : caller.pageSession);
    return person;
  }

  async setPassword(caller: Caller, order: HostArgs<'account.password'>): Promise<ApiReply<'setPassword'>> {
    const says = await this.#noted(caller, 'account.password', order.user, { mustChange: order.mustChange ? 1 : 0 }, () =>
      this.#fleet.call(this.#computer(), 'account.password', order),
    );
    this.#pageSessions.closeAllOf(order.user, caller.pageSession);
    return says;
  }

  async remove(caller: Caller, order: HostArgs<'account.remove'>): Promise<ApiReply<'removeAccount'>> {
    const removed = await this.#noted(caller, 'account.remove', order.user, { files: order.files }, () =>
      this.#fleet.call(this.#computer(), 'account.remove', order),
    );
    this.#pageSessions.closeAllOf(order.user, null);
    return removed;
  }

  /** Says of each line of a list what would hinder making its account. Makes nothing, keeps nothing. */
  async previewImport(file: string): Promise<ApiReply<'previewImport'>> {
    const { accounts } = await this.#fleet.call(this.#computer(), 'account.list', {});
    return { lines: readPeopleList(Buffer.from(file, 'base64'), new Set(accounts.map(({ name }) => name))) };
  }

  #computer(): string {
    return this.#fleet.computers()[0]?.name ?? '';
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
