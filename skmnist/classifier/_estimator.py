"""MLPDigitClassifier: its parameters, and how it is fitted."""

import time
from types import SimpleNamespace
from typing import Literal, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

from skmnist.base._all_or_nothing import all_or_nothing
from skmnist.base._checks import check_same_place, float_type, new_generator
from skmnist.base._doc_link import DocLinkMixin
from skmnist.base._public import set_module
from skmnist.base._resuming import warn_if_done
from skmnist.base._rules import short_repr
from skmnist.base._versioned_pickle import VersionedPickleMixin
from skmnist.base.compat import CallbackSupportMixin, with_callbacks
from skmnist.classifier._derived import DerivedAttributesMixin
from skmnist.classifier._examples import check_validation, check_X_y, make_examples
from skmnist.classifier._parameters import check_epsilon, check_parameters
from skmnist.classifier._predicting import PredictMixin
from skmnist.classifier._redrawing import with_redraw
from skmnist.classifier._run import new_run, run_from_fitted
from skmnist.classifier._settings import epochs_in_total, fitted_as, make_network, make_recipe
from skmnist.classifier._splitting import hold_out
from skmnist.classifier._targets import (
    ENCODINGS,
    announced_classes,
    classes_in,
    number_labels,
    row_weights,
)
from skmnist.classifier._warnings import (
    OF_PARTIAL_FIT,
    warn_about_held_out,
    warn_about_one_class,
    warn_about_parameters,
)
from skmnist.network._arrays import ignore_float_warnings
from skmnist.network._training import open_ended, scheduled


