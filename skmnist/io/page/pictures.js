/* Pictures of arrays: grey levels, signed numbers, sheets of many maps, and dots for neurons. */

/** Return the largest absolute value. */
function largest(values) {
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]);
    if (size > most) most = size;
  }
  return most;
}

/** Return the pixels of a canvas as an array of colours, and a function that shows them. */
function pixelsOf(canvas, width, height) {
  if (canvas.width !== width || canvas.height !== height || !canvas.pixels) {
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext("2d");
    const image = context.createImageData(width, height);
    canvas.pixels = new Uint32Array(image.data.buffer);
    canvas.showPixels = () => context.putImageData(image, 0, 0);
  }
  return canvas.pixels;
}

/** Paint a picture with one pixel per entry; `shadeOf` returns the colour of an entry. */
function paintPixels(canvas, width, height, shadeOf) {
  const pixels = pixelsOf(canvas, width, height);
  for (let i = 0; i < pixels.length; i++) pixels[i] = shadeOf(i);
  canvas.showPixels();
}

/** Paint grey levels from 0 to 255. */
function paintGrey(canvas, side, pixels, shades) {
  paintPixels(canvas, side, side, (i) => shades[pixels ? Math.round(pixels[i]) : 0]);
}

/** Return the shade of a value, of which `most` is the largest possible size. */
function signedShade(shades, value, most) {
  return shades[STEPS + (most > 0 ? Math.round((STEPS * value) / most) : 0)];
}

/** Paint signed numbers; `most` has the full colour. */
function paintSigned(canvas, width, height, values, shades, most = values ? largest(values) : 0) {
  paintPixels(canvas, width, height, (i) => signedShade(shades, values ? values[i] : 0, most));
}

const GAP = 2; // pixels of the canvas around each map of a sheet

/** Return the geometry of a sheet of `n` maps. */
function sheetOf(n, rows, columns, right) {
  // Pixels of the canvas per entry: fewer if there are many maps, because painting takes time.
  const cell = Math.max(1, Math.round((n > 200 ? 12 : 30) / columns));
  const [tileWidth, tileHeight] = [columns * cell + GAP, rows * cell + GAP];
  return {
    n, rows, columns, right, cell, tileWidth, tileHeight,
    width: right * tileWidth + GAP,
    height: Math.ceil(n / right) * tileHeight + GAP,
  };
}

/** Paint a white frame into the gap around a map. */
function paintFrame({ right, tileWidth, tileHeight, width }, pixels, map) {
  const left = (map % right) * tileWidth;
  const top = Math.floor(map / right) * tileHeight;
  for (let y = 0; y < tileHeight + GAP; y++) {
    for (let x = 0; x < tileWidth + GAP; x++) {
      const isInGap = x % tileWidth < GAP || y % tileHeight < GAP;
      if (isInGap) pixels[(top + y) * width + left + x] = 0xffffffff;
    }
  }
}

/** Return the map, the row and the column at a pixel of a sheet, or null for a gap. */
function placeOnSheet({ n, right, cell, tileWidth, tileHeight }, x, y) {
  const [left, top] = [(x % tileWidth) - GAP, (y % tileHeight) - GAP];
  const map = Math.floor(y / tileHeight) * right + Math.floor(x / tileWidth);
  if (left < 0 || top < 0 || map >= n || x >= right * tileWidth) return null;
  return { map, row: Math.floor(top / cell), column: Math.floor(left / cell) };
}

/** Return the number of the entry at each pixel of a sheet, or -1 for a gap. */
function entriesOfSheet(sheet) {
  const { n, columns, width, height } = sheet;
  return Int32Array.from({ length: width * height }, (_, i) => {
    const place = placeOnSheet(sheet, i % width, Math.floor(i / width));
    return place ? (place.row * columns + place.column) * n + place.map : -1;
  });
}

/** Paint all maps of a layer, of the shape [rows, columns, n], on one sheet; frame one of them. */
function paintSheet(canvas, sheet, maps, shades, framed) {
  const { width, height } = sheet;
  const entries = (sheet.entries ??= entriesOfSheet(sheet));
  const pixels = pixelsOf(canvas, width, height);
  const most = maps ? largest(maps) : 0;
  const zero = signedShade(shades, 0, 0);
  for (let i = 0; i < pixels.length; i++) {
    const entry = entries[i];
    if (entry < 0) pixels[i] = 0; // transparent
    else pixels[i] = maps ? signedShade(shades, maps[entry], most) : zero;
  }
  if (framed !== null) paintFrame(sheet, pixels, framed);
  canvas.showPixels();
}

const DOT = 12; // pixels of the square in which a neuron's dot is painted

/** Return how opaque each pixel of a dot is. */
function dotMask() {
  const mask = new Uint32Array(DOT * DOT);
  for (let i = 0; i < mask.length; i++) {
    const x = (i % DOT) + 0.5 - DOT / 2;
    const y = Math.floor(i / DOT) + 0.5 - DOT / 2;
    const inside = 0.4 * DOT - Math.hypot(x, y) + 0.5;
    mask[i] = Math.round(255 * Math.min(Math.max(inside, 0), 1)) << 24;
  }
  return mask;
}

const MASK = dotMask();

/** Paint one dot per neuron, row after row; the most active neuron has the full colour. */
function paintDots(canvas, perRow, values, shades, ringed) {
  const width = perRow * DOT;
  const pixels = pixelsOf(canvas, width, Math.ceil(values.length / perRow) * DOT);
  const most = largest(values);
  for (let i = 0; i < values.length; i++) {
    const colour = signedShade(shades, values[i], most) & 0xffffff;
    const start = Math.floor(i / perRow) * DOT * width + (i % perRow) * DOT;
    for (let j = 0; j < MASK.length; j++) {
      pixels[start + Math.floor(j / DOT) * width + (j % DOT)] = colour | MASK[j];
    }
  }
  canvas.showPixels();
  if (ringed === null) return;
  const context = canvas.getContext("2d");
  context.strokeStyle = "#ffffff";
  context.lineWidth = 2;
  context.strokeRect((ringed % perRow) * DOT + 1, Math.floor(ringed / perRow) * DOT + 1, DOT - 2, DOT - 2);
}
