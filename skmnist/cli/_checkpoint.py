"""Checkpoint: a model whose training is not finished and can be resumed."""

from sklearn.base import BaseEstimator


class Checkpoint(BaseEstimator):
    """A model whose training can be resumed, and a hash of the images that it is trained on.

    ``skmnist train`` saves checkpoints, and ``skmnist train --resume`` reads them. It is an
    estimator because :func:`skmnist.io.load` accepts only estimators.

    Parameters
    ----------
    model : MLPDigitClassifier or Pipeline
        The model after its last complete epoch.
    data_hash : str
        The hash of the images and labels.
    early_stopping : bool or None, default=None
        The value of this parameter that the model gets back at the end of its training. None
        means that it is not changed.

    Examples
    --------
    >>> from skmnist import MLPDigitClassifier
    >>> from skmnist.cli import Checkpoint
    >>> Checkpoint(MLPDigitClassifier(max_iter=3), data_hash="5d41").model
    MLPDigitClassifier(max_iter=3)
    """

    __module__ = "skmnist.cli"  # saved files name the package, not this file

    def __init__(self, model, data_hash, early_stopping=None):
        self.model = model
        self.data_hash = data_hash
        self.early_stopping = early_stopping
