// A picture like a photograph, as an X window dump (XWD) that xwud can show.

/** Hills, light and grain; the same at every run. */
export function photoAsXwd(widthPx: number, heightPx: number): Buffer {
  const name = Buffer.from('photo\0');
  const header = Buffer.alloc(100);
  const fields = [
    header.length + name.length, // size of the header
    7, // version
    2, // ZPixmap
    24, // depth
    widthPx,
    heightPx,
    0, // x offset
    0, // least significant byte first
    32, // bitmap unit
    0, // bitmap bit order
    32, // bitmap pad
    32, // bits per pixel
    widthPx * 4,
    4, // TrueColor
    0xff0000,
    0x00ff00,
    0x0000ff,
    8, // bits per colour
    256, // entries of a colour map
    0, // of which follow
    widthPx,
    heightPx,
    0,
    0,
    0,
  ];
  for (const [index, field] of fields.entries()) header.writeUInt32BE(field, index * 4);
  const pixels = Buffer.alloc(widthPx * heightPx * 4);
  let grain = 12_345;
  for (let y = 0, at = 0; y < heightPx; y += 1) {
    for (let x = 0; x < widthPx; x += 1, at += 4) {
      grain = (Math.imul(grain, 1_103_515_245) + 12_345) >>> 0;
      const noise = (grain >>> 24) / 16;
      const hills = Math.sin(x / 97 + Math.cos(y / 61) * 2) + Math.sin(y / 43 + x / 211) + Math.sin((x + y) / 17) / 4;
      pixels[at] = 110 + hills * 40 + noise;
      pixels[at + 1] = 90 + hills * 25 + (y / heightPx) * 80 + noise;
      pixels[at + 2] = 60 + hills * 30 + (x / widthPx) * 60 + noise;
    }
  }
  return Buffer.concat([header, name, pixels]);
}
