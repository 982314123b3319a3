/* The hidden layers as fields of neurons that light up. */

const MOST_DOTS = 2500; // more neurons are painted as one pixel each

/** Return how many neurons stand in a row: a divisor of n, so that the last row is full. */
function neuronsPerRow(n) {
  const ideal = Math.sqrt(2 * n);
  let best = Math.ceil(ideal);
  let bestRatio = 1.6;
  for (let i = 1; i <= n; i++) {
    const ratio = Math.max(i / ideal, ideal / i);
    if (n % i === 0 && ratio <= bestRatio + 1e-9) [best, bestRatio] = [i, ratio];
  }
  return best;
}

/** Return a figure with a caption and a canvas. */
function canvasFigure(caption, small, className, label) {
  const canvas = make("canvas", { className });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", label);
  const note = make("small", {}, small);
  return { figure: make("figure", {}, make("figcaption", {}, caption, note), canvas), canvas, note };
}

/** Return a field of n neurons. `pointed` is called with the number of a neuron, or with null. */
function neuronField(caption, kind, n, pointed = () => {}) {
  const perRow = neuronsPerRow(n);
  const text = `${n} ${kind}`;
  const { figure, canvas, note } = canvasFigure(caption, text, "screen field", `${caption}: ${text}`);
  canvas.style.width = `${perRow * 0.78}rem`;
  canvas.style.maxWidth = "100%";
  canvas.tabIndex = 0;
  const size = n > MOST_DOTS ? 1 : DOT;
  let chosen = null;
  let latest = null;
  let shades = null;

  const tell = () => {
    const value = latest && chosen !== null ? `, number ${chosen + 1}: ${asText(latest[chosen])}` : "";
    setText(note, text + value);
  };
  const choose = (number) => {
    chosen = number;
    paint();
    pointed(number);
  };
  onPointing(canvas, (x, y) => {
    const number = Math.floor(y / size) * perRow + Math.floor(x / size);
    if (number < n) choose(number);
  }, () => choose(null));
  onArrows(canvas, (right, down) => {
    const next = chosen === null ? 0 : chosen + right + down * perRow;
    choose(Math.min(Math.max(next, 0), n - 1));
  });
  const paint = () => {
    const shown = latest ?? new Float32Array(n);
    if (size === DOT) paintDots(canvas, perRow, shown, shades.dots, chosen);
    else paintSigned(canvas, perRow, Math.ceil(n / perRow), shown, shades.dots);
    tell();
  };
  const show = (values, shadesNow) => {
    latest = values;
    shades = shadesNow;
    paint();
  };
  return { figure, show };
}

/** Return a figure with the weights between the pixels and one neuron of the first layer. */
function weightsFigure(W, side) {
  const { figure, canvas, note } = canvasFigure("Weights", "", "screen", "Weights of a neuron");
  figure.classList.add("weights");
  const n = W.shape[1];
  const column = new Float32Array(side * side);
  const show = (neuron, shades) => {
    for (let i = 0; i < column.length; i++) column[i] = neuron === null ? 0 : W.data[i * n + neuron];
    paintSigned(canvas, side, side, column, shades.signed);
    setText(note, neuron === null ? "of a neuron" : `of neuron ${neuron + 1}`);
  };
  return { figure, show };
}

/** Return whether the inputs of step `number` are the pixels, scaled or not. */
function readsPixels(model, number) {
  return model.steps.slice(0, number).every((each) => each.kind === "affine");
}

/** Return the panel with the hidden layers of the network, which is step `number` of the model. */
function networkPanel(model, number) {
  const step = model.steps[number];
  const [first] = step.coefs;
  let latest = null;
  let chosen = null;
  const weights = readsPixels(model, number) && step.coefs.length > 1 ? weightsFigure(first, model.side) : null;
  const showWeights = () => {
    const trace = latest?.prediction?.trace[number];
    const neuron = chosen ?? (trace ? argmax(trace.layers[0]) : null);
    weights?.show(neuron, latest.shades);
  };
  const fields = step.coefs.slice(0, -1).map((W, i) =>
    neuronField(`h${i + 1}`, "neurons", W.shape[1], i > 0 ? undefined : (neuron) => {
      chosen = neuron;
      showWeights();
    }),
  );
  const element = make("div", { className: "layers" }, ...fields.map((field) => field.figure));
  if (weights) element.append(weights.figure);

  const show = (state) => {
    latest = state;
    const layers = state.prediction?.trace[number].layers;
    fields.forEach((field, i) => field.show(layers ? layers[i] : null, state.shades));
    showWeights();
  };
  return { element, show };
}

/** Return the panel with the outputs of a projection, which is step `number` of the model. */
function projectionPanel(model, number) {
  const n = model.steps[number].components.shape[1];
  const field = neuronField("Principal components", "numbers", n);
  const element = make("div", { className: "layers" }, field.figure);
  const show = (state) => field.show(state.prediction?.trace[number].output ?? null, state.shades);
  return { element, show };
}
