"""The batch size and the step size that "auto" stands for."""

import numpy as np
import pytest
from helpers import small_classifier, training_examples

from skmnist.classifier._settings import make_recipe


def recipe(n_rows, safe_rate=1.0, redraw=None, **parameters):
    examples = training_examples(np.ones((n_rows, 1)))._replace(redraw=redraw)
    return make_recipe(small_classifier(**parameters), examples, safe_rate)


@pytest.mark.parametrize(
    ("n_rows", "batch_size"),
    [(1, 1), (127, 127), (128, 64), (6499, 64), (12_345, 123), (20_000, 200), (60_000, 200)],
)
def test_automatic_batch_size_grows_with_the_number_of_rows(n_rows, batch_size):
    assert recipe(n_rows).batch_size == batch_size


def test_automatic_batches_of_distorted_images_are_small():
    assert recipe(60_000, redraw=print).batch_size == 64
    assert recipe(100, redraw=print).batch_size == 100
    assert recipe(60_000, redraw=print, batch_size=300).batch_size == 300


@pytest.mark.parametrize("safe_rate", [1.0, 0.01])
@pytest.mark.parametrize(
    ("batch_size", "factor"),
    [(16, 1 / 4), (64, 1), (128, 2**0.5), (200, 3.125**0.5), (900, 3.125**0.5)],
)
def test_automatic_step_size_grows_with_the_batch_size(safe_rate, batch_size, factor):
    found = recipe(1000, safe_rate, batch_size=batch_size).rate
    assert found == pytest.approx(min(0.05, safe_rate) * factor)


@pytest.mark.parametrize(
    ("n_rows", "parameters", "factor"),
    [
        (50, {}, 1),  # all rows in one batch: a gradient without noise
        (1000, {"shuffle": False}, 1 / 2),
        (1000, {"dropout": 0.5}, 1 / 8),
        (1000, {"input_dropout": 0.5}, 1 / 8),
    ],
)
def test_automatic_step_size_depends_on_other_parameters(n_rows, parameters, factor):
    assert recipe(n_rows, **parameters).rate == pytest.approx(0.05 * factor)
