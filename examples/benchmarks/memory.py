"""Peak memory of fitting all of MNIST.

Fits the default `MLPDigitClassifier` on the 60,000 training images as bytes, and for
comparison scikit-learn's `MLPClassifier` with the same layers, each in a fresh
process, and reads from Linux how much physical memory the process holds

- once everything is imported, before the data is loaded;
- once the data is loaded;
- at most while `fit` ran: the kernel's own high-water mark, set back just before
  `fit`, so that it misses no short peak and leaves out what the loading needed.

All of it counts: arrays, the code of libraries as far as it was touched, the threads'
stacks, the BLAS's buffers. The last two columns are the peak above the imported
package, with the data in it, and without it (less the size of the two arrays).
MB are millions of bytes.

Run it from the root of the repository, on Linux::

    python examples/benchmarks/memory.py
    python examples/benchmarks/memory.py --epochs 1 --only skmnist
"""

import argparse
import json
import subprocess
import sys
import warnings

from _common import Report, argument_parser, forget_peak, process_memory
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from skmnist import MLPDigitClassifier
from skmnist.datasets import load_mnist

HEADERS = ["MB", "imported", "loaded", "peak", "peak with data", "peak without data"]


def skmnist_classifier(n_epochs):
    """Make ours, with its own number of epochs unless one is given."""
    return MLPDigitClassifier(max_iter=n_epochs, random_state=0)


def sklearn_classifier(n_epochs):
    """Make scikit-learn's; one epoch shows its peak unless more are asked for."""
    return MLPClassifier((512, 256), max_iter=n_epochs or 1, random_state=0)


CLASSIFIERS = {"skmnist": skmnist_classifier, "MLPClassifier": sklearn_classifier}


def measure_here(name, n_epochs):
    """Fit in this process, and print what memory it took."""
    warnings.simplefilter("ignore", ConvergenceWarning)
    imported = process_memory("VmRSS")
    X, y = load_mnist(subset="train", return_X_y=True)
    loaded = process_memory("VmRSS")
    forget_peak()
    CLASSIFIERS[name](n_epochs).fit(X, y)
    peak = process_memory("VmHWM")
    data = X.nbytes + y.nbytes
    print(json.dumps([imported, loaded, peak, peak - imported, peak - imported - data]))


def measure(name, n_epochs):
    """Fit in a fresh process, and give what it printed."""
    command = [sys.executable, __file__, "--measure-here", name]
    if n_epochs:
        command += ["--epochs", str(n_epochs)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def main(argv=None):
    """Measure each classifier, and print a table."""
    parser = argument_parser(__doc__, CLASSIFIERS)
    parser.add_argument("--epochs", type=int, help="default: the classifier's own")
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
