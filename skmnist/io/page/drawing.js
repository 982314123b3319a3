/* Drawing: from pointer events and keys to strokes, each a list of points [x, y] from 0 to 1. */

const NEAR = 0.002; // a point that is nearer to the last one is left out
const KEY_STEP = 0.025; // how far an arrow key moves the pen

/** Return whether a point is so near to another that it adds nothing. */
function isNear([x, y], [otherX, otherY]) {
  return Math.hypot(x - otherX, y - otherY) < NEAR;
}

/** Return the points of a pointer event, also those that the browser has combined into one. */
function pointsOf(event, box) {
  const events = event.getCoalescedEvents?.() ?? [];
  return (events.length ? events : [event]).map((each) => [
    Math.min(Math.max((each.clientX - box.left) / box.width, 0), 1),
    Math.min(Math.max((each.clientY - box.top) / box.height, 0), 1),
  ]);
}

/** Return an empty drawing. `changed` is called after each change of its strokes. */
function newDrawing(changed) {
  const drawing = {
    strokes: [],
    cleared: [], // the strokes before they were cleared, which undo brings back
    stroke: null, // the one that is being drawn
    isDrawing: false,
    pen: null,
    isPenDown: false,
  };

  drawing.add = (points) => {
    const { stroke } = drawing;
    if (!stroke) return; // it was undone or cleared while the pen was down
    for (const point of points) {
      if (!stroke.length || !isNear(point, stroke[stroke.length - 1])) stroke.push(point);
    }
    changed();
  };
  drawing.begin = (points) => {
    drawing.stroke = [];
    drawing.cleared = [];
    drawing.strokes.push(drawing.stroke);
    drawing.add(points);
  };
  drawing.lift = () => {
    drawing.stroke = null;
    drawing.isPenDown = false;
  };
  drawing.replace = (strokes) => {
    drawing.lift();
    drawing.cleared = [];
    drawing.strokes = strokes;
    changed();
  };
  drawing.clear = () => {
    const { strokes, cleared } = drawing;
    drawing.replace([]);
    drawing.cleared = strokes.length ? strokes : cleared;
  };
  drawing.undo = () => {
    const { strokes, cleared } = drawing;
    drawing.replace(strokes.length ? strokes.slice(0, -1) : cleared);
  };
  drawing.canUndo = () => drawing.strokes.length > 0 || drawing.cleared.length > 0;
  return drawing;
}

/** Draw with a mouse, a pen or one finger. */
function drawWithPointer(canvas, drawing, began, ended) {
  let pointer = null; // the one that draws
  let box = null;

  canvas.addEventListener("pointerdown", (event) => {
    if (pointer !== null || event.button !== 0) return;
    pointer = event.pointerId;
    canvas.setPointerCapture(pointer);
    box = canvas.getBoundingClientRect();
    drawing.isDrawing = true;
    drawing.lift();
    drawing.pen = null;
    began();
    drawing.begin(pointsOf(event, box).slice(-1));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId === pointer) drawing.add(pointsOf(event, box));
  });
  const end = (event) => {
    if (event.pointerId !== pointer) return;
    pointer = null;
    drawing.isDrawing = false;
    drawing.lift();
    ended();
  };
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
    canvas.addEventListener(name, end);
  }
  // Some browsers scroll in spite of `touch-action: none`.
  canvas.addEventListener("touchmove", (event) => event.preventDefault(), { passive: false });
}

/** Draw with the arrow keys; the space bar puts the pen down and lifts it. */
function drawWithKeys(canvas, drawing, began, ended, changed) {
  onArrows(canvas, (right, down) => {
    const [x, y] = drawing.pen ?? [0.5, 0.5];
    drawing.pen = [x + right * KEY_STEP, y + down * KEY_STEP].map((value) =>
      Math.min(Math.max(value, 0), 1),
    );
    if (drawing.isPenDown) drawing.add([drawing.pen]);
    else changed();
  });
  canvas.addEventListener("keydown", (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    drawing.pen ??= [0.5, 0.5];
    if (drawing.isPenDown) {
      drawing.lift();
      ended();
    } else {
      began();
      drawing.begin([drawing.pen]);
      drawing.isPenDown = true;
    }
  });
}
