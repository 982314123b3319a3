"""LossCurveDisplay: the training and validation loss of each epoch."""

from typing import Self

from skmnist.base._public import set_module
from skmnist.displays._drawn_on_axes import DrawnOnAxesMixin
from skmnist.displays._steps import MLP, last_step

FEW = 20  # the largest number of epochs that are marked with dots


@set_module("skmnist.displays")
class LossCurveDisplay(DrawnOnAxesMixin):
    """Training and validation loss of each epoch.

    It is recommended to use :meth:`from_estimator` to create a display. All parameters are
    stored as attributes.

    Parameters
    ----------
    loss_curve : sequence of float
        Mean training loss in each epoch.
    validation_loss_curve : sequence of float or None, default=None
        Mean validation loss after each epoch.
    best_iter : int or None, default=None
        Epoch to mark as the best epoch. The first epoch is 1.
    name : str or None, default=None
        Name of the estimator in the legend.

    Attributes
    ----------
    lines_ : list of matplotlib Line2D
        Loss curves, and the line that marks the best epoch.
    ax_ : matplotlib Axes
        Axes of the display.
    figure_ : matplotlib Figure
        Figure that contains the axes.

    See Also
    --------
    sklearn.model_selection.LearningCurveDisplay : Scores by number of training samples.

    Examples
    --------
    >>> from skmnist.displays import LossCurveDisplay
    >>> display = LossCurveDisplay([0.5, 0.2, 0.1], name="digits").plot()
    >>> display.ax_.get_ylabel()
    'Loss'
    """

    def __init__(
        self, loss_curve, *, validation_loss_curve=None, best_iter=None, name=None
    ) -> None:
        self.loss_curve = loss_curve
        self.validation_loss_curve = validation_loss_curve
        self.best_iter = best_iter
        self.name = name

    @classmethod
    def from_estimator(cls, estimator, *, ax=None, name=None, **kwargs) -> Self:
        """Plot the loss curves of a fitted network.

        Parameters
        ----------
        estimator : MLPDigitClassifier, MLPClassifier or Pipeline
            Fitted classifier, or a fitted Pipeline whose last step is one of these classifiers.
            The best epoch is marked if the classifier was fitted with a validation set.
        ax : matplotlib Axes or None, default=None
            Axes to plot on. If None, a new figure and axes are created.
        name : str or None, default=None
            Name of the estimator in the legend.
        **kwargs : dict
            Keyword arguments passed to :meth:`plot`.

        Returns
        -------
        display : LossCurveDisplay
            The plotted display.

        Examples
        --------
        >>> from skmnist import MLPDigitClassifier
        >>> from skmnist.datasets import load_mnist
        >>> from skmnist.displays import LossCurveDisplay
        >>> X, y = load_mnist(return_X_y=True)
        >>> classifier = MLPDigitClassifier(max_iter=3, early_stopping=True, random_state=0)
        >>> display = LossCurveDisplay.from_estimator(classifier.fit(X[:500], y[:500]))
        >>> [line.get_label() for line in display.lines_[:2]]
        ['training', 'validation']
        """
        network = last_step(estimator, f"{MLP} with solver='sgd' or 'adam'", "loss_curve_")
        was_validated = getattr(network, "validation_scores_", None) is not None
        display = cls(
            network.loss_curve_,
            validation_loss_curve=getattr(network, "validation_loss_curve_", None),
            best_iter=getattr(network, "best_iter_", None) if was_validated else None,
            name=name,
        )
        return display.plot(ax, **kwargs)

    def plot(self, ax=None, **line_kw) -> Self:
        """Plot the loss curves.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Axes to plot on. If None, a new figure and axes are created.
        **line_kw : dict
            Keyword arguments passed to ``matplotlib.axes.Axes.plot`` for both curves. If they
            contain a ``label``, it replaces ``name`` in the legend.

        Returns
        -------
        display : LossCurveDisplay
            The display itself.

        Examples
        --------
        >>> from skmnist.displays import LossCurveDisplay
        >>> display = LossCurveDisplay([0.5, 0.2, 0.1]).plot(linewidth=3)
        >>> display.lines_[0].get_linewidth()
        3.0
        """
        replaced = getattr(self, "lines_", []) if self._was_drawn_on(ax) else []
        with self._drawing_on(ax) as ax:
            line_kw = _with_colour(line_kw, replaced)
            name = line_kw.pop("label", self.name)
            prefix = "" if name is None else f"{name}, "
            training = _draw_losses(ax, self.loss_curve, f"{prefix}training", "-", line_kw)
            self.lines_ = [training]
            line_kw["color"] = training.get_color()
            if self.validation_loss_curve is not None:
                losses, label = self.validation_loss_curve, f"{prefix}validation"
                self.lines_.append(_draw_losses(ax, losses, label, "--", line_kw))
            if self.best_iter is not None:
                kwargs = {"color": training.get_color(), "linestyle": ":"}
                label = f"{prefix}best epoch: {self.best_iter}"
                self.lines_.append(ax.axvline(self.best_iter, label=label, **kwargs))
            _label_axes(ax)
        return self


def _with_colour(line_kw, lines):
    """Return keyword arguments with the colour of the lines; None means the next colour."""
    from matplotlib.cbook import normalize_kwargs
    from matplotlib.lines import Line2D

    colour = lines[0].get_color() if lines else None
    return {"color": colour} | normalize_kwargs(line_kw, Line2D)


def _draw_losses(ax, losses, label, style, line_kw):
    """Draw a curve that starts at epoch 1, with dots if there are few epochs."""
    marker = "o" if len(losses) <= FEW else ""
    defaults = {"label": label, "linestyle": style, "marker": marker, "markersize": 4}
    [line] = ax.plot(range(1, len(losses) + 1), losses, **defaults | line_kw)
    return line


def _label_axes(ax):
    """Add axis labels and a legend, and put ticks at integers unless the axes have other ticks."""
    from matplotlib.ticker import MaxNLocator

    ax.set(xlabel="Epoch", ylabel="Loss")
    locator = ax.xaxis.get_major_locator()
    if isinstance(locator, MaxNLocator):
        locator.set_params(integer=True)
    ax.legend()
