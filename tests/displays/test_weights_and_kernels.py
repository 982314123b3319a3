"""WeightsDisplay and KernelsDisplay: the right numbers in the right tiles."""

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmnist import ConvFeatureTransformer, MLPDigitClassifier
from skmnist.displays import KernelsDisplay, WeightsDisplay

X, y = load_digits(return_X_y=True)
X, y = X[:200], y[:200]
CROSSING = [[[1, -1, 1], [-1, 1, -1], [1, -1, 1]]]
SMALL = {"hidden_layer_sizes": (16,), "max_iter": 2, "random_state": 0}


def tiles(display, scale):
    """Read the tiles off the picture: each is framed, and its pixels are repeated."""
    mosaic = np.ma.filled(display.im_.get_array(), np.nan)
    for frame in display.ax_.patches:
        left, top = (round(corner + 0.5) for corner in frame.get_xy())
        bottom, right = top + round(frame.get_height()), left + round(frame.get_width())
        yield mosaic[top:bottom:scale, left:right:scale]


@pytest.fixture(scope="module")
def classifier():
    return MLPDigitClassifier(**SMALL).fit(X, y)


def test_weights_are_columns_the_longest_first(classifier):
    columns = classifier.coefs_[0].T
    longest = sorted(range(16), key=lambda n: -(columns[n] ** 2).sum())[:5]
    display = WeightsDisplay.from_estimator(classifier, n_neurons=5)
    for tile, number in zip(tiles(display, scale=2), longest, strict=True):
        for row, column in np.ndindex(8, 8):
            assert tile[row, column] == columns[number][8 * row + column]


def test_white_is_0_and_a_bar_tells_the_colours(classifier):
    display = WeightsDisplay.from_estimator(classifier)
    low, high = display.im_.get_clim()
    assert -low == high == np.abs(classifier.coefs_[0]).max()
    assert display.im_.colorbar is not None
    assert WeightsDisplay(np.ones((1, 4, 4))).plot().im_.get_clim() == (-1, 1)


def test_red_is_welcome_and_blue_is_not():
    drawn = WeightsDisplay(np.array([[[-1.0, 0.0, 1.0]]])).plot().im_
    (red, _, blue), white, (more_red, _, less_blue) = drawn.to_rgba([-1, 0, 1])[:, :3]
    assert blue > red
    assert more_red > less_blue
    assert min(white) > 0.95


def test_tiles_fill_rows_from_the_top_left():
    display = WeightsDisplay(np.arange(-8.0, 8).reshape(4, 2, 2)).plot()
    boxes = [frame.get_window_extent() for frame in display.ax_.patches]
    assert boxes[0].y0 == boxes[1].y0 > boxes[2].y1
    assert boxes[0].x1 < boxes[1].x0


def test_keywords_go_to_the_image(classifier):
    given = {"im_kw": {"cmap": "PuOr_r"}, "colorbar": False}
    convolve = ConvFeatureTransformer("pca", n_kernels=5, kernel_size=3).fit(X)
    for display in (
        WeightsDisplay.from_estimator(classifier, **given),
        KernelsDisplay.from_estimator(convolve, **given),
    ):
        assert display.im_.get_cmap().name == "PuOr_r"
        assert display.im_.colorbar is None


def test_gaps_can_be_seen_through(classifier):
    drawn = WeightsDisplay.from_estimator(classifier).im_
    alpha = drawn.to_rgba(drawn.get_array())[..., 3]
    assert set(np.unique(alpha)) == {0, 1}
    assert (alpha == 1).sum() == 16 * (2 * 8) ** 2


def test_steps_that_leave_pixels_pixels_are_passed_over(classifier):
    pipeline = make_pipeline(StandardScaler(), MLPDigitClassifier(**SMALL)).fit(X, y)
    display = WeightsDisplay.from_estimator(pipeline, image_shape=(4, 16))
    assert display.weights.shape == (16, 4, 16)


