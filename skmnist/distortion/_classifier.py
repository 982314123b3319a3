"""DistortedClassifier: its parameters, fit, and the methods of the classifier that it fits."""

from copy import deepcopy
from typing import Any, Self

from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone, is_classifier
from sklearn.pipeline import Pipeline
from sklearn.utils import check_array, column_or_1d, get_tags
from sklearn.utils.metadata_routing import UNUSED, MetadataRouter, MethodMapping, process_routing
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from skmnist.base._all_or_nothing import all_or_nothing
from skmnist.base._checks import check_images, check_one_label, new_generator
from skmnist.base._doc_link import DocLinkMixin
from skmnist.base._public import set_module
from skmnist.base._rules import DISTORTER_OR_NONE, FLAG, RANDOM_STATE, check, integer, short_repr
from skmnist.base._versioned_pickle import VersionedPickleMixin
from skmnist.base.compat import CallbackSupportMixin, with_callbacks
from skmnist.distortion._distorter import DigitDistorter
from skmnist.distortion._last_step import Progress, Shown, can_be_redrawn, way_to_fit
from skmnist.distortion._steps import (
    earlier_steps,
    fit_earlier_steps,
    last_step,
    resumed,
    routing_is_enabled,
    thawed,
)

RULES = {
    "distorter": DISTORTER_OR_NONE,
    "max_iter": integer(1),
    "n_copies": integer(1),
    "warm_start": FLAG,
    "random_state": RANDOM_STATE,
}


def _estimator_has(name):
    """Return the test that the classifier, fitted or not, has a method."""

    def check_method(self):
        getattr(getattr(self, "estimator_", self.estimator), name)  # or raise an AttributeError
        return True

    return check_method


