"""skmnist train --distort: the same models as in Python, and what the other commands show."""

import joblib
import numpy as np
import pytest
from helpers import parameter_bytes, small_classifier
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from skmnist import ConvFeatureTransformer, DigitDistorter, DistortedClassifier
from skmnist.cli import main
from skmnist.cli._data import LabelledImages
from skmnist.cli._new_model import new_model
from skmnist.cli._parser import make_parser

SMALL = ["--hidden", "16", "--seed", "3", "--distort"]
distorter = DigitDistorter(image_shape=(28, 28))


def train(data, out, *options):
    assert main(["train", "--data", str(data), "--out", str(out), *SMALL, *options]) == 0
    return joblib.load(out)


def test_model_is_the_one_trained_in_python(digits, data, tmp_path):
    X, y = digits
    model = train(data, tmp_path / "model", "--epochs", "4")
    same = small_classifier(max_iter=4, random_state=3, distort=distorter).fit(X[:900], y[:900])
    assert parameter_bytes(model) == parameter_bytes(same)
    assert str(model) == str(same)
    assert vars(model).keys() == vars(same).keys()


def test_model_with_features_is_the_one_trained_in_python(digits, data, tmp_path):
    X, y = digits
    model = train(data, tmp_path / "model", "--epochs", "3", "--features")
    steps = [
        ("features", ConvFeatureTransformer(image_shape=(28, 28), random_state=3)),
        ("classifier", small_classifier(max_iter=3, random_state=3)),
    ]
    same = DistortedClassifier(Pipeline(steps), distorter).fit(X[:900], y[:900])
    assert parameter_bytes(model.estimator_[-1]) == parameter_bytes(same.estimator_[-1])
    assert_array_equal(model.predict_proba(X), same.predict_proba(X))
    assert str(model) == str(same)
    assert str(clone(model)) == str(model)
    assert vars(model).keys() == vars(same).keys()
    assert model.n_iter_ == 3


@pytest.mark.parametrize(("options", "n_epochs"), [([], 60), (["--epochs", "7"], 7)])
def test_there_are_six_times_as_many_epochs_by_default(options, n_epochs):
    arguments = make_parser().parse_args(["train", "--distort", *options])
    mnist = LabelledImages(np.empty((60_000, 784)), np.empty(60_000), (28, 28))
    assert new_model(arguments, mnist).schedule_iter == n_epochs


@pytest.mark.parametrize(
    ("image_shape", "shift"), [((28, 28), 1), ((14, 14), 0.5), ((14, 56), 1), ((56, 56, 3), 2)]
)
def test_distortions_suit_the_images(image_shape, shift):
    arguments = make_parser().parse_args(["train", "--distort"])
    images = np.full((3, np.prod(image_shape)), 200)
    images[:, :3] = 0
    distort = new_model(arguments, LabelledImages(images, np.arange(3), image_shape)).distort
    assert (distort.shift, distort.image_shape, distort.fill) == (shift, image_shape, 200)
    assert distort.smoothness == 5 * shift
    assert distort.rotation == DigitDistorter().rotation


def test_error_names_a_distorter_that_cannot_distort(data, tmp_path, capsys):
    path = tmp_path / "model"
    joblib.dump(train(data, path, "--epochs", "1").set_params(distort="x"), path)
    assert main(["evaluate", str(path), "--data", str(data)]) == 2
    assert "The distorter of the model must be None or an object" in capsys.readouterr().err


@pytest.mark.parametrize("options", [[], ["--features"]])
def test_report_shows_the_distortions(options, data, tmp_path):
    model, page = tmp_path / "model", tmp_path / "page.html"
    train(data, model, "--epochs", "2", *options)
    assert main(["report", str(model), "--data", str(data), "--out", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert "The model was trained on distorted images." in text
    assert "<pre>DigitDistorter(image_shape=(28, 28))</pre>" in text
    assert ("<h2>Kernels</h2>" in text) == bool(options)
    assert "<h2>Activations</h2>" in text


def test_report_on_other_models_does_not_mention_distortions(models, unseen, tmp_path):
    page = tmp_path / "page.html"
    assert main(["report", "pixels", "--data", "test.npz", "--out", str(page)]) == 0
    assert "distort" not in page.read_text(encoding="utf-8").lower()


def test_checkpoint_determines_whether_images_are_distorted(capsys):
    assert main(["train", "--resume", "checkpoint", "--distort"]) == 2
    assert "--distort must not be given with --resume" in capsys.readouterr().err
