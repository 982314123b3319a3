"""Every name in the tables of the network has nodes in an ONNX graph. This needs no ONNX."""

from skmnist.classifier._targets import ENCODINGS
from skmnist.io._onnx_classifier import ACTIVATION_NODES, SCORE_NODES
from skmnist.io._onnx_transformer import MAP_ACTIVATION_NODES, POOL_NODES
from skmnist.network import ACTIVATIONS
from skmnist.network._convolution import MAP_ACTIVATIONS, POOLS


def test_every_activation_has_nodes():
    assert ACTIVATION_NODES.keys() == ACTIVATIONS.keys()


def test_every_target_encoding_has_nodes():
    assert SCORE_NODES.keys() == ENCODINGS.keys()


def test_every_map_activation_has_nodes_for_as_many_maps():
    n_maps = {
        name: len(write_maps(lambda *nodes: "", "Z"))
        for name, write_maps in MAP_ACTIVATION_NODES.items()
    }
    assert n_maps == {name: len(maps) for name, maps in MAP_ACTIVATIONS.items()}


def test_every_pool_has_nodes():
    assert POOL_NODES.keys() == POOLS.keys() - {None}
