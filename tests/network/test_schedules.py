import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skmnist.network._optimizers import SCHEDULES, step_size
from skmnist.network._training import Recipe, State, open_ended, scheduled

PROGRESS = st.floats(0, 1)
WARMUP = st.floats(0, 0.99)


def empty_state():
    return State([], [], None, None)


@given(progress=PROGRESS, warmup=WARMUP)
def test_linear_schedule_is_two_straight_lines(progress, warmup):
    corners, heights = ([0, warmup, 1], [0, 1, 0]) if warmup else ([0, 1], [1, 0])
    expected = np.interp(progress, corners, heights)
    assert step_size("linear", progress, warmup) == pytest.approx(expected, abs=1e-12)


@given(progress=PROGRESS, warmup=WARMUP)
def test_cosine_schedule_is_half_a_cosine(progress, warmup):
    decayed = (progress - warmup) / (1 - warmup)
    expected = progress / warmup if decayed < 0 else (1 + math.cos(math.pi * decayed)) / 2
    assert step_size("cosine", progress, warmup) == pytest.approx(expected, abs=1e-12)


@given(progress=PROGRESS, warmup=WARMUP)
def test_constant_schedule_grows_during_warmup_and_stays(progress, warmup):
    expected = progress / warmup if progress < warmup else 1
    assert step_size("constant", progress, warmup) == expected


@pytest.mark.parametrize("schedule", SCHEDULES)
@given(progress=PROGRESS, warmup=WARMUP)
def test_step_size_is_between_0_and_1(schedule, progress, warmup):
    assert 0 <= step_size(schedule, progress, warmup) <= 1


@pytest.mark.parametrize("schedule", SCHEDULES)
@given(pair=st.tuples(PROGRESS, PROGRESS).map(sorted), warmup=WARMUP)
def test_step_size_grows_during_warmup_and_never_after(schedule, pair, warmup):
    earlier, later = (step_size(schedule, progress, warmup) for progress in pair)
    if pair[1] < warmup:
        assert earlier <= later
    if pair[0] >= warmup:
        assert earlier >= later


@pytest.mark.parametrize("schedule", SCHEDULES)
@given(warmup=st.floats(0.001, 0.99))
def test_step_size_is_continuous_at_the_end_of_warmup(schedule, warmup):
    before, at = (step_size(schedule, p, warmup) for p in (np.nextafter(warmup, 0), warmup))
    assert before == pytest.approx(1)
    assert at == 1


@pytest.mark.parametrize("schedule", ["cosine", "linear"])
@given(warmup=WARMUP)
def test_step_size_ends_at_0(schedule, warmup):
    assert step_size(schedule, 1.0, warmup) == 0


@pytest.mark.parametrize("schedule", ["cosine", "linear"])
def test_schedules_match_torch(schedule):
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.3)
    module, n_steps = torch.optim.lr_scheduler, 50
    theirs = {
        "cosine": lambda: module.CosineAnnealingLR(optimizer, n_steps),
        "linear": lambda: module.LinearLR(optimizer, 1.0, 0.0, n_steps),
    }[schedule]()
    for step in range(n_steps):
        assert 0.3 * step_size(schedule, step / n_steps, 0) == pytest.approx(
            theirs.get_last_lr()[0], abs=1e-12
        )
        optimizer.step()
        theirs.step()


def test_schedule_continues_over_the_epochs():
    state, recipe = empty_state(), Recipe(rate=0.5, learning_rate="linear", warmup=0.25)
    seen = []
    for state.epoch in range(4):
        seen += [scheduled(state, recipe, 4)(progress) for progress in (0, 0.5)]
    np.testing.assert_allclose(seen, 0.5 * np.array([0, 3, 6, 5, 4, 3, 2, 1]) / 6)


def test_open_ended_step_size_grows_for_30_updates_and_stays():
    state, recipe = empty_state(), Recipe(rate=0.5, warmup=0.1)
    seen = []
    for state.updates in range(150):
        seen.append(open_ended(state, recipe)(0.5))
    np.testing.assert_allclose(np.diff(seen[:30]), 0.5 / 30)
    assert 0 < seen[0] < seen[29] < 0.5
    assert set(seen[30:]) == {0.5}


def test_open_ended_step_size_without_warmup_is_constant():
    rate = open_ended(empty_state(), Recipe(rate=0.5, warmup=0.0))
    assert (rate(0), rate(0.5)) == (0.5, 0.5)
