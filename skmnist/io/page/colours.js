/* Colours of pictures that are painted pixel by pixel. They come from the style sheet. */

const STEPS = 255; // shades between no colour and full colour

/** Return a colour of the style sheet, such as "--for", as [red, green, blue]. */
function styleColour(name) {
  const text = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  return [1, 3, 5].map((start) => parseInt(text.slice(start, start + 2), 16));
}

/** Return a colour between two colours, as one number that fits into the data of an image. */
function blend(from, to, share) {
  const [red, green, blue] = from.map((value, i) => Math.round(value + share * (to[i] - value)));
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** Return the shades for values from -1 to 1: entry STEPS is 0. */
function signedShades(zero, against, towards) {
  const shades = new Uint32Array(2 * STEPS + 1);
  for (let i = 0; i <= STEPS; i++) {
    const share = Math.sqrt(i / STEPS); // small values are visible too
    shades[STEPS + i] = blend(zero, towards, share);
    shades[STEPS - i] = blend(zero, against, share);
  }
  return shades;
}

/** Return the shades for grey levels from 0 to 255. */
function greyShades(zero, one) {
  return Uint32Array.from({ length: 256 }, (_, i) => blend(zero, one, i / 255));
}

/** Return all shades that the panels use. They are made anew when the mode changes to dark. */
function readShades() {
  const [screen, unlit, light, towards, against] = [
    "--screen", "--unlit", "--paper-in", "--for", "--against",
  ].map(styleColour);
  return {
    ink: getComputedStyle(document.documentElement).getPropertyValue("--ink").trim(),
    grey: greyShades(screen, light),
    signed: signedShades(screen, against, towards),
    dots: signedShades(unlit, against, towards),
  };
}
