"""Any data and parameters: either fit works, or it raises a clear error and changes nothing."""

import warnings
from decimal import Decimal
from fractions import Fraction

import joblib
import numpy as np
import pandas as pd
import pytest
from helpers import small_classifier, small_transformer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from scipy import sparse

from skmnist.classifier._targets import ENCODINGS
from skmnist.features._kernels import SOURCES
from skmnist.features._layers import NORMALIZATIONS, STACKINGS
from skmnist.network import ACTIVATIONS, LOSSES
from skmnist.network._activations import OUTPUT_ACTIVATIONS
from skmnist.network._convolution import MAP_ACTIVATIONS, PADDINGS, POOLS
from skmnist.network._optimizers import SCHEDULES, SOLVERS

pytestmark = [
    pytest.mark.timeout(4 * 3600),
    pytest.mark.filterwarnings("ignore:.*(holds out|no effect|is larger than):UserWarning"),
]

# Warnings of scikit-learn, and documented warnings of skmnist.
DOCUMENTED = [
    "A column-vector y was passed",
    "There is nothing left to train",
    "The number of unique classes is greater than 50%",
    "X (does not have valid|has) feature names",
]
NONSENSE = [
    *(None, "", "auto", "nonsense", b"x", True, np.True_, object(), int, len, 1j),
    *(-1, 0, 1, 2, 10**30, 10**400, -(10**400), 0.5, 1.5, -0.5, np.nan, np.inf, 1e308, 5e-324),
    *(np.float32(0.5), np.int8(3), Decimal("0.5"), Decimal("NaN"), Fraction(1, 3), pd.NA, pd.NaT),
    *((), [], {}, set(), range(3), (1, 2), [1, 2], [[1], [1, 2]], [None], (2, "a"), ["a", "b"]),
    *({0: 1}, {"a": 2}, {0: -1}, {0: None}, {0: 10**400}, {1: np.nan}, {None: 1}, {(1, 2): 3}),
    *(np.array(3), np.array([]), np.array("a"), np.eye(2), np.ones((2, 2, 2)), np.ma.masked),
    *(np.full((1, 2, 2), 1e308), np.ones((1, 1, 1), complex), (np.ones((1, 2, 2)), "pca")),
    *(np.datetime64("NaT"), np.zeros(3, dtype=[("a", "f8"), ("b", "i4")])),
]
CLASSIFIER = {
    "hidden_layer_sizes": [(), (3,), (2, 3), 4],
    "activation": list(ACTIVATIONS),
    "output_activation": list(OUTPUT_ACTIVATIONS),
    "loss": list(LOSSES),
    "target_encoding": list(ENCODINGS),
    "solver": list(SOLVERS),
    "alpha": [0, 1e-3, 10, 1e300, 5e-324],
    "batch_size": [1, 2, 3, "auto", 10**6],
    "learning_rate": list(SCHEDULES),
    "learning_rate_init": ["auto", 1e-3, 10, 1e300, 5e-324],
    "warmup": [0, 0.5, 1 - 1e-16, 5e-324],
    "schedule_iter": [None, 5, 10**18],
    "momentum": [0, 0.9, 1 - 1e-16],
    "nesterovs_momentum": [True],
    "beta_1": [0, 0.5, 1 - 1e-16],
    "beta_2": [0, 0.5, 1 - 1e-16],
    "epsilon": [1e-8, 5e-324, 1e300],
    "dropout": [0, 0.5, 1 - 1e-16],
    "input_dropout": [0, 0.5, 1 - 1e-16],
    "max_iter": [1, 3],
    "class_weight": ["balanced", {}, {0: 2.0}, {0: 0}, {0: 1e-300, 1: 1e300}],
    "early_stopping": [True],
    "validation_fraction": [0.1, 0.5, 5e-324, 1 - 1e-16],
    "n_iter_no_change": [1, 5],
    "tol": [0, 1e300],
    "shuffle": [False],
    "random_state": [0, 2**32 - 1],
    "warm_start": [True],
    "verbose": [0, 1],
}
TRANSFORMER = {
    "kernels": [
        *(*SOURCES, ("random", "pca"), [[[1]]]),
        *(np.ones((2, 2, 2)), np.full((1, 1, 1), 5e-324), np.ones((1, 2, 2), bool)),
    ],
    "n_kernels": [1, 2, 5, (2, 3)],
    "kernel_size": ["auto", 1, 2, 3, (1, 2)],
    "stride": [1, 2, 10**18],
    "padding": list(PADDINGS),
    "normalize": [*NORMALIZATIONS, ("mean", "contrast")],
    "activation": list(MAP_ACTIVATIONS),
    "pool": list(POOLS),
    "pool_size": ["auto", 1, 2, 10**18],
    "stacking": list(STACKINGS),
    "image_shape": [None, (1, 1), (3, 3), (2, 2, 1), (1, 4), (10**30, 1)],
    "n_jobs": [None, 1, 2, -1, 10**30],
    "random_state": [0, 2**32 - 1],
}
NUMBERS = ["u1", "i1", "i2", "i4", "i8", "u8", "f4", "f8", "?"]
TYPES = [*NUMBERS, "f2", ">f8", ">i4", "g", "c16", "M8[s]", "m8[s]", "U3", "S3", "O"]


