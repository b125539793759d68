// For tests: a message bus of one's own, and on it something that says what logind says. It can do no more of D-Bus than that
// takes: no file descriptors, so nobody can take a lock from it.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const name = 'org.freedesktop.login1';
const path = '/org/freedesktop/login1';
const manager = 'org.freedesktop.login1.Manager';
const bus = 'org.freedesktop.DBus';

/** Header fields of the D-Bus specification, by number. */
const field = { path: 1, interface: 2, member: 3, replySerial: 5, destination: 6, sender: 7, signature: 8 } as const;
const message = { call: 1, answer: 2, signal: 4 } as const;

type Value = string | number | bigint | boolean | readonly Value[];

/** Bytes in the order of the D-Bus specification, little-endian. */
class Writer {
  #bytes = Buffer.alloc(0);

  get bytes(): Buffer {
    return this.#bytes;
  }

  align(to: number): void {
    this.add(Buffer.alloc((to - (this.#bytes.length % to)) % to));
  }

  add(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
  }

  number32(value: number): void {
    this.align(4);
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    this.add(bytes);
  }

  /** One complete type: b, g, o, s, t, u, v, or (…) of s and t. */
  value(type: string, value: Value): void {
    if (type.startsWith('(')) {
      this.align(8);
      for (const [index, member] of type.slice(1, -1).split('').entries())
        this.value(member, (value as readonly Value[])[index] ?? '');
    } else if (type === 's' || type === 'o') {
      this.number32(Buffer.byteLength(value as string));
      this.add(Buffer.from(`${value as string}\0`));
    } else if (type === 'g') {
      this.add(Buffer.from([(value as string).length]));
      this.add(Buffer.from(`${value as string}\0`));
    } else if (type === 't') {
      this.align(8);
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(value as bigint);
      this.add(bytes);
    } else if (type === 'v') {
      const [inner, content] = value as readonly [string, Value];
      this.value('g', inner);
      this.value(inner, content);
    } else {
      this.number32(Number(value));
    }
  }
}

/** Text fields of a message's header, and where its body begins. */
function readHeader(bytes: Buffer): { fields: Map<number, string>; bodyAt: number } {
  const fields = new Map<number, string>();
  const end = 16 + bytes.readUInt32LE(12);
  let at = 16;
  while (at < end) {
    at = Math.ceil(at / 8) * 8;
    const code = bytes.readUInt8(at);
    const type = bytes.toString('latin1', at + 2, at + 3);
    at += 4;
    if (type === 'g') {
      at += bytes.readUInt8(at) + 2;
    } else if (type === 'u') {
      at = Math.ceil(at / 4) * 4 + 4;
    } else {
      at = Math.ceil(at / 4) * 4;
      const length = bytes.readUInt32LE(at);
      fields.set(code, bytes.toString('utf8', at + 4, at + 4 + length));
      at += 4 + length + 1;
    }
  }
  return { fields, bodyAt: Math.ceil(end / 8) * 8 };
}

interface Outgoing {
  kind: number;
  /** Type of the field, then its value. */
  fields: readonly (readonly [number, string, Value])[];
  signature: string;
  body: readonly (readonly [string, Value])[];
}

export class FakeLogind implements AsyncDisposable {
  /** As logind's own, type and value. */
  readonly properties: Record<string, readonly [string, Value]> = {
    InhibitDelayMaxUSec: ['t', 5_000_000n],
    PreparingForShutdown: ['b', false],
    ScheduledShutdown: ['(st)', ['', 0n]],
  };
  readonly folder = mkdtempSync(join(tmpdir(), 'stationmaster-logind-'));
  readonly address = `unix:path=${this.folder}/bus`;
  #daemon: ChildProcess | null = null;
  #socket: Socket | null = null;
  #serial = 0;
  #unread = Buffer.alloc(0);

  async start(): Promise<this> {
    const config = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><listen>${this.address}</listen><auth>EXTERNAL</auth><policy context="default"><allow user="*"/><allow own="*"/>
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/></policy></busconfig>`;
    writeFileSync(join(this.folder, 'bus.conf'), config);
    const daemon = spawn('dbus-daemon', [`--config-file=${this.folder}/bus.conf`, '--nofork', '--nopidfile', '--print-address'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#daemon = daemon;
    await once(daemon.stdout, 'data');
    const socket = connect(join(this.folder, 'bus'));
    this.#socket = socket;
    socket.write(`\0AUTH EXTERNAL ${Buffer.from(String(process.getuid?.() ?? 0)).toString('hex')}\r\n`);
    await once(socket, 'data');
    socket.write('BEGIN\r\n');
    socket.on('data', (chunk) => this.#read(chunk));
    this.#callBus('Hello', '', []);
    this.#callBus('RequestName', 'su', [
      ['s', name],
      ['u', 4],
    ]);
    return this;
  }

  /** As logind tells it; `metadata`: since systemd 255 it says how as well. */
  prepareForShutdown(going: boolean, metadata: string | null = null): void {
    if (metadata !== null) {
      const dictionary = new Writer();
      dictionary.align(8);
      dictionary.value('s', 'type');
      dictionary.value('v', ['s', metadata]);
      this.#signal('PrepareForShutdownWithMetadata', 'ba{sv}', going, dictionary.bytes);
    }
    this.#signal('PrepareForShutdown', 'b', going, null);
  }

  #signal(member: string, signature: string, going: boolean, dictionary: Buffer | null): void {
    const body = new Writer();
    body.value('b', going);
    if (dictionary !== null) {
      body.number32(dictionary.length);
      body.align(8);
      body.add(dictionary);
    }
    const fields = [
      [field.path, 'o', path],
      [field.interface, 's', manager],
      [field.member, 's', member],
    ] as const;
    this.#send({ kind: message.signal, fields, signature, body: [] }, body.bytes);
  }

  #callBus(member: string, signature: string, body: Outgoing['body']): void {
    const fields = [
      [field.path, 'o', '/org/freedesktop/DBus'],
      [field.interface, 's', bus],
      [field.member, 's', member],
      [field.destination, 's', bus],
    ] as const;
    this.#send({ kind: message.call, fields, signature, body });
  }

  #send({ kind, fields, signature, body }: Outgoing, bodyBytes?: Buffer): void {
    const content = new Writer();
    for (const [type, value] of body) content.value(type, value);
    const bytes = bodyBytes ?? content.bytes;
    const header = new Writer();
    this.#serial += 1;
    header.add(Buffer.from(['l'.charCodeAt(0), kind, 0, 1]));
    header.number32(bytes.length);
    header.number32(this.#serial);
    const all = signature === '' ? fields : [...fields, [field.signature, 'g', signature] as const];
    const list = new Writer();
    for (const [code, type, value] of all) {
      list.align(8);
      list.add(Buffer.from([code]));
      list.value('v', [type, value]);
    }
    header.number32(list.bytes.length);
    header.add(list.bytes);
    header.align(8);
    this.#socket?.write(Buffer.concat([header.bytes, bytes]));
  }

  #read(chunk: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, chunk]);
    while (this.#unread.length >= 16) {
      const bodyAt = Math.ceil((16 + this.#unread.readUInt32LE(12)) / 8) * 8;
      const length = bodyAt + this.#unread.readUInt32LE(4);
      if (this.#unread.length < length) return;
      this.#take(this.#unread.subarray(0, length));
      this.#unread = this.#unread.subarray(length);
    }
  }

  /** Answers who asks for a property, and says yes to all other calls. */
  #take(bytes: Buffer): void {
    if (bytes.readUInt8(1) !== message.call) return;
    const { fields, bodyAt } = readHeader(bytes);
    const answer: Outgoing['fields'] = [
      [field.destination, 's', fields.get(field.sender) ?? ''],
      [field.replySerial, 'u', bytes.readUInt32LE(8)],
    ];
    if (fields.get(field.member) !== 'Get') {
      this.#send({ kind: message.answer, fields: answer, signature: '', body: [] });
      return;
    }
    const second = bodyAt + Math.ceil((4 + bytes.readUInt32LE(bodyAt) + 1) / 4) * 4;
    const property = bytes.toString('utf8', second + 4, second + 4 + bytes.readUInt32LE(second));
    const value = this.properties[property];
    if (value === undefined) throw new Error(`nobody should ask logind for ${property}`);
    this.#send({ kind: message.answer, fields: answer, signature: 'v', body: [['v', value]] });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket?.destroy();
    const daemon = this.#daemon;
    if (daemon !== null && daemon.exitCode === null) {
      daemon.kill('SIGTERM');
      await once(daemon, 'exit');
    }
    rmSync(this.folder, { recursive: true });
  }
}
