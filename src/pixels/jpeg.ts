// Writes a small picture as JPEG (baseline, no chroma subsampling: text stays legible). A codec library would cost the
// gateway 20 MB of memory for a picture now and then.

/** Quantisation steps for quality 50, ITU-T T.81 tables K.1 and K.2, row by row. */
const brightnessSteps = [
  [16, 11, 10, 16, 24, 40, 51, 61],
  [12, 12, 14, 19, 26, 58, 60, 55],
  [14, 13, 16, 24, 40, 57, 69, 56],
  [14, 17, 22, 29, 51, 87, 80, 62],
  [18, 22, 37, 56, 68, 109, 103, 77],
  [24, 35, 55, 64, 81, 104, 113, 92],
  [49, 64, 78, 87, 103, 121, 120, 101],
  [72, 92, 95, 98, 112, 100, 103, 99],
].flat();
const colourSteps = [
  [17, 18, 24, 47, 99, 99, 99, 99],
  [18, 21, 26, 66, 99, 99, 99, 99],
  [24, 26, 56, 99, 99, 99, 99, 99],
  [47, 66, 99, 99, 99, 99, 99, 99],
  ...Array.from({ length: 4 }, () => Array.from({ length: 8 }, () => 99)),
].flat();

/** Where the coefficient that comes n-th lies in its block: along the diagonals, to and fro. */
const zigzag = Uint8Array.from(
  Array.from({ length: 64 }, (_, place) => place).sort((a, b) => {
    const diagonal = (a >> 3) + (a & 7);
    const order = diagonal - ((b >> 3) + (b & 7));
    if (order !== 0) return order;
    return diagonal % 2 === 0 ? b - a : a - b;
  }),
);

/** How many codes there are of each length from 1 to 16 bits, and what they stand for, in order. */
interface CodeTable {
  counts: readonly number[];
  symbols: readonly number[];
}

const firstCodes: CodeTable = {
  counts: [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0],
  symbols: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
};