def mapped(array, folder):
    np.save(folder / "mapped.npy", array)
    return np.load(folder / "mapped.npy", mmap_mode="r")


CONTAINERS = {
    "list": lambda array, folder: array.tolist(),
    "frame": lambda array, folder: pd.DataFrame(array),
    "named": lambda array, folder: pd.DataFrame(array).add_prefix("pixel"),
    "csr": lambda array, folder: sparse.csr_array(array),
    "csc": lambda array, folder: sparse.csc_matrix(array),
    "memory map": mapped,
    "columns first": lambda array, folder: np.asfortranarray(array),
    "swapped": lambda array, folder: array.astype(array.dtype.newbyteorder()),
    "masked": lambda array, folder: np.ma.MaskedArray(array, mask=array == 1),
}

nonsense = st.sampled_from(NONSENSE)
usual = st.floats(0, 1, width=32)
shapes = st.tuples(st.sampled_from([1, 2, 3, 4, 6, 12, 12, 130]), st.sampled_from([1, 4, 4, 9, 16]))


@st.composite
def tables(draw, folder, shape=None):
    """Draw X: mostly numbers in a container, sometimes any value."""
    kind = draw(st.sampled_from([*["usual", "extreme"] * 3, "any", "nonsense"]))
    if kind == "nonsense":
        return draw(nonsense)
    if kind == "any":
        dtype, shape = draw(st.sampled_from(TYPES)), draw(npst.array_shapes(max_dims=4, min_side=0))
        objects = st.one_of(nonsense, usual) if dtype == "O" else None
        return draw(npst.arrays(dtype, shape, elements=objects))
    shape = draw(shapes) if shape is None else shape
    if kind == "usual":
        array = draw(npst.arrays("f4", shape, elements=usual))
    else:
        options = {"allow_nan": False, "allow_infinity": False}
        dtype = np.dtype(draw(st.sampled_from(NUMBERS)))
        array = draw(npst.arrays(dtype, shape, elements=npst.from_dtype(dtype, **options)))
    container = draw(st.sampled_from([None, None, *CONTAINERS]))
    return array if container is None else CONTAINERS[container](array, folder)


LABELS = [[0, 1, 2], [0, 1], ["a", "b"], [True, False], [0.0, 1.0, 7.0], [-5, 2**62], [1e300, 0.5]]


@st.composite
def labels(draw, n_rows):
    """Draw y: mostly one label per row, sometimes any value."""
    if draw(st.integers(0, 9)) == 9:
        return draw(st.one_of(nonsense, npst.arrays(st.sampled_from(TYPES[:-1]), n_rows)))
    names = draw(st.sampled_from([*LABELS[:3], *LABELS]))
    # In turn from a random start: all classes occur if there are enough rows.
    chosen = (np.arange(n_rows) + draw(st.integers(0, 4))) % len(names)
    y = np.array(names)[chosen]
    form = draw(st.sampled_from([None, None, "list", "column", "series", "objects"]))
    forms = {"list": y.tolist(), "column": y[:, None], "series": pd.Series(y)}
    return {**forms, "objects": y.astype(object)}.get(form, y)


def weights(n_rows):
    sizes = [0, 1, 1, 2.5, 1e-300, 5e-324, 1.7e308, 1e-40]
    some = st.lists(st.sampled_from(sizes), min_size=n_rows, max_size=n_rows)
    return st.integers(0, 9).flatmap(lambda n: st.none() if n < 6 else some if n < 9 else nonsense)


