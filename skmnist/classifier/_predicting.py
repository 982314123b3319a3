"""A mixin that converts the outputs of a fitted network to scores, probabilities and labels."""

from typing import Any

from sklearn.utils.validation import check_is_fitted

from skmnist.base._checks import check_same_place, check_X
from skmnist.classifier._targets import ENCODINGS
from skmnist.network._activations import ACTIVATIONS
from skmnist.network._arrays import all_finite, ignore_float_warnings, like, namespace, to_numpy
from skmnist.network._simplex import project_to_simplex
from skmnist.network._training import predict_outputs


class PredictMixin:
    """A mixin that predicts with ``coefs_``, ``intercepts_`` and ``classes_``."""

    def decision_function(self, X) -> Any:
        """Return one score per class.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            One image per row.

        Returns
        -------
        scores : array of shape (n_samples, n_classes) or (n_samples,)
            The outputs of the network. With ordinal targets, the score of a class is minus the
            distance between the output and the number of the class. For two classes, the score of
            the second class minus that of the first is returned.

        Examples
        --------
        >>> from sklearn.datasets import load_digits
        >>> from skmnist import MLPDigitClassifier
        >>> X, y = load_digits(return_X_y=True)
        >>> classifier = MLPDigitClassifier(hidden_layer_sizes=(32,), random_state=0)
        >>> classifier = classifier.fit(X[:1500], y[:1500])
        >>> classifier.decision_function(X[1500:1502]).shape
        (2, 10)
        """
        scores = self._scores(X, "decision_function")
        return scores[:, 1] - scores[:, 0] if len(self.classes_) == 2 else scores

    def predict_proba(self, X) -> Any:
        """Return the probability of each class.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            One image per row.

        Returns
        -------
        probabilities : array of shape (n_samples, n_classes)
            The outputs, projected onto the probability simplex: the nearest point whose
            entries are at least 0 and sum to 1.

        Examples
        --------
        >>> from sklearn.datasets import load_digits
        >>> from skmnist import MLPDigitClassifier
        >>> X, y = load_digits(return_X_y=True)
        >>> classifier = MLPDigitClassifier(hidden_layer_sizes=(32,), random_state=0)
        >>> classifier = classifier.fit(X[:1500], y[:1500])
        >>> classifier.predict_proba(X[1500:1502]).sum(axis=1).round(6).tolist()
        [1.0, 1.0]
        """
        return project_to_simplex(self._scores(X, "predict_proba"))

    @ignore_float_warnings
    def predict_log_proba(self, X) -> Any:
        """Return the natural logarithm of the probability of each class.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            One image per row.

        Returns
        -------
        log_probabilities : array of shape (n_samples, n_classes)
            The logarithms of the probabilities that :meth:`predict_proba` returns. The logarithm of
            a probability of 0 is minus infinity, without a warning.

        Examples
        --------
        >>> from sklearn.datasets import load_digits
        >>> from skmnist import MLPDigitClassifier
        >>> X, y = load_digits(return_X_y=True)
        >>> classifier = MLPDigitClassifier(hidden_layer_sizes=(32,), random_state=0)
        >>> classifier = classifier.fit(X[:1500], y[:1500])
        >>> bool((classifier.predict_log_proba(X[1500:1502]) <= 0).all())
        True
        """
        probabilities = project_to_simplex(self._scores(X, "predict_log_proba"))
        return namespace(probabilities).log(probabilities)

    def predict(self, X) -> Any:
        """Return the predicted label of each image.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            One image per row.

        Returns
        -------
        labels : array of shape (n_samples,)
            The class with the largest score for each image.

        Examples
        --------
        >>> from sklearn.datasets import load_digits
        >>> from skmnist import MLPDigitClassifier
        >>> X, y = load_digits(return_X_y=True)
        >>> classifier = MLPDigitClassifier(hidden_layer_sizes=(32,), random_state=0)
        >>> classifier = classifier.fit(X[:1500], y[:1500])
        >>> classifier.predict(X[1500:1503]).tolist() == y[1500:1503].tolist()
        True
        """
        scores = self._scores(X, "predict")
        return self._label(namespace(scores).argmax(scores, axis=1))

    def _label(self, numbers):
        """Return the classes with these numbers, in the library of the numbers if possible."""
        if self.classes_.dtype.kind not in "biuf":
            return self.classes_[to_numpy(numbers)]
        return like(numbers, self.classes_[to_numpy(numbers)])

    @ignore_float_warnings
    def _scores(self, X, method):
        """Return one score per class; an error message names the method that calls this one."""
        if not hasattr(self, "coefs_"):
            check_is_fitted(self)  # only for its error, because it takes long for one image
        X = check_X(self, X)
        check_same_place(self, X, self.coefs_[0], method)
        activation, output_activation, encoding = self._fitted_as
        for name in (activation, output_activation):
            if name not in ACTIVATIONS:
                raise ValueError(
                    f"ACTIVATIONS must contain {name!r}, with which this classifier was fitted; "
                    f"got {', '.join(ACTIVATIONS)}. Add the row before predicting."
                )
        outputs = predict_outputs(X, self.coefs_, self.intercepts_, activation, output_activation)
        if not all_finite(outputs):
            raise ValueError(
                f"The outputs for X must be finite in {outputs.dtype}; got infinity or NaN. X or "
                "the weights are too large."
            )
        return ENCODINGS[encoding].scores(outputs, len(self.classes_))
