"""Models whose fitted attributes do not fit together: the error names the attribute."""

import copy

import numpy as np
import pytest
from helpers import small_classifier, small_transformer
from sklearn.datasets import load_digits

from skmnist.io import load, save
from skmnist.network._optimizers import SOLVERS

pytest.importorskip("skops.io")

X, y = load_digits(return_X_y=True)
X, y = X[:200], y[:200]

SMALL = {"hidden_layer_sizes": (6,), "max_iter": 2, "warm_start": True}
MODELS = {
    **{solver: small_classifier(**SMALL, solver=solver, early_stopping=True) for solver in SOLVERS},
    "transformer": small_transformer(n_kernels=(3, 3), kernel_size=3),
}


@pytest.fixture(scope="module")
def fitted():
    return {name: model.fit(X, y) for name, model in MODELS.items()}


def put(*names):
    """Return a function that changes the attribute or item at the end of a path."""

    def change(model, value):
        *path, last = names
        for name in path:
            model = model[name] if isinstance(name, int) else getattr(model, name)
        if isinstance(last, int):
            model[last] = value(model[last])
        else:
            setattr(model, last, value(getattr(model, last)))

    return change


def nan_in(array):
    return np.where(np.arange(len(array)) == 0, np.nan, array.T).T


OF_CLASSIFIERS = [
    ("classes_", put("classes_"), lambda classes: classes[::-1]),
    ("classes_", put("classes_"), lambda classes: classes[:1]),
    ("classes_", put("classes_"), lambda classes: classes.astype("M8[s]")),
    ("coefs_", put("classes_"), lambda classes: classes[:-1]),
    ("coefs_", put("coefs_", 0), lambda W: W[:-1]),
    ("coefs_", put("coefs_", 1), lambda W: W[:, :-1]),
    ("coefs_", put("coefs_", 0), lambda W: W.astype(np.float16)),
    ("coefs_", put("coefs_", 0), lambda W: W.astype(np.float32)),
    ("coefs_", put("coefs_", 0), lambda W: W.astype(">f8")),
    ("coefs_", put("coefs_", 1), nan_in),
    ("coefs_", put("coefs_"), tuple),
    ("intercepts_", put("intercepts_", 0), lambda b: b[:-1]),
    ("intercepts_", put("intercepts_"), lambda biases: biases[:1]),
    ("intercepts_", put("intercepts_", 1), nan_in),
    ("n_features_in_", put("n_features_in_"), lambda n: True),
    ("coefs_", put("n_features_in_"), lambda n: n + 1),
    ("n_iter_", put("n_iter_"), lambda n: -1),
    ("best_iter_", put("best_iter_"), str),
    ("loss_curve_", put("loss_curve_", 0), str),
    ("loss_curve_", put("loss_curve_"), lambda losses: [np.inf]),
    ("validation_scores_", put("validation_scores_"), tuple),
    ("_scaling", put("_scaling"), lambda scaling: scaling._replace(scale=0 * scaling.scale)),
    ("_scaling", put("_scaling"), lambda scaling: scaling._replace(shift=scaling.shift[:-1])),
    ("_scaling", put("_scaling"), tuple),
    ("_fitted_as", put("_fitted_as"), lambda fitted_as: fitted_as._replace(activation="sine")),
    ("_fitted_as", put("_fitted_as"), lambda fitted_as: fitted_as._replace(activation=None)),
    ("_fitted_as", put("_fitted_as"), lambda fitted_as: fitted_as._replace(activation=[])),
    (
        "_fitted_as",
        put("_fitted_as"),
        lambda fitted_as: fitted_as._replace(output_activation="tanh"),
    ),
    (
        "_fitted_as",
        put("_fitted_as"),
        lambda fitted_as: fitted_as._replace(target_encoding="binary"),
    ),
    ("_fitted_as", put("_fitted_as"), tuple),
    ("_fitted_as", put("_fitted_as"), lambda fitted_as: tuple(fitted_as)[:2]),
    ("_run", put("_run"), lambda run: None),
    ("_run", put("_run", "scaling"), lambda scaling: scaling._replace(scale=-scaling.scale)),
    ("_run", put("_run", "split_seed"), float),
    ("_run", put("_run", "losses"), tuple),
    ("_run", put("_run", "state", "coefs", 0), lambda W: W[:-1]),
    ("_run", put("_run", "state", "intercepts", 0), nan_in),
    ("_run", put("_run", "state", "rng"), lambda rng: np.random.RandomState(0)),
    ("_run", put("_run", "state", "updates"), lambda n: -1),
    ("_run", put("_run", "best", "coefs", 0), lambda W: W[:-1]),
    ("_run", put("_run", "best", "score"), str),
    ("_run", put("_run", "best", "stale"), lambda n: -1),
]
OF_TRANSFORMERS = [
    ("image_shape_", put("image_shape_"), lambda shape: shape[:2]),
    ("image_shape_", put("image_shape_"), lambda shape: (8, 9, 1)),
    ("map_shapes_", put("kernels_", 0), lambda kernels: kernels[:-1]),
    ("map_shapes_", put("kernels_", 1), lambda kernels: kernels[..., :-1]),
    ("map_shapes_", put("kernels_", 0), nan_in),
    ("map_shapes_", put("map_shapes_", 1), lambda shape: (2, 2, 2)),
    ("map_shapes_", put("_layers", 0), lambda layer: layer._replace(activation="sine")),
    ("map_shapes_", put("_layers", 0), lambda layer: layer._replace(pool="median")),
    ("map_shapes_", put("_layers", 0), lambda layer: layer._replace(padding="some")),
    ("map_shapes_", put("_layers", 0), lambda layer: layer._replace(pool_size=(0, 1))),
    ("map_shapes_", put("_layers", 0), lambda layer: layer._replace(stride=1.0)),
    ("map_shapes_", put("_layers", 0), lambda layer: layer._replace(contrast=-1.0)),
    ("map_shapes_", put("_layers", 0), tuple),
    ("_names", put("_names"), lambda names: names[:-1]),
    ("_fitted_with", put("_fitted_with"), lambda parameters: {}),
]


