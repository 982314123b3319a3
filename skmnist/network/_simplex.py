"""From outputs to probabilities: the nearest point whose entries are ≥ 0 and sum to 1."""

from skmnist.network._arrays import namespace


def project_to_simplex(outputs):
    """Return, for each row, the Euclidean projection onto the probability simplex.

    It takes the same amount off every entry and cuts at 0. Entries that end up below 0 drop
    out, the others share the work anew, until nobody drops out (Michelot 1986).
    """
    xp = namespace(outputs)
    shifted = outputs - xp.max(outputs, axis=1, keepdims=True)  # keeps huge outputs exact
    kept = xp.ones_like(shifted)
    for _ in range(outputs.shape[1]):
        total = xp.sum(kept * shifted, axis=1, keepdims=True)
        taken_off = (total - 1) / xp.sum(kept, axis=1, keepdims=True)
        before, kept = kept, xp.astype(shifted > taken_off, shifted.dtype)
        if bool(xp.all(kept == before)):
            break
    positive = xp.clip(shifted - taken_off, 0, None)
    return positive / xp.sum(positive, axis=1, keepdims=True)
