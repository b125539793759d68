// The sizes in which a session's screen can be looked at, and the form in which a live picture of it travels.
export const pictureSizes = ['tiny', 'small', 'medium', 'large'] as const;
export type PictureSize = (typeof pictureSizes)[number];
/** How wide a picture is; the height follows from the screen, a narrower screen is not made wider, and a very high one narrower. */
export const pictureWidthsPx: Readonly<Record<PictureSize, number>> = { tiny: 160, small: 320, medium: 640, large: 1280 };

/** So many live pictures may one page show; more are before nobody's eyes at once. */
export const mostWatched = 400;

/** A picture of a session's screen; `session` is an id of 16, `tag` of 22 ASCII characters. */
export interface SentPicture {
  session: string;
  size: PictureSize;
  /** Stands for what is seen: equal pictures have equal tags. */
  tag: string;
  jpeg: Uint8Array;
}

const sessionEnd = 16;
const sizeAt = sessionEnd;
const tagEnd = sizeAt + 1 + 22;

const asciiOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** The session's id, one byte for the place of the size in `pictureSizes`, the tag, and then the JPEG. */
export function pictureMessage({ session, size, tag, jpeg }: SentPicture): Uint8Array {
  const bytes = new Uint8Array(tagEnd + jpeg.length);
  for (let at = 0; at < sessionEnd; at += 1) bytes[at] = session.charCodeAt(at);
  bytes[sizeAt] = pictureSizes.indexOf(size);
  for (let at = sizeAt + 1; at < tagEnd; at += 1) bytes[at] = tag.charCodeAt(at - sizeAt - 1);
  bytes.set(jpeg, tagEnd);
  return bytes;
}

/** Null for what is no such message. The JPEG lies in `bytes`. */
export function readPictureMessage(bytes: Uint8Array): SentPicture | null {
  const size = pictureSizes[bytes[sizeAt] ?? -1];
  if (size === undefined || bytes.length <= tagEnd) return null;
  return {
    session: asciiOf(bytes.subarray(0, sessionEnd)),
    size,
    tag: asciiOf(bytes.subarray(sizeAt + 1, tagEnd)),
    jpeg: bytes.subarray(tagEnd),
  };
}
