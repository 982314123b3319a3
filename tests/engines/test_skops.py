"""skmnist.io.save and load: models are loaded as they were saved, and errors are clear."""

import os
import subprocess
import sys
import tracemalloc
from functools import partial
from importlib import import_module

import numpy as np
import pytest
from helpers import small_classifier, small_transformer
from sklearn import config_context
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_digits
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.feature_selection import SelectKBest, chi2
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, PredefinedSplit, StratifiedShuffleSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from skmnist import MLPDigitClassifier
from skmnist.cli import main
from skmnist.io import TRUSTED_TYPES, load, save
from skmnist.network._optimizers import SOLVERS

skops = pytest.importorskip("skops.io")
pandas = pytest.importorskip("pandas")

X, y = load_digits(return_X_y=True)
X, y = X[:300], y[:300]
FRAME = pandas.DataFrame(X, columns=[f"pixel {n}" for n in range(64)])


small = partial(small_classifier, hidden_layer_sizes=(8,), max_iter=2)


def features(kernels="kmeans", **parameters):
    return small_transformer(kernels, **parameters)


def searched(**parameters):
    grid = {"mlpdigitclassifier__alpha": [0.0, 0.1]}
    return GridSearchCV(make_pipeline(StandardScaler(), small()), grid, cv=2, **parameters)


MODELS = {
    "bytes": lambda: small().fit(X.astype(np.uint8), y),
    "float64": lambda: small().fit(X, y),
    "no hidden layer, two classes": lambda: small(hidden_layer_sizes=()).fit(X, y == 3),
    "strings": lambda: small(class_weight={"3": 2.0}).fit(X, y.astype(str)),
    "objects and names": lambda: small().fit(FRAME, y.astype(str).astype(object)),
    "weights by number": lambda: small(class_weight={3: 2.0}).fit(X, y),
    "weights by small number": lambda: small(class_weight={np.uint8(3): 2.0}).fit(X, y),
    "weights by float": lambda: small(class_weight={np.float32(3): 2.0}).fit(X, y),
    "ordinal stream": lambda: small(target_encoding="ordinal").partial_fit(X, y, range(10)),
    "transformer": lambda: features().fit(X),
    "given kernels": lambda: features(np.ones((2, 3, 3))).fit(X),
    "two layers": lambda: features(
        n_kernels=(4, 3), stacking="separate", normalize="contrast", padding="same"
    ).fit(X),
    "frames": lambda: features("strokes").set_output(transform="pandas").fit(FRAME),
    "pipeline": lambda: make_pipeline(StandardScaler(), features(), small()).fit(X, y),
    "search": lambda: searched().fit(X, y),
    "search by accuracy": lambda: searched(scoring="accuracy").fit(X, y),
    "search by other scores": lambda: searched(
        scoring=["f1_macro", "balanced_accuracy", "neg_log_loss", "roc_auc_ovr"], refit="f1_macro"
    ).fit(X, y),
    "search by other splits": lambda: (
        searched().set_params(cv=StratifiedShuffleSplit(2, random_state=0)).fit(X, y)
    ),
    "search by given splits": lambda: searched().set_params(cv=PredefinedSplit(y % 2)).fit(X, y),
    "imputed and selected": lambda: make_pipeline(
        SimpleImputer(keep_empty_features=True), SelectKBest(chi2, k=20), small()
    ).fit(X, y),
    "voting": lambda: VotingClassifier([("a", small()), ("b", small())]).fit(X, y),
    "stacking": lambda: StackingClassifier([("a", small())], small(), cv=2).fit(X, y),
    "calibrated": lambda: CalibratedClassifierCV(small(), cv=2).fit(X, y),
    "isotonic": lambda: CalibratedClassifierCV(small(), cv=2, method="isotonic").fit(X, y),
    "temperature": lambda: CalibratedClassifierCV(small(), cv=2, method="temperature").fit(X, y),
}


def outputs(model):
    images = FRAME if hasattr(model, "feature_names_in_") else X
    names = "transform", "predict", "predict_proba", "decision_function"
    return [np.asarray(getattr(model, name)(images)) for name in names if hasattr(model, name)]


