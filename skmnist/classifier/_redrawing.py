"""Training images that are drawn anew in each epoch, usually by a distorter."""

from functools import partial

import numpy as np
from sklearn.utils import check_array

from skmnist.base._checks import is_same_place, place
from skmnist.base._rules import short_repr
from skmnist.network._arrays import dense_rows, is_numpy, like


def with_redraw(examples, distorter, redraw=None):
    """Return examples that are drawn anew in each epoch by the distorter or by ``redraw``.

    At least one of the two is None. If both are, the examples are returned unchanged.
    """
    if distorter is None and redraw is None:
        return examples
    source = "redraw" if distorter is None else f"{type(distorter).__name__}.distort"
    draw = redraw or partial(_distorted, distorter, examples.X)
    error_handling = np.geterr()

    def redraw_and_check(rows, seed):
        with np.errstate(**error_handling):  # only the training itself may ignore overflows
            drawn = draw(rows, seed)
        return _checked(drawn, examples.X, len(rows), source)

    return examples._replace(redraw=redraw_and_check)


def _distorted(distorter, X, rows, seed):
    """Return distorted copies of some rows of X, which keep their dtype and become dense."""
    return distorter.distort(dense_rows(X, like(X, rows), X.dtype), random_state=seed)


def _checked(drawn, X, n_rows, source):
    """Return new versions of rows of X as an array, or raise a ValueError that names the source."""
    shape = (n_rows, X.shape[1])
    try:
        array = check_array(_without_graph(drawn), accept_sparse="csr")
    except (TypeError, ValueError) as cause:
        raise _error(drawn, X, shape, source) from cause
    if tuple(array.shape) != shape or not is_same_place(array, X):
        raise _error(drawn, X, shape, source)
    return array


def _error(drawn, X, shape, source):
    return ValueError(
        f"{source} must return finite numbers in an array of shape {shape} ({place(X)}), one row "
        f"for each row that it was given; got {_described(drawn)}."
    )


def _without_graph(drawn):
    """Return a tensor without the graph of its computation, which torch would extend."""
    return drawn.detach() if getattr(drawn, "requires_grad", False) else drawn


def _described(drawn):
    if is_numpy(drawn) or not hasattr(drawn, "shape"):
        return short_repr(drawn)
    return f"a {type(drawn).__name__} of shape {tuple(drawn.shape)}"
