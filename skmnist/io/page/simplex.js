/* Convert outputs to probabilities by projection. */

/** Project outputs onto the simplex: the nearest point whose entries are >= 0 and sum to 1.
    The same amount is subtracted from every positive entry, and negative results become 0. This
    is repeated with the remaining entries until none of them becomes negative. */
function projectToSimplex(outputs) {
  const most = Math.max(...outputs);
  const shifted = Array.from(outputs, (value) => value - most);
  let kept = shifted;
  let takenOff = 0;
  for (let n = shifted.length + 1; kept.length < n; ) {
    n = kept.length;
    takenOff = (kept.reduce((sum, value) => sum + value, 0) - 1) / n;
    kept = kept.filter((value) => value > takenOff);
  }
  const positive = shifted.map((value) => Math.max(value - takenOff, 0));
  const total = positive.reduce((sum, value) => sum + value, 0);
  return Float64Array.from(positive, (value) => value / total);
}