@pytest.mark.parametrize("name", MODELS)
def test_loaded_model_has_the_same_outputs(tmp_path, name):
    model = MODELS[name]()
    save(model, tmp_path / "model.skops")
    loaded = load(tmp_path / "model.skops")
    assert repr(loaded) == repr(model)
    for found, expected in zip(outputs(loaded), outputs(model), strict=True):
        np.testing.assert_array_equal(found, expected)
    assert list(tmp_path.iterdir()) == [tmp_path / "model.skops"]


@pytest.mark.parametrize("model", [small(), features(), make_pipeline(features(), small())])
def test_unfitted_model_is_loaded_with_its_parameters(tmp_path, model):
    save(model, tmp_path / "model.skops")
    assert repr(load(tmp_path / "model.skops")) == repr(model)


@pytest.mark.parametrize("seed", [0, np.random.RandomState(0), None], ids=["int", "state", "none"])
@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize("solver", SOLVERS)
def test_resuming_a_loaded_model_is_bit_identical(tmp_path, solver, early_stopping, seed):
    model = small(
        warm_start=True,
        random_state=seed,
        dropout=0.2,
        solver=solver,
        early_stopping=early_stopping,
    ).fit(X, y)
    save(model, tmp_path / "model.skops")
    for each in (loaded := load(tmp_path / "model.skops"), model):
        each.set_params(max_iter=4, schedule_iter=4).fit(X, y)
    assert loaded.n_iter_ == 4
    for W, expected in zip(loaded.coefs_, model.coefs_, strict=True):
        np.testing.assert_array_equal(W, expected)


def test_random_state_is_saved_with_its_position(tmp_path):
    model = small(random_state=np.random.RandomState(5))
    save(model, tmp_path / "model.skops")
    loaded = load(tmp_path / "model.skops")
    assert clone(loaded).fit(X, y).coefs_[0].tobytes() == model.fit(X, y).coefs_[0].tobytes()


def deeper(levels, call):
    """Call a function from deeper in the stack."""
    return deeper(levels - 1, call) if levels else call()


# Which error Python raises when the stack is full depends on the function that is called last.
@pytest.mark.parametrize("levels", range(12))
def test_save_rejects_a_model_that_contains_itself(tmp_path, levels):
    contains_itself = []
    contains_itself.append(contains_itself)
    with config_context(enable_metadata_routing=True):
        # scikit-learn's metadata requests contain themselves too.
        requesting = small().set_fit_request(sample_weight=True)
    for model in (small(verbose=contains_itself), requesting):
        with pytest.raises(ValueError, match=r"as a skops file: an object in it contains itself"):
            deeper(levels, lambda model=model: save(model, tmp_path / "model.skops"))


def test_error_for_other_objects_does_not_mention_containment(tmp_path):
    shared = [1, 2]
    model = small(verbose=[shared, shared, os])
    with pytest.raises(ValueError, match=r"as a skops file: .*module") as raised:
        save(model, tmp_path / "model.skops")
    assert "contains itself" not in str(raised.value)


