"""Triton comes with PyTorch's wheels for CUDA, which import it: behind TensorFlow that ends the process."""

import sys


def keep_out() -> None:
    """Where TensorFlow is loaded already and triton is not, it looks as if it were not installed.

    TensorFlow 2.21.0 first, triton 3.7.1 then: segmentation fault. The other order works, and nothing here compiles
    kernels for a GPU.
    """
    if "tensorflow" in sys.modules:
        # None says that a module must not be imported (Language Reference, 5.3.1); typeshed knows modules only.
        sys.modules.setdefault("triton", None)  # type: ignore[arg-type]
