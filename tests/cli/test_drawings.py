"""skmnist train --drawings: models learn from drawings, and do not forget other digits."""

import html

import joblib
import numpy as np
import pytest
from helpers import save_drawings, small_classifier, small_transformer
from numpy.testing import assert_array_equal
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from skmnist import DigitDistorter, DistortedClassifier
from skmnist.cli import main
from skmnist.cli._data import read_images
from skmnist.cli._drawings import with_drawings
from skmnist.cli._model_files import last_step
from skmnist.datasets import load_mnist

EPOCHS = 4


def strange(X):
    """Return digits that are unlike those of MNIST: upside down."""
    return np.ascontiguousarray(X.reshape(-1, 28, 28)[:, ::-1]).reshape(X.shape)


@pytest.fixture
def drawings(tmp_path):
    """A file of forty strange digits."""
    X, y = load_mnist(return_X_y=True)
    return save_drawings(tmp_path / "drawings.json", strange(X[2000:2040]), y[2000:2040])


def test_drawings_make_up_a_twentieth_of_the_images(data, drawings):
    plain, drawn = read_images(data, "train"), read_images(drawings, "test")
    both, n_drawings = with_drawings(plain, drawings)
    assert n_drawings == 40  # 5 % of 900 images
    assert both.X.dtype == np.uint8
    assert_array_equal(both.X, np.concatenate([plain.X, drawn.X]))
    assert_array_equal(both.y, np.concatenate([plain.y, drawn.y]))


def test_few_drawings_are_repeated_with_distortions(data, tmp_path):
    X, _, _ = plain = read_images(data, "train")
    both, _ = with_drawings(plain, save_drawings(tmp_path / "one.json", X[:1], [7]))
    copies = both.X[900:]
    assert len(copies) == 900 // 20
    assert both.y[900:].tolist() == [7] * 45
    assert len(np.unique(copies, axis=0)) == 45
    # A distorted digit resembles the digit more than others do.
    distances = np.abs(copies.astype(float) - X[0]).mean(axis=1)
    assert distances[0] == 0
    assert distances.max() < np.abs(X[1:].astype(float) - X[0]).mean()


def test_files_in_a_folder_are_read_together(data, tmp_path):
    X, y, _ = plain = read_images(data, "train")
    (tmp_path / "class").mkdir()
    for name, rows in (("b", slice(30, 60)), ("a", slice(0, 30))):
        save_drawings(tmp_path / "class" / f"{name}.json", X[rows], y[rows])
    both, n_drawings = with_drawings(plain, tmp_path / "class")
    assert n_drawings == 60
    assert_array_equal(both.X[900:960], X[:60])


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_drawings_are_scaled_like_the_images(kind, data, drawings):
    plain = read_images(data, "train")
    scaled = plain._replace(X=(plain.X / 255).astype(kind), y=plain.y.astype(str))
    both, _ = with_drawings(scaled, drawings)
    assert both.X.dtype == kind
    np.testing.assert_allclose(both.X[900:], with_drawings(plain, drawings)[0].X[900:] / 255)
    assert set(both.y) == set(scaled.y)


def model_kinds():
    classifier = small_classifier(hidden_layer_sizes=(48,), max_iter=EPOCHS)
    features = make_pipeline(small_transformer("kmeans", n_kernels=8), classifier)
    grid = {"hidden_layer_sizes": [(48,)]}
    return {
        "pixels": classifier,
        "distorted": small_classifier(max_iter=8, distort=DigitDistorter(random_state=0)),
        "stopped early": small_classifier(max_iter=8, early_stopping=True),
        "pipeline": make_pipeline(MinMaxScaler(), *features),
        "distorted pipeline": DistortedClassifier(features, DigitDistorter(random_state=0)),
        "distorted classifier": DistortedClassifier(classifier, DigitDistorter(random_state=0)),
        "search": GridSearchCV(classifier, grid, cv=2),
    }


