"""TRUSTED_TYPES: the types that a skops file may contain in addition to those of skops."""

from skmnist.classifier import BestEpoch, FittedAs, MLPDigitClassifier, Run
from skmnist.distortion import DigitDistorter, DistortedClassifier, Progress
from skmnist.features import ConvFeatureTransformer
from skmnist.network._convolution import Layer
from skmnist.network._optimizers import SGD, Adam
from skmnist.network._scaling import Scaling
from skmnist.network._training import State

OWN_TYPES = (
    *(MLPDigitClassifier, ConvFeatureTransformer, DigitDistorter, DistortedClassifier, Progress),
    *(BestEpoch, FittedAs, Run, Layer, Scaling, State, SGD, Adam),
)
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
    *(f"{kind.__module__}.{kind.__name__}" for kind in OWN_TYPES),
    # What searches, ensembles and steps of scikit-learn store in addition to estimators.
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
"""The names of types that contain only data, and of functions that reading a file does not call."""
