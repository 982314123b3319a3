"""LossCurveDisplay: how the loss went down, epoch after epoch."""

from skmnist.displays._canvas import axes_for, remembering
from skmnist.displays._estimators import MLP, last_part

FEW = 20  # epochs that are worth a dot each


class LossCurveDisplay:
    """The loss of each epoch, in training and on validation images.

    Make one with :meth:`from_estimator`. All parameters are stored as attributes.

    Parameters
    ----------
    loss_curve : sequence of float
        The mean training loss of each epoch.
    validation_loss_curve : sequence of float or None, default=None
        The mean validation loss after each epoch.
    best_iter : int or None, default=None
        The epoch to mark as the best one, counted from 1.
    name : str or None, default=None
        What to call the estimator in the legend.

    Attributes
    ----------
    lines_ : list of matplotlib Line2D
        The curves, and the line that marks the best epoch.
    ax_ : matplotlib Axes
        What was drawn on.
    figure_ : matplotlib Figure
        The figure around it.

    See Also
    --------
    sklearn.model_selection.LearningCurveDisplay : Scores for more and more images.

    Examples
    --------
    >>> from skmnist.displays import LossCurveDisplay
    >>> display = LossCurveDisplay([0.5, 0.2, 0.1], name="digits").plot()
    >>> display.ax_.get_ylabel()
    'Loss'
    """

    def __init__(self, loss_curve, *, validation_loss_curve=None, best_iter=None, name=None):
        self.loss_curve = loss_curve
        self.validation_loss_curve = validation_loss_curve
        self.best_iter = best_iter
        self.name = name

    @classmethod
    def from_estimator(cls, estimator, *, ax=None, name=None, **kwargs):
        """Draw the losses of a fitted network.

        Parameters
        ----------
        estimator : MLPDigitClassifier, MLPClassifier or Pipeline
            A fitted one; a Pipeline must end in one. The best epoch is marked if there were
            validation images.
        ax : matplotlib Axes or None, default=None
            Where to draw; None is a new figure.
        name : str or None, default=None
            What to call the estimator in the legend.
        **kwargs : dict
            For the curves, as in :meth:`plot`.

        Returns
        -------
        display : LossCurveDisplay
            The display, drawn.

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
        network = last_part(estimator, f"{MLP} (of solver 'sgd' or 'adam')", "loss_curve_")
        was_validated = getattr(network, "validation_scores_", None) is not None
        display = cls(
            network.loss_curve_,
            validation_loss_curve=getattr(network, "validation_loss_curve_", None),
            best_iter=getattr(network, "best_iter_", None) if was_validated else None,
            name=name,
        )
        return display.plot(ax, **kwargs)

    def plot(self, ax=None, **line_kw):
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw; None is a new figure.
        **line_kw : dict
            For both curves, as in ``matplotlib.axes.Axes.plot``. A ``label`` takes the place
            of `name`.

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
        before = getattr(self, "lines_", []) if ax is getattr(self, "ax_", None) else []
        self.ax_ = axes_for(self, ax)
        self.figure_ = self.ax_.figure
        line_kw = _with_colour(line_kw, before)
        name = line_kw.pop("label", self.name)
        prefix = "" if name is None else f"{name}, "
        training = _draw_losses(self.ax_, self.loss_curve, f"{prefix}training", "-", line_kw)
        self.lines_ = [training]
        line_kw["color"] = training.get_color()
        if self.validation_loss_curve is not None:
            losses, label = self.validation_loss_curve, f"{prefix}validation"
            self.lines_.append(_draw_losses(self.ax_, losses, label, "--", line_kw))
        if self.best_iter is not None:
            look = {"color": training.get_color(), "linestyle": ":"}
            label = f"{prefix}best epoch: {self.best_iter}"
            self.lines_.append(self.ax_.axvline(self.best_iter, label=label, **look))
        _finish_axes(self.ax_)
        return remembering(self)


def _with_colour(line_kw, before):
    """Return keywords of a curve with the colour it had before; None is the axes' next one."""
    from matplotlib.cbook import normalize_kwargs
    from matplotlib.lines import Line2D

    colour = before[0].get_color() if before else None
    return {"color": colour} | normalize_kwargs(line_kw, Line2D)


def _draw_losses(ax, losses, label, style, line_kw):
    """Draw a curve from epoch 1 on, with dots if it is short."""
    marker = "o" if len(losses) <= FEW else ""
    look = {"label": label, "linestyle": style, "marker": marker, "markersize": 4} | line_kw
    [line] = ax.plot(range(1, len(losses) + 1), losses, **look)
    return line


def _finish_axes(ax):
    """Say what the axes mean; there are no half epochs, unless somebody set other ticks."""
    from matplotlib.ticker import MaxNLocator

    ax.set(xlabel="Epoch", ylabel="Loss")
    locator = ax.xaxis.get_major_locator()
    if isinstance(locator, MaxNLocator):
        locator.set_params(integer=True)
    ax.legend()
