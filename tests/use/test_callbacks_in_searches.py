"""Callbacks of a search over a pipeline: what they see, down to the epochs of each fit."""

from collections import Counter
from itertools import product

import pytest
from sklearn.datasets import load_digits
from sklearn.ensemble import BaggingClassifier
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import Pipeline

from skmnist import ConvFeatureTransformer, MLPDigitClassifier

callbacks = pytest.importorskip("sklearn.callback", reason="scikit-learn has no callbacks yet")

X, y = load_digits(return_X_y=True)
X, y = X[:200], y[:200]
GRID, N_EPOCHS = {"digits__alpha": [0.0, 0.1]}, 3
N_FITS = 2 * 2


def network():
    return MLPDigitClassifier(hidden_layer_sizes=(8,), max_iter=N_EPOCHS, random_state=0)


def pipeline(classifier=None):
    convolve = ConvFeatureTransformer("strokes")
    return Pipeline([("features", convolve), ("digits", classifier or network())])


def search(classifier=None, **settings):
    settings = {"cv": 2, "error_score": "raise", **settings}
    return GridSearchCV(pipeline(classifier), GRID, **settings)


class Watcher:
    """A callback that writes down the way from the whole down to each task that ends."""

    def __init__(self):
        self.tasks = Counter()

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context):
        way = [f"{context.estimator_name} {context.task_name}"]
        while (context := context.parent) is not None:
            way.insert(0, context.estimator_name)
        self.tasks[" > ".join(way)] += 1


class Everywhere(Watcher):
    """The same, handed down to all that is fitted inside."""

    max_propagation_depth = None


OURS = ("ConvFeatureTransformer", "MLPDigitClassifier")
FITS = {
    "ConvFeatureTransformer fit": 1,
    "MLPDigitClassifier > MLPDigitClassifier epoch": N_EPOCHS,
    "MLPDigitClassifier fit": 1,
}


def test_a_callback_of_a_search_sees_each_epoch_of_each_fit():
    watcher = Everywhere()
    search().set_callbacks(watcher).fit(X, y)
    within = {f"GridSearchCV > GridSearchCV > Pipeline > {k}": N_FITS * n for k, n in FITS.items()}
    refit = {f"GridSearchCV > Pipeline > {k}": n for k, n in FITS.items()}
    ours = {
        way: n for way, n in watcher.tasks.items() if way.rpartition(" > ")[-1].startswith(OURS)
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
def test_a_monitor_of_the_classifier_scores_each_epoch_of_each_fold(n_jobs):
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


def test_a_progress_bar_of_a_search_shows_our_steps_if_told_to_go_so_deep(capsys):
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
def test_only_a_callback_that_is_handed_down_is_refused_within(make, n_fits):
    # scikit-learn's own rule, and said by it: what is handed down belongs to the outermost.
    inner = network().set_callbacks(Everywhere())
    with pytest.raises(TypeError, match=r"Register them directly on the meta-estimator"):
        make(inner).fit(X, y)
    watcher = Watcher()
    make(network().set_callbacks(watcher)).fit(X, y)
    assert sum(n for way, n in watcher.tasks.items() if way.endswith("epoch")) == n_fits * N_EPOCHS


def test_within_what_knows_no_callbacks_each_fit_is_a_whole_of_its_own():
    watcher = Everywhere()
    BaggingClassifier(network().set_callbacks(watcher), n_estimators=2).fit(X, y)
    assert watcher.tasks == {
        "MLPDigitClassifier > MLPDigitClassifier epoch": 2 * N_EPOCHS,
        "MLPDigitClassifier fit": 2,
    }


def test_a_callback_that_stops_every_fit_early_keeps_the_search_going():
    class Stop(Watcher):
        def on_fit_task_end(self, estimator, context):
            return context.task_name == "epoch" and context.task_id == 1

    found = search(network().set_callbacks(Stop())).fit(X, y)
    assert found.best_estimator_["digits"].n_iter_ == 2
    by_hand = search(network().set_params(max_iter=2, schedule_iter=N_EPOCHS)).fit(X, y)
    scores = found.cv_results_["mean_test_score"], by_hand.cv_results_["mean_test_score"]
    assert scores[0].tolist() == scores[1].tolist()


def test_a_fit_that_fails_within_says_its_own_error_and_can_be_mended():
    watcher = Everywhere()
    model = pipeline(network().set_params(alpha=-1)).set_callbacks(watcher)
    with pytest.raises(ValueError, match="alpha"):
        model.fit(X, y)
    assert watcher.tasks == {"Pipeline > ConvFeatureTransformer fit": 1}
    model.set_params(digits__alpha=0).fit(X, y)
    assert watcher.tasks["Pipeline > MLPDigitClassifier > MLPDigitClassifier epoch"] == N_EPOCHS
