/* One kernel laid on one place of the image: the products of their entries, and their mean. */

/** Return all means of the products of one kernel, before the activation and the pooling. They are
    divided by the contrast of the patches if the layer does this. */
function meansOfKernel({ layers: [{ layer, passed }] }, kernel) {
  const [{ sums, positions }] = passed;
  const size = nEntries(layer.kernels);
  return Float32Array.from(
    { length: positions.rows * positions.columns },
    (_, i) => sums[i * positions.n + kernel] / size,
  );
}

/** Return what the mean at a position is divided by, if patches are divided by their contrast. */
function deviationAt({ layers: [{ passed }] }, position) {
  return passed[0].contrast ? passed[0].contrast.values[position] : 1;
}

/** Return the number of the entry with the largest absolute value. */
function strongest(values) {
  return argmax(values.map(Math.abs));
}

/** Draw a frame around some entries of a canvas whose entries are `cell` pixels large. */
function frame(canvas, cell, left, top, width, height, colour) {
  const context = canvas.getContext("2d");
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.strokeRect(left * cell - 1, top * cell - 1, width * cell + 2, height * cell + 2);
}

/** Paint a small canvas into another one, with `cell` x `cell` pixels per entry. */
function paintEnlarged(canvas, small, cell) {
  canvas.width = small.width * cell;
  canvas.height = small.height * cell;
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
}

const LENS_CELL = 8; // pixels of the canvas per pixel of the image

/** Return the lens for the first layer of kernels of step `number`, with so many positions. */
function makeLens(model, number, size) {
  const [layer] = model.steps[number].layers;
  const [, height, width] = layer.kernels.shape;
  const offset = layer.padding === "same" ? [(height - 1) >> 1, (width - 1) >> 1] : [0, 0];
  const small = make("canvas");
  const image = canvasFigure("Image", "", "screen", "The image, with the place of the kernel");
  const map = canvasFigure("Map", "", "screen", "The values at all places");
  const grids = ["Patch", "Kernel", "Products"].map((name) => gridFigure(name, height, width));
  const [mean, contrast, quotient] = [0, 1, 2].map(() => make("output", { className: "mean" }));
  const sign = (text) => make("span", { className: "sign" }, text);
  const result = (name, output) =>
    make("figure", { className: "result-of-lens" }, make("figcaption", {}, name), output);
  const results = [result("Mean", mean)];
  if (layer.contrast !== null) {
    results.push(sign("\u00f7"), result("Contrast", contrast), sign("="), result("Map", quotient));
  }
  const lens = { kernel: null, place: null, shownKernel: null, shownPlace: null };
  let latest = null;

  image.canvas.tabIndex = 0;
  for (const each of [image, map]) {
    each.figure.classList.add("wide");
    each.canvas.classList.add("field");
  }
  map.canvas.style.aspectRatio = `${size.columns} / ${size.rows}`;
  lens.element = make("div", { className: "lens" },
    make("div", { className: "places" }, image.figure, map.figure),
    make("div", {},
      grids[0].figure, sign("\u00d7"), grids[1].figure, sign("="), grids[2].figure,
      ...results,
    ),
  );

  const entryNow = () => latest?.prediction?.trace[number];
  lens.choose = (kernel, place) => {
    lens.kernel = kernel;
    lens.place = place;
    if (latest) lens.show(latest);
  };
  /** Return the kernel that is shown: the chosen one, or the one with the strongest map. */
  const kernelNow = (entry) => {
    if (lens.kernel !== null) return lens.kernel;
    const { maps, n } = entry.layers[0];
    return (strongest(maps) % n) % layer.kernels.shape[0];
  };
  const limit = (value, n) => Math.min(Math.max(value, 0), n - 1);
  const move = (row, column) => lens.choose(lens.kernel, {
    row: limit(row, size.rows), column: limit(column, size.columns),
  });
  const pointAt = (canvas, toPlace) => onPointing(canvas, (x, y) => {
    const [row, column] = toPlace(Math.floor(y / LENS_CELL), Math.floor(x / LENS_CELL));
    move(row, column);
  }, () => lens.choose(lens.kernel, null));
  pointAt(image.canvas, (row, column) => [
    Math.round((row + offset[0] - (height >> 1)) / layer.stride),
    Math.round((column + offset[1] - (width >> 1)) / layer.stride),
  ]);
  pointAt(map.canvas, (row, column) => [row, column]);
  onArrows(image.canvas, (right, down) => {
    const { row, column } = lens.place ?? lens.shownPlace ?? { row: 0, column: 0 };
    move(row + down, column + right);
  });

  lens.show = (state) => {
    latest = state;
    const entry = entryNow();
    const { shades } = state;
    paintGrey(small, model.side, state.pixels, shades.grey);
    paintEnlarged(image.canvas, small, LENS_CELL);
    if (!entry) {
      grids.forEach((grid) => grid.show(null, shades));
      paintSigned(map.canvas, size.columns, size.rows, null, shades.signed);
      [mean, contrast, quotient].forEach((output) => setText(output, ""));
      lens.shownKernel = lens.kernel;
      lens.shownPlace = null;
      return;
    }
    const kernel = kernelNow(entry);
    const means = meansOfKernel(entry, kernel);
    const best = strongest(means);
    const place = lens.place
      ?? { row: Math.floor(best / size.columns), column: best % size.columns };
    lens.shownKernel = kernel;
    lens.shownPlace = place;
    const products = patchProducts(entry, kernel, place.row, place.column);
    grids[0].show(products.patch, shades);
    grids[1].show(products.kernel, shades);
    grids[2].show(products.products, shades);
    setText(mean, shortText(products.mean));
    const deviation = deviationAt(entry, place.row * size.columns + place.column);
    setText(contrast, shortText(deviation));
    setText(quotient, shortText(products.mean / deviation));
    const left = place.column * layer.stride - offset[1];
    const top = place.row * layer.stride - offset[0];
    frame(image.canvas, LENS_CELL, left, top, width, height, "#ffffff");
    paintSigned(small, size.columns, size.rows, means, shades.signed);
    paintEnlarged(map.canvas, small, LENS_CELL);
    frame(map.canvas, LENS_CELL, place.column, place.row, 1, 1, "#ffffff");
  };
  return lens;
}
