"""Models in skops files: written whole or not at all, read without running what is in them."""

import errno
import io
import os
from collections.abc import Iterable

from skmnist.base._files import destination
from skmnist.base._optional import optional
from skmnist.base._persistence import UnknownFormatError
from skmnist.io._model_checks import check_model, holds_itself
from skmnist.io._skops_archive import check_archive

METRICS = (
    *("accuracy_score", "balanced_accuracy_score", "brier_score_loss", "f1_score", "log_loss"),
    *("jaccard_score", "matthews_corrcoef", "precision_score", "recall_score"),
)
SPLITTERS = (
    *("KFold", "GroupKFold", "StratifiedKFold", "StratifiedGroupKFold", "RepeatedKFold"),
    *("RepeatedStratifiedKFold", "ShuffleSplit", "GroupShuffleSplit", "StratifiedShuffleSplit"),
    *("LeaveOneOut", "LeaveOneGroupOut", "PredefinedSplit", "TimeSeriesSplit"),
)
TRUSTED_TYPES = (
    "skmnist.MLPDigitClassifier",
    "skmnist.ConvFeatureTransformer",
    "skmnist.classifier.BestEpoch",
    "skmnist.classifier.FittedAs",
    "skmnist.classifier.Run",
    "skmnist.network.Adam",
    "skmnist.network.Layer",
    "skmnist.network.SGD",
    "skmnist.network.State",
    # What searches, ensembles and scikit-learn's own steps keep besides estimators.
    "numpy.dtype",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.calibration._TemperatureScaling",
    "sklearn.feature_selection._univariate_selection.chi2",
    "sklearn.feature_selection._univariate_selection.f_classif",
    *(f"sklearn.metrics._classification.{name}" for name in METRICS),
    "sklearn.metrics._ranking.average_precision_score",
    "sklearn.metrics._ranking.roc_auc_score",
    "sklearn.metrics._ranking.top_k_accuracy_score",
    "sklearn.metrics._scorer._PassthroughScorer",
    "sklearn.metrics._scorer._Scorer",
    *(f"sklearn.model_selection._split.{name}" for name in SPLITTERS),
    "sklearn.utils._bunch.Bunch",
)
"""What a file may hold besides what skops trusts by itself: plain data, functions only to keep."""


TRUST_ADVICE = (
    "Leave these out of the model, or pass those that you know in trusted=[...], "
    "to save and to load."
)
LAMBDA_ADVICE = "A lambda cannot be found again by its name: write it as a function in a module."
HOLDS_ITSELF = (
    "something in it holds itself, as what set_fit_request or set_score_request asked for does: "
    "joblib can save that"
)
NOT_SAVED = "This model cannot be saved as a skops file"


def save(model, path, *, trusted=()):
    """Write a model into a skops file; until that is done, what was there before stays.

    Needs skops. The file is read once before it is put in place, so what is saved can be loaded.
    Decision trees, SciPy's distributions and functions of your own need `trusted`; the error names
    each of them as it is to be given.

    Parameters
    ----------
    model : estimator
        A classifier, a transformer, a pipeline or a search of them; fitted or not.
    path : str or path-like
        Where to; by custom its name ends in ``.skops``.
    trusted : list of str or type, default=()
        Types of your own that the model holds; :func:`load` must be given them too.

    Notes
    -----
    ``joblib.dump`` saves all kinds of models, but whoever loads the file must trust it.

    Examples
    --------
    >>> import os, tempfile
    >>> from sklearn.datasets import load_digits
    >>> from skmnist import ConvFeatureTransformer
    >>> from skmnist.io import load, save
    >>> convolve = ConvFeatureTransformer(random_state=0).fit(load_digits().data)
    >>> path = os.path.join(tempfile.mkdtemp(), "features.skops")
    >>> save(convolve, path)
    >>> load(path).map_shapes_
    [(3, 3, 64)]
    """
    skops = _skops()
    path = os.fsdecode(path)
    if path.lower().endswith(".gz"):
        raise ValueError(f"path must not end in .gz, for a skops file is not compressed: {path}")
    try:
        data = skops.dumps(model)
    except MemoryError:
        raise
    except Exception as error:  # whatever a model holds that is not made to be saved
        why = HOLDS_ITSELF if holds_itself(model) else repr(error)
        raise ValueError(f"{NOT_SAVED}: {why}.") from error
    _read(skops, io.BytesIO(data), NOT_SAVED, trusted)
    with destination(path) as file:
        file.write(data)


def load(path, *, trusted=()):
    """Read a model from a skops file, and run nothing that is in it.

    Needs skops. The file may hold the types that skops trusts by itself (scikit-learn's
    estimators, NumPy's arrays), those in ``TRUSTED_TYPES``, and those that you trust besides.
    What it says of its size is checked before it is read, and that the arrays of skmnist's
    estimators fit together before they are handed out.

    Parameters
    ----------
    path : str or path-like
        A file that :func:`save` has written.
    trusted : list of str or type, default=()
        More types that the file may hold. Trust only those that you know.

    Returns
    -------
    model : estimator
        As it was saved.

    Raises
    ------
    ValueError
        If the file is no such model, is damaged, holds types that are not trusted, or was
        written in a format that this version of skmnist does not know.
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
        return _read(skops, file, f"{path} is no model that skmnist.io can read", trusted)


def _skops():
    return optional("skops.io", "A model in a .skops file", "skops")


def _names_or_types(trusted):
    """Return what a user trusts as a list."""
    names = [trusted] if isinstance(trusted, str | type) else trusted
    names = list(names) if isinstance(names, Iterable) else [None]
    if not all(isinstance(each, str | type) for each in names):
        raise TypeError(f"trusted must be a list of names or types; got {trusted!r}.")
    return names


def _read(skops, file, refusal, trusted):
    """Read a model; whatever a damaged file makes others raise becomes a ValueError."""
    trusted = _names_or_types(trusted)
    try:
        check_archive(file)
        model = skops.load(file, trusted=[*TRUSTED_TYPES, *trusted])
        check_model(model)
    except (MemoryError, Warning):
        raise
    except UnknownFormatError as error:
        raise UnknownFormatError(f"{refusal}: {error}") from error
    except skops.exceptions.UntrustedTypesFoundException as error:
        advice = LAMBDA_ADVICE if "<lambda>" in str(error) else TRUST_ADVICE
        raise ValueError(f"{refusal}: it holds what is not trusted. {error} {advice}") from error
    except Exception as error:
        if isinstance(error, OSError) and error.errno != errno.EINVAL:  # that is a seek below 0
            raise
        why = error if isinstance(error, ValueError) else repr(error)
        raise ValueError(f"{refusal}: {why}") from error
    return model
