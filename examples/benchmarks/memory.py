"""Peak memory of fitting a classifier on all training images of MNIST.

The script fits the default `MLPDigitClassifier` on the 60,000 training images as bytes, and
scikit-learn's `MLPClassifier` with the same layers, each in a new process. On Linux, it reads how
much physical memory the process uses

- after all imports, before the data are loaded;
- after the data are loaded;
- at most during `fit`: the peak that the kernel records. It is reset just before `fit`, so it
  includes short peaks, but not the memory for loading the data.

These figures include arrays, the code of libraries, the stacks of threads and the buffers of the
BLAS library. The last two columns contain the peak minus the memory after all imports, with and
without the size of the data. MB are millions of bytes.

Run the script in the root of the repository, on Linux::

    python examples/benchmarks/memory.py
    python examples/benchmarks/memory.py --epochs 1 --only skmnist
"""

import argparse
import json
import subprocess
import sys
import warnings

from _common import Report, argument_parser, process_memory, reset_peak
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from skmnist import MLPDigitClassifier
from skmnist.datasets import load_mnist

HEADERS = ["MB", "imported", "loaded", "peak", "peak with data", "peak without data"]


def skmnist_classifier(n_epochs):
    """Return the classifier of skmnist, with its default number of epochs unless one is given."""
    return MLPDigitClassifier(max_iter=n_epochs, random_state=0)


def sklearn_classifier(n_epochs):
    """Return the classifier of scikit-learn, by default with one epoch, which is enough."""
    return MLPClassifier((512, 256), max_iter=n_epochs or 1, random_state=0)


CLASSIFIERS = {"skmnist": skmnist_classifier, "MLPClassifier": sklearn_classifier}


def measure_here(name, n_epochs):
    """Fit in this process, and print the memory."""
    warnings.simplefilter("ignore", ConvergenceWarning)
    imported = process_memory("VmRSS")
    X, y = load_mnist(subset="train", return_X_y=True)
    loaded = process_memory("VmRSS")
    reset_peak()
    CLASSIFIERS[name](n_epochs).fit(X, y)
    peak = process_memory("VmHWM")
    data = X.nbytes + y.nbytes
    print(json.dumps([imported, loaded, peak, peak - imported, peak - imported - data]))


def measure(name, n_epochs):
    """Fit in a new process, and return the memory that it printed."""
    command = [sys.executable, __file__, "--measure-here", name]
    if n_epochs:
        command += ["--epochs", str(n_epochs)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def main(argv=None):
    """Measure each classifier and print a table."""
    parser = argument_parser(__doc__, CLASSIFIERS)
    parser.add_argument(
        "--epochs", type=int, help="number of epochs (default: that of the classifier)"
    )
    parser.add_argument(
        "--measure-here", choices=CLASSIFIERS, help=argparse.SUPPRESS, metavar="NAME"
    )
    arguments = parser.parse_args(argv)
    if arguments.measure_here:
        measure_here(arguments.measure_here, arguments.epochs)
        return

    report = Report(__file__, __doc__, arguments, argv)
    rows = []
    for name in arguments.only or CLASSIFIERS:
        sizes = measure(name, arguments.epochs)
        rows.append([name, *(f"{size / 1e6:.1f}" for size in sizes)])
    report.table(HEADERS, rows)
    report.record()


if __name__ == "__main__":
    main()
