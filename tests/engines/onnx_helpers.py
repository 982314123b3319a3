"""Small models, and comparisons of their outputs with those of onnxruntime."""

import numpy as np
from helpers import small_classifier, small_transformer
from sklearn.datasets import load_digits

from skmnist.io import to_onnx

X, y = load_digits(return_X_y=True)
X, y = X[:300].astype(np.uint8), y[:300]

classifier = small_classifier


def features(kernels="pca", **parameters):
    return small_transformer(kernels, **{"n_kernels": 6, **parameters})


def run(graph, X, rows=500):
    """Return the outputs of a graph in onnxruntime, computed for some rows at a time."""
    import onnx
    import onnxruntime

    onnx.checker.check_model(graph, full_check=True)
    session = onnxruntime.InferenceSession(
        graph.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    starts = range(0, max(len(X), 1), rows)
    parts = [session.run(None, {"X": X[start : start + rows]}) for start in starts]
    return [np.concatenate(part) for part in zip(*parts, strict=True)]


def expect_same_answers(model, X, atol=1e-5):
    labels, probabilities = run(to_onnx(model, X), X)
    np.testing.assert_array_equal(labels, model.predict(X))
    np.testing.assert_allclose(probabilities, model.predict_proba(X), rtol=0, atol=atol)


def expect_same_columns(model, X, tolerance=1e-5):
    """Compare relative to the largest feature, because features of bytes are in the hundreds."""
    (columns,), expected = run(to_onnx(model, X), X), model.transform(X)
    assert columns.dtype == expected.dtype
    np.testing.assert_allclose(columns, expected, rtol=0, atol=tolerance * abs(expected).max())
