"""Models that one Python saves and another one loads: exchange.py save|check FOLDER ..."""

import pickle
import sys
import warnings
from pathlib import Path

import joblib
import numpy as np
import sklearn
from sklearn.datasets import load_digits
from sklearn.exceptions import InconsistentVersionWarning
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmnist import ConvFeatureTransformer, MLPDigitClassifier

X, y = load_digits(return_X_y=True)
X, Y = X.astype(np.float32)[:400], np.array([f"digit {label}" for label in y[:400]])
UNSEEN = X[300:]
VERSIONS = [sklearn.__version__, np.__version__]  # each may change the last bits
HERE = (
    f"Python {sys.version.split()[0]}, scikit-learn {sklearn.__version__}, NumPy {np.__version__}"
)


def classifier(**parameters):
    defaults = {"hidden_layer_sizes": (16,), "max_iter": 5, "random_state": 0}
    return MLPDigitClassifier(**{**defaults, **parameters})


def features():
    return ConvFeatureTransformer(n_kernels=4, random_state=0)


MODELS = {
    "classifier": classifier,
    "transformer": features,
    "pipeline": lambda: make_pipeline(StandardScaler(), features(), classifier()),
    "warm-sgd": lambda: classifier(warm_start=True, dropout=0.1),
    "warm-adam": lambda: classifier(
        warm_start=True, solver="adam", early_stopping=True, random_state=np.random.RandomState(0)
    ),
}
FORMATS = {
    "joblib": (joblib.dump, joblib.load),
    "pickle": (
        lambda model, path: path.write_bytes(pickle.dumps(model)),
        lambda path: pickle.loads(path.read_bytes()),
    ),
}


def results(name, model):
    """Return what is to be the same elsewhere: scores, labels, and both after going on."""
    if name == "transformer":
        return {"scores": model.transform(UNSEEN)}
    found = {"scores": model.decision_function(UNSEEN), "labels": model.predict(UNSEEN)}
    if name.startswith("warm"):
        model.set_params(max_iter=8, schedule_iter=8).fit(X[:300], Y[:300])
        found |= {"later scores": model.decision_function(UNSEEN), "n_iter": model.n_iter_}
    return found


def save(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in MODELS.items():
        model = make().fit(X[:300], Y[:300])
        for suffix, (dump, _) in FORMATS.items():
            dump(model, folder / f"{name}.{suffix}")
        np.savez(folder / f"{name}.npz", versions=VERSIONS, **results(name, model))
    (folder / "saved-by.txt").write_text(HERE, encoding="utf-8")
    return f"saved by {HERE}"


def check(folder):
    """Return a line for each difference."""
    differences = []
    for name in MODELS:
        with np.load(folder / f"{name}.npz") as file:
            expected = dict(file)
        to_the_bit = list(expected.pop("versions")) == VERSIONS
        for suffix, (_, load) in FORMATS.items():
            found = results(name, load(folder / f"{name}.{suffix}"))
            differences += [
                f"{name}.{suffix}: {what} differ"
                for what in expected
                if not is_same(found[what], expected[what], to_the_bit)
            ]
    return differences


def is_same(found, expected, to_the_bit):
    if to_the_bit or np.asarray(found).dtype.kind != "f":
        return np.array_equal(found, expected)
    return np.allclose(found, expected, rtol=1e-4, atol=1e-5)


def main(action, folders):
    warnings.simplefilter("error")
    # StandardScaler says that another scikit-learn saved it, as it should.
    warnings.simplefilter("ignore", InconsistentVersionWarning)
    for folder in map(Path, folders):
        print(save(folder) if action == "save" else report(folder))


def report(folder):
    """Check a folder; return a line that says so, or leave with those that tell what differs."""
    there = (folder / "saved-by.txt").read_text(encoding="utf-8")
    differences = check(folder)
    if differences:
        sys.exit(f"Saved by {there}; loaded by {HERE}:\n" + "\n".join(differences))
    return f"{len(MODELS) * len(FORMATS)} models saved by {there}: the same in {HERE}"


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in ("save", "check"):
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2:])
