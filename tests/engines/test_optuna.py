"""Optuna's search in the example, and with early stopping of bad trials."""

import runpy
from pathlib import Path

import numpy as np
import pytest
from helpers import small_classifier
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, StratifiedKFold

optuna = pytest.importorskip("optuna")
integration = pytest.importorskip("optuna_integration")

SCRIPT = Path(__file__).parents[2] / "examples" / "search_with_optuna.py"
# Optuna warns that its search is experimental, and that a module that it imports is deprecated.
pytestmark = [
    pytest.mark.filterwarnings("ignore:OptunaSearchCV is experimental"),
    pytest.mark.filterwarnings("ignore:`optuna.terminator` module:FutureWarning"),
]


def test_scores_of_the_example_equal_those_of_a_grid_search(capsys):
    example = runpy.run_path(str(SCRIPT))
    search = example["main"](n_trials=4)
    assert f"best accuracy in 4 trials: {search.best_score_:.1%}" in capsys.readouterr().out
    X, y = example["load"]()
    tried = [{name: [each] for name, each in trial.params.items()} for trial in search.trials_]
    grid = GridSearchCV(search.estimator, tried, cv=3, error_score="raise").fit(X, y)
    scores = [trial.value for trial in search.trials_]
    assert len(set(scores)) > 1
    np.testing.assert_allclose(scores, grid.cv_results_["mean_test_score"], rtol=1e-12)
    assert search.best_score_ == max(scores)
    again = clone(search.estimator).set_params(**search.best_params_).fit(X, y)
    np.testing.assert_array_equal(search.decision_function(X), again.decision_function(X))


def test_trial_with_pruning_trains_by_partial_fit():
    example = runpy.run_path(str(SCRIPT))
    X, y = (each[:300] for each in example["load"]())
    folds = list(StratifiedKFold(2).split(X, y))
    network = small_classifier(max_iter=None)
    rates = {"learning_rate_init": optuna.distributions.FloatDistribution(0.01, 0.1)}
    search = integration.OptunaSearchCV(
        network, rates, cv=folds, enable_pruning=True, max_iter=4, n_trials=2, random_state=0
    )
    for trial in search.fit(X, y).trials_:
        scores = []
        for train, test in folds:
            stream = clone(network).set_params(**trial.params)
            for _ in range(4):
                stream.partial_fit(X[train], y[train], classes=np.unique(y))
            scores.append(stream.score(X[test], y[test]))
        assert trial.value == pytest.approx(np.mean(scores))
