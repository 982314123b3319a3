"""Where the documentation stands, for the links in notebooks."""

SITE = "https://skmnist.readthedocs.io/en/latest/"


class HasPage:
    """A mixin with which scikit-learn's HTML picture links to the estimator's page."""

    _doc_link_module = "skmnist"
    _doc_link_template = SITE + "api/skmnist.{estimator_name}.html"
