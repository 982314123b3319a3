"""From a fitted network's outputs to scores, probabilities and labels."""

from sklearn.utils.validation import check_is_fitted

from skmnist.data import check_same_place, check_X
from skmnist.network.arrays import all_finite, judged_later, like, to_numpy
from skmnist.network.simplex import project_to_simplex
from skmnist.network.training import predict_outputs
from skmnist.targets import decide, predicted


class Decider:
    """A mixin that predicts with ``coefs_``, ``intercepts_`` and ``classes_``."""

    def decision_function(self, X):
        """Return the outputs: how much each class is spoken for.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            One image a row.

        Returns
        -------
        scores : array of shape (n_samples, n_classes) or (n_samples,)
            One score a class; for two classes, the second's minus the first's. With ordinal
            targets a score is minus the distance between the output and the class's number.

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

    def predict_proba(self, X):
        """Return the probability of each class.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            One image a row.

        Returns
        -------
        probabilities : array of shape (n_samples, n_classes)
            The nearest point to the outputs whose entries are at least 0 and sum to 1.

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

    def predict(self, X):
        """Return the most likely label of each image.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            One image a row.

        Returns
        -------
        labels : array of shape (n_samples,)
            For each image the class with the largest output.

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
        return self._name(predicted(scores))

    def _name(self, numbers):
        """Return the classes of these numbers, where the numbers are if they can live there."""
        if self.classes_.dtype.kind not in "biuf":
            return self.classes_[to_numpy(numbers)]
        return like(numbers, self.classes_[to_numpy(numbers)])

    @judged_later
    def _scores(self, X, method):
        """Return one score a class, what `method` goes by."""
        check_is_fitted(self)
        X = check_X(self, X)
        check_same_place(self, X, self.coefs_[0], method)
        *activations, encoding = self._fitted_as
        outputs = predict_outputs(X, self.coefs_, self.intercepts_, *activations)
        if not all_finite(outputs):
            raise ValueError(
                f"The outputs for X are too large for {outputs.dtype}: X, or the weights, are far "
                "larger than what a network can be trained on."
            )
        return decide(outputs, len(self.classes_), encoding)
