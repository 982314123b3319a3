/* The answer: the label, its probability, and the outputs as bars beside the one-hot target. */

const MOST_ROWS = 12; // of more outputs, only the largest ones are shown
const FEW_ROWS = 10;

/** Return the numbers of the outputs that are shown, in the order of the classes. */
function shownOutputs(values, n) {
  const all = Array.from({ length: n }, (_, i) => i);
  if (n <= MOST_ROWS) return all;
  if (values) all.sort((i, j) => values[j] - values[i]);
  return all.slice(0, FEW_ROWS).sort((i, j) => i - j);
}

/** Return the sum of the squared differences between the outputs and the one-hot target. */
function squaredError(outputs, target) {
  let sum = 0;
  outputs.forEach((output, i) => { sum += (output - (i === target ? 1 : 0)) ** 2; });
  return sum;
}

/** Return a row of the table of outputs. `chose` is called with the class when it is clicked. */
function outputRow(chose) {
  const name = make("span", { className: "name" });
  const bar = make("span", { className: "bar" });
  const value = make("span", { className: "value" });
  const target = make("span", { className: "target" });
  const row = { index: 0 };
  const track = make("span", { className: "track" }, bar);
  const comma = make("span", { className: "unseen" }, ", ");
  const button = makeButton("", () => chose(row.index), name, comma, track, value, target);
  row.item = make("li", {}, button);

  row.show = (state, values) => {
    const { prediction, target: wanted, chosen, model } = state;
    setText(name, model.classes[row.index]);
    name.title = model.classes[row.index];
    const output = values ? values[row.index] : 0;
    bar.style.transform = `scaleX(${Math.min(Math.max(output, 0), 1)})`;
    setText(value, values ? asText(output) : "");
    setText(target, wanted === null || !values ? "" : String(Number(row.index === wanted)));
    row.item.classList.toggle("best", Boolean(prediction) && row.index === prediction.index);
    row.item.classList.toggle("wanted", Boolean(values) && row.index === wanted);
    button.disabled = !values;
    button.setAttribute("aria-pressed", String(Boolean(values) && row.index === chosen));
  };
  return row;
}

/** Return the panel with the answer and the outputs. */
function answerPanel(model, chose) {
  const n = model.classes.length;
  const hasTargets = isOneHot(model);
  setText(byId("output-head"), hasTargets ? "output" : "share");
  const rows = Array.from({ length: n <= MOST_ROWS ? n : FEW_ROWS }, () => outputRow(chose));
  byId("outputs").append(...rows.map((row) => row.item));
  byId("outputs").classList.toggle("words", model.classes.some((each) => each.length > 2));
  if (rows.length < n) {
    setText(byId("few"), `The ${rows.length} largest of ${n} outputs.`);
    byId("few").hidden = false;
  }

  const show = (state) => {
    const { prediction, target } = state;
    const values = prediction && (hasTargets ? prediction.outputs : prediction.probabilities);
    const label = prediction ? prediction.label : "";
    setText(byId("digit"), label);
    byId("digit").title = label;
    byId("digit").classList.toggle("long", label.length > 2);
    setText(byId("chance"), prediction ? percent(prediction) : "");
    const numbers = shownOutputs(values, n);
    rows.forEach((row, i) => {
      row.index = numbers[i];
      row.show(state, values);
    });
    const hasError = prediction && target !== null && hasTargets;
    setText(byId("target-head"), hasError ? "target" : "");
    byId("outputs").parentElement.classList.toggle("labelled", Boolean(hasError));
    const error = hasError ? asText(squaredError(values, target)) : "";
    setText(byId("error"), hasError ? `Squared error ${error}` : "");
  };
  return { element: byId("outputs"), show };
}

/** Return the probability of the answer as text. */
function percent(prediction) {
  return `${Math.round(100 * prediction.probabilities[prediction.index])}\u202f%`;
}

/** Tell screen readers the answer, but only when the pen has rested for a moment. */
function announcer() {
  let timer = 0;
  return (text) => {
    clearTimeout(timer);
    timer = setTimeout(() => setText(byId("status"), text), 700);
  };
}
