/* The drawings whose labels are known. They can be saved as one file. */

/** Return bytes as base64. */
function toBase64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}

/** Return strokes with four decimals, which is a tenth of a pixel of a large screen. */
function roundedStrokes(strokes) {
  return strokes.map((stroke) => stroke.map((point) => point.map((x) => Math.round(x * 1e4) / 1e4)));
}

/** Return the text of the file, as skmnist.datasets.read_drawings reads it. */
function drawingsFile(drawings, side) {
  const rows = drawings.map(({ label, predicted, strokes, pixels }) => ({
    label, predicted, strokes: roundedStrokes(strokes), pixels: toBase64(pixels),
  }));
  return JSON.stringify({ format: "skmnist drawings", version: 1, side, drawings: rows });
}

/** Let the browser save a text as a file. */
function saveFile(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Return a small picture with a caption, which is a button. */
function thumbnail(pixels, side, caption, shades, onClick) {
  const canvas = make("canvas");
  paintGrey(canvas, side, pixels, shades.grey);
  const text = make("span", { className: "caption" }, caption);
  return makeButton("show", onClick, canvas, text);
}

/** Return "4", or "4, not 9" if a 4 was read as a 9. */
function labelsAsText(label, predicted) {
  return label === predicted ? label : `${label}, not ${predicted}`;
}

/** Return the panel with the labelled drawings; `opened` is called with the one that is clicked. */
function correctionsPanel(model, opened) {
  const panel = { drawings: [], current: null, isSaved: true, element: byId("drawings") };
  let shades = null;

  const rewrite = () => {
    const { drawings } = panel;
    const wrong = drawings.filter((each) => each.label !== each.predicted).length;
    byId("drawings").hidden = !drawings.length;
    setText(byId("save"), `Save ${drawings.length} ${drawings.length === 1 ? "drawing" : "drawings"}`);
    setText(byId("tally"), wrong ? `${wrong} read wrongly` : "all read correctly");
    byId("kept").replaceChildren(...drawings.map(keptItem));
  };
  const keptItem = (each) => {
    const { pixels, label, predicted } = each;
    const caption = labelsAsText(label, predicted);
    const open = thumbnail(pixels, model.side, caption, shades, () => opened(each));
    open.setAttribute("aria-pressed", String(each === panel.current));
    const remove = makeButton("remove", () => panel.remove(each), "\u00d7");
    remove.setAttribute("aria-label", `Remove ${label}`);
    return make("li", {}, open, remove);
  };

  panel.keep = (label, state) => {
    if (!panel.current) {
      panel.current = {};
      panel.drawings.push(panel.current);
    }
    panel.current.label = label;
    panel.update(state);
  };
  panel.update = ({ drawing, pixels, prediction }) => {
    if (!panel.current || !prediction) return;
    const strokes = drawing.strokes.map((stroke) => stroke.slice());
    Object.assign(panel.current, { strokes, pixels, predicted: prediction.label });
    panel.isSaved = false;
    rewrite();
  };
  panel.remove = (each) => {
    panel.drawings = panel.drawings.filter((other) => other !== each);
    if (each === panel.current) panel.current = null;
    panel.removed(each);
    rewrite();
  };
  panel.select = (each) => {
    panel.current = each;
    rewrite();
  };
  panel.show = (state) => {
    if (shades === state.shades) return;
    shades = state.shades;
    rewrite();
  };
  byId("save").addEventListener("click", () => {
    saveFile("drawings.json", drawingsFile(panel.drawings, model.side));
    panel.isSaved = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (panel.drawings.length && !panel.isSaved) event.preventDefault();
  });
  return panel;
}
