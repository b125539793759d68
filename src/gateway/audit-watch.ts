// Checks by itself whether the audit is as it was written: soon after the start, then every six hours. What it finds is an alert.
import type { AuditReport } from '#contract/api.ts';
import type { AuditDamage } from '#model/alert.ts';
import type { Audit } from './audit.ts';
import { verifyChain } from './audit-chain.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

const checkEveryMs = 6 * 3_600_000;

export class AuditWatch {
  readonly #audit: Audit;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | null = null;
  #checking: Promise<void> | null = null;
  #damage: AuditDamage | null = null;

  constructor(audit: Audit, clock: Clock, log: Log) {
    this.#audit = audit;
    this.#clock = clock;
    this.#log = log;
  }

  /** What the last check found; null: nothing, or none has ended yet. */
  get damage(): AuditDamage | null {
    return this.#damage;
  }

  start(): void {
    this.#timer = setInterval(() => this.#check(), checkEveryMs);
    this.#check();
  }

  /** The store may be closed once this is fulfilled. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#stopping.abort();
    await this.#checking;
  }

  /** Checks it now, for whoever asks. */
  async verify(noted: { number: number; hash: string } | null): Promise<AuditReport> {
    const report = await verifyChain(this.#audit, noted, this.#stopping.signal);
    const { fault, brokenAt } = report;
    const known = this.#damage;
    if (fault === null || brokenAt === null) this.#damage = null;
    else if (known === null || known.fault !== fault || known.from !== brokenAt) {
      this.#damage = { fault, from: brokenAt, foundAt: this.#clock.nowMs() };
      this.#log.error({ fault, from: brokenAt }, 'The audit is not as it was written.');
    }
    return report;
  }

  #check(): void {
    this.#checking ??= this.verify(null)
      .then(
        () => {},
        (error: unknown) => {
          if (!this.#stopping.signal.aborted) this.#log.error({ err: error }, 'The audit could not be checked.');
        },
      )
      .finally(() => {
        this.#checking = null;
      });
  }
}
