"""WeightsDisplay and KernelsDisplay: the numbers in the tiles and their colours."""

from functools import partial

import numpy as np
import pytest
from helpers import small_classifier, small_transformer
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmnist import ConvFeatureTransformer
from skmnist.displays import KernelsDisplay, WeightsDisplay

X, y = load_digits(return_X_y=True)
X, y = X[:200], y[:200]
CROSSING = [[[1, -1, 1], [-1, 1, -1], [1, -1, 1]]]
small = partial(small_classifier, max_iter=2)


def tiles(display, scale):
    """Return the values of each tile, which has a frame and repeated pixels."""
    mosaic = np.ma.filled(display.im_.get_array(), np.nan)
    for frame in display.ax_.patches:
        left, top = (round(corner + 0.5) for corner in frame.get_xy())
        bottom, right = top + round(frame.get_height()), left + round(frame.get_width())
        yield mosaic[top:bottom:scale, left:right:scale]


@pytest.fixture(scope="module")
def classifier():
    return small().fit(X, y)


def test_weights_are_sorted_by_decreasing_norm(classifier):
    columns = classifier.coefs_[0].T
    longest = sorted(range(16), key=lambda n: -(columns[n] ** 2).sum())[:5]
    display = WeightsDisplay.from_estimator(classifier, n_neurons=5)
    for tile, number in zip(tiles(display, scale=2), longest, strict=True):
        for row, column in np.ndindex(8, 8):
            assert tile[row, column] == columns[number][8 * row + column]


def test_colour_scale_is_symmetric_around_0_and_has_a_colorbar(classifier):
    display = WeightsDisplay.from_estimator(classifier)
    low, high = display.im_.get_clim()
    assert -low == high == np.abs(classifier.coefs_[0]).max()
    assert display.im_.colorbar is not None
    assert WeightsDisplay(np.ones((1, 4, 4))).plot().im_.get_clim() == (-1, 1)


def test_positive_weights_are_red_and_negative_weights_blue():
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


def test_im_kw_changes_the_image(classifier):
    given = {"im_kw": {"cmap": "PuOr_r"}, "colorbar": False}
    convolve = small_transformer("pca", n_kernels=5, kernel_size=3).fit(X)
    for display in (
        WeightsDisplay.from_estimator(classifier, **given),
        KernelsDisplay.from_estimator(convolve, **given),
    ):
        assert display.im_.get_cmap().name == "PuOr_r"
        assert display.im_.colorbar is None


def test_gaps_are_transparent(classifier):
    drawn = WeightsDisplay.from_estimator(classifier).im_
    alpha = drawn.to_rgba(drawn.get_array())[..., 3]
    assert set(np.unique(alpha)) == {0, 1}
    assert (alpha == 1).sum() == 16 * (2 * 8) ** 2


def test_steps_that_keep_pixels_are_accepted(classifier):
    pipeline = make_pipeline(StandardScaler(), small()).fit(X, y)
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
def test_weights_of_features_other_than_pixels_raise(step):
    pipeline = make_pipeline(step, small()).fit(X, y)
    with pytest.raises(ValueError, match=r"got \d+ features .* from 64 pixels\. KernelsDisplay"):
        WeightsDisplay.from_estimator(pipeline, image_shape=(4, 4))


def test_weights_of_images_that_are_not_square_need_image_shape():
    classifier = small().fit(X[:, :60], y)
    with pytest.raises(ValueError, match="not square; got None for 60 pixels"):
        WeightsDisplay.from_estimator(classifier)
    display = WeightsDisplay.from_estimator(classifier, image_shape=(4, 5, 3))
    sum_over_channels = display.weights[0, 1, 2] * 3
    [*_, longest] = sorted(classifier.coefs_[0].T, key=np.linalg.norm)
    assert sum_over_channels == pytest.approx(longest[21:24].sum())


def test_kernels_with_one_channel_are_shown_unchanged():
    convolve = small_transformer("pca", n_kernels=5, kernel_size=3).fit(X)
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


def test_mean_over_maps_is_shown_and_named_in_the_title():
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


def test_kernels_of_RGB_images_are_in_colour_around_medium_grey():
    given = np.zeros((1, 1, 2, 3))
    given[0, 0, 1] = [-2, 0, 1]
    convolve = ConvFeatureTransformer(given, image_shape=(4, 5, 3), pool=None).fit(X[:, :60])
    display = KernelsDisplay.from_estimator(convolve)
    [tile] = tiles(display, scale=7)
    np.testing.assert_allclose(tile, [[[0.5, 0.5, 0.5, 1], [0, 0.5, 0.75, 1]]])
    assert display.im_.colorbar is None


def test_parameters_changed_after_fit_raise():
    convolve = small_transformer(n_kernels=3).fit(X).set_params(n_kernels=4)
    with pytest.raises(ValueError, match=r"n_kernels was 3 when .*, and is 4 now: call fit again"):
        KernelsDisplay.from_estimator(convolve)
