// Standing orders: what somebody ordered for all of a scope or for one person, and what of it holds for whom, until it is taken back.
import { isInScope } from './classroom.ts';
import type { Scope, Whereabouts } from './classroom.ts';

export const standingKinds = ['block'] as const;
export type StandingKind = (typeof standingKinds)[number];

/** What blocked screens say, in characters. */
export const longestBlockMessage = 300;

export interface StandingOrder {
  /** The larger, the newer. */
  id: number;
  kind: StandingKind;
  /** The account that it is for; null: everybody in `scope` but whoever gave it. */
  user: string | null;
  /** Of an order for everybody; null: all. */
  scope: Scope | null;
  /** What is ordered, in the way of its kind; null: nothing, in spite of older orders. */
  value: string | null;
  /** Who gave it: `page:` and the account, `token:` and its name, `socket:root`. */
  giver: string;
  /** The same as people read it; empty: the administrator. */
  by: string;
  /** Milliseconds since 1970. */
  at: number;
}

export type Orders = readonly StandingOrder[];

/** A person whose session it may concern. */
export interface Concerned extends Whereabouts {
  user: string;
}

export const giverOf = (account: string): string => `page:${account}`;

function concerns(order: StandingOrder, person: Concerned): boolean {
  if (order.user !== null) return order.user === person.user;
  return order.giver !== giverOf(person.user) && isInScope(order.scope, person);
}

const newestFirst = (orders: Orders): StandingOrder[] => orders.toSorted((a, b) => b.id - a.id);

/** The order that holds for somebody: the newest that concerns them, if it orders anything. */
export function orderFor(orders: Orders, person: Concerned): (StandingOrder & { value: string }) | null {
  const newest = newestFirst(orders).find((order) => concerns(order, person));
  return newest === undefined || newest.value === null ? null : { ...newest, value: newest.value };
}

/** True if any order might concern somebody of whom nothing but the account is known. */
export function mayConcern(orders: Orders, user: string): boolean {
  return orders.some((order) => (order.user === null ? order.giver !== giverOf(user) : order.user === user));
}

function isWithin(inner: Scope | null, outer: Scope | null): boolean {
  if (outer === null) return true;
  return (
    inner !== null &&
    inner.rooms.every((room) => outer.rooms.includes(room)) &&
    inner.groups.every((group) => outer.groups.includes(group))
  );
}

/** True if whomever `older` concerns, `newer` does. */
function replaces(newer: StandingOrder, older: StandingOrder): boolean {
  if (newer.user !== null) return newer.user === older.user;
  if (older.user !== null) return newer.scope === null && newer.giver !== giverOf(older.user);
  return isWithin(older.scope, newer.scope);
}

/** An exception without anything older that it is an exception from says nothing. */
function withoutIdle(orders: Orders): StandingOrder[] {
  const oldestFirst = newestFirst(orders).toReversed();
  const first = oldestFirst.findIndex(({ value }) => value !== null);
  return first === -1 ? [] : oldestFirst.slice(first);
}

/**
 * The orders after one more, the newest: what its giver ordered before for the same people is replaced. Their exceptions from what others
 * ordered count again when it is taken back.
 */
export function withOrder(orders: Orders, order: StandingOrder): StandingOrder[] {
  const replaced = ({ giver, value }: StandingOrder): boolean =>
    giver === order.giver && (value !== null || order.value === null);
  return withoutIdle([...orders.filter((older) => !replaced(older) || !replaces(order, older)), order]);
}

/** The orders with another value in all that somebody orders. */
export function withValue(orders: Orders, giver: string, value: string): StandingOrder[] {
  return orders.map((order) => (order.giver === giver && order.value !== null ? { ...order, value } : order));
}

const withoutOwn = (orders: Orders, giver: string): StandingOrder[] =>
  withoutIdle(orders.filter((order) => order.giver !== giver || order.value === null));

/** What would hold for somebody if `giver` had ordered nothing. */
export function othersOrderFor(orders: Orders, giver: string, person: Concerned): StandingOrder | null {
  return orderFor(withoutOwn(orders, giver), person);
}

/** The orders after `exception` (null for one person), so that nothing holds for that person any more. */
export function released(orders: Orders, exception: StandingOrder, person: Concerned): StandingOrder[] {
  const others = withoutIdle(orders.filter(({ user }) => user !== person.user));
  return orderFor(others, person) === null ? others : withoutIdle([...others, exception]);
}

/** Who takes back what is ordered for all that they have. */
export interface ReleaseOfAll {
  /** Null for everybody in the scope of the one who takes it back, and of that giver. */
  exception: StandingOrder;
  /** Whom they have now. */
  had: readonly Concerned[];
  /** Their own account, where orders may hold for it: nobody frees themselves. */
  self: string | null;
}

/** What others ordered and holds, for anybody that `had` are among or that comes later. */
export function othersOrders(orders: Orders, { exception: { giver, scope }, had, self }: ReleaseOfAll): StandingOrder[] {
  const kept = withoutOwn(orders, giver);
  return kept.filter((order) => {
    if (order.value === null || order.giver === giver || (self !== null && order.user === self)) return false;
    if (kept.some((newer) => newer.id > order.id && replaces(newer, order))) return false;
    if (order.user !== null) return scope === null || had.some(({ user }) => user === order.user);
    return order.scope === null || isWithin(order.scope, scope) || had.some((person) => concerns(order, person));
  });
}

/** The orders without those of the one who takes them back; with `others`, so that nothing holds for anybody in that scope but `self`. */
export function releasedAll(orders: Orders, release: ReleaseOfAll, others: boolean): StandingOrder[] {
  const { exception, self } = release;
  const kept = withoutOwn(orders, exception.giver);
  if (!others) return kept;
  const undone = new Set(othersOrders(orders, release).map(({ id }) => id));
  const left = kept.flatMap((order): StandingOrder[] => {
    if (!undone.has(order.id) || (order.user === null && !isWithin(order.scope, exception.scope))) return [order];
    return order.user === null && self !== null ? [{ ...order, user: self, scope: null }] : [];
  });
  return left.some(({ id, user }) => undone.has(id) && user === null) ? withoutIdle([...left, exception]) : withoutIdle(left);
}
