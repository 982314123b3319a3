/* The page: its state, and what happens when the drawing changes. */

/** Return the panels of the steps of the model, in their order. */
function insidePanels(model) {
  const panels = { convolution: convolutionPanel, projection: projectionPanel, network: networkPanel };
  return model.steps
    .map((step, number) => panels[step.kind]?.(model, number))
    .filter((panel) => panel && panel.element.childElementCount);
}

/** Call `show` of a panel only while it can be seen, because painting takes time. */
function onlyWhileVisible(panel, stateNow) {
  let isVisible = true;
  let isOutdated = false;
  new IntersectionObserver(
    (entries) => {
      isVisible = entries[entries.length - 1].isIntersecting; // there can be older ones before it
      if (isVisible && isOutdated) show(stateNow());
    },
    { rootMargin: "100px" },
  ).observe(panel.element);
  function show(state) {
    isOutdated = !isVisible;
    if (isVisible) panel.show(state);
  }
  return { ...panel, show };
}

/** Start the page. */
function startPage() {
  const model = readModel(byId("model"));
  const canvas = byId("canvas");
  const state = {
    model,
    shades: readShades(),
    drawing: null,
    picture: null, // a test image that is shown instead of a drawing
    pixels: null,
    prediction: null,
    target: null, // the number of the class that was drawn, if the user has said it
    chosen: null, // the number of the output whose reasons are shown, if it was clicked
  };

  const later = oncePerFrame(update);
  const drawing = newDrawing(later);
  state.drawing = drawing;
  const announce = announcer();
  const corrections = correctionsPanel(model, openDrawing);
  corrections.removed = () => { if (!corrections.current) forgetLabel(); };
  const inside = insidePanels(model);
  byId("inside").append(...inside.map((panel) => panel.element));
  const panels = [
    answerPanel(model, chooseOutput),
    labelPanel(model, labelDrawing),
    seenPanel(model),
    reasonsPanel(model),
    corrections,
    mistakesPanel(model, openMistake),
    ...[...inside, numbersPanel(model)].map((panel) => onlyWhileVisible(panel, () => state)),
  ];

  /** Compute what the network sees and says, and show it. */
  function update() {
    const { strokes } = drawing;
    state.pixels = state.picture ? state.picture.pixels : see(strokes, model.side, PEN);
    state.prediction = state.pixels && predict(model, state.pixels);
    if (!state.prediction) forgetAll();
    paintPaper();
    for (const panel of panels) panel.show(state);
    byId("invitation").hidden = Boolean(state.prediction) || Boolean(drawing.pen);
    byId("undo").disabled = !drawing.canUndo();
    byId("clear").disabled = !strokes.length && !state.picture;
    if (!drawing.isDrawing) announce(answerAsSentence());
  }

  function paintPaper() {
    fitCanvas(canvas);
    const { ink } = state.shades;
    if (state.picture) paintPicture(canvas, state.picture.pixels, model.side);
    else paintInk(canvas, drawing.strokes, PEN, ink);
    if (drawing.pen) paintPen(canvas, drawing.pen, PEN, ink, drawing.isPenDown);
  }

  function answerAsSentence() {
    const { prediction } = state;
    return prediction ? `The answer is ${prediction.label}, ${percent(prediction)}.` : "";
  }

  /** An empty paper has no label. Drawings that were kept stay in the list. */
  function forgetAll() {
    state.target = null;
    state.chosen = null;
    if (corrections.current) corrections.select(null);
  }

  function forgetLabel() {
    state.target = null;
    later();
  }

  function chooseOutput(index) {
    state.chosen = state.chosen === index ? null : index;
    later();
  }

  /** The user says what was drawn, or takes it back. */
  function labelDrawing(index) {
    state.target = state.target === index ? null : index;
    if (!state.picture) {
      if (state.target !== null) corrections.keep(model.classes[index], state);
      else if (corrections.current) corrections.remove(corrections.current);
    }
    later();
  }

  function openDrawing(kept) {
    state.picture = null;
    state.chosen = null;
    state.target = model.classes.indexOf(kept.label);
    corrections.select(kept);
    drawing.replace(kept.strokes.map((stroke) => stroke.slice()));
    showPaper();
  }

  function openMistake(mistake) {
    clear();
    state.picture = mistake;
    state.target = model.classes.indexOf(mistake.label);
    if (state.target < 0) state.target = null;
    showPaper();
  }

  function showPaper() {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    canvas.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
  }

  function clear() {
    forgetAll();
    state.picture = null;
    drawing.pen = null;
    drawing.clear();
  }

  function undo() {
    drawing.undo();
    update();
    corrections.update(state);
  }

  /** A stroke on a test image, or on a drawing that has a label, begins a new drawing. */
  function began() {
    if (!state.picture && !corrections.current) return;
    forgetAll();
    state.picture = null;
    drawing.replace([]);
  }

  drawWithPointer(canvas, drawing, began, update);
  drawWithKeys(canvas, drawing, began, update, later);
  byId("undo").addEventListener("click", undo);
  byId("clear").addEventListener("click", clear);
  addKeys(canvas, { undo, clear, label: labelDrawing, classes: model.classes });
  new ResizeObserver(later).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    state.shades = readShades();
    later();
  });
  const what = areDigits(model.classes) ? "Draw a digit" : "Draw here";
  setText(byId("invitation"), what);
  showAbout(model);
  update();

  window.skmnist = {
    model,
    predict: (pixels) => predict(model, pixels),
    see: (strokes) => see(strokes, model.side, PEN),
    strokes: () => drawing.strokes,
    draw: (strokes) => {
      clear();
      drawing.strokes = strokes;
      update();
    },
  };
}

/** Add the keys for undo and clear, and those of the classes while the paper has the focus. */
function addKeys(canvas, { undo, clear, label, classes }) {
  document.addEventListener("keydown", (event) => {
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand && event.key.toLowerCase() === "z" && !event.shiftKey) {
      event.preventDefault();
      undo();
    } else if (event.key === "Escape") {
      clear();
    }
  });
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Backspace") undo();
    else if (event.key === "Delete") clear();
    else if (classes.includes(event.key) && !byId("undo").disabled) label(classes.indexOf(event.key));
  });
}

startPage();
