"""Models and pages that several tests in a browser draw on. Each is made once."""

from functools import cache

from page_events import wait_for_frames
from page_in_browser import open_page as open_file
from sklearn.pipeline import make_pipeline

from skmnist import ConvFeatureTransformer, DigitDistorter, MLPDigitClassifier
from skmnist.datasets import load_mnist
from skmnist.io import to_page


@cache
def images(subset, n):
    """Return some images of MNIST and their labels."""
    X, y = load_mnist(subset=subset, return_X_y=True)
    return X[:n], y[:n]


@cache
def plain_model():
    """Return a classifier of pixels, trained on distorted digits, which reads drawings well."""
    classifier = MLPDigitClassifier(
        hidden_layer_sizes=(256, 128), max_iter=8, distort=DigitDistorter(), random_state=0
    )
    return classifier.fit(*images("train", 10_000))


@cache
def feature_model():
    """Return a pipeline with two layers of kernels of 3 × 3."""
    features = ConvFeatureTransformer(n_kernels=(8, 12), kernel_size=3, random_state=0)
    classifier = MLPDigitClassifier(hidden_layer_sizes=(64,), max_iter=5, random_state=0)
    return make_pipeline(features, classifier).fit(*images("train", 5_000))


@cache
def page_of(make_model):
    """Return the page of a model, with mistakes among the first test images."""
    X, y = images("test", 2_000)
    return to_page(make_model(), X=X, y=y, title="A model of the tests")


def open_page(
    browser,
    folder,
    make_model,
    width=1280,
    height=900,
    *,
    scheme="light",
    motion="reduce",
    is_phone=False,
    scale=1,
):
    """Open the page of a model in a window of this size."""
    size = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": is_phone}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": is_phone})
    prefer(browser, scheme, motion)
    open_file(browser, page_of(make_model), folder)
    wait_for_frames(browser)


def prefer(browser, scheme, motion="reduce"):
    """Set what the user of the browser prefers: light or dark, and less motion."""
    preferences = {"prefers-color-scheme": scheme, "prefers-reduced-motion": motion}
    features = [{"name": name, "value": value} for name, value in preferences.items()]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
