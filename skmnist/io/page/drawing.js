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
  const drawing = { strokes: [], isDrawing: false, pen: null, isPenDown: false };

  drawing.add = (points) => {
    const stroke = drawing.strokes[drawing.strokes.length - 1];
    for (const point of points) {
      if (!stroke.length || !isNear(point, stroke[stroke.length - 1])) stroke.push(point);
    }
    changed();
  };
  drawing.begin = (points) => {
    drawing.strokes.push([]);
    drawing.add(points);
  };
  drawing.undo = () => {
    drawing.isPenDown = false;
    drawing.strokes.pop();
    changed();
  };
  drawing.replace = (strokes) => {
    drawing.isPenDown = false;
    drawing.strokes = strokes;
    changed();
  };
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
    drawing.isPenDown = !drawing.isPenDown;
    drawing.pen ??= [0.5, 0.5];
    if (drawing.isPenDown) {
      began();
      drawing.begin([drawing.pen]);
    } else {
      changed();
      ended();
    }
  });
}
