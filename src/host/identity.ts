// Identities of sessions: 16 characters a-z2-7, 80 random bits, so unique for ever.
import { randomBytes } from 'node:crypto';

const letters = 'abcdefghijklmnopqrstuvwxyz234567';

export function newIdentity(): string {
  return Array.from(randomBytes(16), (byte) => letters[byte % letters.length]).join('');
}
