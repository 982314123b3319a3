"""Small models, and what onnxruntime answers in their place."""

import numpy as np
from sklearn.datasets import load_digits

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.io import to_onnx

X, y = load_digits(return_X_y=True)
X, y = X[:300].astype(np.uint8), y[:300]


def classifier(**parameters):
    defaults = {"hidden_layer_sizes": (16,), "max_iter": 3, "random_state": 0}
    return MLPDigitClassifier(**{**defaults, **parameters})


def features(kernels="pca", **parameters):
    return ConvFeatureTransformer(kernels, **{"n_kernels": 6, "random_state": 0, **parameters})


def run(graph, X, rows=500):
    """Let onnxruntime run a graph, some rows at a time."""
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
    """Compare with what the largest feature is: bytes have features in the hundreds."""
    (columns,), expected = run(to_onnx(model, X), X), model.transform(X)
    assert columns.dtype == expected.dtype
    np.testing.assert_allclose(columns, expected, rtol=0, atol=tolerance * abs(expected).max())