@pytest.mark.parametrize("kind", model_kinds())
def test_finished_model_learns_from_drawings_and_keeps_what_it_knew(kind, data, tmp_path, capsys):
    X, y = load_mnist(return_X_y=True)
    model = model_kinds()[kind].fit(X[:900], y[:900])
    before, after = tmp_path / "before", tmp_path / "after"
    joblib.dump(model, before)
    content = before.read_bytes()
    rows = slice(2000, 2100)
    path = save_drawings(tmp_path / "drawings.json", strange(X[rows]), y[rows])
    argv = ["train", "--resume", str(before), "--drawings", str(path), "--data", str(data)]
    assert main([*argv, "--out", str(after)]) == 0
    better = joblib.load(after)
    assert type(better) is type(getattr(model, "best_estimator_", model))
    new, old = strange(X[3000:3500]), X[50_000:50_500]
    assert better.score(new, y[3000:3500]) > model.score(new, y[3000:3500]) + 0.05
    assert better.score(old, y[50_000:50_500]) > model.score(old, y[50_000:50_500]) - 0.03
    assert before.read_bytes() == content
    printed = capsys.readouterr().out
    assert "1,000 images, among them 100 drawings" in printed
    assert f"skmnist evaluate {after} --data {path}" in printed
    assert "no longer needed" not in printed


def test_result_is_that_of_further_epochs_in_python(data, drawings, tmp_path):
    X, y, _ = plain = read_images(data, "train")
    model = small_classifier(max_iter=EPOCHS).fit(X, y)
    joblib.dump(model, tmp_path / "model")
    argv = ["train", "--resume", str(tmp_path / "model"), "--drawings", str(drawings)]
    assert main([*argv, "--data", str(data), "--out", str(tmp_path / "out")]) == 0
    both, _ = with_drawings(plain, drawings)
    n_epochs = EPOCHS + 39 // 3  # a third of the default for 940 images
    model.set_params(warm_start=True, max_iter=n_epochs).fit(both.X, both.y)
    other = joblib.load(tmp_path / "out")
    for W, V in zip(model.coefs_, other.coefs_, strict=True):
        assert_array_equal(W, V)
    assert other.get_params() == small_classifier(max_iter=n_epochs).get_params()


def test_new_model_can_be_trained_on_drawings_too(data, drawings, tmp_path):
    argv = ["train", "--drawings", str(drawings), "--data", str(data), "--hidden", "16"]
    assert main([*argv, "--epochs", "3", "--out", str(tmp_path / "out")]) == 0
    both, _ = with_drawings(read_images(data, "train"), drawings)
    same = small_classifier().fit(both.X, both.y)
    assert_array_equal(joblib.load(tmp_path / "out").coefs_[0], same.coefs_[0])


def test_evaluate_accepts_drawings(models, drawings, capsys):
    assert main(["evaluate", "pixels", "--data", str(drawings)]) == 0
    X, y, _ = read_images(drawings, "test")
    assert f"Accuracy: {joblib.load('pixels').score(X, y):.2%} of 40" in capsys.readouterr().out


def scaled_models():
    classifier = small_classifier(hidden_layer_sizes=(32,), max_iter=EPOCHS)
    maps = make_pipeline(small_transformer("kmeans", n_kernels=8), classifier)
    return {"pixels": classifier, "maps": maps, "scaled": make_pipeline(MinMaxScaler(), classifier)}


@pytest.mark.parametrize("kind", scaled_models())
def test_drawings_are_scaled_to_the_pixels_that_the_model_was_trained_on(kind, tmp_path, capsys):
    X, y = load_mnist(return_X_y=True)
    model = scaled_models()[kind].fit(X[:2000] / 255, y[:2000])
    joblib.dump(model, tmp_path / "model")
    X, y = X[3000:3100], y[3000:3100]
    data = ["--data", str(save_drawings(tmp_path / "drawings.json", X, y))]
    accuracy = f"{model.score(X / 255, y):.2%}"
    assert main(["evaluate", str(tmp_path / "model"), *data]) == 0
    assert f"Accuracy: {accuracy} of 100" in capsys.readouterr().out
    for command in ("draw", "report"):
        out = tmp_path / f"{command}.html"
        assert main([command, str(tmp_path / "model"), *data, "--out", str(out)]) == 0
        page = html.unescape(out.read_text(encoding="utf-8"))
        assert f"{accuracy} of 100 test images" in page
        assert '"pixel_max": 1.0' in page or '"pixel_max":1.0' in page


def test_error_if_the_range_of_the_pixels_is_unknown(models, drawings, capsys):
    assert main(["evaluate", "ridge", "--data", str(drawings)]) == 2
    printed = capsys.readouterr().err
    assert f"or an .npz file for this model; got {drawings}. The range" in printed
    assert printed.count("\n") == 1


