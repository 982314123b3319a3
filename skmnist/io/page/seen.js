/* What the network sees, as pixels and as numbers, and which pixels speak for an output. */

/** Return the panel with the pixels. */
function seenPanel(model) {
  const { side } = model;
  const canvas = byId("seen");
  let place = null; // the pixel that is pointed at
  let pixels = null;

  const tell = () => {
    const isShown = place && pixels;
    const [column, row] = place ?? [0, 0];
    const value = isShown ? pixels[row * side + column] : 0;
    const text = `Row ${row + 1}, column ${column + 1}: ${value}`;
    setText(byId("pixel"), isShown ? text : `${side} \u00d7 ${side} pixels`);
  };
  const move = (x, y) => {
    place = [x, y];
    tell();
  };
  onPointing(canvas, move, () => { place = null; tell(); });
  onArrows(canvas, (right, down) => {
    const limit = (value) => Math.min(Math.max(value, 0), side - 1);
    const [column, row] = place ?? [side >> 1, side >> 1];
    move(limit(column + right), limit(row + down));
  });
  const show = (state) => {
    pixels = state.pixels;
    paintGrey(canvas, side, pixels, state.shades.grey);
    canvas.setAttribute("aria-label", pixels ? "The digit, scaled and centred" : "Nothing yet");
    tell();
  };
  return { element: canvas, show };
}

const CELL = 36; // pixels of the canvas per number

/** Return the panel with the pixels as numbers. It is painted only while it is open. */
function numbersPanel(model) {
  const { side } = model;
  const details = byId("numbers");
  const canvas = byId("values");
  setText(details.querySelector("summary"), `The ${side * side} numbers`);
  let latest = null;

  const show = (state) => {
    latest = state;
    if (!details.open) return;
    canvas.width = side * CELL; // this also clears the canvas
    canvas.height = side * CELL;
    const context = canvas.getContext("2d");
    context.font = `${0.44 * CELL}px system-ui, sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (let i = 0; i < side * side; i++) {
      const value = state.pixels ? state.pixels[i] : 0;
      context.globalAlpha = value ? 1 : 0.35;
      context.fillStyle = value ? "#ffffff" : "#9aa3b2";
      context.fillText(value, ((i % side) + 0.5) * CELL, (Math.floor(i / side) + 0.5) * CELL);
    }
  };
  details.addEventListener("toggle", () => { if (latest) show(latest); });
  return { element: details, show };
}

/** Return the sums of what speaks for an output, what speaks against it, and the rest. */
function sumsOfReasons(reasons, output) {
  const sums = { for: 0, against: 0 };
  for (const value of reasons) sums[value > 0 ? "for" : "against"] += value;
  return { ...sums, rest: output - sums.for - sums.against };
}

/** Return the panel with the pixels that speak for and against an output. If there is a single
    output for all classes, these are the pixels that make it larger and smaller. */
function reasonsPanel(model) {
  const canvas = byId("reasons");
  const isForClass = isOneHot(model);
  const words = isForClass ? ["for", "against", "rest"] : ["larger", "smaller", "rest"];
  const parts = ["for", "against", "rest"].map((name, i) => {
    const text = make("span", { className: name });
    byId("sums").append(text);
    return [name, words[i], text];
  });
  if (!isForClass) setText(byId("reasons-title"), "For a larger and a smaller output");

  const show = (state) => {
    const { prediction, chosen } = state;
    const index = prediction ? (chosen ?? prediction.index) : 0;
    const reasons = prediction && contributions(model, prediction, index);
    paintSigned(canvas, model.side, model.side, reasons, state.shades.signed);
    if (isForClass) {
      setText(byId("reasons-title"), `For and against ${prediction ? model.classes[index] : ""}`);
    }
    canvas.setAttribute("aria-label", prediction ? "Pixels for and against" : "Nothing yet");
    const output = prediction?.trace[prediction.trace.length - 1].output[isForClass ? index : 0];
    const sums = prediction && sumsOfReasons(reasons, output);
    for (const [name, word, text] of parts) {
      setText(text, prediction ? `${word} ${asText(sums[name])}` : word);
    }
  };
  return { element: canvas, show };
}