def of_optimizer(kind):
    """Return changes of everything that an optimizer stores."""
    path = "_run", "state", "optimizer"
    memories = [
        ("_run", put(*path, *place), lambda arrays: arrays[1:])
        for name in kind.memories([], [])
        for place in [(name,), (name, 0)]
    ]
    return [*memories, ("_run", put(*path, kind.counter), str)]


INVALID = [
    *(("sgd", *case) for case in OF_CLASSIFIERS),
    *(("transformer", *case) for case in OF_TRANSFORMERS),
    *((solver, *case) for solver, kind in SOLVERS.items() for case in of_optimizer(kind)),
]


def test_models_are_saved_before_they_are_changed(tmp_path, fitted):
    for model in fitted.values():
        save(model, tmp_path / "model.skops")


@pytest.mark.parametrize(("name", "attribute", "change", "value"), INVALID)
def test_invalid_attribute_is_named(tmp_path, fitted, name, attribute, change, value):
    model = copy.deepcopy(fitted[name])
    change(model, value)
    with pytest.raises(ValueError, match=rf" {attribute} of the \w+ is invalid\.$"):
        save(model, tmp_path / "model.skops")
    assert not (tmp_path / "model.skops").exists()


@pytest.mark.parametrize("attribute", ["coefs_", "classes_", "_scaling", "n_features_in_"])
def test_missing_attribute_is_named(tmp_path, fitted, attribute):
    model = copy.deepcopy(fitted["sgd"])
    delattr(model, attribute)
    with pytest.raises(ValueError, match=f"{attribute} of the MLPDigitClassifier is missing"):
        save(model, tmp_path / "model.skops")


def test_estimator_without_one_of_its_parameters_is_not_saved(tmp_path):
    model = small_classifier()
    del model.alpha
    with pytest.raises(
        ValueError, match=": MLPDigitClassifier must have all of its parameters as attr"
    ):
        save(model, tmp_path / "model.skops")


def test_additional_attribute_is_kept(tmp_path, fitted):
    model = copy.deepcopy(fitted["sgd"])
    model.note_ = "from the lecture"
    save(model, tmp_path / "model.skops")
    assert load(tmp_path / "model.skops").note_ == "from the lecture"
