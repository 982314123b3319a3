"""All displays: the axes they draw on, the estimators they accept, and the layout of texts."""

import inspect
import subprocess
import sys
from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import LogNorm
from matplotlib.image import AxesImage
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skmnist import ConvFeatureTransformer, MLPDigitClassifier, displays
from skmnist.displays._layout import font_size

X, y = load_digits(return_X_y=True)
X, y = X[:100], y[:100]
IMAGES = X.reshape(-1, 8, 8)
CLASSES = np.array(["T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "bag"])
GARMENTS = {"y_true": CLASSES[y[:25] % 8], "y_pred": CLASSES[y[1:26] % 8]}
DRAWN = [
    displays.ActivationsDisplay(IMAGES[0], [X[0], X[1], np.arange(8.0)], classes=CLASSES),
    displays.DigitGridDisplay(IMAGES[:25], confidence=np.ones(25), **GARMENTS),
    displays.DigitGridDisplay(IMAGES[:0], if_empty="no mistakes among 100 images"),
    displays.FeatureMapsDisplay(IMAGES[0], [IMAGES[:8].T, IMAGES[:3, ::2, ::2].T]),
    displays.KernelsDisplay(IMAGES[:5, :3, :3] - 8, title="mean over 16 maps"),
    displays.LossCurveDisplay([3, 2], validation_loss_curve=[4, 3], best_iter=2, name="digits"),
    displays.WeightsDisplay(IMAGES[:9] - 8),
]
EACH = pytest.mark.parametrize("display", DRAWN, ids=lambda display: type(display).__name__)
WITH_IMAGES = pytest.mark.parametrize(
    "display", [DRAWN[number] for number in (0, 1, 3, 4, 6)], ids=lambda each: type(each).__name__
)
KINDS = [getattr(displays, name) for name in displays.__all__]
ONE_KIND_OF_ESTIMATOR = [kind for kind in KINDS if kind is not displays.DigitGridDisplay]
DATA = {"X": X[:1], "y": y[:1]}


def from_estimator(kind, estimator):
    """Call `from_estimator` with the data that this kind of display needs."""
    parameters = inspect.signature(kind.from_estimator).parameters
    return kind.from_estimator(
        estimator, **{name: value for name, value in DATA.items() if name in parameters}
    )


def visible_texts(figure):
    """Return all drawn texts with their boxes."""
    figure.canvas.draw()
    texts = []
    for ax in figure.findobj(plt.Axes):
        texts += [ax.title, *ax.texts]
        if ax.get_legend() is not None:
            texts += ax.get_legend().get_texts()
        for axis in (ax.xaxis, ax.yaxis) if ax.axison else ():
            texts += [axis.label, *tick_labels(axis)]
    return [(text.get_text(), text.get_window_extent()) for text in texts if text.get_text()]


def tick_labels(axis):
    """Return the labels of an axis without those of ticks beyond its limits."""
    low, high = sorted(axis.get_view_interval())
    ticks = [tick for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
    labels = [label for tick in ticks for label in (tick.label1, tick.label2)]
    return [label for label in labels if label.get_visible()]


def test_public_names_are_sorted_and_complete():
    assert displays.__all__ == sorted(
        name for name, value in vars(displays).items() if inspect.isclass(value)
    )


def test_matplotlib_is_imported_by_plot_only_and_the_error_without_it_says_what_to_install():
    code = (
        "import sys, skmnist.displays\n"
        "assert 'matplotlib' not in sys.modules\n"
        "sys.modules['matplotlib'] = None  # so that importing it fails\n"
        "try: skmnist.displays.LossCurveDisplay([1.0]).plot()\n"
        "except ImportError as error: print(error)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert (
        ran.stdout.strip()
        == "LossCurveDisplay requires matplotlib. Install it with `pip install matplotlib`."
    )


@EACH
def test_constructor_only_stores_its_parameters(display):
    kind = type(display)
    parameters = [*inspect.signature(kind).parameters]
    values = {name: object() for name in parameters}
    assert vars(kind(**values)) == values


@EACH
def test_plot_draws_on_a_new_figure_or_on_given_axes(display):
    assert display.plot() is display
    first = display.ax_
    assert display.figure_ is first.figure
    figure, (ax, other) = plt.subplots(1, 2)
    for given in (ax, other):
        before = len(given.findobj())
        assert display.plot(given).ax_ is given
        assert len(given.findobj()) > before
        assert display.figure_ is figure
        assert all(inner.figure is figure for inner in getattr(display, "axes_", []))


@EACH
def test_second_plot_on_the_same_axes_replaces_the_first(display):
    figure, ax = plt.subplots(layout="constrained")
    ax.text(0.1, 0.1, "of the user")
    display.plot(ax)
    before = [type(artist) for artist in figure.findobj()]
    display.plot(ax)
    assert sorted(map(str, before)) == sorted(str(type(artist)) for artist in figure.findobj())
    assert "of the user" in [text.get_text() for text in ax.texts]


@EACH
def test_plot_draws_again_on_cleared_axes(display):
    _, ax = plt.subplots()
    display.plot(ax)
    ax.clear()
    empty = len(ax.findobj())
    assert len(display.plot(ax).ax_.findobj()) > empty


@EACH
def test_images_are_not_upside_down(display):
    figure = display.plot().figure_
    for ax in figure.findobj(plt.Axes):
        bottom, top = ax.get_ylim()
        assert not ax.images or bottom > top


@WITH_IMAGES
def test_norm_has_its_own_limits(display):
    display.plot(im_kw={"norm": LogNorm(1, 5)})
    assert (1, 5) in [im.get_clim() for im in display.figure_.findobj(AxesImage)]


@pytest.mark.parametrize("colorbar", [True, False])
@pytest.mark.parametrize("kind", [displays.WeightsDisplay, displays.KernelsDisplay])
def test_colorbar_is_optional(kind, colorbar):
    display = kind(IMAGES[:4] - 8).plot(colorbar=colorbar)
    assert len(display.figure_.axes) == 1 + colorbar


@EACH
def test_plot_leaves_other_axes_unchanged(display):
    _, (ax, other) = plt.subplots(1, 2)
    before = len(other.findobj())
    display.plot(ax)
    assert len(other.findobj()) == before


@EACH
def test_plot_draws_on_axes_of_a_subfigure(display):
    part, _ = plt.figure(layout="constrained").subfigures(1, 2)
    assert display.plot(part.subplots()).figure_ is part


@pytest.mark.parametrize("subplots", ["none", "constrained", "plain"])
@EACH
def test_texts_do_not_overlap_or_leave_the_figure(display, subplots):
    ax = None
    if subplots != "none":
        layout = "constrained" if subplots == "constrained" else None
        ax = plt.subplots(2, 2, figsize=(6.4, 4.8), layout=layout)[1][0, 1]
    figure = display.plot(ax).figure_
    texts, page = visible_texts(figure), figure.bbox.padded(1)
    assert texts
    for text, box in texts:
        assert page.x0 <= box.x0 <= box.x1 <= page.x1, text
        assert page.y0 <= box.y0 <= box.y1 <= page.y1, text
    for (one, a), (two, b) in combinations(texts, 2):
        assert not a.padded(-0.5).overlaps(b.padded(-0.5)), (one, two)


@EACH
def test_texts_have_the_colour_of_the_style(display):
    with plt.style.context("dark_background"):
        figure = display.plot().figure_
    outside_images = [
        text for ax in figure.findobj(plt.Axes) for text in (ax.title, *ax.get_yticklabels())
    ]
    assert {text.get_color() for text in outside_images} == {"white"}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("in_pipeline", [False, True])
def test_unfitted_estimator_raises_NotFittedError(kind, in_pipeline):
    needs_kernels = kind in (displays.KernelsDisplay, displays.FeatureMapsDisplay)
    estimator = ConvFeatureTransformer() if needs_kernels else MLPDigitClassifier()
    with pytest.raises(NotFittedError):
        from_estimator(kind, make_pipeline(estimator) if in_pipeline else estimator)


@pytest.mark.parametrize("kind", ONE_KIND_OF_ESTIMATOR)
def test_wrong_kind_of_estimator_is_named_in_the_error(kind):
    message = "must be a fitted (ConvFeatureTransformer|MLPDigitClassifier).*; got "
    other = KMeans(2, n_init=1).fit(X)
    with pytest.raises(TypeError, match=rf"{message}KMeans\.$"):
        from_estimator(kind, other)
    with pytest.raises(TypeError, match=rf"{message}Pipeline of KMeans\.$"):
        from_estimator(kind, make_pipeline(KMeans(2, n_init=1)).fit(X))
    search = GridSearchCV(KMeans(n_init=1), {"n_clusters": [2]}, cv=2).fit(X)
    with pytest.raises(TypeError, match=rf"{message}GridSearchCV\. Pass its best_estimator_"):
        from_estimator(kind, search)


def test_font_size_fits_texts_into_a_box():
    from matplotlib.textpath import TextPath

    size = font_size(["trouser → sneaker", "9"], 50, 100)
    assert TextPath((0, 0), "trouser → sneaker", size).get_extents().width < 50
    assert font_size(["9"], 50, 100) == plt.rcParams["font.size"]
    assert font_size(["9\n9"], 50, 12) == pytest.approx(5)