@st.composite
def parameters(draw, valid):
    """Draw some parameters, mostly valid ones."""
    names = draw(st.lists(st.sampled_from(list(valid)), max_size=4, unique=True))
    values = {name: draw(st.sampled_from(valid[name])) for name in names}
    if draw(st.integers(0, 3)) == 3:
        values[draw(st.sampled_from(list(valid)))] = draw(nonsense)
    return values


def n_rows(X):
    return X.shape[0] if getattr(X, "shape", ()) else 3


def outcome(call, *args, **kwargs):
    """Return (the result of a call, ""), or (None, the message of a documented error)."""
    with warnings.catch_warnings():
        for message in DOCUMENTED:
            warnings.filterwarnings("ignore", message=message)
        try:
            return call(*args, **kwargs), ""
        except (ValueError, TypeError) as error:
            message = str(error).strip()
    assert message
    return None, message


def learned(model):
    return joblib.hash({k: v for k, v in vars(model).items() if k.endswith("_") or k == "_run"})


def fitted(model, method, *args, **kwargs):
    """Return whether a fit succeeds; a failed fit must leave the model unchanged."""
    before, deep = dict(vars(model)), learned(model)
    _, error = outcome(getattr(model, method), *args, **kwargs)
    if error:
        assert vars(model).keys() == before.keys()
        assert all(value is before[name] for name, value in vars(model).items())
        assert learned(model) == deep
    return not error


def run(check, strategy, n_examples):
    """Run a check on the same examples each time; return the numbers of fits and of examples."""
    outcomes = []
    settings(
        max_examples=n_examples,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )(given(strategy)(lambda data: outcomes.append(check(data))))()
    return sum(outcomes), len(outcomes)


def test_any_input_to_the_classifier(size, reached, tmp_path):
    X_good, y_good = np.eye(12, 4, dtype="f4"), np.arange(12) % 2

    def check(data):
        defaults = {"hidden_layer_sizes": (3,), "max_iter": 2}
        model = small_classifier(**{**defaults, **data.draw(parameters(CLASSIFIER))})
        if data.draw(st.integers(0, 4)) == 0:
            fitted(model, "fit", X_good, y_good)
        X = data.draw(tables(tmp_path))
        y, sample_weight = data.draw(labels(n_rows(X))), data.draw(weights(n_rows(X)))
        if data.draw(st.integers(0, 2)) == 2:
            classes = data.draw(st.sampled_from([*LABELS[:3], *LABELS, *NONSENSE[:3]]))
            passes = fitted(model, "partial_fit", X, y, classes, sample_weight)
        else:
            passes = fitted(model, "fit", X, y, sample_weight)
        if passes:
            rows, error = outcome(model.predict_proba, X)
            assert "too large for float" in error or np.isfinite(rows).all()
            assert error or np.allclose(rows.sum(axis=1), 1, atol=1e-4)
            assert error or len(outcome(model.predict, X)[0]) == len(rows)
        outcome(model.predict, data.draw(tables(tmp_path)))
        return passes

    n_fitted, n = run(check, st.data(), size(short=150, full=20_000))
    assert n_fitted > n / 10
    reached(f"{n:,} inputs to the classifier: {n_fitted:,} fitted, the others with a clear error")


def test_any_input_to_the_transformer(size, reached, tmp_path):
    def check(data):
        defaults = {"kernels": "kmeans", "n_kernels": 3}
        model = small_transformer(**{**defaults, **data.draw(parameters(TRANSFORMER))})
        if data.draw(st.integers(0, 4)) == 0:
            fitted(model, "fit", np.eye(12, 9))
        X = data.draw(tables(tmp_path))
        passes = fitted(model, "fit", X, data.draw(st.one_of(st.none(), labels(n_rows(X)))))
        if passes:
            columns, error = outcome(model.transform, X)
            assert "too large for float" in error or np.isfinite(columns).all()
            assert error or columns.shape[1] == len(model.get_feature_names_out())
        outcome(model.transform, data.draw(tables(tmp_path)))
        return passes

    n_fitted, n = run(check, st.data(), size(short=150, full=20_000))
    assert n_fitted > n / 10
    reached(f"{n:,} inputs to the transformer: {n_fitted:,} fitted, the others with a clear error")
