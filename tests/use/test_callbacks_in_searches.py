"""Set callbacks on a search over a pipeline, and count their calls down to each epoch."""

from collections import Counter
from functools import partial
from itertools import product

import pytest
from helpers import small_classifier, small_transformer
from sklearn.datasets import load_digits
from sklearn.ensemble import BaggingClassifier
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import Pipeline

callbacks = pytest.importorskip("sklearn.callback", reason="needs scikit-learn 1.9")

X, y = load_digits(return_X_y=True)
X, y = X[:200], y[:200]
GRID, N_EPOCHS = {"digits__alpha": [0.0, 0.1]}, 3
N_FITS = 2 * 2
network = partial(small_classifier, hidden_layer_sizes=(8,), max_iter=N_EPOCHS)


def pipeline(classifier=None):
    steps = [("features", small_transformer("strokes")), ("digits", classifier or network())]
    return Pipeline(steps)


def search(classifier=None, **settings):
    settings = {"cv": 2, "error_score": "raise", **settings}
    return GridSearchCV(pipeline(classifier), GRID, **settings)


class Counting:
    """A callback that counts the tasks that end, named by all estimators around them."""

    def __init__(self):
        self.tasks = Counter()

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context):
        names = [f"{context.estimator_name} {context.task_name}"]
        while (context := context.parent) is not None:
            names.insert(0, context.estimator_name)
        self.tasks[" > ".join(names)] += 1


class CountingOnAllLevels(Counting):
    """The same, propagated to all estimators that are fitted inside."""

    max_propagation_depth = None


OURS = ("ConvFeatureTransformer", "MLPDigitClassifier")
FITS = {
    "ConvFeatureTransformer fit": 1,
    "MLPDigitClassifier > MLPDigitClassifier epoch": N_EPOCHS,
    "MLPDigitClassifier fit": 1,
}


def test_callbacks_of_a_search_are_called_for_each_epoch():
    counting = CountingOnAllLevels()
    search().set_callbacks(counting).fit(X, y)
    within = {f"GridSearchCV > GridSearchCV > Pipeline > {k}": N_FITS * n for k, n in FITS.items()}
    refit = {f"GridSearchCV > Pipeline > {k}": n for k, n in FITS.items()}
    ours = {
        task: n for task, n in counting.tasks.items() if task.rpartition(" > ")[-1].startswith(OURS)
    }
    assert ours == {**within, **refit}


def scores_by_hand(alpha, rows):
    """Return the accuracies of fits to these rows that end after one epoch, two, and so on."""
    by_hand = network().set_params(alpha=alpha, schedule_iter=N_EPOCHS)
    fits = (
        pipeline(by_hand.set_params(max_iter=1 + epoch)).fit(X[rows], y[rows])
        for epoch in range(N_EPOCHS)
    )
    return [fit.score(X[rows], y[rows]) for fit in fits]


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_scoring_monitor_scores_each_epoch_of_each_fold(n_jobs):
    monitor = callbacks.ScoringMonitor(scoring="accuracy")
    found = search(network().set_callbacks(monitor), n_jobs=n_jobs).fit(X, y)
    (log,) = monitor.get_logs(select="all")
    assert log.estimator_name == "GridSearchCV"
    epochs = [row for row in log.data if row["task_name"] == "epoch"]
    folds = [rows for rows, _ in StratifiedKFold(2).split(X, y)]
    fits = enumerate(product(GRID["digits__alpha"], folds))
    assert len(epochs) == (N_FITS + 1) * N_EPOCHS
    expected = {(0, 0, number, 1): scores_by_hand(*fit) for number, fit in fits}
    expected[0, 1, 1] = scores_by_hand(found.best_params_["digits__alpha"], slice(None))
    assert {row["task_id_path"]: row["accuracy"] for row in epochs} == {
        (*path, epoch): score for path, each in expected.items() for epoch, score in enumerate(each)
    }


def test_progress_bar_shows_steps_of_a_pipeline_at_depth_2(capsys):
    shown = {}
    for depth in (1, 2):
        bar = callbacks.ProgressBar(max_propagation_depth=depth)
        search().set_callbacks(bar).fit(X, y)
        shown[depth] = capsys.readouterr().out
    assert "GridSearchCV" in shown[1]
    assert "MLPDigitClassifier" not in shown[1]
    assert "MLPDigitClassifier" in shown[2]
    assert "ConvFeatureTransformer" in shown[2]


@pytest.mark.parametrize(("make", "n_fits"), [(pipeline, 1), (search, N_FITS + 1)])
def test_only_propagated_callbacks_raise_an_error_inside(make, n_fits):
    # scikit-learn's rule: propagated callbacks belong on the outermost estimator.
    inner = network().set_callbacks(CountingOnAllLevels())
    with pytest.raises(TypeError, match=r"Register them directly on the meta-estimator"):
        make(inner).fit(X, y)
    counting = Counting()
    make(network().set_callbacks(counting)).fit(X, y)
    n_epochs = sum(n for task, n in counting.tasks.items() if task.endswith("epoch"))
    assert n_epochs == n_fits * N_EPOCHS


def test_callbacks_work_in_ensembles_without_callback_support():
    counting = CountingOnAllLevels()
    BaggingClassifier(network().set_callbacks(counting), n_estimators=2).fit(X, y)
    assert counting.tasks == {
        "MLPDigitClassifier > MLPDigitClassifier epoch": 2 * N_EPOCHS,
        "MLPDigitClassifier fit": 2,
    }


def test_callbacks_that_stop_each_fit_do_not_stop_the_search():
    class Stop(Counting):
        def on_fit_task_end(self, estimator, context):
            return context.task_name == "epoch" and context.task_id == 1

    found = search(network().set_callbacks(Stop())).fit(X, y)
    assert found.best_estimator_["digits"].n_iter_ == 2
    by_hand = search(network().set_params(max_iter=2, schedule_iter=N_EPOCHS)).fit(X, y)
    scores = found.cv_results_["mean_test_score"], by_hand.cv_results_["mean_test_score"]
    assert scores[0].tolist() == scores[1].tolist()


def test_failed_fits_inside_can_be_repeated():
    counting = CountingOnAllLevels()
    model = pipeline(network().set_params(alpha=-1)).set_callbacks(counting)
    with pytest.raises(ValueError, match="alpha"):
        model.fit(X, y)
    assert counting.tasks == {"Pipeline > ConvFeatureTransformer fit": 1}
    model.set_params(digits__alpha=0).fit(X, y)
    assert counting.tasks["Pipeline > MLPDigitClassifier > MLPDigitClassifier epoch"] == N_EPOCHS
