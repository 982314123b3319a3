/* Which pixels speak for an output: the pixels times the derivative with respect to them.
   The chain rule is applied to the steps from the last to the first. */

/** Add the derivative with respect to the sums, from that of one activation's pooled values. */
function addUnpooled(ofSums, gradient, { sums, positions }, { value, slope: slopeOf }, layer) {
  const entries = poolEntries(layer, positions);
  const size = layer.pool_size[0] * layer.pool_size[1];
  for (let pool = 0; pool < gradient.length; pool++) {
    if (gradient[pool] === 0) continue;
    const inPool = entries.subarray(pool * size, (pool + 1) * size);
    const shares = POOL_SLOPES[layer.pool](Array.from(inPool, (i) => value(sums[i])));
    inPool.forEach((i, number) => {
      if (shares[number]) ofSums[i] += gradient[pool] * shares[number] * slopeOf(sums[i]);
    });
  }
}

/** Return 1 for the first of the largest values, and 0 for the others. */
function largestOnly(values) {
  const best = argmax(values);
  return values.map((_, i) => (i === best ? 1 : 0));
}

/** Return the derivatives of the root mean square. */
function rmsSlopes(values) {
  const mean = values.reduce((sum, value) => sum + value * value, 0) / values.length;
  return values.map((value) => (mean ? value / Math.sqrt(mean) / values.length : 0));
}

/* The derivatives of a pooled value with respect to the values in the pool. */
const POOL_SLOPES = {
  null: () => [1],
  mean: (values) => values.map(() => 1 / values.length),
  max: largestOnly,
  rms: rmsSlopes,
};

/** Return the derivative with respect to the patches from that with respect to the sums. */
function patchGradients(gradient, { patches, positions, sums, contrast }, kernels) {
  const { n } = positions;
  const nPositions = positions.rows * positions.columns;
  const table = tableOf(kernels);
  const size = nEntries(kernels);
  const result = new Float64Array(patches.length);
  for (let position = 0; position < nPositions; position++) {
    const start = position * n;
    const deviation = contrast ? contrast.values[position] : 1;
    let ofDeviation = 0;
    for (let k = 0; k < n; k++) {
      const share = gradient[start + k] / deviation;
      if (share === 0) continue; // most sums are not the largest one of a pool
      ofDeviation -= share * sums[start + k];
      for (let entry = 0, i = position; entry < size; entry++, i += nPositions) {
        result[i] += share * table[entry * n + k];
      }
    }
    for (let i = position; contrast && i < result.length; i += nPositions) {
      result[i] += (ofDeviation * (patches[i] - contrast.means[position])) / (size * deviation);
    }
  }
  return result;
}

/** Add the derivatives with respect to patches at the pixels that the patches show. */
function imageGradient(gradient, { positions, image }, layer) {
  const [, height, width] = layer.kernels.shape;
  const { rows, columns, n } = image;
  const isPadded = layer.padding === "same";
  const sides = isPadded ? [rows + height - 1, columns + width - 1] : [rows, columns];
  const [top, left] = isPadded ? [(height - 1) >> 1, (width - 1) >> 1] : [0, 0];
  const all = new Float64Array(sides[0] * sides[1] * n);
  const pixels = patchPixels(layer, sides[1], n, [positions.rows, positions.columns]);
  for (let i = 0; i < pixels.length; i++) all[pixels[i]] += gradient[i];
  const result = new Float64Array(rows * columns * n);
  for (let row = 0; row < rows; row++) {
    const start = ((row + top) * sides[1] + left) * n;
    result.set(all.subarray(start, start + columns * n), row * columns * n);
  }
  return result;
}

/** Return every n-th group of values: the part that `concatenated` put at this number. */
function partOf(values, number, n, nParts) {
  const part = new Float64Array(values.length / nParts);
  for (let to = 0, from = number * n; to < part.length; to += n, from += n * nParts) {
    for (let map = 0; map < n; map++) part[to + map] = values[from + map];
  }
  return part;
}

/** Return the derivative with respect to the image of one group of channels. */
function mixedGradient(gradient, passed, layer) {
  const activations = MAP_ACTIVATIONS[layer.activation];
  const { n } = passed.positions;
  const ofSums = new Float64Array(passed.sums.length);
  activations.forEach((activation, number) => {
    addUnpooled(ofSums, partOf(gradient, number, n, activations.length), passed, activation, layer);
  });
  return imageGradient(patchGradients(ofSums, passed, layer.kernels), passed, layer);
}

/** Return the derivative with respect to the image of one layer of kernels. */
function layerGradient(gradient, { layer, passed, n }) {
  const size = nEntries(layer.kernels);
  const undivided = gradient.map((value) => value / size);
  const parts = passed.map((each, number) =>
    mixedGradient(partOf(undivided, number, n / passed.length, passed.length), each, layer),
  );
  return concatenated(parts, passed[0].image.n);
}

/* Each function returns the derivative with respect to the input of one kind of step. */
const STEP_GRADIENTS = {
  convolution: (gradient, { layers }) => layers.reduceRight(layerGradient, gradient),
  affine: (gradient, { step: { scale, limits }, output }) => {
    const [low, high] = limits ?? [-Infinity, Infinity];
    const isFree = (value) => value > low && value < high;
    return gradient.map((value, i) => (isFree(output[i]) ? value * scale.data[i] : 0));
  },
  projection: (gradient, { step }) => timesTransposed(gradient, step.components),
  network: (gradient, { step, input, layers }) => {
    const { coefs, activation, output_activation: outputActivation } = step;
    const out = layers.at(-1);
    const slopes = out.map(ACTIVATIONS[outputActivation].slope);
    const outputDelta = gradient.map((value, j) => value * slopes[j]);
    const [delta] = backward(outputDelta, { inputs: [input], outputs: layers }, coefs, activation);
    return timesTransposed(delta, coefs[0]);
  },
};

/** Return the derivative of the output that is explained with respect to all outputs. An ordinal
    network has a single one for all classes. */
function outputGradient(model, { trace }, index) {
  const { output } = trace.at(-1);
  if (!isOneHot(model)) return Float64Array.of(1);
  return output.map((_, number) => (number === index ? 1 : 0));
}

/** Return each pixel times the derivative of the output `index` with respect to that pixel.
    For a ReLU network, their sum and the share of the biases add up to the output. */
function contributions(model, prediction, index) {
  const gradient = prediction.trace.reduceRight(
    (derivative, entry) => STEP_GRADIENTS[entry.kind](derivative, entry),
    outputGradient(model, prediction, index),
  );
  const { input } = prediction.trace[0];
  return Float32Array.from(input, (value, i) => value * gradient[i]);
}
