"""csim == Network for every layer kind: the models of zoo.py, every value of every branch, no tolerance.

Each model costs a g++ run, so the default suite takes each once; ``-m slow`` other weights and the streaming C++.
"""

import numpy as np
import pytest

from edgeflow.frontends import _nodes
from edgeflow.frontends.hls4ml_graph import LOWERINGS, Verdict, check, lower

pytestmark = [pytest.mark.train, pytest.mark.tools]

MODELS = ("images", "lines", "pools", "merges", "activations", "binary")
SAMPLES = 300


def compared(name: str, folder, seed: int = 1, io_type: str = "io_parallel"):
    """Compile one model of the zoo and hold its csim against the network, also after a round through its files."""
    import projects
    import zoo

    model, types = getattr(zoo, name)(seed)
    firmware = projects.project(model, folder / f"{name}_{seed}_{io_type}", types, io_type=io_type)
    network = lower(firmware.nodes, name)
    x = projects.frames(firmware, SAMPLES, seed)
    wanted, integers = firmware.predict(x), firmware.quantize_input(x)
    assert np.array_equal(network.output.real(network.run(integers)), wanted)
    assert len(np.unique(wanted)) > 50  # a network of zeros would pass
    firmware.save()
    assert np.array_equal(lower(_nodes.load(firmware.folder), name).run(integers), network.run(integers))
    return firmware


@pytest.mark.parametrize("name", MODELS)
def test_csim_equals_network(name, tmp_path):
    firmware = compared(name, tmp_path)
    assert {finding.verdict for finding in check(firmware.nodes)} == {Verdict.SUPPORTED, Verdict.REWRITTEN}


def test_taps_that_are_zero_make_a_dilated_convolution(tmp_path):
    import projects
    import zoo

    nodes = projects.nodes_of(*_placed(zoo, "images", tmp_path))
    found = {finding.name: finding.how for finding in check(nodes)}
    assert found["stuffed"] == "taps that are zero left out: dilation 2 x 2"
    kernel = next(layer.kernel for layer in lower(nodes, "n").layers if layer.name == "stuffed")
    assert (kernel.geometry.kernel, kernel.geometry.dilation) == ((2, 3), (2, 2))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 3])
@pytest.mark.parametrize("name", MODELS)
def test_csim_equals_network_with_other_weights(name, seed, tmp_path):
    compared(name, tmp_path, seed)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["images", "streamed"])
def test_streaming_csim_equals_network(name, tmp_path):
    compared(name, tmp_path, io_type="io_stream")


def test_the_zoo_has_every_lowering(tmp_path):
    """What the models above hold, by class; the rest has tests of its own, HGQ2's quantizer in tests/hgq2."""
    import projects
    import zoo

    held = {node.class_name for name in MODELS for node in projects.nodes_of(*_placed(zoo, name, tmp_path))}
    assert set(LOWERINGS) - held == {"Clone", "FixedPointQuantizer", "Repack", "Softmax", "TernaryTanh"}


def _placed(zoo, name: str, folder):
    model, types = getattr(zoo, name)()
    return model, folder / name, types
