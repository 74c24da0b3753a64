"""The batch bench goes red: a wrong value, a wrong formula, and a design that sends too little."""

from dataclasses import replace

import networks
import pick as choose
import pytest
from batch import check_all

from edgeflow.rtl.generate import generate

pytestmark = pytest.mark.tools


def test_a_batch_names_each_design_that_fails(store):
    models = [networks.network(choose.seeded(i), f"batch_{i}", 2) for i in range(4)]
    designs = [generate(model, "folded", 100.0) for model in models]
    xs = [choose.frames(model.input, model.in_features, 40) for model in models]
    ys = [model.run(x) for model, x in zip(models, xs, strict=True)]
    check_all(designs, xs, ys, store)
    ys[1] = ys[1].copy()
    ys[1][7, 0] ^= 1
    designs[2] = replace(designs[2], latency_cycles=designs[2].latency_cycles + 1)
    designs[3] = replace(designs[3], interval_cycles=designs[3].interval_cycles + 1)
    with pytest.raises(AssertionError) as failure:
        check_all(designs, xs, ys, store)
    message = str(failure.value)
    assert "batch_0" not in message
    for i, why in (
        (1, "full rate: 1 wrong beats"),
        (1, "reset in mid-frame: 1 wrong"),
        (2, "latency"),
        (3, "interval"),
    ):
        assert any(f"batch_{i}: " in line and why in line for line in message.splitlines()), message
