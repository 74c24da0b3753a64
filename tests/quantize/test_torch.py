"""PyTorch modules through ONNX: the graph that is quantized computes what PyTorch computes."""

import numpy as np
import pytest

from edgeflow.frontends import qonnx
from edgeflow.quantize import _data, flow
from edgeflow.quantize._calibrate import Bits
from edgeflow.quantize._float import read_float
from edgeflow.quantize._session import output

pytestmark = pytest.mark.train


def networks():
    """A residual branch with batch norms and ReLU6; a view by the batch's size."""
    from torch import nn

    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Sequential(nn.Conv2d(2, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.ReLU())
            self.branch = nn.Sequential(nn.Conv2d(4, 4, 3, padding=1, groups=4), nn.ReLU6(), nn.Conv2d(4, 4, 1))
            self.pool, self.drop = nn.MaxPool2d(2), nn.Dropout(0.5)
            self.head = nn.Linear(64, 5)

        def forward(self, x):
            x = self.first(x)
            x = self.pool(nn.functional.relu(x + self.branch(x)))
            return self.head(self.drop(x.view(x.size(0), -1)))

    mean = nn.Sequential(
        nn.Conv2d(2, 6, 3, stride=2), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 5)
    )
    return [Residual(), mean]


@pytest.mark.parametrize("which", [0, 1])
def test_the_graph_computes_what_torch_computes(tmp_path, which):
    import torch

    from edgeflow.quantize.torch import to_onnx

    torch.manual_seed(which)
    module = networks()[which].train()
    x = np.random.default_rng(1).normal(0, 1, (250, 2, 8, 8)).astype(np.float32)
    model = read_float(to_onnx(module, (2, 8, 8), tmp_path / "net.onnx"))
    assert module.training
    with torch.inference_mode():
        expected = module.eval()(torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(output(model.graph, model.opset, x), expected, rtol=1e-4, atol=1e-5)
    samples = _data.Samples(x[:200], x[200:], None, "random")
    made = flow.quantize(model, "net", samples, flow.Wish(Bits(8, 8, 8)), lambda text: None)
    made.save(tmp_path / "made.onnx")
    assert made.report.corrected.snr_db > 30
    assert qonnx.lower(tmp_path / "made.onnx", "net").entry.shape == (2, 8, 8)
