"""skmnist predict: digits and probabilities for pictures."""

import re
import warnings

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.model_selection import FixedThresholdClassifier

from skmnist.cli import main
from skmnist.datasets import read_photo

Image = pytest.importorskip("PIL.Image")


def test_digit_and_probability_are_printed(models, unseen, capsys):
    _, y = unseen
    assert main(["predict", "features", *(f"{number}.png" for number in range(5))]) == 0
    lines = capsys.readouterr().out.splitlines()
    parsed = [re.fullmatch(r"(\d)\.png  (\d)  ([\d.]+)%", line).groups() for line in lines]
    assert [int(number) for number, *_ in parsed] == list(range(5))
    assert sum(int(digit) == true for (_, digit, _), true in zip(parsed, y, strict=False)) >= 4
    assert all(10 <= float(probability) <= 100 for *_, probability in parsed)


def test_probability_is_that_of_the_predicted_label(models, digits, capsys):
    X, y = digits
    X, y = X[:300], (y[:300] == 7).astype(int)
    model = FixedThresholdClassifier(LogisticRegression(max_iter=10), threshold=0.99)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it does not converge in ten iterations
        joblib.dump(model.fit(X / 255, y), "cautious")
    assert main(["predict", "cautious", "0.png"]) == 0
    label, probability = capsys.readouterr().out.split()[1:]
    probabilities = model.predict_proba(read_photo("0.png")[None])[0]
    assert float(probability[:-1]) == pytest.approx(100 * probabilities[int(label)], abs=0.06)


def test_model_without_probabilities_gives_the_digit_only(models, capsys):
    assert main(["predict", "ridge", "0.png"]) == 0
    assert re.fullmatch(r"0\.png  \d\n", capsys.readouterr().out)


@pytest.mark.filterwarnings("default:.*digits side by side")  # it is printed
def test_picture_of_two_digits_is_predicted_with_a_warning(models, capsys):
    pictures = [Image.open(f"{number}.png").convert("L") for number in (0, 1)]
    pair = Image.new("L", (sum(each.width for each in pictures), pictures[0].height))
    pair.paste(pictures[0], (0, 0))
    pair.paste(pictures[1], (pictures[0].width, 0))
    pair.save("pair.png")
    assert main(["predict", "pixels", "pair.png", "2.png"]) == 0
    printed = capsys.readouterr()
    assert [line.split()[0] for line in printed.out.splitlines()] == ["pair.png", "2.png"]
    assert printed.err == (
        "skmnist: warning: pair.png: image seems to show 2 digits side by side, but it is read as "
        "a single digit.\n"
    )


def test_unreadable_pictures_are_reported_and_skipped(models, capsys):
    (models / "junk.png").write_bytes(b"no picture")
    assert main(["predict", "pixels", "0.png", "junk.png", "nowhere.png", "1.png"]) == 2
    printed = capsys.readouterr()
    assert [line[:5] for line in printed.out.splitlines()] == ["0.png", "1.png"]
    errors = printed.err.splitlines()
    assert len(errors) == 2
    assert "junk.png" in errors[0]
    assert "nowhere.png: No such file" in errors[1]


def test_error_for_a_model_of_other_images(models, capsys):
    X, y = np.eye(64), np.arange(64) % 2
    joblib.dump(RidgeClassifier().fit(X, y), "small")
    assert main(["predict", "small", "0.png"]) == 2
    assert "got small, which was trained on images of 64 pixels." in capsys.readouterr().err
