/* The kernels of each layer of a convolution, and the maps where they light up. */

/** Return the kernels of a layer with one channel as maps of the shape [height, width, n]. */
function kernelsAsMaps({ shape: [n, height, width], data }) {
  const maps = new Float32Array(data.length);
  const size = height * width;
  for (let i = 0; i < data.length; i++) maps[(i % size) * n + Math.floor(i / size)] = data[i];
  return maps;
}

/** Scale each kernel so that its largest entry is 1. */
function withSameScale(maps, n) {
  const scaled = new Float32Array(maps.length);
  for (let k = 0; k < n; k++) {
    let most = 0;
    for (let i = k; i < maps.length; i += n) most = Math.max(most, Math.abs(maps[i]));
    for (let i = k; i < maps.length && most > 0; i += n) scaled[i] = maps[i] / most;
  }
  return scaled;
}

/** Return a figure with a sheet of maps; `pointed` is called with {map, row, column} or null. */
function sheetFigure(caption, sheet, pointed) {
  const small = `${sheet.n} of ${sheet.rows}\u00d7${sheet.columns}`;
  const { figure, canvas } = canvasFigure(caption, small, "screen sheet-of-maps", `${caption}: ${small}`);
  if (pointed) {
    canvas.tabIndex = 0;
    let map = 0;
    const go = (place) => {
      map = place.map;
      pointed(place);
    };
    onPointing(canvas, (x, y) => {
      const place = placeOnSheet(sheet, x, y);
      if (place) go(place);
    }, () => pointed(null));
    onArrows(canvas, (right, down) => {
      const next = Math.min(Math.max(map + right + down * sheet.right, 0), sheet.n - 1);
      go({ map: next, row: null, column: null });
    });
  }
  return { figure, canvas };
}

const MOST_OF_A_MAP = 6; // the largest width of a map on a sheet, in rem

/** Return the figures of one layer: its kernels, if they can be drawn, and its maps. */
function layerFigures(layer, shape, name, pointed) {
  const [n, height, width, channels] = layer.kernels.shape;
  const figures = [];
  const shows = [];
  if (channels === 1 && height * width > 1) {
    const sheet = sheetOf(n, height, width, neuronsPerRow(n));
    const values = withSameScale(kernelsAsMaps(layer.kernels), n);
    const toPlace = pointed && ((place) => pointed(place && { map: place.map }));
    const { figure, canvas } = sheetFigure(`Kernels ${name}`, sheet, toPlace);
    figure.classList.add("kernels");
    figures.push(figure);
    shows.push((maps, shades, kernel) => paintSheet(canvas, sheet, values, shades.dots, kernel));
  }
  const sheet = sheetOf(shape.n, shape.rows, shape.columns, neuronsPerRow(shape.n));
  const { figure, canvas } = sheetFigure(`Maps ${name}`, sheet, pointed);
  figure.classList.add("maps");
  figures.push(figure);
  canvas.style.maxWidth = `${sheet.right * MOST_OF_A_MAP}rem`;
  shows.push((maps, shades, kernel, map) => paintSheet(canvas, sheet, maps, shades.dots, map));
  const show = (...values) => shows.forEach((each) => each(...values));
  return { element: make("div", { className: "layers" }, ...figures), show };
}

/** Return the panel with the kernels and maps of step `number` of the model. */
function convolutionPanel(model, number) {
  const { layers } = model.steps[number];
  const blank = predict(model, new Uint8Array(model.side ** 2)).trace[number].layers;
  const hasLens = readsPixels(model, number) && layers[0].kernels.shape[3] === 1;
  const lens = hasLens ? makeLens(model, number, blank[0].passed[0].positions) : null;
  const pool = layers[0].pool_size;
  const n = layers[0].kernels.shape[0];
  let chosenMap = null;
  let latest = null;
  const pointed = lens && ((place) => {
    chosenMap = place && place.column !== undefined ? place.map : null;
    lens.kernel = place ? place.map % n : lens.kernel;
    lens.place = place && placeInPool(place, pool);
    if (latest) show(latest);
  });
  const parts = layers.map((layer, i) =>
    layerFigures(layer, blank[i], layers.length > 1 ? `of layer ${i + 1}` : "", i ? null : pointed),
  );
  const element = make("div", { className: "convolution" });
  parts.forEach((part, i) => {
    element.append(part.element);
    if (i === 0 && lens) element.append(lens.element);
  });

  function show(state) {
    latest = state;
    const traced = state.prediction?.trace[number].layers;
    lens?.show(state);
    parts.forEach((part, i) => {
      const [kernel, map] = i || !lens ? [null, null] : [lens.shownKernel, chosenMap];
      part.show(traced ? traced[i].maps : null, state.shades, kernel, map);
    });
  }
  return { element, show };
}

/** Return the place before pooling of the middle of a pool, or null if only a map was chosen. */
function placeInPool({ row, column }, [down, right]) {
  if (row === null || row === undefined) return null;
  return { row: row * down + (down >> 1), column: column * right + (right >> 1) };
}
