/* From pixels to a label: the steps of the model one after the other. */

/** Return the image that a step sees, as {maps, rows, columns, n}. */
function asImage(values, [rows, columns, n]) {
  return { maps: Float64Array.from(values), rows, columns, n };
}

/** Each function returns {output, layers} of one kind of step for one image. */
const STEP_FUNCTIONS = {
  convolution: (x, { layers, image_shape }) => {
    const found = featureMaps(asImage(x, image_shape), layers);
    return { output: found.at(-1).maps, layers: found };
  },
  affine: (x, { shift, scale, limits }) => {
    const [low, high] = limits ?? [-Infinity, Infinity];
    const moved = x.map((value, i) => (value - shift.data[i]) * scale.data[i]);
    return { output: moved.map((value) => Math.min(Math.max(value, low), high)), layers: [] };
  },
  projection: (x, { mean, components }) => ({
    output: times(x.map((value, i) => value - mean.data[i]), components),
    layers: [],
  }),
  network: (x, { coefs, intercepts, activation, output_activation: outputActivation }) => {
    const { outputs } = forward(x, coefs, intercepts, activation, outputActivation);
    return { output: outputs.at(-1), layers: outputs };
  },
};

/** Return the input, the output and the layers of each step for the pixels of an image. */
function traceSteps(model, pixels) {
  let input = Float64Array.from(pixels, (value) => (value * model.pixel_max) / 255);
  return model.steps.map((step) => {
    const { output, layers } = STEP_FUNCTIONS[step.kind](input, step);
    const entry = { kind: step.kind, step, input, output, layers };
    input = output;
    return entry;
  });
}

/** Return whether there is one output per class, and not one for all (ordinal targets). */
function isOneHot(model) {
  return !model.steps.at(-1).ordinal;
}

/** Return one score per class: the outputs, or minus the distance to the number of each class. */
function scoresOf(model, outputs) {
  if (isOneHot(model)) return outputs;
  return Float64Array.from(model.classes, (_, number) => -Math.abs(outputs[0] - number));
}

/** Return the number of the largest value, the first one if there are several. */
function argmax(values) {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/** Predict the label of an image, whose pixels are from 0 (background) to 255 (ink). */
function predict(model, pixels) {
  const trace = traceSteps(model, pixels);
  const outputs = scoresOf(model, trace.at(-1).output);
  const index = argmax(outputs);
  const probabilities = projectToSimplex(outputs);
  return { label: model.classes[index], index, outputs, probabilities, trace };
}

/** Lay one kernel of the first layer on one place of the image: the products and their mean. */
function patchProducts(entry, kernel, row, column) {
  const { kernels, padding, stride } = entry.layers[0].layer;
  const [, height, width, n] = kernels.shape;
  const image = asImage(entry.input, entry.step.image_shape);
  const seen = padding === "same" ? pad(image, height, width) : image;
  const size = nEntries(kernels);
  const patch = new Float64Array(size);
  for (let i = 0; i < height; i++) {
    const start = ((row * stride + i) * seen.columns + column * stride) * n;
    patch.set(seen.maps.subarray(start, start + width * n), i * width * n);
  }
  const weights = kernels.data.slice(kernel * size, (kernel + 1) * size);
  const products = patch.map((value, i) => value * weights[i]);
  const mean = products.reduce((sum, value) => sum + value, 0) / size;
  return { patch, kernel: weights, products, mean };
}
