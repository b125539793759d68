// Identities and secrets: made, hashed and compared.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const letters = 'abcdefghijklmnopqrstuvwxyz234567';

/** The first 80 bits as 16 characters a-z2-7. */
function idOf(bytes: Uint8Array): string {
  let id = '';
  for (let at = 0; at < 10; at += 5) {
    let bits = 0n;
    for (const byte of bytes.subarray(at, at + 5)) bits = (bits << 8n) | BigInt(byte);
    for (let shift = 35n; shift >= 0n; shift -= 5n) id += letters[Number((bits >> shift) & 31n)];
  }
  return id;
}

/** A new identity: 16 characters a-z2-7. */
export function newId(): string {
  return idOf(randomBytes(10));
}

/** The identity that belongs to a text, always the same one. */
export function idFor(text: string): string {
  return idOf(createHash('sha256').update(text).digest());
}

/** 256 random bits as base64url. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What is kept of a secret. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** Without telling by its time where they differ. */
export function sameHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

/** A code that people read out and type: groups of four without letters that look alike, 5 bits a character. */
export function newCode(groups: number): string {
  const clear = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
  const characters = [...randomBytes(groups * 4)].map((byte) => clear[byte & 31]);
  return Array.from({ length: groups }, (_, group) => characters.slice(group * 4, group * 4 + 4).join('')).join('-');
}

/** A code as typed, in the form in which it is compared. */
export function plainCode(typed: string): string {
  return typed.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
}
