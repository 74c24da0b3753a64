"""Behind TensorFlow nothing imports triton, which would end the process."""

import os
import subprocess
import sys

import pytest

TRITON = 'raise SystemExit("triton was imported")\n'


@pytest.mark.parametrize("module", ["edgeflow.training.brevitas", "edgeflow.quantize.torch"])
def test_torch_behind_tensorflow_leaves_triton_alone(tmp_path, module):
    """Whatever wheel of PyTorch is installed: this triton stands before it."""
    (tmp_path / "triton.py").write_text(TRITON)
    path = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    code = f"import tensorflow, {module}, torch.utils._triton as t; assert not t.has_triton_package()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
