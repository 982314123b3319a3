/* Elements of the page. All text is set as text, never as HTML. */

/** Return the element with an id. */
function byId(id) {
  return document.getElementById(id);
}

/** Return a new element with some properties and children (elements or text). */
function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Set the text of an element; the page is not laid out again if the text is the same. */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Return a button. */
function makeButton(className, onClick, ...children) {
  const button = make("button", { type: "button", className }, ...children);
  button.addEventListener("click", onClick);
  return button;
}

/** Return a function that does the work once, at the next frame, however often it is called. */
function oncePerFrame(work) {
  let isPlanned = false;
  return () => {
    if (isPlanned) return;
    isPlanned = true;
    requestAnimationFrame(() => {
      isPlanned = false;
      work();
    });
  };
}

/** Return a number as text, with a minus sign and without "-0.00". */
function asText(value, digits = 2) {
  const rounded = Number(value.toFixed(digits)) || 0;
  return rounded.toFixed(digits).replace("-", "\u2212");
}

/** Call `pointed(x, y)` with the entry of a canvas that is pointed at, and `left()` afterwards. */
function onPointing(canvas, pointed, left) {
  const point = (event) => {
    const box = canvas.getBoundingClientRect();
    const x = Math.floor(((event.clientX - box.left) / box.width) * canvas.width);
    const y = Math.floor(((event.clientY - box.top) / box.height) * canvas.height);
    const isInside = x >= 0 && y >= 0 && x < canvas.width && y < canvas.height;
    if (isInside) pointed(x, y);
  };
  canvas.addEventListener("pointermove", point);
  canvas.addEventListener("pointerdown", point);
  canvas.addEventListener("pointerleave", (event) => {
    if (event.pointerType === "mouse") left();
  });
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Call `moved(right, down)` when an arrow key is pressed in an element. */
function onArrows(element, moved) {
  element.addEventListener("keydown", (event) => {
    const step = ARROWS[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    moved(...step);
  });
}
