/* The network: the forward pass and the backward pass for one image.
   A matrix W of the shape [n_in, n_out] is stored row after row. */

/** Return x @ W. Rows of W whose input is 0, such as those of the background, are skipped. */
function times(x, W) {
  const [nIn, nOut] = W.shape;
  const { data } = W;
  const sums = new Float64Array(nOut);
  for (let i = 0, start = 0; i < nIn; i++, start += nOut) {
    const input = x[i];
    if (input === 0) continue;
    for (let j = 0; j < nOut; j++) sums[j] += input * data[start + j];
  }
  return sums;
}

/** Return delta @ W.T. */
function timesTransposed(delta, W) {
  const [nIn, nOut] = W.shape;
  const { data } = W;
  const sums = new Float64Array(nIn);
  for (let i = 0, start = 0; i < nIn; i++, start += nOut) {
    let sum = 0;
    for (let j = 0; j < nOut; j++) sum += delta[j] * data[start + j];
    sums[i] = sum;
  }
  return sums;
}

/** Compute h1 = f(x @ W1 + b1), h2 = f(h1 @ W2 + b2), ..., out. */
function forward(x, coefs, intercepts, activation, outputActivation) {
  const inputs = [];
  const outputs = [];
  coefs.forEach((W, i) => {
    const name = i < coefs.length - 1 ? activation : outputActivation;
    const b = intercepts[i].data;
    inputs.push(i ? outputs[i - 1] : x);
    const Z = times(inputs[i], W);
    outputs.push(Z.map((z, j) => ACTIVATIONS[name].value(z + b[j])));
  });
  return { inputs, outputs };
}

/** Apply the chain rule, delta_i = (delta_{i+1} @ W_{i+1}.T) * slope(h_i). */
function backward(outputDelta, passed, coefs, activation) {
  const deltas = [outputDelta];
  for (let i = coefs.length - 1; i > 0; i--) {
    const h = passed.outputs[i - 1];
    const delta = timesTransposed(deltas[0], coefs[i]);
    deltas.unshift(delta.map((value, j) => value * ACTIVATIONS[activation].slope(h[j])));
  }
  return deltas;
}