@pytest.mark.parametrize(
    "step",
    [
        ConvFeatureTransformer("strokes"),
        ConvFeatureTransformer(CROSSING, padding="same", activation=None, pool=None),  # 64 columns
        PCA(16, random_state=0),
        PCA(64, random_state=0),
    ],
)
def test_weights_of_features_are_refused(step):
    pipeline = make_pipeline(step, MLPDigitClassifier(**SMALL)).fit(X, y)
    with pytest.raises(ValueError, match=r"features .* made of 64 pixels.*KernelsDisplay"):
        WeightsDisplay.from_estimator(pipeline, image_shape=(4, 4))


def test_weights_of_no_square_need_a_shape():
    classifier = MLPDigitClassifier(**SMALL).fit(X[:, :60], y)
    with pytest.raises(ValueError, match="60 pixels make no square"):
        WeightsDisplay.from_estimator(classifier)
    display = WeightsDisplay.from_estimator(classifier, image_shape=(4, 5, 3))
    of_one_channel = display.weights[0, 1, 2] * 3
    [*_, longest] = sorted(classifier.coefs_[0].T, key=np.linalg.norm)
    assert of_one_channel == pytest.approx(longest[21:24].sum())


def test_kernels_of_one_channel_are_shown_as_they_are():
    convolve = ConvFeatureTransformer("pca", n_kernels=5, kernel_size=3).fit(X)
    display = KernelsDisplay.from_estimator(make_pipeline(StandardScaler(), convolve).fit(X))
    fitted = convolve.kernels_[0]
    for tile, kernel in zip(tiles(display, scale=5), fitted, strict=True):
        np.testing.assert_array_equal(tile, kernel[:, :, 0])
    assert display.im_.get_clim() == (-np.abs(fitted).max(), np.abs(fitted).max())
    assert display.ax_.get_title() == ""


def test_kernels_without_negative_entries_are_grey():
    kernels = np.arange(18.0).reshape(2, 3, 3)
    display = KernelsDisplay(kernels).plot()
    assert (display.im_.get_cmap().name, display.im_.get_clim()) == ("gray", (0, 17))


def test_of_kernels_that_span_maps_the_mean_is_shown_and_said():
    convolve = ConvFeatureTransformer(
        "pca", n_kernels=(3, 4), kernel_size=(3, 3), activation=None, pool=None
    ).fit(X)
    for layer in (1, -1):
        display = KernelsDisplay.from_estimator(convolve, layer=layer, n_kernels=2)
        kernel = convolve.kernels_[1][1]
        mean = (kernel[:, :, 0] + kernel[:, :, 1] + kernel[:, :, 2]) / 3
        np.testing.assert_allclose(display.kernels[1], mean, rtol=1e-6, atol=1e-9)
        assert len(display.kernels) == 2
        assert display.ax_.get_title() == "mean over 3 maps"
    with pytest.raises(ValueError, match=r"layer.*from -2 to 1"):
        KernelsDisplay.from_estimator(convolve, layer=2)


def test_kernels_of_colours_have_colours_around_a_middle_grey():
    given = np.zeros((1, 1, 2, 3))
    given[0, 0, 1] = [-2, 0, 1]
    convolve = ConvFeatureTransformer(given, image_shape=(4, 5, 3), pool=None).fit(X[:, :60])
    display = KernelsDisplay.from_estimator(convolve)
    [tile] = tiles(display, scale=7)
    np.testing.assert_allclose(tile, [[[0.5, 0.5, 0.5, 1], [0, 0.5, 0.75, 1]]])
    assert display.im_.colorbar is None


def test_kernels_changed_after_fit_are_not_shown():
    convolve = ConvFeatureTransformer(n_kernels=3, random_state=0).fit(X).set_params(n_kernels=4)
    with pytest.raises(ValueError, match=r"n_kernels was 3 when .*, and is 4 now: call fit again"):
        KernelsDisplay.from_estimator(convolve)
