/* Small tables of signed numbers, with a colour and the number in each cell. */

const GRID_CELL = 48; // pixels of the canvas per cell
const MOST_COLUMNS = 7; // larger tables have colours only

/** Return a number in at most four characters. */
function shortText(value) {
  const size = Math.abs(value);
  if (size === 0) return "0";
  return asText(value, size >= 99.5 ? 0 : size >= 9.95 ? 1 : 2);
}

/** Return a figure with a table of rows x columns. */
function gridFigure(caption, rows, columns) {
  const { figure, canvas } = canvasFigure(caption, "", "screen grid", caption);
  figure.classList.add(columns < 5 ? "coarse" : "fine");
  canvas.style.aspectRatio = `${columns} / ${rows}`;
  canvas.width = columns * GRID_CELL;
  canvas.height = rows * GRID_CELL;
  const context = canvas.getContext("2d");

  const show = (values, shades) => {
    const most = values ? largest(values) : 0;
    context.clearRect(0, 0, canvas.width, canvas.height);
    for (let i = 0; values && i < rows * columns; i++) {
      const left = (i % columns) * GRID_CELL;
      const top = Math.floor(i / columns) * GRID_CELL;
      const shade = signedShade(shades.signed, values[i], most);
      const [red, green, blue] = [0, 8, 16].map((shift) => (shade >> shift) & 255);
      context.fillStyle = `rgb(${red} ${green} ${blue})`;
      context.fillRect(left + 1, top + 1, GRID_CELL - 2, GRID_CELL - 2);
      if (columns > MOST_COLUMNS) continue;
      context.fillStyle = red + 2 * green + blue > 400 ? "#000000" : "#ffffff";
      context.font = `${GRID_CELL * 0.3}px system-ui, sans-serif`;
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.fillText(shortText(values[i]), left + GRID_CELL / 2, top + GRID_CELL / 2);
    }
  };
  return { figure, show };
}
