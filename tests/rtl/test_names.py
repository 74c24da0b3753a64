"""Names are untrusted text: a network's is checked, a layer's never reaches the hardware."""

import numpy as np
import pick as choose
import pytest

from edgeflow.errors import InputError
from edgeflow.fixedpoint import Fixed
from edgeflow.kernels._unit import Fold
from edgeflow.kernels.dense import Dense
from edgeflow.network.network import Layer, Network
from edgeflow.rtl.generate import generate
from edgeflow.verify import handover

HOSTILE = (
    "; $finish; //",
    "a\nb",
    "*/",
    "/*",
    '"',
    "\\",
    "é",
    "<script>",
    "$(touch x)",
    "`define",
    "../../etc",
    "",
    " ",
)
KERNEL = Dense(np.array([[1, -2], [3, 1]]), np.array([1, 0]), Fixed(4), Fixed(4))


AROUND = ["", *(around.format(name) for name in HOSTILE if name for around in ("{}", "net{}", "net{}x"))]


@pytest.mark.parametrize("name", AROUND)
def test_a_network_with_a_hostile_name_is_refused(name):
    with pytest.raises(InputError, match="rename it"):
        generate(Network(name, (Layer("dense", KERNEL),)), "unrolled", 100.0)


@pytest.mark.parametrize(
    "name", ["module", "small", "endmodule", "table", "ef_dense", "ef_x", "tb_stream", "Net", "9net", "_net", "n" * 65]
)
def test_keywords_and_the_library_s_names_are_refused(name):
    with pytest.raises(InputError, match="rename it"):
        generate(Network(name, (Layer("dense", KERNEL),)), "folded", 100.0)


def test_a_newline_at_the_end_is_refused():
    with pytest.raises(InputError, match="rename it"):
        generate(Network("net\n", (Layer("dense", KERNEL),)), "folded", 100.0)


@pytest.mark.parametrize("shape", ["unrolled", Fold(1, 2)])
def test_layer_names_never_reach_generated_text(tmp_path, shape):
    marked = [f"QzQ{text}" for text in HOSTILE]
    for name in marked:
        model = Network("net", (Layer(name, KERNEL),))
        design = generate(model, {name: shape}, 100.0)
        handover.write(design, model, choose.frames(model.input, 2, 8), 1, tmp_path / "rtl")
        for file in (tmp_path / "rtl").iterdir():
            assert "QzQ" not in file.name
            assert "QzQ" not in file.read_text()


def test_a_folding_that_names_no_layer_lists_those_there_are():
    with pytest.raises(InputError, match="no layer 'denze' to fold; there are dense"):
        generate(Network("net", (Layer("dense", KERNEL),)), {"denze": "folded"}, 100.0)


@pytest.mark.parametrize(
    ("fold", "message"), [(Fold(3, 1), r"pe = 3 is none of the legal \[1, 2\]"), (Fold(1, 0), "simd = 0")]
)
def test_a_fold_that_does_not_divide_is_refused_with_the_legal_ones(fold, message):
    with pytest.raises(InputError, match=message):
        generate(Network("net", (Layer("dense", KERNEL),)), {"dense": fold}, 100.0)
