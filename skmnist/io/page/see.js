/* What the network sees of a drawing: the same as skmnist.datasets.photo_to_digit would make of
   the drawing as a picture. The makers of MNIST scaled each digit into a box of 20x20 pixels, and
   placed it in an image of 28x28 pixels with its centre of mass in the centre.
   A mask or an image is {values, rows, columns}. */

const PEN = 0.04; // the width of the pen, as a fraction of the side of the canvas
const IMAGE_SIDE = 28; // pixels
const BOX_SIDE = 20; // pixels on the longer side of the digit
const FINE = 6; // strokes are thickened at this multiple of the resolution of the box
const MIN_STROKE = 2.8; // pixels of the box of 20x20: thinner strokes are thickened
const PICTURE = 560; // the pixels on each side of the drawing as a picture
const BLUR = 2; // pixels of the picture by which its edges are blurred

/** Return each stroke as a smooth line through its points: a Catmull-Rom spline as a polyline. */
function smooth(strokes) {
  return strokes.filter((stroke) => stroke.length).map((stroke) => {
    const line = [stroke[0]];
    for (let i = 0; i + 1 < stroke.length; i++) {
      const [a, b, c, d] = [-1, 0, 1, 2].map((step) => stroke[clamped(i + step, stroke.length)]);
      const length = Math.hypot(c[0] - b[0], c[1] - b[1]);
      const slopes = [slope(a, c, length), slope(b, d, length)];
      const n = Math.min(Math.ceil(length / (PEN / 4)), 32);
      for (let k = 1; k < n; k++) {
        line.push([0, 1].map((axis) => between(b[axis], c[axis], slopes[0][axis], slopes[1][axis], k / n)));
      }
      line.push(c);
    }
    return line;
  });
}

/** Return i, limited to the numbers of the points of a stroke. */
function clamped(i, n) {
  return Math.min(Math.max(i, 0), n - 1);
}

/** Return half the way between the neighbours of a point, but no more than the length of the part
    of the line. Otherwise, the line would make a loop at a corner after a long part. */
function slope([x, y], [nextX, nextY], length) {
  const way = [(nextX - x) / 2, (nextY - y) / 2];
  const factor = Math.min(1, length / (Math.hypot(...way) || 1));
  return way.map((value) => value * factor);
}

/** Return one coordinate of the cubic curve between b and c, at a time t from 0 to 1. */
function between(b, c, slopeAtB, slopeAtC, t) {
  const rise = c - b;
  const [second, third] = [3 * rise - 2 * slopeAtB - slopeAtC, slopeAtB + slopeAtC - 2 * rise];
  return b + t * (slopeAtB + t * (second + t * third));
}

/** Return an integer; numbers in the middle become even, as in Python. */
function rounded(x) {
  const near = Math.round(x);
  return near - x === 0.5 && near % 2 ? near - 1 : near;
}

/** Return the rows and columns of the picture that the ink covers, with the blur at its edges. */
function inkBox(lines, pen) {
  const points = lines.flat();
  return [0, 1].map((axis) => {
    const least = points.reduce((before, point) => Math.min(before, point[axis]), Infinity);
    const most = points.reduce((before, point) => Math.max(before, point[axis]), -Infinity);
    const start = Math.round((least - pen / 2) * PICTURE) - BLUR;
    const stop = Math.round((most + pen / 2) * PICTURE) + BLUR;
    return { start, length: stop - start };
  });
}

/** Write into `squares` the squared distances of pixels to a segment, if they are smaller.
    Only the pixels within `reach` of the segment are visited. */
function measureSegment([x, y], [endX, endY], reach, squares, rows, columns) {
  const dx = endX - x;
  const dy = endY - y;
  const square = dx * dx + dy * dy || 1;
  const top = Math.max(Math.floor(Math.min(y, endY) - reach), 0);
  const bottom = Math.min(Math.ceil(Math.max(y, endY) + reach), rows);
  const left = Math.max(Math.floor(Math.min(x, endX) - reach), 0);
  const right = Math.min(Math.ceil(Math.max(x, endX) + reach), columns);
  for (let row = top; row < bottom; row++) {
    const py = row + 0.5 - y; // from the start of the segment to the middle of the pixel
    for (let column = left; column < right; column++) {
      const px = column + 0.5 - x;
      const t = Math.min(Math.max((px * dx + py * dy) / square, 0), 1);
      const distance = (px - t * dx) ** 2 + (py - t * dy) ** 2;
      const at = row * columns + column;
      if (distance < squares[at]) squares[at] = distance;
    }
  }
}