@pytest.mark.parametrize("warm_start", [False, True])
@pytest.mark.parametrize("distorted", [False, True])
def test_early_stopping_is_a_parameter_as_before(distorted, warm_start, data, drawings, tmp_path):
    X, y, _ = read_images(data, "train")
    model = small_classifier(max_iter=6, early_stopping=True, warm_start=warm_start)
    model = DistortedClassifier(model, DigitDistorter(random_state=0)) if distorted else model
    joblib.dump(model.fit(X, y), tmp_path / "model")
    argv = ["train", "--resume", str(tmp_path / "model"), "--drawings", str(drawings)]
    argv += ["--data", str(data), "--checkpoint", str(tmp_path / "checkpoint")]
    assert main([*argv, "--out", str(tmp_path / "out")]) == 0
    better = joblib.load(tmp_path / "out")
    classifier = last_step(better)
    assert classifier.early_stopping
    assert classifier.validation_scores_ is None
    assert classifier.validation_loss_curve_ is None
    assert classifier.best_iter_ == classifier.n_iter_ == len(classifier.loss_curve_)
    if distorted:
        assert better.estimator.get_params() == classifier.get_params()
    assert not last_step(joblib.load(tmp_path / "checkpoint").model).early_stopping
    assert joblib.load(tmp_path / "checkpoint").early_stopping


@pytest.mark.parametrize(("kind", "other"), [(str, int), (int, str)])
def test_labels_get_the_type_of_those_of_the_model(kind, other, digits, drawings, tmp_path):
    X, y = digits
    joblib.dump(small_classifier().fit(X, y.astype(kind)), tmp_path / "model")
    np.savez(tmp_path / "data.npz", x_train=X.reshape(-1, 28, 28), y_train=y.astype(other))
    argv = ["--drawings", str(drawings), "--data", str(tmp_path / "data.npz")]
    argv += ["--checkpoint", str(tmp_path / "checkpoint"), "--out", str(tmp_path / "out")]
    assert main(["train", "--resume", str(tmp_path / "model"), *argv]) == 0
    assert joblib.load(tmp_path / "out").classes_.tolist() == [kind(n) for n in range(10)]
    assert main(["train", "--resume", str(tmp_path / "checkpoint"), *argv]) == 0


ERRORS = [
    ("train --data drawings.json", "drawings.json. To learn from drawings, pass them with --dr"),
    ("train --drawings nowhere.json", "nowhere.json: No such file or directory"),
    ("train --drawings empty", "got empty, which is a folder without such files."),
    ("train --drawings broken.json", "broken.json is not a valid file of drawings: it must be"),
    ("train --drawings small.json", "of the shape (28, 28), like the training images; got (9, 9)"),
    ("train --drawings letters.json", "labels of the training images, such as 5; got X in letters"),
    ("train --drawings drawings.json --out drawings.json", "--out must not be an input file"),
    ("train --resume pixels", "or be given with --drawings; got pixels, which is a finished model"),
    (
        "train --resume ridge --drawings drawings.json",
        "got ridge, which contains a RidgeClassifier",
    ),
    (
        "train --resume small --drawings drawings.json",
        "--data must have training images of 81 pixels for small; got images of 784 pixels in MNI",
    ),
    (
        "train --resume nine --drawings drawings.json",
        "--data must have labels that the model knows, such as 0; got labels such as 9 in MNIST.",
    ),
    ("train --resume pixels --epochs 3 --drawings drawings.json", "--epochs must not be given"),
]


@pytest.mark.parametrize(("words", "fragment"), ERRORS)
def test_error_is_one_line(words, fragment, models, drawings, capsys):
    X, y = load_mnist(subset="test", return_X_y=True)
    (models / "empty").mkdir(exist_ok=True)
    (models / "drawings.json").write_bytes(drawings.read_bytes())
    (models / "broken.json").write_text("{")
    save_drawings(models / "small.json", X[:2, :81], [0, 1])
    save_drawings(models / "letters.json", X[:2], ["X", "O"])
    joblib.dump(small_classifier(max_iter=1).fit(X[:99, 300:381], y[:99]), models / "small")
    few = np.flatnonzero(y < 9)[:99]
    joblib.dump(small_classifier(max_iter=1).fit(X[few], y[few]), models / "nine")
    out = [] if "--out" in words else ["--out", "out"]
    assert main([*words.split(), *out]) == 2
    printed = capsys.readouterr().err
    assert fragment in printed
    assert printed.count("\n") == 1
    assert not (models / "out").exists()
