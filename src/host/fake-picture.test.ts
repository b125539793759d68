import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { serveFakePicture } from './fake-picture.ts';

/** Reads so many bytes of what comes. */
function reading(socket: Socket): (count: number) => Promise<Buffer> {
  let bytes = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
  });
  return async (count) => {
    while (bytes.length < count) await once(socket, 'data');
    const taken = bytes.subarray(0, count);
    bytes = bytes.subarray(count);
    return taken;
  };
}

it('is shown to a viewer in the pixel format it asks for, and goes with its folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stationmaster-picture-'));
  const path = join(folder, 'pixels', 'rfb');
  {
    await using _picture = await serveFakePicture({ path, widthPx: 800, heightPx: 600, name: 'anna' });
    const socket = connect(path);
    const read = reading(socket);
    assert.equal((await read(12)).toString(), 'RFB 003.008\n');
    socket.write('RFB 003.008\n');
    assert.deepEqual([...(await read(2))], [1, 1]);
    socket.write(Buffer.from([1]));
    assert.deepEqual([...(await read(4))], [0, 0, 0, 0]);
    socket.write(Buffer.from([1]));
    const init = await read(28);
    assert.deepEqual([init.readUInt16BE(0), init.readUInt16BE(2), init.toString('utf8', 24)], [800, 600, 'anna']);
    // As noVNC asks: red in the lowest byte. Then what a person does, in pieces, then everything once more.
    const format = Buffer.from([0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 16, 0, 0, 0]);
    const encodings = Buffer.from([2, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 0]);
    const key = Buffer.from([4, 1, 0, 0, 0, 0, 0, 97]);
    const pointer = Buffer.from([5, 0, 0, 1, 0, 1]);
    const text = Buffer.from([6, 0, 0, 0, 0, 0, 0, 2, 104, 105]);
    const wholeScreen = Buffer.from([3, 0, 0, 0, 0, 0, 3, 32, 2, 88]);
    const onlyChanges = Buffer.from([3, 1, 0, 0, 0, 0, 3, 32, 2, 88]);
    socket.setNoDelay(true);
    for (const byte of Buffer.concat([format, encodings, key, pointer, text, onlyChanges, wholeScreen]))
      socket.write(Buffer.from([byte]));
    const head = await read(24);
    assert.deepEqual([head.readUInt16BE(2), head.readUInt16BE(8), head.readUInt16BE(10), head.readInt32BE(12)], [1, 800, 600, 2]);
    assert.deepEqual([...head.subarray(20, 23)], [0x2b, 0x57, 0x9a]);
    await read(head.readUInt32BE(16) * 12);
    // For who knows no other encoding, pixel by pixel.
    socket.write(Buffer.concat([Buffer.from([2, 0, 0, 1, 0, 0, 0, 0]), wholeScreen]));
    assert.equal((await read(16)).readInt32BE(12), 0);
    const pixels = await read(800 * 600 * 4);
    assert.deepEqual([...pixels.subarray(0, 3)], [0x20, 0x20, 0x20]);
    assert.deepEqual([...pixels.subarray(-4, -1)], [0x2b, 0x57, 0x9a]);
    const closed = once(socket, 'close');
    socket.write(Buffer.from([99]));
    await closed;
  }
  assert.ok(!existsSync(join(folder, 'pixels')));
  rmSync(folder, { recursive: true });
});
