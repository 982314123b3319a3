/* Averaged feature maps: slide kernels over an image, average the products, activate and pool.
   Images and maps are {maps, rows, columns, n}: the values of n channels or maps, sorted by row,
   column and map. The maps of a layer are the image of the next layer. */

/* Each activation is a list of functions, one for each map that it returns for a map. */
const MAP_ACTIVATIONS = {
  null: [{ value: (z) => z, slope: () => 1 }],
  relu: [{ value: relu, slope: (z) => (z > 0 ? 1 : 0) }],
  abs: [{ value: Math.abs, slope: Math.sign }],
  split: [
    { value: relu, slope: (z) => (z > 0 ? 1 : 0) },
    { value: (z) => relu(-z), slope: (z) => (z < 0 ? -1 : 0) },
  ],
};

/* Functions that are applied to each value, to two values, and to n combined values. */
const POOLS = {
  null: { before: (z) => z, combine: (a) => a, after: (a) => a },
  mean: { before: (z) => z, combine: (a, b) => a + b, after: (total, n) => total / n },
  max: { before: (z) => z, combine: (a, b) => (a > b ? a : b), after: (largest) => largest },
  rms: { before: (z) => z * z, combine: (a, b) => a + b, after: (total, n) => Math.sqrt(total / n) },
};

/** Return the numbers of rows and columns of a map before pooling, and those after pooling. */
function mapSizes(sides, kernelSizes, layer) {
  const positions = sides.map((side, i) => {
    const length = layer.padding === "same" ? side : side - kernelSizes[i] + 1;
    return Math.max(0, Math.ceil(length / layer.stride));
  });
  return [positions, positions.map((n, i) => Math.floor(n / layer.pool_size[i]))];
}

/** Pad an image with zeros so that a kernel of this size has a position at each pixel. */
function pad({ maps, rows, columns, n }, height, width) {
  const top = (height - 1) >> 1;
  const left = (width - 1) >> 1;
  const padded = {
    maps: new Float64Array((rows + height - 1) * (columns + width - 1) * n),
    rows: rows + height - 1,
    columns: columns + width - 1,
    n,
  };
  for (let row = 0; row < rows; row++) {
    const line = maps.subarray(row * columns * n, (row + 1) * columns * n);
    padded.maps.set(line, ((row + top) * padded.columns + left) * n);
  }
  return padded;
}

/** Return which pixel of an image with some number of columns and channels each entry of each patch
    is, [entries, positions]. All images have the same size, so this is computed once per layer. */
function patchPixels(layer, columns, n, [down, right]) {
  if (layer.pixels) return layer.pixels;
  const [, height, width] = layer.kernels.shape;
  layer.pixels = new Int32Array(height * width * n * down * right);
  let i = 0;
  for (let entry = 0; entry < height * width * n; entry++) {
    const channel = entry % n;
    const place = (entry - channel) / n;
    const first = (Math.floor(place / width) * columns + (place % width)) * n + channel;
    for (let row = 0; row < down; row++) {
      for (let column = 0; column < right; column++, i++) {
        layer.pixels[i] = first + (row * columns + column) * layer.stride * n;
      }
    }
  }
  return layer.pixels;
}

/** Return the patches under a layer's kernels, [entries, positions], and their rows and columns. */
function extractPatches(image, height, width, layer) {
  const [, kept] = mapSizes([image.rows, image.columns], [height, width], layer);
  // Positions that belong to no pool are left out.
  const [rows, columns] = kept.map((n, i) => n * layer.pool_size[i]);
  const padded = layer.padding === "same" ? pad(image, height, width) : image;
  const pixels = patchPixels(layer, padded.columns, image.n, [rows, columns]);
  const patches = new Float64Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) patches[i] = padded.maps[pixels[i]];
  return { patches, rows, columns };
}

/** Return the kernels as a table with one row per entry, so that products are next to each other. */
function tableOf(kernels) {
  if (!kernels.table) {
    const [n] = kernels.shape;
    const size = nEntries(kernels);
    kernels.table = new Float64Array(n * size);
    kernels.data.forEach((value, i) => {
      kernels.table[(i % size) * n + Math.floor(i / size)] = value;
    });
  }
  return kernels.table;
}

/** Multiply each kernel with each patch, entry by entry, and sum: [positions, maps]. */
function sumsOfProducts(patches, nPositions, kernels) {
  const [n] = kernels.shape;
  const table = tableOf(kernels);
  const sums = new Float64Array(nPositions * n);
  const size = patches.length / nPositions;
  for (let entry = 0, i = 0; entry < size; entry++) {
    const row = entry * n;
    for (let position = 0; position < nPositions; position++, i++) {
      const value = patches[i];
      if (value === 0) continue;
      const start = position * n;
      for (let k = 0; k < n; k++) sums[start + k] += value * table[row + k];
    }
  }
  return sums;
}

