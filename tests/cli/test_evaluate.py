"""skmnist evaluate: accuracies, mistakes, and labels of all kinds."""

import re

import joblib
import numpy as np
import pytest
from helpers import small_classifier
from sklearn.linear_model import RidgeClassifier
from sklearn.metrics import accuracy_score, recall_score

from skmnist.cli import main
from skmnist.datasets import load_mnist

EVALUATE = ["evaluate", "pixels", "--data", "test.npz"]


def test_accuracies_are_those_of_scikit_learn(models, unseen, capsys):
    X, y = unseen
    y_pred = joblib.load("pixels").predict(X)
    assert main(EVALUATE) == 0
    printed = capsys.readouterr().out
    assert f"Accuracy: {accuracy_score(y, y_pred):.2%} of 300 test images." in printed
    [row] = re.findall(r"^ +3 +(\d+) +([\d.]+)%$", printed, re.MULTILINE)
    assert int(row[0]) == np.sum(y == 3)
    recall = recall_score(y, y_pred, average=None)[3]
    assert float(row[1]) == pytest.approx(100 * recall, abs=0.051)


def test_most_frequent_mistakes_are_listed_first(models, unseen, capsys):
    X, y = unseen
    y_pred = joblib.load("pixels").predict(X)
    main(EVALUATE)
    table = capsys.readouterr().out.partition("predicted")[2].splitlines()[1:]
    pairs = [tuple(map(int, line.split())) for line in table]
    assert 0 < len(pairs) <= 10
    assert [count for *_, count in pairs] == sorted((count for *_, count in pairs), reverse=True)
    for true, predicted, count in pairs:
        assert true != predicted
        assert np.sum((y == true) & (y_pred == predicted)) == count


def test_mnist_is_the_default(models, capsys):
    X, y = load_mnist(subset="test", return_X_y=True)
    assert main(["evaluate", "ridge"]) == 0
    assert f"{joblib.load('ridge').score(X, y):.2%} of 10,000" in capsys.readouterr().out


def test_labels_as_strings_match_labels_as_numbers(models, digits, unseen, capsys):
    X, y = digits
    model = small_classifier(hidden_layer_sizes=(8,), max_iter=2)
    joblib.dump(model.fit(X[:500], y[:500].astype(str)), "strings")
    X, y = unseen
    assert main(["evaluate", "strings", "--data", "test.npz"]) == 0
    assert f"{model.score(X, y.astype(str)):.2%}" in capsys.readouterr().out


def test_error_for_labels_of_another_kind(models, digits, capsys):
    X, y = digits
    names = np.array(["even", "odd"])[y[:500] % 2]
    joblib.dump(RidgeClassifier().fit(X[:500], y[:500]), "numbers")
    np.savez("named.npz", x_test=X[:500], y_test=names)
    assert main(["evaluate", "numbers", "--data", "named.npz"]) == 2
    error = capsys.readouterr().err
    assert "such as 0; got labels such as odd in named.npz." in error
    assert error.count("\n") == 1


@pytest.mark.filterwarnings("default:The model was not trained on these labels")
def test_unknown_labels_are_reported(models, unseen, capsys):
    X, y = unseen
    np.savez("more.npz", x_test=X, y_test=np.where(y == 3, 12, y))
    assert main(["evaluate", "pixels", "--data", "more.npz"]) == 0
    printed = capsys.readouterr()
    assert "of more.npz, so their images count as mistakes: 12.\n" in printed.err
    assert re.search(r"^ +12 +\d+ +0.0%$", printed.out, re.MULTILINE)
    np.savez("others.npz", x_test=X, y_test=y + 20)
    assert main(["evaluate", "pixels", "--data", "others.npz"]) == 2
    expected = f"such as 0; got labels such as {y[0] + 20} in others.npz."
    assert expected in capsys.readouterr().err


def test_error_for_images_of_another_size(models, capsys):
    np.savez("small.npz", x_test=np.zeros((3, 8, 8)), y_test=np.arange(3))
    assert main(["evaluate", "pixels", "--data", "small.npz"]) == 2
    expected = "test images of 784 pixels for pixels; got images of 64 pixels in small.npz."
    assert expected in capsys.readouterr().err
