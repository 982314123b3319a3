"""From the transformer's parameters to the geometry of its layers, with every 'auto' decided."""

from math import isqrt, prod
from numbers import Integral
from typing import NamedTuple

import numpy as np

from skmnist.base._rules import (
    RANDOM_STATE,
    Rule,
    check,
    check_for_layers,
    integer,
    is_bool,
    is_layered,
    OneOf,
)
from skmnist.features._kernels import LEARNED, SOURCES
from skmnist.network._convolution import MAP_ACTIVATIONS, PADDINGS, POOLS, Layer, map_sizes

NORMALIZATIONS = (None, "mean", "contrast")
STACKINGS = ("mixed", "separate")
LARGEST_USUAL_KERNEL = 7
# Pools a side: so many are never left.
TOO_MANY_POOLS = 6
# Below this many pixels, a guessed image may well be no image at all.
SMALL = 64


def _is_source(value):
    if isinstance(value, str):
        return value in SOURCES
    try:
        kernels = np.asarray(value)
    except ValueError:  # a ragged list
        return False
    return (
        kernels.dtype.kind in "biuf"
        and kernels.ndim in (3, 4)
        and kernels.size > 0
        and bool(np.isfinite(kernels).all())
    )


def _is_shape(value):
    return value is None or (
        len(value) in (2, 3)
        and all(isinstance(side, Integral) and not is_bool(side) and side >= 1 for side in value)
    )


LAYER_RULES = {
    "kernels": Rule(
        (str, np.ndarray, list),
        _is_source,
        f"one of {', '.join(map(repr, SOURCES))}, or an array of finite numbers of the shape "
        "(n, height, width) or (n, height, width, channels)",
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
    "image_shape": Rule(
        (tuple, list, type(None)),
        _is_shape,
        "None, (height, width) or (height, width, channels), whole numbers of at least 1",
    ),
    "n_jobs": Rule(
        (Integral, type(None)), lambda value: value != 0, "None or a whole number other than 0"
    ),
    "random_state": RANDOM_STATE,
}


class _Plan(NamedTuple):
    """One layer as it was asked for, its sizes decided."""

    kernels: object
    n_kernels: int
    height: int
    width: int
    normalize: str | None
    layer: Layer
    is_later: bool = False

    @property
    def needs_patches(self):
        """Whether the kernels, or what is done with them, come from the images."""
        learned = isinstance(self.kernels, str) and self.kernels in LEARNED
        return learned or self.normalize == "contrast"


def check_parameters(estimator):
    """Raise a TypeError or ValueError for the first parameter that is not as it must be."""
    for name, rule in LAYER_RULES.items():
        check_for_layers(name, getattr(estimator, name), rule)
    for name, rule in RULES.items():
        check(name, getattr(estimator, name), rule)


def image_shape(asked, n_columns):
    """Return (height, width, channels) of the images in rows of so many pixels."""
    if asked is None:
        side = isqrt(n_columns)
        return (side, side, 1) if side * side == n_columns else (1, n_columns, 1)
    shape = tuple(int(side) for side in asked)
    if prod(shape) != n_columns:
        raise ValueError(
            f"image_shape must multiply to the {n_columns} columns of X; got {asked!r}, which "
            f"makes {prod(shape)}."
        )
    return shape if len(shape) == 3 else (*shape, 1)


def plan_layers(estimator, shape):
    """Return a Plan for each layer, or raise the error that shows where no output is left."""
    yielding = estimator.image_shape is None and (shape[0] == 1 or shape[0] * shape[1] < SMALL)
    asked = list(_one_by_one(estimator))
    plans, sides, shown = [], shape[:2], [f"{shape[0]}×{shape[1]} pixels"]
    for number, values in enumerate(asked):
        is_last = number == len(asked) - 1
        plan = _decide(values, sides, yielding, number > 0, is_last, estimator.stacking)
        positions, sides = map_sizes(sides, (plan.height, plan.width), plan.layer)
        shown.append(_in_words(plan, positions, sides))
        if 0 in sides:
            raise ValueError(
                "No feature maps are left: "
                + "; ".join(shown)
                + ". Make kernels, stride or pool_size smaller, or padding 'same'."
            )
        plans.append(plan)
    return plans


def _one_by_one(estimator):
    """Yield the parameters of each layer as a dict."""
    values = {name: getattr(estimator, name) for name in LAYER_RULES}
    lengths = {name: len(value) for name, value in values.items() if is_layered(value)}
    n_layers = max(lengths.values(), default=1)
    if any(length != n_layers for length in lengths.values()):
        listed = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise ValueError(
            f"Parameters with one value for each layer must agree on how many layers there are; "
            f"{listed}."
        )
    for number in range(n_layers):
        yield {name: values[name][number] if name in lengths else values[name] for name in values}


def _decide(values, sides, yielding, is_later, is_last, stacking):
    """Return a layer's Plan; `yielding` sizes give way to what is there."""
    height, width = (_kernel_size(values, axis, side, yielding) for axis, side in enumerate(sides))
    layer = Layer(
        stride=int(values["stride"]),
        padding=values["padding"],
        activation=values["activation"],
        pool=values["pool"],
        separate=is_later and stacking == "separate",
    )
    positions, _ = map_sizes(sides, (height, width), layer)
    pool_size = _pool_size(values, positions, yielding, is_last)
    return _Plan(
        kernels=values["kernels"],
        n_kernels=int(values["n_kernels"]),
        height=height,
        width=width,
        normalize=values["normalize"],
        layer=layer._replace(pool_size=pool_size),
        is_later=is_later,
    )


def _kernel_size(values, axis, side, yielding):
    kernels, size = values["kernels"], values["kernel_size"]
    if not isinstance(kernels, str):
        return np.shape(kernels)[1 + axis]
    if isinstance(size, str):
        return min(LARGEST_USUAL_KERNEL, side // 4 | 1)
    if kernels == "strokes" and size % 2 == 0:
        raise ValueError(f"kernel_size must be odd for kernels='strokes'; got {size!r}.")
    return min(int(size), side) if yielding else int(size)


def _pool_size(values, positions, yielding, is_last):
    """Return the pools along both sides: they are squares, or rows where there is one row."""
    if values["pool"] is None:
        return (1, 1)
    if not isinstance(values["pool_size"], str):
        size = int(values["pool_size"])
        return tuple(max(1, min(size, n)) if yielding else size for n in positions)
    if is_last:
        return tuple(n // TOO_MANY_POOLS + 1 for n in positions)
    return tuple(2 if n >= 12 else 1 for n in positions)


def _in_words(plan, positions, sides):
    """Say what a layer does to the sides of a map."""
    layer, steps = plan.layer, f"kernels of {plan.height}×{plan.width}"
    if layer.stride > 1:
        steps += f" at a stride of {layer.stride}"
    if layer.padding == "same":
        steps += " with padding"
    steps += f" leave {positions[0]}×{positions[1]}"
    if layer.pool is not None and 0 not in positions:
        down, right = layer.pool_size
        steps += f", pools of {down}×{right} leave {sides[0]}×{sides[1]}"
    return steps
