// Bytes that came and wait until a message is whole.

export class ByteQueue {
  #bytes: Uint8Array = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #start = 0;
  #end = 0;

  /** How many bytes wait. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** Copies `chunk` to the end; the caller may use its memory again. */
  push(chunk: Uint8Array): void {
    if (this.#start === this.#end) this.#start = this.#end = 0;
    if (this.#end + chunk.length > this.#bytes.length) this.#makeRoom(chunk.length);
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** The byte, or big-endian number, at `offset` from the front; the caller has looked that it is there. */
  uint8(offset: number): number {
    return this.#view.getUint8(this.#start + offset);
  }

  uint16(offset: number): number {
    return this.#view.getUint16(this.#start + offset);
  }

  uint32(offset: number): number {
    return this.#view.getUint32(this.#start + offset);
  }

  int32(offset: number): number {
    return this.#view.getInt32(this.#start + offset);
  }

  /** Takes `count` bytes from the front, as a copy. */
  take(count: number): Uint8Array {
    return this.borrow(count).slice();
  }

  /** Takes `count` bytes from the front, without copying: they are good until the next `push`. */
  borrow(count: number): Uint8Array {
    const bytes = this.#bytes.subarray(this.#start, this.#start + count);
    this.#start += count;
    return bytes;
  }

  /** Drops up to `count` bytes from the front; returns how many. */
  drop(count: number): number {
    const dropped = Math.min(count, this.length);
    this.#start += dropped;
    return dropped;
  }

  #makeRoom(more: number): void {
    const { length } = this;
    const needed = length + more;
    // Moving is only worth it when it frees at least half, or many small pushes would each move everything.
    if (needed * 2 <= this.#bytes.length) {
      this.#bytes.copyWithin(0, this.#start, this.#end);
    } else {
      const larger = new Uint8Array(Math.max(needed * 2, 256));
      larger.set(this.#bytes.subarray(this.#start, this.#end));
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    this.#start = 0;
    this.#end = length;
  }
}