@set_module("skmnist")
class MLPDigitClassifier(
    CallbackSupportMixin,
    ClassifierMixin,
    PredictMixin,
    DerivedAttributesMixin,
    VersionedPickleMixin,
    DocLinkMixin,
    BaseEstimator,
):
    """A neural network that classifies digits and other small images.

    This is the network of the lectures that skmnist is based on: fully connected layers with ReLU
    activations, trained by gradient descent on the squared distance between the outputs and the
    one-hot encoded labels. For MNIST, the default sizes of the layers are 784 → 512 → 256 → 10.
    The predicted class is the one with the largest output.

    X can have any range of values, for example bytes or standardized values. During the training,
    it is divided by the root mean square of its entries. If the columns have very different means
    or ranges, each column is centred and divided by its standard deviation instead, or by more if
    it has outliers. With ``distort``, X must be images, and is always divided by one number.
    Images passed to :meth:`predict` must have the same range of values as those passed to
    :meth:`fit`.

    Parameters with the same name as in scikit-learn's MLPClassifier have the same meaning, unless
    noted otherwise.

    Parameters
    ----------
    hidden_layer_sizes : tuple of int, default=(512, 256)
        The number of neurons in each hidden layer. ``()`` means that there is no hidden layer: the
        output activation is applied to ``X @ W + b``.
    activation : {"relu", "leaky_relu", "tanh", "logistic", "identity"}, default="relu"
        The activation function of the hidden layers.
    output_activation : {"relu", "identity", "logistic"}, default="relu"
        The activation function of the last layer. With "relu", if an output is 0 for all images of
        a batch, its derivative is set to 1 for the images with a positive target. Otherwise,
        the gradient would be 0, and the class of this output could not be learned.
    loss : {"mse", "mae", "huber", "squared_hinge"}, default="mse"
        The loss of each output. The loss of an image is the sum over its outputs.
        "squared_hinge" is the squared error, except that the loss is 0 for outputs above 1 for the
        true class, and for outputs below 0 for the other classes.
    target_encoding : {"one-hot", "ordinal"}, default="one-hot"
        "one-hot" has one output per class. "ordinal" has a single output, whose target is the
        number of the class: 0, 1, 2, …. It demonstrates why the one-hot encoding is better. It
        requires the loss "mse" or "mae", and the output activation "relu" or "identity".
    solver : {"sgd", "adam"}, default="sgd"
        Stochastic gradient descent with momentum, or Adam.
    alpha : float, default=0.0
        Strength of the L2 penalty ½·alpha·‖W‖², which is added to the mean loss. W contains the
        weights of all layers. For the first layer, these are the weights of the scaled X. (In
        MLPClassifier, the penalty is divided by the batch size.)
    batch_size : int or "auto", default="auto"
        The number of images per update. "auto" is a hundredth of all images, but at least 64 and at
        most 200, or all images if there are fewer than 128. If the images are distorted, it is 64.
    learning_rate : {"linear", "cosine", "constant"}, default="linear"
        How the step size changes after the warm-up. "linear" decreases it to 0 linearly, "cosine"
        decreases it to 0 along half a period of a cosine, and "constant" does not change it. In
        :meth:`partial_fit`, the step size is always constant after the warm-up.
    learning_rate_init : float or "auto", default="auto"
        The largest step size, which is reached at the end of the warm-up. "auto" is 0.001 for
        "adam". For "sgd" and batches of 64 images, it is 0.05, or less if such large steps could
        make the outputs oscillate, for example with many columns, a single hidden layer, wide
        layers or much dropout. It grows with the square root of the batch size up to 200 images,
        and is proportional to it below 64, unless all images form one batch. With
        ``shuffle=False``, it is half as large.
    warmup : float, default=0.1
        The fraction of all updates during which the step size increases linearly from 0.
    schedule_iter : int or None, default=None
        The number of epochs after which the schedule of the step size ends, which consists of
        ``warmup`` and ``learning_rate``. It must be at least ``max_iter``. If the training is to
        be stopped after ``max_iter`` epochs and resumed later, set it to the final number of
        epochs. None means ``max_iter``.
    momentum : float, default=0.9
        Momentum of "sgd".
    nesterovs_momentum : bool, default=False
        Whether "sgd" uses Nesterov's momentum.
    beta_1 : float, default=0.9
        Decay rate of the running mean of the gradients in "adam".
    beta_2 : float, default=0.999
        Decay rate of the running mean of the squared gradients in "adam".
    epsilon : float, default=1e-8
        A small number that prevents a division by 0 in "adam".
    dropout : float, default=0.0
        The probability that a hidden neuron is dropped. The dropped neurons are chosen again for
        each batch, and are the same for all images of the batch.
    input_dropout : float, default=0.0
        The probability that a pixel is dropped. The pixels are chosen in the same way as the
        neurons for ``dropout``.
    distort : DigitDistorter or None, default=None
        Distorts the training images, anew in every epoch, so that the network never sees the same
        image twice. None means that the images are not distorted. Any object with a method
        ``distort(X, random_state)`` can be passed. The method receives about a thousand rows of X
        at a time, with the dtype of X, and a seed, and returns an array of the same shape. Images
        for the validation and images passed to :meth:`predict` are never distorted. The rows of X
        must be images: for a pipeline that computes features, use DistortedClassifier instead.
    max_iter : int or None, default=None
        The total number of epochs. None means ``schedule_iter`` epochs. If ``schedule_iter`` is
        None too, the number is 1,200 divided by the square root of the number of training images,
        but at least 10 and at most 100. With ``distort``, it is 100,000 divided by the number of
        training images, with the same limits.
    class_weight : dict, "balanced" or None, default=None
        A weight for each class, which multiplies the sample weights. Classes that are not in the
        dict have weight 1. "balanced" gives all classes the same total weight.
    early_stopping : bool, default=False
        Whether to stop the training when the validation score stops improving, and to restore the
        weights of the best epoch. The validation score is the accuracy on ``X_val`` and ``y_val``
        if they are passed to :meth:`fit`, otherwise on training rows that are held out.
    validation_fraction : float, default=0.1
        The fraction of the rows of each class that is held out for validation. The rows are
        chosen by their content. Therefore the choice does not depend on the order of the rows, and
        equal rows are either all held out or all used for training.
    n_iter_no_change : int, default=10
        The number of epochs without improvement after which ``early_stopping`` stops the training.
    tol : float, default=1e-4
        The smallest increase of the validation score that counts as an improvement.
    shuffle : bool, default=True
        Whether to shuffle the rows in each epoch.
    random_state : int, RandomState instance or None, default=None
        Determines the initial weights, the shuffling, the dropout, the distortions and the choice
        of the rows that are held out.
    warm_start : bool, default=False
        Whether :meth:`fit` resumes the previous training, up to ``max_iter`` epochs in total. The
        estimator then also stores the state of the optimizer. If ``warm_start`` and
        ``schedule_iter`` are set before the first call, the result is bit-identical to that of an
        uninterrupted training, even if the estimator was pickled in between.
    verbose : bool, default=False
        Whether to print one line per epoch.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The distinct labels, sorted.
    coefs_ : list of arrays of shape (n_in, n_out)
        The weights of each layer. Those of the first layer apply to X as it is passed, without
        its scaling.
    intercepts_ : list of arrays of shape (n_out,)
        The biases of each layer.
    n_iter_ : int
        The number of epochs so far. Each call of :meth:`partial_fit` counts as one epoch.
    best_iter_ : int
        The number of the epoch with the best validation score. If there was no validation, it is
        the number of the last epoch. The weights are from this epoch if ``early_stopping=True``,
        otherwise from the last epoch.
    loss_curve_ : list of float
        The mean training loss of each epoch, without the L2 penalty. After :meth:`partial_fit`, it
        contains the loss of the last call only. With "ordinal" targets, the loss is computed with
        class numbers that are divided by the largest class number. With ``distort``, it is the loss
        on the distorted images.
    validation_loss_curve_ : list of float or None
        The mean validation loss after each epoch. None if there was no validation.
    validation_scores_ : list of float or None
        The validation accuracy after each epoch. None if there was no validation.
    loss_ : float
        The last entry of ``loss_curve_``.
    best_loss_ : float or None
        The smallest entry of ``loss_curve_``. None if there was a validation.
    best_validation_score_ : float or None
        The largest entry of ``validation_scores_``. None if there was no validation.
    n_layers_ : int
        The number of layers, including the pixels.
    n_outputs_ : int
        The number of outputs: one per class, also for two classes, or 1 with ordinal targets.
    out_activation_ : str
        The ``output_activation`` that the classifier was fitted with.
    n_features_in_ : int
        The number of columns of X.
    feature_names_in_ : ndarray of shape (``n_features_in_``,)
        The names of the columns of X, if it has names that are all strings.

    See Also
    --------
    sklearn.neural_network.MLPClassifier : The same kind of network with cross-entropy loss.
    DigitDistorter : Distorts the training images, if it is passed as ``distort``.

    Notes
    -----
    With one-hot targets, the outputs that minimize the expected squared error are the
    probabilities of the classes. Therefore, :meth:`predict_proba` returns the point of the
    probability simplex that is nearest to the outputs.

    X can be a NumPy array, memory map or pandas DataFrame of any numeric type, or a SciPy sparse
    matrix. With ``sklearn.set_config(array_api_dispatch=True)``, it can be an array of another
    library, such as a torch tensor on a GPU; the computations then run on its device. The network
    is trained in float64 if X is float64, and in float32 otherwise. Bytes and other integers are
    converted to floats one batch at a time, never all at once.

    With scikit-learn 1.9 and newer, ``set_callbacks`` accepts scikit-learn's callbacks.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.model_selection import train_test_split
    >>> from skmnist import MLPDigitClassifier
    >>> X, y = load_digits(return_X_y=True)
    >>> X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    >>> classifier = MLPDigitClassifier(hidden_layer_sizes=(64,), random_state=0)
    >>> classifier.fit(X_train, y_train).score(X_test, y_test) > 0.95
    True
    """

    __metadata_request__fit = {"X_val": True, "y_val": True}  # noqa: RUF012

    def __init__(
        self,
        *,
        hidden_layer_sizes=(512, 256),
        activation="relu",
        output_activation="relu",
        loss="mse",
        target_encoding="one-hot",
        solver="sgd",
        alpha=0.0,
        batch_size: int | Literal["auto"] = "auto",
        learning_rate="linear",
        learning_rate_init: float | Literal["auto"] = "auto",
        warmup=0.1,
        schedule_iter=None,
        momentum=0.9,
        nesterovs_momentum=False,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-8,
        dropout=0.0,
        input_dropout=0.0,
        distort=None,
        max_iter=None,
        class_weight=None,
        early_stopping=False,
        validation_fraction=0.1,
        n_iter_no_change=10,
        tol=1e-4,
        shuffle=True,
        random_state=None,
        warm_start=False,
        verbose: bool | int = False,
    ):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.output_activation = output_activation
        self.loss = loss
        self.target_encoding = target_encoding
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.warmup = warmup
        self.schedule_iter = schedule_iter
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.dropout = dropout
        self.input_dropout = input_dropout
        self.distort = distort
        self.max_iter = max_iter
        self.class_weight = class_weight
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.shuffle = shuffle
        self.random_state = random_state
        self.warm_start = warm_start
        self.verbose = verbose

    @all_or_nothing
    @with_callbacks
    def fit(self, X, y, sample_weight=None, *, X_val=None, y_val=None) -> Self:
        """Train on the images X and the labels y.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            One image per row.
        y : array-like of shape (n_samples,)
            The labels, numbers or strings.
        sample_weight : array-like of shape (n_samples,) or None, default=None
            The weight of each image. Images of weight 0 are ignored.
        X_val : array-like or sparse matrix of shape (n_val, n_features) or None, default=None
            Images for the validation after each epoch; see ``early_stopping``. With metadata
            routing enabled, ``Pipeline(steps, transform_input=["X_val"])`` transforms them like X.
        y_val : array-like of shape (n_val,) or None, default=None
            The labels of X_val.

        Returns
        -------
        self : MLPDigitClassifier
            The fitted classifier. If fit raises an error, the classifier is unchanged.

        Examples
        --------
        >>> from sklearn.datasets import load_digits
        >>> from skmnist import MLPDigitClassifier
        >>> X, y = load_digits(return_X_y=True)
        >>> classifier = MLPDigitClassifier(hidden_layer_sizes=(32,), random_state=0)
        >>> classifier.fit(X[:1500], y[:1500], X_val=X[1500:], y_val=y[1500:]).n_iter_
        30
        >>> classifier.validation_scores_[-1] > 0.9
        True
        """
        return self._fit(X, y, sample_weight, X_val, y_val)

    @all_or_nothing
    @with_callbacks
    def _fit_redrawn(self, redraw, X, y, sample_weight=None, *, X_val=None, y_val=None):
        """Do the same as `fit`, but train on the new versions of rows that ``redraw`` returns.

        ``redraw(rows, seed)`` receives a NumPy array of row numbers of X and an integer.
        """
        if self.distort is not None:
            raise ValueError(
                "distort must be None in a classifier whose training images are distorted by "
                f"another estimator; got {short_repr(self.distort)}."
            )
        return self._fit(X, y, sample_weight, X_val, y_val, redraw)

    def _fit(self, X, y, sample_weight, X_val, y_val, redraw=None):
        """Train on the images X, or on the new versions of them that ``redraw`` returns."""
        check_parameters(self)
        resumes = self.warm_start and hasattr(self, "coefs_")
        X_checked, labels = check_X_y(self, X, y, reset=not resumes)
        self.classes_ = classes_in(labels, self.classes_ if resumes else None)
        examples = self._make_examples(X_checked, labels, sample_weight, resumes)
        validation = self._make_validation_examples(X_val, y_val, examples)

        kept = self._run if resumes and hasattr(self, "_run") else None
        rng = new_generator(self.random_state)
        split_seed = rng.integers(2**32) if kept is None else kept.split_seed
        if self.early_stopping and validation is None:
            examples, validation = hold_out(examples, self.validation_fraction, split_seed)
            warn_about_held_out(examples, validation, self.classes_)
        warn_about_parameters(self, len(examples.rows))

        examples = with_redraw(examples, self.distort, redraw)
        run = self._start_or_resume(examples, kept, rng, split_seed, resumes)
        metadata = None if sample_weight is None else {"sample_weight": sample_weight}
        self._train(run, examples, validation, {"X": X, "y": y, "metadata": metadata})
        best = self.early_stopping
        warn_about_one_class(self, run.outputs_of_some(examples, fitted_as(self), best))
        _set_fitted(self, run, fitted_as(self), best)
        self._keep_run(run if self.warm_start else None)
        return self

    @all_or_nothing
    def partial_fit(self, X, y, classes=None, sample_weight=None) -> Self:
        """Train for one epoch on a batch of images.

        The step size increases for 30 updates, unless ``warmup=0``, and is constant afterwards.
        Pass a small data set several times, because each call makes only one pass over it. In all
        calls, X is scaled as the X of the first call, which should therefore contain many images of
        all classes. ``learning_rate``, early stopping and callbacks apply to :meth:`fit` only.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            One image per row.
        y : array-like of shape (n_samples,)
            The labels.
        classes : array-like of shape (n_classes,) or None, default=None
            All classes that can occur in any call. Required in the first call.
        sample_weight : array-like of shape (n_samples,) or None, default=None
            The weight of each image. Images of weight 0 are ignored.

        Returns
        -------
        self : MLPDigitClassifier
            The classifier. If partial_fit raises an error, the classifier is unchanged.

        Examples
        --------
        >>> from sklearn.datasets import load_digits
        >>> from skmnist import MLPDigitClassifier
        >>> X, y = load_digits(return_X_y=True)
        >>> classifier = MLPDigitClassifier(hidden_layer_sizes=(32,), random_state=0)
        >>> for start in range(0, 1500, 100):
        ...     rows = slice(start, start + 100)
        ...     classifier = classifier.partial_fit(X[rows], y[rows], classes=range(10))
        >>> classifier.score(X[1500:], y[1500:]) > 0.2
        True
        """
        check_parameters(self)
        resumes = hasattr(self, "coefs_")
        X, labels = check_X_y(self, X, y, reset=not resumes)
        self.classes_ = announced_classes(classes, self.classes_ if resumes else None)
        examples = self._make_examples(X, labels, sample_weight, resumes)

        kept, rng = getattr(self, "_run", None), new_generator(self.random_state)
        examples = with_redraw(examples, self.distort)
        run = self._start_or_resume(examples, kept, rng, rng.integers(2**32), resumes)
        recipe = make_recipe(self, examples, run.safe_rate, is_stream=True)
        run.reset_curves()
        run.train_epoch(run.scaled(examples), recipe, open_ended(run.state, recipe))
        if run.seems_dead(examples, fitted_as(self)):
            found = run.outputs_of_some(examples, fitted_as(self))
            warn_about_one_class(self, found, OF_PARTIAL_FIT)
        _set_fitted(self, run, fitted_as(self))
        self._keep_run(run)
        return self

    @ignore_float_warnings
    def _make_examples(self, X, labels, sample_weight, resumes):
        """Return the examples to train on, with class numbers, their codes and weights.

        The code of a class is its one-hot or ordinal target.
        """
        numbers = number_labels(labels, self.classes_)
        codes = ENCODINGS[self.target_encoding].codes(len(self.classes_))
        weights = row_weights(numbers, self.classes_, sample_weight, self.class_weight)
        dtype = self.coefs_[0].dtype if resumes else float_type(X)
        return make_examples(X, numbers, codes, weights, dtype)

    def _make_validation_examples(self, X_val, y_val, examples):
        """Return the examples to validate on, all of weight 1, or None if none were passed."""
        checked = check_validation(self, X_val, y_val, examples.X)
        if checked is None:
            return None
        X_val, numbers = checked
        weights = np.ones(len(numbers))
        return make_examples(X_val, numbers, examples.codes, weights, examples.codes.dtype)

    @ignore_float_warnings
    def _start_or_resume(self, examples, kept, rng, split_seed, resumes):
        """Return the run to train: a copy of the kept one, one from fitted attributes, or new."""
        check_epsilon(self.solver, self.epsilon, examples.weights)
        network = make_network(self, examples.X.shape[1])
        if not resumes:
            return new_run(network, examples, rng, split_seed)
        check_same_place(self, examples.X, self.coefs_[0], "fit")
        if kept is None:
            run = run_from_fitted(network, self, examples, rng, split_seed)
        else:
            run = kept.copied()
        run.check_resumable(network, self._fitted_as)
        return run

    def _train(self, run, examples, validation, task_data):
        """Step 4: loop over the remaining epochs, unless early stopping or a callback ends it."""
        recipe = make_recipe(self, examples, run.safe_rate)
        n_rows, are_redrawn = len(examples.rows), examples.redraw is not None
        n_epochs, horizon = epochs_in_total(self.max_iter, self.schedule_iter, n_rows, are_redrawn)
        warn_if_done(run.state.epoch, n_epochs)
        examples = run.scaled(examples)
        validation = None if validation is None else run.scaled(validation)

        context = self._init_callback_context(max_subtasks=max(n_epochs - run.state.epoch, 0))
        context.call_on_fit_task_begin(estimator=self, **task_data)
        stop = False
        while run.state.epoch < n_epochs and not (stop or self._has_stalled(run)):
            task = context.subcontext(task_name="epoch")
            task.call_on_fit_task_begin(estimator=self, **task_data)
            started = time.perf_counter()
            run.train_epoch(examples, recipe, scheduled(run.state, recipe, horizon))
            if validation is not None:
                run.validate(validation, recipe, self.target_encoding, self.tol)
            if self.verbose:
                print(run.summary(n_epochs, time.perf_counter() - started), flush=True)
            stop = task.call_on_fit_task_end(
                estimator=self,
                reconstruction_attributes=lambda: self._fitted_attributes(run),
                **task_data,
            )
        context.call_on_fit_task_end(
            estimator=self,
            reconstruction_attributes=lambda: self._fitted_attributes(run, self.early_stopping),
            **task_data,
        )

    def _finish_training(self, **parameters):
        """Set parameters and remove the stored run, as if `fit` had been called once with them."""
        self._keep_run(None)
        return self.set_params(**parameters)

    def _has_stalled(self, run):
        """Return whether the validation score has not improved for ``n_iter_no_change`` epochs."""
        return self.early_stopping and run.best.stale >= self.n_iter_no_change

    def _fitted_attributes(self, run, best=False):
        """Return the fitted attributes as a dict, for callbacks."""
        fitted = SimpleNamespace(classes_=self.classes_)
        _set_fitted(fitted, run, fitted_as(self), best)
        return vars(fitted)

    def _keep_run(self, run):
        """Store the run, so that training can be resumed from it; None removes a stored one."""
        vars(self).pop("_run", None)
        if run is not None:
            self._run = run

    def __sklearn_tags__(self):
        """Return the tags: sparse X and arrays of other libraries are supported."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.array_api_support = True
        return tags


def _set_fitted(target, run, how, best=False):
    """Set the fitted attributes, with the weights of the last epoch or of the best one."""
    is_validated = bool(run.validation_scores)
    target.coefs_, target.intercepts_ = run.folded(best=best)
    target.n_iter_ = run.state.epoch
    target.best_iter_ = run.best.epoch or run.state.epoch
    target.loss_curve_ = list(run.losses)
    target.validation_loss_curve_ = list(run.validation_losses) if is_validated else None
    target.validation_scores_ = list(run.validation_scores) if is_validated else None
    target._scaling = run.scaling
    target._fitted_as = how
