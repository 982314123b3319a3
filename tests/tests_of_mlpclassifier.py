"""Run scikit-learn's own tests of MLPClassifier with MLPDigitClassifier.

The session mlpclassifier of noxfile.py runs this script with the scikit-learn that the tables are
written for. In a copy of scikit-learn's file, MLPClassifier is the name of MLPDigitClassifier. All
tests must pass, except those in the tables. Arguments are passed to pytest.

A key of a table is the name of a test or one of its parameters. A key without a test is an error,
and so is a test in FAILS that passes: remove such a key.
"""

import os
import re
import sys
import tempfile
from collections import Counter, defaultdict
from importlib.util import find_spec
from pathlib import Path

import pytest
import sklearn

IMPORT = "from sklearn.neural_network import MLPClassifier, MLPRegressor\n"
SWAPPED = (
    "from sklearn.neural_network import MLPRegressor\n"
    "from skmnist import MLPDigitClassifier as MLPClassifier\n"
)

_REGRESSOR = "about MLPRegressor"
_PRIVATE = "reads or sets private attributes of MLPClassifier"

NOT_RUN = {
    "MLPRegressor": _REGRESSOR,
    **dict.fromkeys(
        (
            "test_lbfgs_regression",
            "test_lbfgs_regression_maxfun",
            "test_minimum_input_sample_size",
            "test_mlp_diverging_loss",
            "test_mlp_loading_from_joblib_partial_fit",
            "test_mlp_regressor_dtypes_casting",
            "test_mlp_sample_weight_with_early_stopping",
            "test_mlp_vs_poisson_glm_equivalent",
            "test_multioutput_regression",
            "test_nonfinite_params",
            "test_partial_fit_regression",
            "test_shuffle",
        ),
        _REGRESSOR,
    ),
    "test_fit": _PRIVATE,
    "test_gradient": _PRIVATE,
    "test_learning_rate_warmstart": _PRIVATE,
    "test_adaptive_learning_rate": _PRIVATE,
    "test_n_iter_no_change": _PRIVATE,
    "test_n_iter_no_change_inf": _PRIVATE,
}

_LBFGS = "needs solver='lbfgs'"

FAILS = {
    "test_lbfgs_classification": _LBFGS,
    "test_lbfgs_classification_maxfun": _LBFGS,
    "test_partial_fit_errors": _LBFGS,
    "test_sparse_matrices": _LBFGS,
    "test_warm_start": _LBFGS,
    "test_multilabel_classification": "an image has one label",
    "test_predict_proba_multilabel": "an image has one label",
    "test_preserve_feature_names": "y must contain at least two classes",
    "test_tolerance": "only the validation score stops the training, not the training loss",
    "test_verbose_sgd": "the line that is printed for an epoch begins with another word",
    "test_early_stopping_stratified": "a class with a single row is not held out, without an error",
    "test_mlp_partial_fit_after_fit": "partial_fit ignores early_stopping",
    "test_mlp_warm_start_no_convergence": "n_iter_no_change must be finite, and it is no "
    "ConvergenceWarning if max_iter epochs are done",
    "test_partial_fit_classification": "the steps are too large for the default network, and "
    "partial_fit warns that it can no longer learn",
}


class Tables:
    """A plugin of pytest that applies two tables and counts the results."""

    def __init__(self, not_run, fails):
        self.not_run, self.fails = not_run, fails
        self.counts, self.listed = Counter(), defaultdict(list)

    def pytest_collection_modifyitems(self, items):
        """Mark the tests of both tables; raise an error for keys without a test."""
        found = set()
        for item in items:
            words = set(re.split(r"\W+", item.name))
            found |= words
            for key in words & self.not_run.keys():
                item.add_marker(pytest.mark.skip(reason=f"not run: {self.not_run[key]}"))
            for key in words & self.fails.keys():
                item.add_marker(pytest.mark.xfail(reason=f"fails: {self.fails[key]}", strict=True))
        stale = sorted((self.not_run.keys() | self.fails.keys()) - found)
        if stale:
            raise pytest.UsageError(f"The tables must contain only names of tests; got {stale}.")

    def pytest_runtest_logreport(self, report):
        """Count a result, and store the reason if the test is in a table."""
        if report.skipped:
            is_expected = hasattr(report, "wasxfail")
            reason = (
                report.wasxfail if is_expected else report.longrepr[2].removeprefix("Skipped: ")
            )
            self.counts["failed as listed" if is_expected else "not run"] += 1
            self.listed[reason].append(report.nodeid.partition("::")[2])
        elif report.failed or report.when == "call":
            self.counts[report.outcome] += 1

    def pytest_terminal_summary(self, terminalreporter):
        """Print the counts, and the tests that are in a table with their reasons."""
        write = terminalreporter.write_line
        results = ", ".join(f"{n} {outcome}" for outcome, n in sorted(self.counts.items()))
        write(f"Tests of MLPClassifier in scikit-learn {sklearn.__version__}: {results}")
        for reason, tests in sorted(self.listed.items()):
            write(f"  {reason}: {len(tests)}")
            for test in tests:
                write(f"      {test}")


def swapped_source():
    """Return scikit-learn's file with the other class."""
    file = Path(find_spec("sklearn.neural_network.tests.test_mlp").origin)
    source = file.read_text(encoding="utf-8")
    if source.count(IMPORT) != 1:
        sys.exit(f"{file} must contain this line once:\n{IMPORT}")
    return source.replace(IMPORT, SWAPPED)


def main(arguments):
    """Run the tests, and return the exit status of pytest."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "test_mlp.py")
        copy.write_text(swapped_source(), encoding="utf-8")
        # scikit-learn's tests do not expect this project's settings, such as warnings as errors.
        settings = ["-c", os.devnull, f"--rootdir={folder}", "-p", "no:cacheprovider", "-q"]
        return pytest.main([*settings, str(copy), *arguments], plugins=[Tables(NOT_RUN, FAILS)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