@set_module("skmnist")
class DistortedClassifier(
    CallbackSupportMixin,
    ClassifierMixin,
    MetaEstimatorMixin,
    VersionedPickleMixin,
    DocLinkMixin,
    BaseEstimator,
):
    """Train any classifier on distorted images.

    The classifier can be the last step of a pipeline that computes features of the images, such as
    a ConvFeatureTransformer. The images are distorted before the first step. The other steps are
    fitted to the images without distortions, and only :meth:`fit` distorts images: the fitted
    ``estimator_`` predicts images as they are. In a cross-validation, only the training images are
    distorted.

    How the last step is trained depends on its class:

    - MLPDigitClassifier sees new distortions in every epoch. Everything else is as in its own
      `fit`: its parameters determine the number of epochs, and images that are used for early
      stopping are not distorted.
    - For other classifiers with a method ``partial_fit``, such as SGDClassifier, this method is
      called in ``max_iter`` epochs, with blocks of about a thousand images in random order, which
      are newly distorted in every epoch.
    - All other classifiers, such as SVC, are fitted once, to the images and ``n_copies`` distorted
      copies of each image. If such a classifier holds out images itself, these can be copies of its
      training images. Therefore, do not pass a search as ``estimator``, but search over a
      DistortedClassifier.

    Parameters
    ----------
    estimator : estimator
        A classifier, or a Pipeline whose last step is a classifier. It is not changed: a copy of it
        is fitted.
    distorter : DigitDistorter or None, default=None
        An object with the method ``distort(X, random_state)``, which returns a distorted copy of
        each row of X. None means ``DigitDistorter()``. Its own ``random_state`` is not used.
    max_iter : int, default=10
        The total number of epochs for classifiers with ``partial_fit``. It has no effect on
        MLPDigitClassifier, which has a parameter with this name.
    n_copies : int, default=4
        The number of distorted copies of each image for classifiers that are fitted once.
    warm_start : bool, default=False
        Whether :meth:`fit` keeps the steps before the last one, and resumes the training of the
        last step with the current parameters of ``estimator``. A last step that is an
        MLPDigitClassifier, or that has no ``partial_fit``, must have ``warm_start=True`` too. The
        result is the
        same as that of an uninterrupted training, also if the estimator was pickled in between.
    random_state : int, RandomState instance or None, default=None
        Determines the distortions and the order of the images. For MLPDigitClassifier, its own
        ``random_state`` determines both. The random states of ``estimator`` are not changed.

    Attributes
    ----------
    estimator_ : estimator
        The fitted classifier or pipeline.
    classes_ : ndarray of shape (n_classes,)
        The distinct labels, sorted.
    n_iter_ : int or ndarray
        The number of epochs so far, or the ``n_iter_`` of the last step if it determines this
        number itself.
    n_features_in_ : int
        The number of columns of X.
    feature_names_in_ : ndarray of shape (``n_features_in_``,)
        The names of the columns of X, if it has names that are all strings.

    See Also
    --------
    DigitDistorter : Makes the distorted images.
    MLPDigitClassifier : Has a parameter ``distort`` for training on distorted images without other
        steps.

    Notes
    -----
    With metadata routing, the last step receives what its `fit` requests, whether or not its
    ``partial_fit`` is called. Without metadata routing, arguments of :meth:`fit` whose names do not
    contain ``__`` are passed to the last step, and ``X_val`` is sent through the other steps first.

    Examples
    --------
    >>> from sklearn.linear_model import SGDClassifier
    >>> from skmnist import DistortedClassifier
    >>> from skmnist.datasets import load_mnist
    >>> X, y = load_mnist(subset="test", return_X_y=True)
    >>> classifier = DistortedClassifier(SGDClassifier(random_state=0), random_state=0)
    >>> classifier.fit(X[:500], y[:500]).score(X[500:], y[500:]) > 0.7
    True
    """

    # The metadata of `fit` are those that the estimator requests.
    __metadata_request__fit = {"sample_weight": UNUSED}  # noqa: RUF012

    def __init__(
        self,
        estimator,
        distorter=None,
        *,
        max_iter: int = 10,
        n_copies=4,
        warm_start=False,
        random_state=None,
    ):
        self.estimator = estimator
        self.distorter = distorter
        self.max_iter = max_iter
        self.n_copies = n_copies
        self.warm_start = warm_start
        self.random_state = random_state

    @all_or_nothing
    @with_callbacks
    def fit(self, X, y, sample_weight=None, **fit_params) -> Self:
        """Fit a copy of the estimator to distorted images.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_pixels)
            One row of pixels per image.
        y : array-like of shape (n_samples,)
            The labels.
        sample_weight : array-like of shape (n_samples,) or None, default=None
            The weight of each image, if the last step supports weights. A distorted image has the
            weight of the image that it was made from.
        **fit_params : dict
            Further arguments for `fit` of the last step, such as ``X_val`` and ``y_val``, or those
            that the steps request with metadata routing.

        Returns
        -------
        self : DistortedClassifier
            The fitted classifier. If fit raises an error, the classifier is unchanged.

        Examples
        --------
        >>> from sklearn.naive_bayes import GaussianNB
        >>> from sklearn.pipeline import make_pipeline
        >>> from skmnist import ConvFeatureTransformer, DigitDistorter, DistortedClassifier
        >>> from skmnist.datasets import load_xo
        >>> pipeline = make_pipeline(ConvFeatureTransformer("strokes"), GaussianNB())
        >>> classifier = DistortedClassifier(pipeline, DigitDistorter(rotation=5), random_state=0)
        >>> classifier.fit(*load_xo(return_X_y=True)).estimator_
        Pipeline(steps=[('convfeaturetransformer', ConvFeatureTransformer(kernels='strokes')),
                        ('gaussiannb', GaussianNB())])
        """
        _check_parameters(self)
        pixels, labels = check_images(X), _as_labels(y)
        check_consistent_length(pixels, labels, sample_weight)
        X = X if hasattr(X, "columns") else pixels
        task_data = {"X": X, "y": labels}
        context = self._init_callback_context(max_subtasks=2)
        context.call_on_fit_task_begin(estimator=self, **task_data)
        self._fit_steps(X, pixels, labels, self._routed(sample_weight, fit_params), context)
        context.call_on_fit_task_end(estimator=self, **task_data)
        return self

    def _fit_steps(self, X, pixels, labels, metadata, context):
        """Fit the earlier steps to the images, and then the last step to distorted images."""
        resumes = self.warm_start and hasattr(self, "estimator_")
        unfitted = self.estimator
        estimator = resumed(unfitted, self.estimator_) if resumes else clone(unfitted)
        task = context.subcontext(task_name="fit-earlier-steps")
        features, metadata = fit_earlier_steps(estimator, X, labels, metadata, task)
        _check_rows(features, pixels)
        estimator = thawed(estimator) if resumes else estimator

        last, steps = last_step(estimator), earlier_steps(estimator)
        distorter = DigitDistorter() if self.distorter is None else self.distorter
        shown = Shown(X, pixels, features, labels, distorter, steps)
        if resumes:
            progress = self._progress.copied()
        else:
            progress = Progress(new_generator(self.random_state))
        self._progress = way_to_fit(last)(self, last, shown, metadata, progress, context)
        self.estimator_ = estimator

    def _routed(self, sample_weight, fit_params):
        """Return the metadata that are passed to `fit` of the estimator."""
        given = dict(fit_params)
        if sample_weight is not None:
            given["sample_weight"] = sample_weight
        if not routing_is_enabled():
            return given
        return process_routing(self, "fit", **given).estimator.fit

    def predict(self, X) -> Any:
        """Predict the classes of images, which are not distorted.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_pixels)
            One row of pixels per image.

        Returns
        -------
        labels : ndarray of shape (n_samples,)
            The predicted labels.

        Examples
        --------
        >>> from sklearn.neighbors import KNeighborsClassifier
        >>> from skmnist import DistortedClassifier
        >>> from skmnist.datasets import load_xo
        >>> X, y = load_xo(return_X_y=True)
        >>> classifier = DistortedClassifier(KNeighborsClassifier(3), n_copies=5, random_state=0)
        >>> classifier.fit(X, y).predict(X).tolist()
        ['X', 'O']
        """
        check_is_fitted(self)
        return self.estimator_.predict(X)

    @available_if(_estimator_has("predict_proba"))
    def predict_proba(self, X):
        """Return the probabilities of the classes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_pixels)
            One row of pixels per image.

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes)
            The probabilities in the order of ``classes_``.
        """
        check_is_fitted(self)
        return self.estimator_.predict_proba(X)

    @available_if(_estimator_has("predict_log_proba"))
    def predict_log_proba(self, X):
        """Return the logarithms of the probabilities of the classes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_pixels)
            One row of pixels per image.

        Returns
        -------
        log_probabilities : ndarray of shape (n_samples, n_classes)
            The logarithms in the order of ``classes_``.
        """
        check_is_fitted(self)
        return self.estimator_.predict_log_proba(X)

    @available_if(_estimator_has("decision_function"))
    def decision_function(self, X):
        """Return the scores of the classes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_pixels)
            One row of pixels per image.

        Returns
        -------
        scores : ndarray of shape (n_samples,) or (n_samples, n_classes)
            The result of the method of ``estimator_``.
        """
        check_is_fitted(self)
        return self.estimator_.decision_function(X)

    @property
    def classes_(self):
        """The distinct labels, sorted."""
        return self.estimator_.classes_

    @property
    def n_iter_(self):
        """The number of epochs, or the number of iterations of a last step that counts them."""
        return self._progress.n_epochs or last_step(self.estimator_).n_iter_

    @property
    def n_features_in_(self):
        """The number of columns of X."""
        return self.estimator_.n_features_in_

    @property
    def feature_names_in_(self):
        """The names of the columns of X, if it has names that are all strings."""
        return self.estimator_.feature_names_in_

    def get_metadata_routing(self) -> MetadataRouter:
        """Return which metadata the estimator requests.

        Returns
        -------
        routing : MetadataRouter
            The requests of the estimator.

        Examples
        --------
        >>> from sklearn.linear_model import SGDClassifier
        >>> from skmnist import DistortedClassifier
        >>> type(DistortedClassifier(SGDClassifier()).get_metadata_routing()).__name__
        'MetadataRouter'
        """
        mapping = MethodMapping().add(caller="fit", callee="fit")
        router = MetadataRouter(owner=self).add_self_request(self)
        return router.add(estimator=self.estimator, method_mapping=mapping)

    def __sklearn_tags__(self):
        """Return the tags of the estimator, but X must be dense."""
        tags, inner = super().__sklearn_tags__(), get_tags(self.estimator)
        tags.classifier_tags = deepcopy(inner.classifier_tags)
        tags.input_tags.positive_only = inner.input_tags.positive_only
        tags.array_api_support = inner.array_api_support
        return tags


