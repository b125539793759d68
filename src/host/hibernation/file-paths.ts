// Changes under which names CRIU looks for files of a saved session: in its list of open and mapped files, `files.img`. The form is
// CRIU's own: two magic numbers, then messages of Protocol Buffers, each behind its length.

const headerBytes = 8;
/** FileEntry.reg, and RegFileEntry.name in it (CRIU's images/fdinfo.proto and regfile.proto). */
const regularFile = 3;
const fileName = 6;

const wireType = { varint: 0, eightBytes: 1, counted: 2, fourBytes: 5 } as const;

class Malformed extends Error {
  override name = 'Malformed';
}

interface Field {
  number: number;
  /** With its tag, as it lies there. */
  whole: Buffer;
  /** What it counts, of the counted ones. */
  content: Buffer | null;
}

function varint(buffer: Buffer, at: number): { value: number; end: number } {
  let value = 0;
  for (let end = at, factor = 1; end < buffer.length && factor < 2 ** 49; end += 1, factor *= 128) {
    const byte = buffer[end] ?? 0;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return { value, end: end + 1 };
  }
  throw new Malformed('a number has no end');
}

function varintEnd(buffer: Buffer, at: number): number {
  for (let end = at; end < buffer.length; end += 1) if ((buffer[end] ?? 0) < 0x80) return end + 1;
  throw new Malformed('a number has no end');
}

function varintOf(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function fieldsOf(message: Buffer): Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < message.length; ) {
    const tag = varint(message, at);
    let end: number;
    let content: Buffer | null = null;
    switch (tag.value % 8) {
      case wireType.varint:
        end = varintEnd(message, tag.end);
        break;
      case wireType.eightBytes:
        end = tag.end + 8;
        break;
      case wireType.fourBytes:
        end = tag.end + 4;
        break;
      case wireType.counted: {
        const length = varint(message, tag.end);
        end = length.end + length.value;
        content = message.subarray(length.end, end);
        break;
      }
      default:
        throw new Malformed(`wire type ${tag.value % 8}`);
    }
    if (end > message.length) throw new Malformed('a field is longer than its message');
    fields.push({ number: Math.floor(tag.value / 8), whole: message.subarray(at, end), content });
    at = end;
  }
  return fields;
}

function counted(number: number, content: Buffer): Buffer {
  return Buffer.concat([varintOf(number * 8 + wireType.counted), varintOf(content.length), content]);
}

/** The message with another content of the counted fields of this number. */
function withField(message: Buffer, number: number, change: (content: Buffer) => Buffer): Buffer {
  const fields = fieldsOf(message).map(({ number: own, whole, content }) => {
    return own === number && content !== null ? counted(number, change(content)) : whole;
  });
  return Buffer.concat(fields);
}

/** The content of `files.img` with files called as `renamed` says, by their absolute paths. Throws if it is not of that form. */
export function withFilePaths(image: Buffer, renamed: ReadonlyMap<string, string>): Buffer {
  const parts = [image.subarray(0, headerBytes)];
  for (let at = headerBytes; at < image.length; ) {
    if (at + 4 > image.length) throw new Malformed('a length is missing');
    const end = at + 4 + image.readUInt32LE(at);
    if (end > image.length) throw new Malformed('a message is cut off');
    const entry = withField(image.subarray(at + 4, end), regularFile, (file) =>
      withField(file, fileName, (name) => {
        const path = renamed.get(name.toString('utf8'));
        return path === undefined ? name : Buffer.from(path);
      }),
    );
    const length = Buffer.alloc(4);
    length.writeUInt32LE(entry.length);
    parts.push(length, entry);
    at = end;
  }
  return Buffer.concat(parts);
}
