"""The lecture as functions of arrays: no labels, no files, no estimator.

Shapes, everywhere in this package: a batch is ``X: [b, d]``; layer ``i`` has the weights
``W: [n_in, n_out]`` and the biases ``b: [n_out]``; what it puts out is ``[b, n_out]``.
"""
