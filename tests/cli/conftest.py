"""Images and small models for the command."""

import contextlib
import shutil

import joblib
import numpy as np
import pytest
from helpers import small_classifier, small_transformer
from PIL import Image
from sklearn.linear_model import RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmnist.datasets import load_mnist


@pytest.fixture(scope="session")
def digits():
    """A thousand images and their labels."""
    X, y = load_mnist(return_X_y=True)
    return X[:1000], y[:1000]


@pytest.fixture(scope="session")
def digits_file(digits, tmp_path_factory):
    """An .npz file with the thousand images, a tenth of them for testing."""
    X, y = digits
    path = tmp_path_factory.mktemp("digits") / "digits.npz"
    images = X.reshape(-1, 28, 28)
    np.savez(path, x_train=images[:900], y_train=y[:900], x_test=images[900:], y_test=y[900:])
    return path


@pytest.fixture
def data(digits_file, tmp_path):
    """A copy of this file in the folder of the test."""
    return shutil.copy(digits_file, tmp_path / "digits.npz")


@pytest.fixture(scope="session")
def unseen():
    """Images that the models in `models` were not trained on, and their labels."""
    X, y = load_mnist(return_X_y=True)
    return X[50_000:50_300], y[50_000:50_300]


@pytest.fixture(scope="session")
def _model_folder(unseen, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    X, y = load_mnist(return_X_y=True)
    classifier = small_classifier(hidden_layer_sizes=(32,), max_iter=5)
    models = {
        "pixels": classifier,
        "features": make_pipeline(small_transformer("kmeans", n_kernels=8), classifier),
        "ridge": make_pipeline(StandardScaler(with_std=False), RidgeClassifier()),
    }
    for name, model in models.items():
        joblib.dump(model.fit(X[:2000], y[:2000]), folder / name)
    X_test, y_test = unseen
    np.savez(folder / "test.npz", x_test=X_test.reshape(-1, 28, 28), y_test=y_test)
    for number in range(5):
        image = Image.fromarray(255 - X_test[number].reshape(28, 28))  # dark on light
        image.resize((200, 200), Image.Resampling.BICUBIC).save(folder / f"{number}.png")
    return folder


@pytest.fixture
def models(_model_folder):
    """The current folder, with models, test images in test.npz, and five of them as pictures."""
    with contextlib.chdir(_model_folder):
        yield _model_folder
