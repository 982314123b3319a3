/* From the JSON in the page to a model whose arrays are typed arrays. */

const INTEGERS = { int8: Int8Array, int16: Int16Array };

/** Return the bytes that a text in base64 stands for. */
function fromBase64(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** Return little-endian numbers as a typed array. All browsers today are little-endian. */
function numbersFrom(text, type) {
  return new type(fromBase64(text).buffer);
}

/** Return numbers of 12 bits as 16-bit integers: two numbers are stored in three bytes. */
function unpacked(bytes, n) {
  const numbers = new Int16Array(n);
  for (let i = 0, at = 0; i < n; i += 2, at += 3) {
    const both = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16);
    numbers[i] = (both << 20) >> 20; // the shift to the right repeats the sign
    if (i + 1 < n) numbers[i + 1] = (both << 8) >> 20;
  }
  return numbers;
}

/** Return an array as {shape, data}. Integers are multiplied by the scale of their row. */
function readArray({ shape, type, scales, data }) {
  if (type === "float32") return { shape, data: numbersFrom(data, Float32Array) };
  const n = shape.reduce((product, side) => product * side, 1);
  const integers =
    type === "int12" ? unpacked(fromBase64(data), n) : numbersFrom(data, INTEGERS[type]);
  const factors = numbersFrom(scales, Float32Array);
  const perRow = n / factors.length;
  const values = new Float32Array(n);
  for (let i = 0; i < n; i++) values[i] = integers[i] * factors[Math.floor(i / perRow)];
  return { shape, data: values };
}

/** Return a value in which each array, at any depth, has been read. */
function withArrays(value) {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(withArrays);
  if ("data" in value && "shape" in value) return readArray(value);
  const entries = Object.entries(value).map(([name, each]) => [name, withArrays(each)]);
  return Object.fromEntries(entries);
}

/** Read the model from the element that contains it as JSON. */
function readModel(element) {
  const model = JSON.parse(element.textContent);
  const mistakes = model.mistakes.map((each) => ({ ...each, pixels: fromBase64(each.pixels) }));
  return { ...model, steps: model.steps.map(withArrays), mistakes };
}
