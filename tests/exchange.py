"""Save models, or check models that another Python has saved: exchange.py save|check FOLDER ..."""

import pickle
import sys
import warnings
from functools import partial
from pathlib import Path

import joblib
import numpy as np
import sklearn
from helpers import small_classifier, small_transformer
from sklearn.datasets import load_digits
from sklearn.exceptions import InconsistentVersionWarning
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

X, y = load_digits(return_X_y=True)
X, Y = X.astype(np.float32)[:400], np.array([f"digit {label}" for label in y[:400]])
UNSEEN = X[300:]
VERSIONS = [sklearn.__version__, np.__version__]  # both can change the last bits
HERE = (
    f"Python {sys.version.split()[0]}, scikit-learn {sklearn.__version__}, NumPy {np.__version__}"
)


classifier = partial(small_classifier, max_iter=5)
transformer = partial(small_transformer, "kmeans")
MODELS = {
    "classifier": classifier,
    "transformer": transformer,
    "pipeline": lambda: make_pipeline(StandardScaler(), transformer(), classifier()),
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
    """Return the results to compare: scores and labels, also after training was resumed."""
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
    """Return one line per difference."""
    differences = []
    for name in MODELS:
        with np.load(folder / f"{name}.npz") as file:
            expected = dict(file)
        exactly = list(expected.pop("versions")) == VERSIONS
        for suffix, (_, load) in FORMATS.items():
            found = results(name, load(folder / f"{name}.{suffix}"))
            differences += [
                f"{name}.{suffix}: {each} differ"
                for each in expected
                if not is_same(found[each], expected[each], exactly)
            ]
    return differences


def is_same(found, expected, exactly):
    if exactly or np.asarray(found).dtype.kind != "f":
        return np.array_equal(found, expected)
    return np.allclose(found, expected, rtol=1e-4, atol=1e-5)


def main(action, folders):
    warnings.simplefilter("error")
    # StandardScaler warns that another version of scikit-learn has saved it, as expected.
    warnings.simplefilter("ignore", InconsistentVersionWarning)
    for folder in map(Path, folders):
        print(save(folder) if action == "save" else report(folder))


def report(folder):
    """Return one line about a folder, or exit with one line per difference."""
    saved_by = (folder / "saved-by.txt").read_text(encoding="utf-8")
    differences = check(folder)
    if differences:
        sys.exit(f"Saved by {saved_by}; loaded by {HERE}:\n" + "\n".join(differences))
    return f"{len(MODELS) * len(FORMATS)} models saved by {saved_by}: the same results in {HERE}"


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in ("save", "check"):
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2:])