def _as_labels(y):
    """Return y as a 1-D array of finite labels of classes."""
    check_one_label(y)
    labels = column_or_1d(y, warn=True)
    labels = check_array(labels, ensure_2d=False, dtype=None, input_name="y")
    check_classification_targets(labels)
    return labels


def _check_parameters(classifier):
    """Raise a TypeError or ValueError for the first parameter that is not valid."""
    estimator = classifier.estimator
    if isinstance(estimator, type) or not (hasattr(estimator, "fit") and is_classifier(estimator)):
        raise TypeError(
            "estimator must be a classifier, or a Pipeline whose last step is a classifier; got "
            f"{short_repr(estimator)}."
        )
    for name, rule in RULES.items():
        check(name, getattr(classifier, name), rule)
    _check_last_step(last_step(estimator), classifier.warm_start)


def _check_last_step(last, warm_start):
    """Raise a ValueError for a last step that cannot be trained in the way that was asked for."""
    name = type(last).__name__
    if isinstance(last, Pipeline):
        raise ValueError(
            "estimator must be a Pipeline whose last step is a classifier; got one whose last step "
            "is another Pipeline. Put all steps into one Pipeline."
        )
    if not can_be_redrawn(last) and hasattr(last, "partial_fit"):
        return
    if can_be_redrawn(last) and last.distort is not None:
        raise ValueError(
            f"distort of the {name} must be None in a DistortedClassifier, which distorts the "
            f"images itself; got {short_repr(last.distort)}. Pass it as distorter instead."
        )
    if warm_start and not hasattr(last, "warm_start"):
        raise ValueError(
            f"warm_start must be False for a {name}, which has neither partial_fit nor warm_start; "
            f"got {warm_start!r}."
        )
    if warm_start and not last.warm_start:
        raise ValueError(
            f"warm_start of the {name} in estimator must be True if warm_start of the "
            f"DistortedClassifier is True; got {last.warm_start!r}."
        )


def _check_rows(features, pixels):
    """Raise a ValueError if a step, such as a sampler, has removed or added rows."""
    if features.shape[0] != pixels.shape[0]:
        raise ValueError(
            "The steps of estimator must return one row per image; got "
            f"{features.shape[0]} rows for {pixels.shape[0]} images."
        )
