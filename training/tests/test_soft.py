"""Learning from a teacher: smaller networks take its layers, batches its scores."""

import numpy as np
import torch

from training.model import Network, with_layers
from training.prepare import Example, collate_soft


def test_a_smaller_network_takes_layers_in_their_order() -> None:
    large = Network("minilm")
    small = Network("minilm-3")
    small.load_state_dict(with_layers(large.state_dict(), [0, 2, 5]))
    assert torch.equal(small.layers[1].up.weight, large.layers[2].up.weight)
    assert torch.equal(small.layers[2].norm2.bias, large.layers[5].norm2.bias)


def test_scores_are_padded_to_the_longest_of_a_batch() -> None:
    def example(n: int) -> Example:
        zeros = np.zeros(n, np.int64)
        return Example(*[zeros] * 6, soft=np.ones((n, 7), np.float16))

    soft = collate_soft([example(3), example(5)])
    assert soft.shape == (2, 5, 7)
    assert soft[0, 3:].sum() == 0
    assert soft[0, :3].sum() == 21