def test_loading_needs_about_twice_the_memory_of_the_file(tmp_path):
    path = tmp_path / "model.skops"
    save(small(hidden_layer_sizes=(1200, 1200), max_iter=1).fit(X[:20], y[:20]), path)
    load(path)  # imports are not part of the measurement
    tracemalloc.start()
    try:
        load(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert 10**7 < path.stat().st_size < peak < 2.1 * path.stat().st_size


def test_trusted_types_exist():
    for name in TRUSTED_TYPES:
        module, _, kind = name.rpartition(".")
        assert hasattr(import_module(module), kind), name


def test_trusted_types_have_the_names_that_saved_files_contain():
    assert {name for name in TRUSTED_TYPES if name.startswith("skmnist.")} == {
        "skmnist.ConvFeatureTransformer",
        "skmnist.DigitDistorter",
        "skmnist.DistortedClassifier",
        "skmnist.MLPDigitClassifier",
        "skmnist.classifier.BestEpoch",
        "skmnist.classifier.FittedAs",
        "skmnist.classifier.Run",
        "skmnist.distortion.Progress",
        "skmnist.network.Adam",
        "skmnist.network.Layer",
        "skmnist.network.SGD",
        "skmnist.network.Scaling",
        "skmnist.network.State",
    }


def double(X):
    return 2 * X


def test_function_must_be_trusted(tmp_path):
    path = tmp_path / "model.skops"
    model = make_pipeline(FunctionTransformer(double), small()).fit(X, y)
    name = f"{double.__module__}.double"
    with pytest.raises(ValueError, match=rf"(?s){name}.*trusted=\[\.\.\.\], both to save"):
        save(model, path)
    assert not path.exists()
    save(model, path, trusted=[name])
    with pytest.raises(ValueError, match=name):
        load(path)
    np.testing.assert_array_equal(load(path, trusted=name).predict(X), model.predict(X))


def test_save_rejects_what_load_would_reject(tmp_path):
    path = tmp_path / "model.skops"
    model = small(class_weight={False: 1.0, True: 2.0}).fit(X, y == 3)
    with pytest.raises(ValueError, match=r"be saved .* strings or numbers; got 'false' of .*bool"):
        save(model, path)  # skops would load both keys as True
    with pytest.raises(ValueError, match="cannot be saved"):
        save(small(verbose=(n for n in range(3))), path)
    with pytest.raises(ValueError, match="A lambda cannot be found by its name") as raised:
        save(FunctionTransformer(lambda X: X), path)
    assert "trusted=" not in str(raised.value)
    with pytest.raises(
        ValueError, match=r"be saved .* must be an estimator; got an object of the type dict"
    ):
        save({"a": 1}, path)
    with pytest.raises(ValueError, match=r"path must not end in \.gz.*; got .*model\.skops\.gz\.$"):
        save(small(), tmp_path / "model.skops.gz")
    assert list(tmp_path.iterdir()) == []


def test_errors_of_the_system_are_raised_unchanged(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        load(tmp_path / "nowhere.skops")
    with pytest.raises(IsADirectoryError):
        load(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"no folder.model\.skops"):
        save(small(), tmp_path / "no folder" / "model.skops")


NO_MODELS = {
    b"": "it must be a zip archive",
    b"no archive": "it must be a zip archive.*joblib.load",
    b"PK\5\6" + bytes(18): "it must contain schema.json",
}


@pytest.mark.parametrize("content", NO_MODELS)
def test_error_for_another_file_names_its_path(tmp_path, content):
    path = tmp_path / "model.skops"
    path.write_bytes(content)
    message = rf"model\.skops cannot be loaded as a model: {NO_MODELS[content]}"
    with pytest.raises(ValueError, match=message):
        load(path)


@pytest.mark.parametrize("trusted", [True, 3, [True]])
def test_trusted_must_be_names_or_types(tmp_path, trusted):
    path = tmp_path / "model.skops"
    save(small(), path)
    with pytest.raises(TypeError, match=r"trusted must be a list of names or types; got"):
        load(path, trusted=trusted)
    with pytest.raises(TypeError, match=r"trusted must be a list of names or types; got"):
        save(small(), path, trusted=trusted)


def test_models_of_scikit_learn_alone_can_be_saved(tmp_path):
    model = LogisticRegression().fit(X / 16, y)
    save(model, tmp_path / "model.skops")
    np.testing.assert_array_equal(load(tmp_path / "model.skops").predict(X), model.predict(X))


def test_error_without_skops_tells_what_to_install(tmp_path):
    code = """
import sys
sys.modules["skops"] = None
from skmnist.io import load
load("model.skops")
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=os.getcwd())
    assert done.stderr.splitlines()[-1].endswith(
        "requires skops. Install it with `pip install skops`."
    )


def test_command_reads_and_writes_skops_files(tmp_path, capsys):
    path, test = tmp_path / "model.skops", tmp_path / "test.npz"
    images = X.reshape(-1, 8, 8).astype(np.uint8)
    np.savez(test, x_train=images, y_train=y, x_test=images, y_test=y)
    options = ["--data", str(test), "--hidden", "8", "--epochs", "2"]
    assert main(["train", *options, "--out", str(path)]) == 0
    assert isinstance(load(path), MLPDigitClassifier)
    capsys.readouterr()
    assert main(["evaluate", str(path), "--data", str(test)]) == 0
    assert f"{load(path).score(X, y):.2%} of 300 test images" in capsys.readouterr().out
    path.write_bytes(b"no archive")
    assert main(["evaluate", str(path), "--data", str(test)]) != 0
    assert "cannot be loaded as a model: it must be a zip archive" in capsys.readouterr().err