/** Number of zeros (high four bits) and size of what follows them (low four), the frequent ones first. */
const frequent = [
  0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07, 0x22, 0x71, 0x14, 0x32, 0x81,
  0x91, 0xa1, 0x08, 0x23, 0x42, 0xb1, 0xc1, 0x15, 0x52, 0xd1, 0xf0, 0x24, 0x33, 0x62, 0x72, 0x82,
];
const all = Array.from({ length: 160 }, (_, index) => (Math.floor(index / 10) << 4) | ((index % 10) + 1));
const furtherCodes: CodeTable = {
  counts: [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
  symbols: [...frequent, ...all.filter((symbol) => !frequent.includes(symbol))],
};

/** For each symbol its code and the code's length in bits: `code * 32 + length`. */
function codesOf(table: CodeTable): Uint32Array {
  const codes = new Uint32Array(256);
  let code = 0;
  let next = 0;
  for (const [index, count] of table.counts.entries()) {
    for (const symbol of table.symbols.slice(next, next + count)) {
      codes[symbol] = code * 32 + index + 1;
      code += 1;
    }
    next += count;
    code *= 2;
  }
  return codes;
}

const codesForFirst = codesOf(firstCodes);
const codesForFurther = codesOf(furtherCodes);

function stepsFor(quality: number, steps: readonly number[]): number[] {
  const scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
  return steps.map((step) => Math.min(255, Math.max(1, Math.round((step * scale) / 100))));
}

/** Bytes that grow, filled bit by bit. */
class BitWriter {
  #bytes = new Uint8Array(16 * 1024);
  #length = 0;
  #bits = 0;
  #bitCount = 0;

  bytes(values: readonly number[]): void {
    for (const value of values) this.#put(value);
  }

  /** `code * 32 + length` */
  code(code: number): void {
    this.bits(code >>> 5, code & 31);
  }

  bits(value: number, count: number): void {
    this.#bits = (this.#bits << count) | value;
    this.#bitCount += count;
    while (this.#bitCount >= 8) {
      this.#bitCount -= 8;
      const byte = (this.#bits >>> this.#bitCount) & 255;
      this.#put(byte);
      // A byte of ones would look like the beginning of a marker.
      if (byte === 255) this.#put(0);
    }
    this.#bits &= (1 << this.#bitCount) - 1;
  }

  /** Ones up to the end of the byte. */
  fill(): void {
    if (this.#bitCount > 0) this.bits((1 << (8 - this.#bitCount)) - 1, 8 - this.#bitCount);
  }

  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #put(byte: number): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(this.#length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length] = byte;
    this.#length += 1;
  }
}

function writeHeader(out: BitWriter, widthPx: number, heightPx: number, steps: readonly (readonly number[])[]): void {
  const size = [heightPx >> 8, heightPx & 255, widthPx >> 8, widthPx & 255];
  out.bytes([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]);
  for (const [number, table] of steps.entries()) {
    out.bytes([0xff, 0xdb, 0, 67, number, ...Array.from(zigzag, (place) => table[place] ?? 1)]);
  }
  // Brightness by the first table of steps, both colours by the second.
  out.bytes([0xff, 0xc0, 0, 17, 8, ...size, 3, 1, 0x11, 0, 2, 0x11, 1, 3, 0x11, 1]);
  for (const [number, { counts, symbols }] of [firstCodes, furtherCodes].entries()) {
    out.bytes([0xff, 0xc4, 0, 19 + symbols.length, number << 4, ...counts, ...symbols]);
  }
  out.bytes([0xff, 0xda, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0]);
}

/** How much too large `transform` leaves each coefficient, along one side: its last multiplications are left to the division. */
const excess = Array.from({ length: 8 }, (_, turns) => (turns === 0 ? 1 : Math.cos((turns * Math.PI) / 16) * Math.SQRT2));

/** One of brightness, blue and red: its block, its steps, and the mean of the block before. */
class Channel {
  readonly samples = new Float64Array(64);
  readonly #factors: Float64Array;
  readonly #quantised = new Int32Array(64);
  #mean = 0;

  constructor(steps: readonly number[]) {
    this.#factors = Float64Array.from(
      steps,
      (step, place) => 1 / (step * 8 * (excess[place >> 3] ?? 1) * (excess[place & 7] ?? 1)),
    );
  }

  /** Writes what is in `samples`. */
  write(out: BitWriter): void {
    this.#transform();
    const quantised = this.#quantised;
    const mean = quantised[0] ?? 0;
    writeValue(out, codesForFirst, 0, mean - this.#mean);
    this.#mean = mean;
    let zeros = 0;
    for (let index = 1; index < 64; index += 1) {
      const value = quantised[zigzag[index] ?? 0] ?? 0;
      if (value === 0) {
        zeros += 1;
        continue;
      }
      for (; zeros > 15; zeros -= 16) out.code(codesForFurther[0xf0] ?? 0);
      writeValue(out, codesForFurther, zeros, value);
      zeros = 0;
    }
    if (zeros > 0) out.code(codesForFurther[0] ?? 0);
  }

  /** Samples to waves, first along the rows, then along the columns, and divided by the steps. */
  #transform(): void {
    const { samples } = this;
    for (let row = 0; row < 64; row += 8) transform(samples, row, 1);
    for (let column = 0; column < 8; column += 1) transform(samples, column, 8);
    for (let place = 0; place < 64; place += 1)
      this.#quantised[place] = Math.round((samples[place] ?? 0) * (this.#factors[place] ?? 0));
  }
}

/**
 * Eight samples that begin at `from` and lie `step` apart become the strengths of eight waves, each too large by its `excess`: the
 * cosine transform of Arai, Agui and Nakajima (1988), with five multiplications.
 */
function transform(block: Float64Array, from: number, step: number): void {
  const at1 = from + step;
  const at2 = at1 + step;
  const at3 = at2 + step;
  const at4 = at3 + step;
  const at5 = at4 + step;
  const at6 = at5 + step;
  const at7 = at6 + step;
  const s0 = block[from] ?? 0;
  const s1 = block[at1] ?? 0;
  const s2 = block[at2] ?? 0;
  const s3 = block[at3] ?? 0;
  const s4 = block[at4] ?? 0;
  const s5 = block[at5] ?? 0;
  const s6 = block[at6] ?? 0;
  const s7 = block[at7] ?? 0;
  const sum0 = s0 + s7;
  const sum1 = s1 + s6;
  const sum2 = s2 + s5;
  const sum3 = s3 + s4;
  const outer = sum0 + sum3;
  const inner = sum1 + sum2;
  const slope = sum0 - sum3;
  const turned = (sum1 - sum2 + slope) * Math.SQRT1_2;
  block[from] = outer + inner;
  block[at4] = outer - inner;
  block[at2] = slope + turned;
  block[at6] = slope - turned;
  const odd0 = s3 - s4 + (s2 - s5);
  const odd1 = (s2 - s5 + (s1 - s6)) * Math.SQRT1_2;
  const odd2 = s1 - s6 + (s0 - s7);
  const shared = (odd0 - odd2) * 0.382683433;
  const low = odd0 * 0.5411961 + shared;
  const high = odd2 * 1.306562965 + shared;
  const plus = s0 - s7 + odd1;
  const minus = s0 - s7 - odd1;
  block[at5] = minus + low;
  block[at3] = minus - low;
  block[at1] = plus + high;
  block[at7] = plus - high;
}

/** A code for the number of zeros before it and its size in bits, then the bits; negative values have theirs turned over. */
function writeValue(out: BitWriter, codes: Uint32Array, zeros: number, value: number): void {
  const size = 32 - Math.clz32(Math.abs(value));
  out.code(codes[(zeros << 4) | size] ?? 0);
  if (size > 0) out.bits(value < 0 ? value + (1 << size) - 1 : value, size);
}

/**
 * The picture as a JPEG file, piece by piece: a large one takes tens of milliseconds, in which others may want their turn. `rgb`: red,
 * green, blue for each pixel, row by row; sides from 1 to 65535 pixels; `quality` from 1 to 100.
 */
export class JpegEncoder {
  readonly #rgb: Uint8Array;
  readonly #widthPx: number;
  readonly #heightPx: number;
  readonly #out = new BitWriter();
  readonly #brightness: Channel;
  readonly #blue: Channel;
  readonly #red: Channel;
  #top = 0;

  constructor(rgb: Uint8Array, widthPx: number, heightPx: number, quality: number) {
    this.#rgb = rgb;
    this.#widthPx = widthPx;
    this.#heightPx = heightPx;
    const steps = [stepsFor(quality, brightnessSteps), stepsFor(quality, colourSteps)];
    writeHeader(this.#out, widthPx, heightPx, steps);
    this.#brightness = new Channel(steps[0] ?? []);
    this.#blue = new Channel(steps[1] ?? []);
    this.#red = new Channel(steps[1] ?? []);
  }

  /** Encodes the next eight rows. The file once it is whole, else null. */
  step(): Uint8Array | null {
    for (let left = 0; left < this.#widthPx; left += 8) this.#writeBlock(left, this.#top);
    this.#top += 8;
    if (this.#top < this.#heightPx) return null;
    this.#out.fill();
    this.#out.bytes([0xff, 0xd9]);
    return this.#out.written;
  }

  #writeBlock(left: number, top: number): void {
    const rgb = this.#rgb;
    const brightness = this.#brightness.samples;
    const blue = this.#blue.samples;
    const red = this.#red.samples;
    for (let place = 0; place < 64; place += 1) {
      // Beyond the edge the last pixel goes on.
      const x = Math.min(left + (place & 7), this.#widthPx - 1);
      const y = Math.min(top + (place >> 3), this.#heightPx - 1);
      const at = (y * this.#widthPx + x) * 3;
      const r = rgb[at] ?? 0;
      const g = rgb[at + 1] ?? 0;
      const b = rgb[at + 2] ?? 0;
      brightness[place] = 0.299 * r + 0.587 * g + 0.114 * b - 128;
      blue[place] = -0.168736 * r - 0.331264 * g + 0.5 * b;
      red[place] = 0.5 * r - 0.418688 * g - 0.081312 * b;
    }
    this.#brightness.write(this.#out);
    this.#blue.write(this.#out);
    this.#red.write(this.#out);
  }
}
