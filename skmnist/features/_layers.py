"""Check the parameters of the transformer, and determine the sizes of its layers."""

from typing import NamedTuple

import numpy as np

from skmnist.base._image_shape import FEW_PIXELS, IMAGE_SHAPE
from skmnist.base._rules import (
    N_JOBS,
    RANDOM_STATE,
    OneOf,
    check,
    check_for_layers,
    integer,
    is_layered,
)
from skmnist.features._kernels import CONTRAST, SOURCES, Source, kernel_source
from skmnist.network._convolution import MAP_ACTIVATIONS, PADDINGS, POOLS, Layer, map_sizes

NORMALIZATIONS = (None, "mean", "contrast")
STACKINGS = ("mixed", "separate")
# The largest size of a kernel with kernel_size="auto".
_MOST_AUTO_KERNEL = 7
# The largest number of pools along a side in the last layer with pool_size="auto".
_MOST_AUTO_POOLS = 5


def _as_array(value):
    """Return nested lists as an array, or None if they differ in length."""
    try:
        return np.asarray(value)
    except ValueError:
        return None


def _is_array_of_kernels(value):
    """Return whether a value is an array, or nested lists, of finite numbers of a valid shape."""
    kernels = _as_array(value)
    return (
        kernels is not None
        and kernels.dtype.kind in "biuf"
        and kernels.ndim in (3, 4)
        and kernels.size > 0
        and bool(np.isfinite(kernels).all())
    )


class _SourceOrKernels(OneOf):
    """The rule for the parameter kernels: the name of a source, or an array."""

    types = (str, np.ndarray, list)

    def test(self, value):
        """Return whether there is a source of this name, or whether the array is valid."""
        return super().test(value) if isinstance(value, str) else _is_array_of_kernels(value)

    def advice(self, value):
        """Return what to do about kernels of several sizes, or about a single kernel."""
        if isinstance(value, str):
            return super().advice(value)
        kernels = _as_array(value)
        if kernels is None:
            return "All kernels of a layer must have the same size."
        return "Pass a single kernel as np.array([kernel])." if kernels.ndim == 2 else ""


LAYER_RULES = {
    "kernels": _SourceOrKernels(
        SOURCES,
        ", or an array of finite numbers of the shape (n, height, width) or "
        "(n, height, width, channels)",
    ),
    "n_kernels": integer(1),
    "kernel_size": integer(1, or_auto=True),
    "stride": integer(1),
    "padding": OneOf(PADDINGS),
    "activation": OneOf(MAP_ACTIVATIONS),
    "pool": OneOf(POOLS),
    "pool_size": integer(1, or_auto=True),
    "normalize": OneOf(NORMALIZATIONS),
}

RULES = {
    "stacking": OneOf(STACKINGS),
    "image_shape": IMAGE_SHAPE,
    "n_jobs": N_JOBS,
    "random_state": RANDOM_STATE,
}


class _Plan(NamedTuple):
    """The parameters of one layer, with every "auto" replaced by a size."""

    source: Source
    n_kernels: int
    height: int
    width: int
    normalize: str | None
    layer: Layer
    is_later: bool = False

    @property
    def has_contrast(self):
        """Whether the layer divides by the contrast of each patch."""
        return self.normalize == "contrast"

    @property
    def needs_patches(self):
        """Whether fitting the layer needs patches of the images."""
        return self.source.is_learned or self.has_contrast


def check_parameters(estimator):
    """Raise a TypeError or ValueError for the first parameter that is not valid."""
    for name, rule in LAYER_RULES.items():
        check_for_layers(name, getattr(estimator, name), rule)
    for name, rule in RULES.items():
        check(name, getattr(estimator, name), rule)