/** Return the ink of lines as an image: from 0 to 1, with edges one pixel wide.
    `place` returns the position of a point in pixels, and `radius` is half the width of the pen. */
function drawLines(lines, place, radius, rows, columns) {
  const squares = new Float64Array(rows * columns).fill(Infinity);
  for (const line of lines) {
    const points = line.map(place);
    if (points.length === 1) points.push(points[0]); // a dot
    for (let i = 0; i + 1 < points.length; i++) {
      measureSegment(points[i], points[i + 1], radius + 0.5, squares, rows, columns);
    }
  }
  const values = squares.map((square) => {
    return Math.min(Math.max(radius + 0.5 - Math.sqrt(square), 0), 1);
  });
  return { values, rows, columns };
}

/** Return the image in which each pixel is the largest one within a radius. */
function dilated({ values, rows, columns }, radius) {
  if (!radius) return { values, rows, columns };
  const result = new Float64Array(values.length);
  const reaches = []; // how far the disc reaches to the left and the right in each of its rows
  for (let y = -radius; y <= radius; y++) {
    reaches.push(Math.floor(Math.sqrt(radius * radius + 1 - y * y)));
  }
  const reachOf = (y) => Math.min(reaches[y + radius], radius);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const ink = values[row * columns + column];
      if (ink === 0) continue;
      for (let y = Math.max(-radius, -row); y <= Math.min(radius, rows - 1 - row); y++) {
        const start = Math.max(column - reachOf(y), 0);
        const stop = Math.min(column + reachOf(y), columns - 1);
        const line = (row + y) * columns;
        for (let at = line + start; at <= line + stop; at++) {
          if (result[at] < ink) result[at] = ink;
        }
      }
    }
  }
  return { values: result, rows, columns };
}

/** Return the lines scaled to the box, with strokes as thick as in MNIST. */
function scaleToBox(lines, pen, side) {
  const box = Math.max(1, Math.round((side * BOX_SIDE) / IMAGE_SIDE));
  const fine = box * FINE;
  const [across, down] = inkBox(lines, pen);
  const longest = Math.max(across.length, down.length);
  const minStroke = (MIN_STROKE * box) / BOX_SIDE;
  // From the distances of pixels, photo_to_digit measures strokes that are two pixels wider.
  const width = ((pen * PICTURE + 2) * fine) / longest;
  const radius = rounded(Math.max(minStroke * FINE - width, 0) / 2);
  const scale = (fine - 2 * radius) / longest;
  const axes = [across, down].map(({ start, length }) => {
    const size = Math.max(1, rounded(length * scale));
    return { start, factor: size / length, offset: (fine - size) >> 1 };
  });
  const place = (point) => point.map((value, axis) => {
    const { start, factor, offset } = axes[axis];
    return (value * PICTURE - start) * factor + offset;
  });
  const thin = drawLines(lines, place, (pen * PICTURE * scale) / 2, fine, fine);
  const { values } = dilated(thin, radius);
  const ink = new Float64Array(box * box);
  values.forEach((value, i) => {
    const row = Math.floor(i / fine / FINE);
    ink[row * box + Math.floor((i % fine) / FINE)] += value / (FINE * FINE);
  });
  return { values: ink, rows: box, columns: box };
}

/** Return the image with the digit's centre of mass in its centre, from 0 to 255. */
function moveCentreOfMassToCentre({ values, rows: box }, side) {
  const centre = [0, 0];
  const total = values.reduce((sum, ink) => sum + ink, 0);
  values.forEach((ink, i) => {
    centre[0] += ink * Math.floor(i / box);
    centre[1] += ink * (i % box);
  });
  const [top, left] = centre.map((sum) => {
    return Math.min(Math.max(rounded(side / 2 - sum / total), 0), side - box);
  });
  const most = values.reduce((largestInk, ink) => Math.max(largestInk, ink), 0);
  const digit = new Uint8Array(side * side);
  values.forEach((ink, i) => {
    const at = (Math.floor(i / box) + top) * side + (i % box) + left;
    digit[at] = rounded((255 * ink) / most);
  });
  return digit;
}

/** Return the pixels that the network sees of strokes, or null if there is no ink. */
function see(strokes, side = IMAGE_SIDE, pen = PEN) {
  const lines = smooth(strokes);
  return lines.length ? moveCentreOfMassToCentre(scaleToBox(lines, pen, side), side) : null;
}
