"""Save models as skops files and load them without running code from the file."""

import errno
import io
import os
from collections.abc import Iterable

from skmnist.base._files import destination
from skmnist.base._optional import optional
from skmnist.base._public import set_module
from skmnist.base._versioned_pickle import UnknownFormatError
from skmnist.io._model_checks import check_model
from skmnist.io._model_parts import contains_itself
from skmnist.io._skops_archive import check_archive
from skmnist.io._trusted_types import TRUSTED_TYPES

TRUST_ADVICE = (
    "Remove them from the model, or pass those that you trust as trusted=[...], both to save and "
    "to load."
)
LAMBDA_ADVICE = "A lambda cannot be found by its name: define a function in a module instead."
CONTAINS_ITSELF = (
    "an object in it contains itself (set_fit_request and set_score_request cause this). joblib "
    "can save such a model"
)
NOT_SAVED = "The model cannot be saved as a skops file"


@set_module("skmnist.io")
def save(model, path, *, trusted=()):
    """Save a model as a skops file, which :func:`load` reads without running code from it.

    This function requires skops. The model is loaded once before the file is written, so that
    every file can be loaded. The file is written atomically: if saving fails, an existing file is
    unchanged. Models that contain decision trees, distributions of SciPy or your own functions
    require ``trusted``; the error message lists the names to pass.

    Parameters
    ----------
    model : estimator
        A classifier, a transformer, or a pipeline or search that contains them. It need not be
        fitted.
    path : str or path-like
        The file to write. By convention, its name ends in ``.skops``.
    trusted : list of str or type, default=()
        Further types that the model may contain. Pass them to :func:`load` too.

    Notes
    -----
    ``joblib.dump`` can save every model, but a joblib file can run any code when it is loaded.

    Examples
    --------
    >>> import os, tempfile
    >>> from sklearn.datasets import load_digits
    >>> from skmnist import ConvFeatureTransformer
    >>> from skmnist.io import load, save
    >>> transformer = ConvFeatureTransformer(random_state=0).fit(load_digits().data)
    >>> path = os.path.join(tempfile.mkdtemp(), "features.skops")
    >>> save(transformer, path)
    >>> load(path).map_shapes_
    [(3, 3, 64)]
    """
    skops = _skops()
    path = os.fsdecode(path)
    if path.lower().endswith(".gz"):
        raise ValueError(
            f"path must not end in .gz, because skops files are not compressed; got {path}."
        )
    try:
        data = skops.dumps(model)
    except MemoryError:
        raise
    except Exception as error:  # skops raises many kinds of errors for what it cannot save
        reason = CONTAINS_ITSELF if contains_itself(model) else repr(error)
        raise ValueError(f"{NOT_SAVED}: {reason}.") from error
    _read(skops, io.BytesIO(data), NOT_SAVED, trusted)
    with destination(path) as file:
        file.write(data)


@set_module("skmnist.io")
def load(path, *, trusted=()):
    """Load a model from a skops file without running code from the file.

    This function requires skops. The file may contain the types that skops trusts (such as
    scikit-learn's estimators and NumPy's arrays), those in ``TRUSTED_TYPES``, and those that you
    pass as ``trusted``. The sizes in the file are checked before it is read, and the fitted
    attributes of the estimators of skmnist are checked before the model is returned.

    Parameters
    ----------
    path : str or path-like
        A file written by :func:`save`.
    trusted : list of str or type, default=()
        Further types that the file may contain. Pass only types that you know.

    Returns
    -------
    model : estimator
        The model as it was saved.

    Raises
    ------
    ValueError
        If the file does not contain a model, is damaged, contains types that are not trusted, or
        was written in a format that this version of skmnist does not know.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> import os, tempfile
    >>> from skmnist import MLPDigitClassifier
    >>> from skmnist.io import load, save
    >>> path = os.path.join(tempfile.mkdtemp(), "digits.skops")
    >>> save(MLPDigitClassifier(max_iter=3), path)
    >>> load(path)
    MLPDigitClassifier(max_iter=3)
    """
    skops, path = _skops(), os.fsdecode(path)
    with open(path, "rb") as file:
        return _read(skops, file, f"{path} cannot be loaded as a model", trusted)


def _skops():
    return optional("skops.io", "A model in a .skops file", "skops")


def _listed(trusted):
    """Return the value of `trusted` as a list, or raise a TypeError."""
    names = [trusted] if isinstance(trusted, str | type) else trusted
    names = list(names) if isinstance(names, Iterable) else [None]
    if not all(isinstance(each, str | type) for each in names):
        raise TypeError(f"trusted must be a list of names or types; got {trusted!r}.")
    return names


def _read(skops, file, failure, trusted):
    """Return the model in a file; raise a ValueError for all errors that a damaged file causes."""
    trusted = _listed(trusted)
    try:
        check_archive(file)
        model = skops.load(file, trusted=[*TRUSTED_TYPES, *trusted])
        check_model(model)
    except (MemoryError, Warning):
        raise
    except UnknownFormatError as error:
        raise UnknownFormatError(f"{failure}: {error}") from error
    except skops.exceptions.UntrustedTypesFoundException as error:
        advice = LAMBDA_ADVICE if "<lambda>" in str(error) else TRUST_ADVICE
        raise ValueError(f"{failure}: {error} {advice}") from error
    except Exception as error:
        if isinstance(error, OSError) and error.errno != errno.EINVAL:  # EINVAL: a seek below 0
            raise
        reason = str(error) if isinstance(error, ValueError) else repr(error)
        raise ValueError(f"{failure}: {reason.rstrip('.')}.") from error
    return model