def plan_layers(estimator, shape):
    """Return the plan of each layer, or raise a ValueError if a layer would have no output."""
    is_guessed = estimator.image_shape is None
    # Rows of few pixels may not be images, so kernels and pools are reduced.
    can_shrink = is_guessed and (shape[0] == 1 or shape[0] * shape[1] < FEW_PIXELS)
    values_of_layers = list(_values_of_layers(estimator))
    plans, sides, sizes = [], shape[:2], [f"{shape[0]}×{shape[1]} pixels"]
    for number, values in enumerate(values_of_layers):
        is_last = number == len(values_of_layers) - 1
        plan = _plan_layer(values, sides, can_shrink, number > 0, is_last, estimator.stacking)
        positions, sides = map_sizes(sides, (plan.height, plan.width), plan.layer)
        sizes.append(_sizes_as_text(plan, positions, sides))
        if 0 in sides:
            raise ValueError(
                "No feature maps are left: "
                + "; ".join(sizes)
                + ". Make kernels, stride or pool_size smaller, or set padding to 'same'."
            )
        plans.append(plan)
    return plans


def fitted_layer(plan, patches):
    """Return the settings of a planned layer, with the constant for the contrast of its patches."""
    if not plan.has_contrast:
        return plan.layer
    offset = CONTRAST * patches.rows.var(axis=1).mean()
    return plan.layer._replace(contrast=float(offset) if offset > 0 else 1.0)


def _values_of_layers(estimator):
    """Yield the parameters of each layer as a dict."""
    values = {name: getattr(estimator, name) for name in LAYER_RULES}
    lengths = {name: len(value) for name, value in values.items() if is_layered(value)}
    n_layers = max(lengths.values(), default=1)
    if any(length != n_layers for length in lengths.values()):
        listed = ", ".join(f"{name} with {length}" for name, length in lengths.items())
        raise ValueError(
            "Parameters with one value per layer must have the same number of values; got "
            f"{listed}."
        )
    for number in range(n_layers):
        yield {name: values[name][number] if name in lengths else values[name] for name in values}


def _plan_layer(values, sides, can_shrink, is_later, is_last, stacking):
    """Return the plan of a layer; with ``can_shrink``, sizes that are too large are reduced."""
    source = kernel_source(values["kernels"])
    height, width = _kernel_sides(values, source, sides, can_shrink)
    layer = Layer(
        stride=int(values["stride"]),
        padding=values["padding"],
        activation=values["activation"],
        pool=values["pool"],
        separate=is_later and stacking == "separate",
    )
    positions, _ = map_sizes(sides, (height, width), layer)
    pool_size = _pool_sides(values, positions, can_shrink, is_last)
    return _Plan(
        source=source,
        n_kernels=int(values["n_kernels"]),
        height=height,
        width=width,
        normalize=values["normalize"],
        layer=layer._replace(pool_size=pool_size),
        is_later=is_later,
    )


def _kernel_sides(values, source, sides, can_shrink):
    """Return the height and width of a layer's kernels."""
    kernels, size = values["kernels"], values["kernel_size"]
    if not isinstance(kernels, str):
        return np.shape(kernels)[1:3]
    if isinstance(size, str):
        return tuple(min(_MOST_AUTO_KERNEL, side // 4 | 1) for side in sides)
    if source.needs_odd_size and size % 2 == 0:
        raise ValueError(f"kernel_size must be odd for kernels={kernels!r}; got {size!r}.")
    return tuple(min(int(size), side) if can_shrink else int(size) for side in sides)


def _pool_sides(values, positions, can_shrink, is_last):
    """Return the height and width of a layer's pools."""
    if values["pool"] is None:
        return (1, 1)
    if not isinstance(values["pool_size"], str):
        size = int(values["pool_size"])
        return tuple(max(1, min(size, n)) if can_shrink else size for n in positions)
    if is_last:
        return tuple(n // (_MOST_AUTO_POOLS + 1) + 1 for n in positions)
    return tuple(2 if n >= 12 else 1 for n in positions)


def _sizes_as_text(plan, positions, sides):
    """Return how a layer changes the size of a map, for an error message."""
    layer, text = plan.layer, f"kernels of {plan.height}×{plan.width}"
    if layer.stride > 1:
        text += f" at a stride of {layer.stride}"
    if layer.padding == "same":
        text += " with padding"
    text += f" leave {positions[0]}×{positions[1]}"
    if layer.pool is not None and 0 not in positions:
        down, right = layer.pool_size
        text += f", pools of {down}×{right} leave {sides[0]}×{sides[1]}"
    return text
