"""Tests with all supported versions, tests with other libraries, and tests of the built package."""

import sys
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "virtualenv"
nox.options.error_on_missing_interpreters = False  # nox reports and skips such a job

ROOT = Path(__file__).parent

# The lowest versions that pyproject.toml allows, and the last scikit-learn 1.6.
LOWEST = ("numpy==2.0.0", "scipy==1.13.0", "joblib==1.4.0", "scikit-learn==1.6.1")
NEWEST = ("scikit-learn",)
# Tests of the array API need several array libraries. array-api-strict is not installed in the
# other jobs, because scikit-learn 1.6.1 cannot import its own checks if it is.
ARRAYS = ("scikit-learn==1.9.1", "array-api-strict", "torch==2.13.0")

# Versions in between run the tests of how the estimators work with scikit-learn. The job with all
# array libraries runs the tests that need these. make test runs the others with the same versions
# as long as the newest scikit-learn is that of ARRAYS; a newer one needs a job in between.
IN_BETWEEN = ("use", "classifier")
WITH_ARRAYS = ("network", "use", "classifier/test_redrawing.py", "features/test_patches.py")
ALL = ()

JOBS = [
    nox.param("3.11", LOWEST, ALL, id="3.11-lowest"),
    nox.param("3.11", ("scikit-learn==1.7.*",), IN_BETWEEN, id="3.11-sklearn-1.7"),
    nox.param("3.11", ("scikit-learn==1.8.*",), IN_BETWEEN, id="3.11-sklearn-1.8"),
    nox.param("3.11", ARRAYS, WITH_ARRAYS, id="3.11-sklearn-1.9-arrays"),
    nox.param("3.12", NEWEST, IN_BETWEEN, id="3.12-newest"),
    nox.param("3.13", NEWEST, ALL, id="3.13-newest"),
]
# These do not depend on the versions; make test and other sessions run them.
WITHOUT_VERSIONS = ("browser", "engines", "torture")

# The session coverage combines the data of these sessions and of make test in .ci/run.
MEASURE = ["--cov", "--cov-append", "--cov-report=", "--cov-fail-under=0"]

# Dask workers have one BLAS thread each. Results are bit-identical only with the same number.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

ENGINES = ("--editable", ".[onnx,skops]", "--group", "test", "--group", "engines")


@nox.session
@nox.parametrize("python, versions, parts", JOBS)
def tests(session, versions, parts):
    """Run all tests or those of some folders, and write a report for .ci/check_skips.py."""
    session.install("--editable", ".", "--group", "test", *versions)
    measure, env = (MEASURE, {"SCIPY_ARRAY_API": "1"}) if versions is ARRAYS else ([], {})
    which = [f"tests/{part}" for part in parts]
    which = which or [f"--ignore=tests/{folder}" for folder in WITHOUT_VERSIONS]
    session.run("pytest", "-n", "2", report(session), *which, *measure, *session.posargs, env=env)


@nox.session(venv_backend="none")
def exchange(session):
    """Load the models that all jobs have saved, with the Python and scikit-learn of each job."""
    jobs = [f"tests-{job.id}".replace(".", "-") for job in JOBS]
    pythons = {job: f".nox/{job}/bin/python" for job in jobs}
    pythons = {job: python for job, python in pythons.items() if Path(python).exists()}
    if len(pythons) < 2:
        session.error("Run the session tests first: exchanging models requires two versions.")
    folder = session.create_tmp()
    for job, python in pythons.items():
        session.run(python, "tests/exchange.py", "save", f"{folder}/{job}", external=True)
    for python in pythons.values():
        saved = [f"{folder}/{job}" for job in pythons]
        session.run(python, "tests/exchange.py", "check", *saved, external=True)


@nox.session
def engines(session):
    """Run the tests with skops, ONNX, Dask, dask-ml, Ray, Optuna and imbalanced-learn."""
    session.install(*ENGINES)
    faults = ["tests/torture/test_mutated_models.py", "tests/torture/test_full_disk.py"]
    which = ["skmnist/io", "tests/engines", *faults]
    if any(argument.startswith(("tests/", "skmnist/")) for argument in session.posargs):
        which = []
    session.run("pytest", report(session), *MEASURE, *which, *session.posargs, env=ONE_THREAD)


@nox.session
def browser(session):
    """Run the tests of the page that one draws on, in a headless Chromium."""
    session.install("--editable", ".", "--group", "test", "--group", "browser")
    # Each file runs in one process, because its tests share models.
    which = ["-n", "2", "--dist", "loadfile", "tests/browser"]
    session.run("pytest", report(session), *which, *session.posargs, env=ONE_THREAD)


@nox.session
def mlpclassifier(session):
    """Run the tests of MLPClassifier in scikit-learn 1.9 with MLPDigitClassifier."""
    session.install("--editable", ".", "--group", "test", "scikit-learn==1.9.*")
    session.run("python", "tests/tests_of_mlpclassifier.py", *session.posargs, env=ONE_THREAD)


@nox.session
def coverage(session):
    """Report the lines that neither the job with all array libraries nor the engines ran."""
    session.install("coverage")
    session.run("coverage", "report")


@nox.session
def torture(session):
    """Run the tests in tests/torture in full, which takes hours."""
    session.install(*ENGINES)
    session.run(
        "pytest", "tests/torture", "--torture", "--timeout=0", *session.posargs, env=ONE_THREAD
    )


def report(session):
    """Return the option of pytest that writes a report for .ci/check_skips.py."""
    return f"--junitxml=build/reports/{session.name}.xml"


TRY_OUT = """
import skmnist
from skmnist import MLPDigitClassifier
from skmnist.datasets import load_mnist

X, y = load_mnist(subset="all", return_X_y=True)
classifier = MLPDigitClassifier(hidden_layer_sizes=(32,), max_iter=2, random_state=0)
accuracy = classifier.fit(X[:6000], y[:6000]).score(X[60000:], y[60000:])
print(f"skmnist {skmnist.__version__} from {skmnist.__file__}: {accuracy:.1%}")
assert accuracy > 0.5
"""


@nox.session
def package(session):
    """Build sdist and wheel, install the wheel into an empty environment, and use it there."""
    folder = Path(session.create_tmp())
    session.run(sys.executable, "-m", "build", "--outdir", str(folder), external=True)
    [wheel] = folder.glob("*.whl")
    session.install(str(wheel))
    session.chdir(folder)
    session.run("python", "-I", "-c", TRY_OUT)
    session.run("skmnist", "train", "--hidden", "32", "--epochs", "2", "--out", "model.joblib")
    session.run("skmnist", "evaluate", "model.joblib")
    check_types(session)


def check_types(session):
    """Check with mypy and pyright how a user's script sees the installed package, and run it."""
    with session.chdir(ROOT):
        session.install("--group", "typing")
    script = str(ROOT / "tests" / "typed_script.py")
    session.run("mypy", "--config-file", str(ROOT / "pyproject.toml"), script)
    python = str(Path(session.bin, "python"))
    session.run(
        "pyright", "--pythonpath", python, script, env={"PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    )
    session.run("python", "-I", script)
