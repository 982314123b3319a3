"""Count the threads in the processes of a search, which must not exceed the cores."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import joblib

import skmnist

# Two searches whose scores are the numbers of threads. They run in a new process, in which the
# number of threads is not limited yet.
SEARCHES = """
import os

from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from threadpoolctl import threadpool_info

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.base._threads import _n_threads


def count_threads(model, X, y):
    model.predict(X)
    blas = [each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"]
    transformer = _n_threads(model[0].n_jobs, n_rows=10**6)
    return {"process": os.getpid(), "blas": max(blas), "transformer": transformer}


def thread_counts(n_jobs):
    digits = MLPDigitClassifier(hidden_layer_sizes=(), max_iter=9, random_state=0)
    pipeline = make_pipeline(ConvFeatureTransformer("strokes"), digits)
    grid = {"mlpdigitclassifier__alpha": [0.0, 0.1]}
    search = GridSearchCV(pipeline, grid, scoring=count_threads, cv=2, n_jobs=n_jobs, refit=False)
    found = search.fit(X, y).cv_results_
    folds = {name: [found[f"split{fold}_test_{name}"] for fold in (0, 1)] for name in NAMES}
    return {name: {int(n) for each in folds[name] for n in each} for name in NAMES}


if __name__ == "__main__":
    NAMES = ("process", "blas", "transformer")
    X, y = load_digits(n_class=3, return_X_y=True)
    alone, shared = thread_counts(n_jobs=1), thread_counts(n_jobs=2)
    print((alone.pop("process") == {os.getpid()}, os.getpid() in shared.pop("process")))
    print(alone)
    print(shared)
"""
LIMITS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "BLIS_NUM_THREADS")


def test_transformers_in_workers_use_their_share_of_the_cores():
    environment = {name: value for name, value in os.environ.items() if name not in LIMITS}
    root = Path(skmnist.__path__[0]).parent
    command = [sys.executable, "-W", "error", "-c", SEARCHES]
    done = subprocess.run(command, capture_output=True, text=True, cwd=root, env=environment)
    assert done.returncode == 0, done.stderr
    processes, alone, shared = map(ast.literal_eval, done.stdout.splitlines())
    assert processes == (True, False)
    assert alone["transformer"] == alone["blas"]
    share = max(1, joblib.cpu_count() // 2)
    assert shared == {"blas": {share}, "transformer": {share}}
