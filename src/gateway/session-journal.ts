// Writes into the audit what happens to sessions without an order of the administrator: saved, continued, lost, and what
// became of each when its computer restarted or shut down. What happened while the gateway was away is written when it is back.
import type { Computer } from '#contract/values.ts';
import type { Fleet } from '#fleet/fleet.ts';
import type { AuditAction } from '#model/audit.ts';
import type { Session, SessionCause } from '#model/session.ts';
import type { Audit, Deed } from './audit.ts';

/** Limits that end a session. */
const endingLimits: ReadonlySet<SessionCause> = new Set(['saved-too-long', 'not-continued', 'time-over']);

export class SessionJournal {
  readonly #fleet: Fleet;
  readonly #audit: Audit;
  /** Why the sessions that are being saved are. */
  readonly #saving = new Map<string, SessionCause>();
  /** The account of each computer that is written already, by its time. */
  readonly #accounts = new Map<string, number>();
  readonly #undo = new DisposableStack();

  constructor(fleet: Fleet, audit: Audit) {
    this.#fleet = fleet;
    this.#audit = audit;
  }

  start(): void {
    this.#undo.defer(this.#fleet.onSession((session, before) => this.#sessionChanged(session, before)));
    this.#undo.defer(this.#fleet.onComputer((computer) => this.#noteLeave(computer)));
    this.#undo.defer(
      this.#fleet.onReachable((name, reachable) => {
        const computer = this.#fleet.computers().find((one) => one.name === name);
        if (reachable && computer !== undefined) this.#noteLeave(computer);
      }),
    );
  }

  stop(): void {
    this.#undo.dispose();
  }

  #sessionChanged(session: Session, before: Session | null): void {
    if (session.state === before?.state) return;
    if (session.state === 'hibernating') {
      this.#saving.set(session.id, session.cause);
      return;
    }
    const savedBecause = this.#saving.get(session.id) ?? session.cause;
    this.#saving.delete(session.id);
    const ordered = savedBecause === 'hibernated-by-administrator';
    switch (session.state) {
      case 'hibernated':
        if (before?.state === 'restoring') this.#note(session, 'session.restore', session.saved?.fault ?? 'restore-failed');
        else if (!ordered || before === null) this.#noteSaved(session, savedBecause);
        break;
      case 'lost':
        this.#noteLost(session);
        break;
      case 'ending':
        if (endingLimits.has(session.cause))
          this.#note(session, 'session.log-off', 'done', { cause: session.cause, programs: programsOf(session) });
        break;
      case 'suspended':
      case 'active':
        if (before !== null && (session.cause === 'idle' || session.cause === 'time-over'))
          this.#note(session, 'session.suspend', 'done', { cause: session.cause });
        else if (before?.state === 'restoring') this.#note(session, 'session.restore', 'done');
        else if (before?.state === 'hibernating' && !ordered)
          this.#note(session, 'session.hibernate', 'save-failed', { cause: savedBecause });
        break;
      default:
        break;
    }
  }

  #noteSaved(session: Session, cause: SessionCause): void {
    const at = session.saved?.at ?? session.since;
    // Found as it is at a start of the gateway: it may have been written before, by its order too.
    if (this.#audit.has('session.hibernate', session.user, { session: session.id, at })) return;
    this.#note(session, 'session.hibernate', 'done', { cause, at, bytes: session.saved?.bytes ?? 0 });
  }

  #noteLost(session: Session): void {
    if (this.#audit.has('session.lost', session.user, { session: session.id })) return;
    const at = session.saved?.at ?? session.since;
    this.#note(session, 'session.lost', 'done', {
      cause: session.cause,
      at,
      programs: programsOf(session),
    });
  }

  #noteLeave(computer: Computer): void {
    if (computer.lastLeave === null || this.#accounts.get(computer.name) === computer.lastLeave.at) return;
    this.#accounts.set(computer.name, computer.lastLeave.at);
    const { how, at, by, sessions } = computer.lastLeave;
    for (const { session, user, outcome, programs, error } of sessions) {
      if (this.#audit.has('computer.left', user, { session, at })) continue;
      this.#audit.note({
        actor: by,
        action: 'computer.left',
        target: user,
        address: '',
        outcome: error?.code ?? (outcome === 'lost' ? outcome : 'done'),
        details: { session, at, computer: computer.name, how, became: outcome, programs: programs.join(', ') },
      });
    }
  }

  #note(session: Session, action: AuditAction, outcome: string, details: Deed['details'] = {}): void {
    this.#audit.note({
      actor: '',
      action,
      target: session.user,
      address: '',
      outcome,
      details: { session: session.id, ...details },
    });
  }
}

function programsOf({ saved }: Session): string {
  return (saved?.programs ?? []).join(', ');
}