/** Return the mean of each patch and sqrt(variance + offset). */
function deviations(patches, nPositions, offset) {
  const size = patches.length / nPositions;
  const means = new Float64Array(nPositions);
  patches.forEach((value, i) => { means[i % nPositions] += value / size; });
  const variances = new Float64Array(nPositions);
  patches.forEach((value, i) => {
    variances[i % nPositions] += (value - means[i % nPositions]) ** 2 / size;
  });
  return { means, values: variances.map((variance) => Math.sqrt(variance + offset)) };
}

/** Return the entries in each pool, [pools, entries of a pool], of n maps with rows and columns.
    This is computed once per layer. */
function poolEntries(layer, { rows, columns, n }) {
  if (layer.entries) return layer.entries;
  const [down, right] = layer.pool_size;
  layer.entries = new Int32Array(rows * columns * n);
  let i = 0;
  for (let top = 0; top < rows; top += down) {
    for (let left = 0; left < columns; left += right) {
      for (let map = 0; map < n; map++) {
        for (let row = top; row < top + down; row++) {
          for (let column = left; column < left + right; column++, i++) {
            layer.entries[i] = (row * columns + column) * n + map;
          }
        }
      }
    }
  }
  return layer.entries;
}

/** Pool rectangles of positions of the maps that one activation returns. */
function pooled(sums, activate, positions, layer) {
  const { before, combine, after } = POOLS[layer.pool];
  const entries = poolEntries(layer, positions);
  const size = layer.pool_size[0] * layer.pool_size[1];
  const result = new Float64Array(entries.length / size);
  for (let pool = 0, i = 0; pool < result.length; pool++) {
    let combined = before(activate(sums[entries[i++]]));
    for (let j = 1; j < size; j++) combined = combine(combined, before(activate(sums[entries[i++]])));
    result[pool] = after(combined, size);
  }
  return result;
}

/** Put lists of maps with equally many values per position next to each other. */
function concatenated(parts, n) {
  if (parts.length === 1) return parts[0];
  const all = new Float64Array(parts.length * parts[0].length);
  parts.forEach((part, number) => {
    const step = n * parts.length;
    for (let from = 0, to = number * n; from < part.length; from += n, to += step) {
      for (let map = 0; map < n; map++) all[to + map] = part[from + map];
    }
  });
  return all;
}

/** Return one layer's maps before the division, with kernels that span all channels.
    What the backward pass needs is returned too. */
function undividedMixedMaps(image, layer) {
  const { kernels } = layer;
  const [n, height, width] = kernels.shape;
  const seen = extractPatches(image, height, width, layer);
  const nPositions = seen.rows * seen.columns;
  const sums = sumsOfProducts(seen.patches, nPositions, kernels);
  let contrast = null;
  if (layer.contrast !== null) {
    contrast = deviations(seen.patches, nPositions, layer.contrast);
    for (let i = 0; i < sums.length; i++) sums[i] /= contrast.values[Math.floor(i / n)];
  }
  const positions = { rows: seen.rows, columns: seen.columns, n };
  const activations = MAP_ACTIVATIONS[layer.activation];
  const parts = activations.map(({ value }) => pooled(sums, value, positions, layer));
  return {
    maps: concatenated(parts, n),
    rows: seen.rows / layer.pool_size[0],
    columns: seen.columns / layer.pool_size[1],
    n: n * activations.length,
    passed: [{ patches: seen.patches, positions, sums, contrast, image }],
  };
}

/** Return each channel of an image as a separate image. */
function splitChannels({ maps, rows, columns, n }) {
  return Array.from({ length: n }, (_, channel) => {
    const one = Float64Array.from({ length: rows * columns }, (_, i) => maps[i * n + channel]);
    return { maps: one, rows, columns, n: 1 };
  });
}

/** Return one layer's maps before the division, with kernels applied to each channel. */
function undividedSeparateMaps(image, layer) {
  const each = splitChannels(image).map((channel) => undividedMixedMaps(channel, layer));
  const [{ rows, columns, n }] = each;
  return {
    maps: concatenated(each.map(({ maps }) => maps), n),
    rows,
    columns,
    n: n * each.length,
    passed: each.flatMap(({ passed }) => passed),
  };
}

/** Return one layer's maps before the division by the number of entries of a kernel. */
function undividedMaps(image, layer) {
  return (layer.separate ? undividedSeparateMaps : undividedMixedMaps)(image, layer);
}

/** Return the number of entries of a kernel: 9 for a 3x3 kernel on grey images. */
function nEntries(kernels) {
  return kernels.shape.slice(1).reduce((product, side) => product * side, 1);
}

/** Return the maps of each layer: the means of the products, activated and pooled. */
function featureMaps(image, layers) {
  const found = [];
  for (const layer of layers) {
    const undivided = undividedMaps(found.at(-1) ?? image, layer);
    const size = nEntries(layer.kernels);
    found.push({ layer, ...undivided, maps: undivided.maps.map((value) => value / size) });
  }
  return found;
}
