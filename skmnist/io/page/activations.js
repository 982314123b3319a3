/* The activation functions of a layer's Z = X @ W + b, and their slopes.
   The slope is computed from the activation A, so that Z need not be stored. */

const LEAK = 0.01;

const relu = (z) => (z > 0 ? z : 0);

const ACTIVATIONS = {
  relu: { value: relu, slope: (a) => (a > 0 ? 1 : 0) },
  leaky_relu: { value: (z) => (z > 0 ? z : LEAK * z), slope: (a) => (a > 0 ? 1 : LEAK) },
  tanh: { value: Math.tanh, slope: (a) => 1 - a * a },
  logistic: { value: (z) => 0.5 * Math.tanh(0.5 * z) + 0.5, slope: (a) => a * (1 - a) },
  identity: { value: (z) => z, slope: () => 1 },
};
