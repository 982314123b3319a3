"""Convert outputs to probabilities by projection."""

from skmnist.network._arrays import namespace


def project_to_simplex(outputs):
    """Project each row onto the simplex: the nearest point whose entries are ≥ 0 and sum to 1.

    The same amount is subtracted from every positive entry, and negative results become 0. This
    is repeated with the remaining entries until none of them becomes negative (Michelot 1986).

    Parameters
    ----------
    outputs : array of shape (n_samples, n_classes)
        The outputs of a network.

    Returns
    -------
    probabilities : array of shape (n_samples, n_classes)
        The projections.

    Examples
    --------
    >>> import numpy as np
    >>> from skmnist.network import project_to_simplex
    >>> project_to_simplex(np.array([[0.9, 0.3, -0.2]]))
    array([[0.8, 0.2, 0. ]])
    """
    xp = namespace(outputs)
    shifted = outputs - xp.max(outputs, axis=1, keepdims=True)  # avoids rounding errors
    kept = xp.ones_like(shifted)
    for _ in range(outputs.shape[1]):
        total = xp.sum(kept * shifted, axis=1, keepdims=True)
        taken_off = (total - 1) / xp.sum(kept, axis=1, keepdims=True)
        before, kept = kept, xp.astype(shifted > taken_off, shifted.dtype)
        if bool(xp.all(kept == before)):
            break
    positive = xp.clip(shifted - taken_off, 0, None)
    return positive / xp.sum(positive, axis=1, keepdims=True)
