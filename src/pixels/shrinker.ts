// Shrinks a screen to a small picture while its pixels arrive: the mean of the pixels that fall into each small one. Its
// memory is that of the small picture, however large the screen is.

export class Shrinker {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Red, green, blue for each pixel, row by row; black where nothing was added, or the row is not finished. */
  readonly picture: Uint8Array;
  readonly #sourceWidthPx: number;
  readonly #sourceHeightPx: number;
  readonly #cellOfColumn: Uint32Array;
  /** Red, green, blue, number of pixels; for each cell. */
  readonly #sums: Uint32Array;

  /**
   * A picture `widthPx` wide (never wider than the screen) of the same shape, narrower where it would be more than twice as high as
   * that; the screen's sides are at least one pixel.
   */
  constructor(sourceWidthPx: number, sourceHeightPx: number, widthPx: number) {
    this.#sourceWidthPx = sourceWidthPx;
    this.#sourceHeightPx = sourceHeightPx;
    const highestPx = Math.min(sourceHeightPx, widthPx * 2);
    const widthAtHighestPx = Math.round((sourceWidthPx * highestPx) / sourceHeightPx);
    this.widthPx = Math.max(1, Math.min(widthPx, sourceWidthPx, widthAtHighestPx));
    this.heightPx = Math.max(1, Math.min(highestPx, Math.round((sourceHeightPx * this.widthPx) / sourceWidthPx)));
    this.#cellOfColumn = Uint32Array.from(
      { length: sourceWidthPx },
      (_, x) => Math.floor((x * this.widthPx) / sourceWidthPx) * 4,
    );
    this.picture = new Uint8Array(this.widthPx * this.heightPx * 3);
    this.#sums = new Uint32Array(this.widthPx * this.heightPx * 4);
  }

  /** Adds pixels of one row from (`x`, `y`) to the right; four bytes each: red, green, blue, one unused. None beyond the screen's edge. */
  add(x: number, y: number, pixels: Uint8Array): void {
    const sums = this.#sums;
    const cells = this.#cellOfColumn;
    const row = Math.floor((y * this.heightPx) / this.#sourceHeightPx) * this.widthPx * 4;
    const end = Math.min(x + (pixels.length >> 2), this.#sourceWidthPx);
    let at = 0;
    let column = x;
    while (column < end) {
      const cell = cells[column] ?? 0;
      let red = 0;
      let green = 0;
      let blue = 0;
      const first = column;
      do {
        red += pixels[at] ?? 0;
        green += pixels[at + 1] ?? 0;
        blue += pixels[at + 2] ?? 0;
        at += 4;
        column += 1;
      } while (column < end && cells[column] === cell);
      const sum = row + cell;
      sums[sum] = (sums[sum] ?? 0) + red;
      sums[sum + 1] = (sums[sum + 1] ?? 0) + green;
      sums[sum + 2] = (sums[sum + 2] ?? 0) + blue;
      sums[sum + 3] = (sums[sum + 3] ?? 0) + column - first;
    }
  }

  /** Makes one row of the picture of what was added to it. */
  finish(y: number): void {
    const sums = this.#sums;
    const { picture, widthPx } = this;
    const end = (y + 1) * widthPx * 3;
    for (let from = y * widthPx * 4, to = y * widthPx * 3; to < end; from += 4, to += 3) {
      const pixels = Math.max(1, sums[from + 3] ?? 0);
      picture[to] = Math.round((sums[from] ?? 0) / pixels);
      picture[to + 1] = Math.round((sums[from + 1] ?? 0) / pixels);
      picture[to + 2] = Math.round((sums[from + 2] ?? 0) / pixels);
    }
  }
}
