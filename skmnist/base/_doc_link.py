"""Links from the HTML representation of estimators to the documentation."""

SITE = "https://skmnist.readthedocs.io/en/latest/"


class DocLinkMixin:
    """A mixin that lets scikit-learn's HTML representation link to the estimator's page."""

    _doc_link_module = "skmnist"
    _doc_link_template = SITE + "api/skmnist.{estimator_name}.html"
