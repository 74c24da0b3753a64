"""Geometries that break window generators: strides that skip, padding on one side, one row, one column, wide gaps."""

from edgeflow.kernels._geometry import Geometry

GEOMETRIES = {
    "valid": Geometry(5, 4, 2, (3, 2)),
    "same": Geometry(4, 4, 2, (3, 3), before=(1, 1), after=(1, 1)),
    "stride": Geometry(5, 6, 2, (2, 2), stride=(2, 2)),
    "stride_skips": Geometry(7, 6, 1, (1, 2), stride=(3, 2)),
    "stride_same": Geometry(5, 5, 1, (3, 3), stride=(2, 2), before=(1, 1), after=(1, 1)),
    "one_sided": Geometry(4, 5, 2, (2, 2), before=(1, 0), after=(0, 1)),
    "dilated": Geometry(6, 6, 1, (2, 3), dilation=(3, 2)),
    "row": Geometry(1, 9, 2, (1, 3)),
    "row_same": Geometry(1, 7, 1, (1, 3), before=(0, 1), after=(0, 1)),
    "column": Geometry(8, 1, 2, (3, 1), stride=(2, 1)),
    "whole": Geometry(3, 2, 3, (3, 2)),
    "pixel": Geometry(1, 1, 4),
    "pointwise": Geometry(3, 3, 4),
    "pointwise_stride": Geometry(5, 4, 2, stride=(2, 2)),
}

HARDWARE = ("stride_same", "one_sided", "dilated", "stride_skips", "row_same", "pointwise", "ternary", "binary", "sum")


def random_geometry(pick, channels, kernel=True):
    """An image of at most 6 x 6, any kernel that fits."""
    height, width = pick(1, 6), pick(1, 6)
    size = (pick(1, min(3, height)), pick(1, min(3, width))) if kernel else (1, 1)
    dilation = tuple(pick(1, 2) if (k - 1) * 2 + 1 <= n else 1 for k, n in zip(size, (height, width), strict=True))
    before = tuple(pick(0, k - 1) for k in size)
    after = tuple(pick(0, k - 1) for k in size)
    return Geometry(height, width, channels, size, (pick(1, 3), pick(1, 3)), dilation, before, after)


def windows(geometry, x, outside=0):
    """For each output pixel the values its taps see, [pixel][tap][channel], by plain loops; None is padding."""
    found = []
    for row in range(geometry.out_height):
        for column in range(geometry.out_width):
            taps = []
            for ky in range(geometry.kernel[0]):
                for kx in range(geometry.kernel[1]):
                    r = row * geometry.stride[0] + ky * geometry.dilation[0] - geometry.before[0]
                    c = column * geometry.stride[1] + kx * geometry.dilation[1] - geometry.before[1]
                    r, c = r // geometry.repeat[0], c // geometry.repeat[1]
                    inside = 0 <= r < geometry.height and 0 <= c < geometry.width
                    at = (r * geometry.width + c) * geometry.channels
                    taps.append(x[at : at + geometry.channels] if inside else None)
            found.append(taps)
    return found


def ends(kernel):
    """One value at a time, everything at once, and something in between."""
    pes, simds = kernel.folds()
    picked = {(pes[0], simds[0]), (pes[-1], simds[-1]), (pes[-1], simds[len(simds) // 2])}
    return sorted(picked)
