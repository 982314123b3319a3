"""show_versions: the versions that a report of a problem should contain."""

import platform
import sys

from threadpoolctl import threadpool_info

from skmnist._version import __version__
from skmnist.base._public import set_module
from skmnist.base.compat import installed_version

# A test compares these with the dependencies and extras in pyproject.toml.
DEPENDENCIES = ("numpy", "scipy", "scikit-learn", "joblib", "threadpoolctl")
OPTIONAL = (
    *("array-api-compat", "rich", "pandas", "pillow", "skops", "onnx", "skl2onnx", "matplotlib"),
    "argcomplete",
)


@set_module("skmnist")
def show_versions():
    """Print the versions of skmnist and its dependencies, and information about the machine.

    Include the output in the report of a problem.

    See Also
    --------
    sklearn.show_versions : Prints more about scikit-learn and how it was built.

    Examples
    --------
    >>> import skmnist
    >>> skmnist.show_versions()
    System
        python: ...
    """
    _print_section("System", _system())
    _print_section("Packages", {"skmnist": __version__, **_versions(DEPENDENCIES)})
    _print_section("Optional packages", _versions(OPTIONAL))
    _print_section("Libraries with threads", _thread_pools())


def _system():
    return {
        "python": sys.version.replace("\n", " "),
        "executable": sys.executable,
        "machine": platform.platform(),
    }


def _versions(packages):
    return {package: installed_version(package) or "not installed" for package in packages}


def _thread_pools():
    """Return the libraries for linear algebra and OpenMP that are loaded, by their files."""
    # Their libraries are loaded when they are first imported.
    import sklearn.utils  # noqa: F401

    return {
        pool["filepath"]: f"{pool['internal_api']} {pool['version']}, {pool['num_threads']} threads"
        for pool in threadpool_info()
    }


def _print_section(title, rows):
    print(title)
    for name, value in rows.items():
        print(f"    {name}: {value}")
