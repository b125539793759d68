// What the guide for a new room has to know and no page sees by itself: whose the certificate is, who may sign in, whether somebody has.
import type { ApiReply } from '#contract/api.ts';
import type { Audit } from './audit.ts';
import type { Certificate } from './certificate.ts';
import type { People } from './people/people.ts';
import type { RoomSettings } from './room-settings.ts';

export interface FirstStepsParts {
  people: Pick<People, 'list'>;
  audit: Pick<Audit, 'lastDone'>;
  certificate: Pick<Certificate, 'isGiven'>;
  settings: Pick<RoomSettings, 'now'>;
}

export class FirstSteps {
  readonly #parts: FirstStepsParts;

  constructor(parts: FirstStepsParts) {
    this.#parts = parts;
  }

  /** Rejects as long as the computer does not answer. */
  async look(): Promise<ApiReply<'firstSteps'>> {
    const { people, audit, certificate, settings } = this.#parts;
    const everyone = settings.now.whoMaySignIn === 'everyone';
    const mayWork = (await people.list()).filter(
      ({ level, disabled, listed, inGroups }) => level !== 'administrator' && !disabled && (everyone || listed || inGroups),
    );
    return {
      certificate: certificate.isGiven ? 'given' : 'own-authority',
      people: mayWork.length,
      signedIn: audit.lastDone('station.sign-in').size > 0 || audit.lastDone('station.auto-logon').size > 0,
    };
  }
}
