"""What `fit` warns about: parameters without an effect, and networks that learned nothing."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from skmnist.base.compat import FRAMES_OF_WITH_CALLBACKS
from skmnist.classifier._targets import ENCODINGS
from skmnist.network._arrays import to_numpy

# The default values of the parameters that have an effect with early stopping only.
OF_EARLY_STOPPING = {"tol": 1e-4, "n_iter_no_change": 10, "validation_fraction": 0.1}
FEW_HELD_OUT = 10
# How many frames the call of fit or of partial_fit is above.
OF_FIT, OF_PARTIAL_FIT = 6 + FRAMES_OF_WITH_CALLBACKS, 5
_ADVICE = {
    True: "Fit it again with a smaller learning_rate_init, or with more neurons.",
    False: "Increase max_iter, change learning_rate_init, decrease alpha, or, if most images "
    "belong to this class, use class_weight='balanced'.",
}


def warn_about_parameters(estimator, n_rows):
    """Warn about parameters that have no effect on this fit."""
    changed = [k for k, usual in OF_EARLY_STOPPING.items() if getattr(estimator, k) != usual]
    if changed and not estimator.early_stopping:
        verb = "has" if len(changed) == 1 else "have"
        _warn(f"{' and '.join(changed)} {verb} no effect, because early_stopping is False.")
    # In a cross-validation, and with early stopping, batch_size=len(X) is a little too large.
    if not isinstance(estimator.batch_size, str) and estimator.batch_size > 2 * n_rows:
        _warn(
            f"batch_size={estimator.batch_size} is larger than the number of training images, "
            f"{n_rows}, so all of them form one batch."
        )


def warn_about_held_out(training, held_out, classes):
    """Warn if the images that are held out are few, or do not contain all classes."""
    few = len(held_out.rows)
    if few < FEW_HELD_OUT:
        _warn(
            f"early_stopping=True holds out only {few} images, so the validation score is a matter "
            "of chance. Increase validation_fraction, or pass X_val and y_val."
        )
    labels = [np.unique(to_numpy(part.labels)[part.rows]) for part in (training, held_out)]
    missing = classes[np.setdiff1d(*labels)].tolist()
    if missing:
        _warn(
            f"early_stopping=True holds out no images of the classes {missing}, because there is "
            "only one image of such a class, or all of them are equal. Pass more images of them, "
            "or X_val and y_val."
        )


def warn_about_one_class(estimator, outputs, frames=OF_FIT):
    """Warn if the outputs for some images predict one class, but their targets are several."""
    encoding, classes = ENCODINGS[estimator.target_encoding], estimator.classes_
    predicted, labels = (
        to_numpy(encoding.scores(each, len(classes))).argmax(axis=1)
        for each in (outputs.values, outputs.targets)
    )
    if len(np.unique(predicted)) == 1 < len(np.unique(labels)):
        reason = "the last hidden layer is 0 for all of them, and can no longer learn"
        label = classes[predicted[:1]].tolist()[0]
        _warn(
            f"The network predicts the class {label!r} for each of {len(predicted)} training "
            f"images{', because ' + reason if outputs.are_dead else ''}. "
            f"{_ADVICE[outputs.are_dead]}",
            ConvergenceWarning,
            frames,
        )


def _warn(message, category=UserWarning, frames=OF_FIT):
    warnings.warn(message, category, stacklevel=frames)
