"""A mixin with the fitted attributes that are computed from other fitted attributes."""


class DerivedAttributesMixin:
    """A mixin with attributes that MLPClassifier stores; they are computed when they are read.

    Before `fit`, reading one of them raises the AttributeError of the attribute that it needs.
    """

    @property
    def n_layers_(self) -> int:
        """The number of layers, including the pixels."""
        return len(self.coefs_) + 1

    @property
    def n_outputs_(self) -> int:
        """The number of outputs of the network."""
        return int(self.coefs_[-1].shape[1])

    @property
    def out_activation_(self) -> str:
        """The activation of the last layer."""
        return self._fitted_as.output_activation

    @property
    def loss_(self) -> float:
        """The mean training loss of the last epoch."""
        return self.loss_curve_[-1]

    @property
    def best_loss_(self) -> float | None:
        """The smallest mean training loss of an epoch; None if there was a validation."""
        return min(self.loss_curve_) if self.validation_scores_ is None else None

    @property
    def best_validation_score_(self) -> float | None:
        """The best validation accuracy of an epoch; None if there was no validation."""
        return None if self.validation_scores_ is None else max(self.validation_scores_)
