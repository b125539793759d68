// The file by which X programs prove to the X server that they may open windows: one random cookie.
import { randomBytes } from 'node:crypto';

/** Any address: the file serves one display only, and the session's programs know the computer by different names. */
const familyWild = 0xffff;

function field(content: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(content.length);
  return Buffer.concat([length, content]);
}

/** The content of an Xauthority file with a new MIT-MAGIC-COOKIE-1 for the display of this number. */
export function authorityFile(display: number): Buffer {
  const family = Buffer.alloc(2);
  family.writeUInt16BE(familyWild);
  return Buffer.concat([
    family,
    field(Buffer.alloc(0)),
    field(Buffer.from(String(display))),
    field(Buffer.from('MIT-MAGIC-COOKIE-1')),
    field(randomBytes(16)),
  ]);
}
