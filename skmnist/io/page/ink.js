/* The strokes as lines on the canvas. */

/** Make the canvas as fine as the screen. */
function fitCanvas(canvas) {
  const side = Math.round(canvas.clientWidth * (window.devicePixelRatio || 1));
  if (canvas.width !== side || canvas.height !== side) {
    canvas.width = side;
    canvas.height = side;
  }
}

/** Draw all strokes, with the same smooth lines that the network sees. */
function paintInk(canvas, strokes, pen, colour) {
  const context = canvas.getContext("2d");
  const side = canvas.width;
  context.clearRect(0, 0, side, side);
  context.strokeStyle = colour;
  context.lineWidth = pen * side;
  context.lineCap = "round";
  context.lineJoin = "round";
  context.fillStyle = colour;
  for (const line of smooth(strokes)) {
    context.beginPath();
    if (line.length === 1) {
      context.arc(line[0][0] * side, line[0][1] * side, (pen * side) / 2, 0, 2 * Math.PI);
      context.fill(); // a canvas does not draw lines without a length
      continue;
    }
    for (const [x, y] of line) context.lineTo(x * side, y * side);
    context.stroke();
  }
}

/** Show a picture instead of strokes, as large pixels in the colour of the ink. */
function paintPicture(canvas, pixels, side) {
  const ink = blend(styleColour("--ink"), [0, 0, 0], 0) & 0xffffff;
  const small = make("canvas");
  paintPixels(small, side, side, (i) => (ink | (Math.round(pixels[i]) << 24)) >>> 0);
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, canvas.width, canvas.width);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, canvas.width, canvas.width);
}

/** Mark the place of the pen that the arrow keys move. */
function paintPen(canvas, [x, y], pen, colour, isDown) {
  const context = canvas.getContext("2d");
  const side = canvas.width;
  context.beginPath();
  context.arc(x * side, y * side, (pen * side) / 2 + 4, 0, 2 * Math.PI);
  context.lineWidth = isDown ? 6 : 2;
  context.strokeStyle = colour;
  context.stroke();
}
