"""A verified design, and what it puts into a report: for a recipe's student and for a model file alike."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from edgeflow import pipeline
from edgeflow.boards import _board
from edgeflow.estimate.activity import Activity
from edgeflow.estimate.analytic import Estimate
from edgeflow.estimate.by_layer import by_layer
from edgeflow.fixedpoint import Fixed
from edgeflow.implement.flow import Both
from edgeflow.implement.result import Cells
from edgeflow.kernels._geometry import Geometry
from edgeflow.network.network import Kernel, Network
from edgeflow.provenance import provenance, with_bitstream
from edgeflow.recipe import Hardware
from edgeflow.report.evidence import Evidence, Layer, ModelledEnergy
from edgeflow.rtl.design import Design
from edgeflow.stages import Staged, copy_result
from edgeflow.verify.verification import Verification


@dataclass(frozen=True, eq=False)
class Proved:
    name: str
    seed: int
    hardware: Hardware
    network: Network
    design: Design
    verification: Staged[Verification]
    activity: Staged[Activity]

    @property
    def board(self) -> _board.Board:
        return _board.load(self.hardware.board)

    def evidence(self, made_from: dict[str, str], command: str, seconds: Mapping[str, float]) -> Evidence:
        """``made_from`` are digests of what went in; ``seconds`` those of the stages before verification."""
        estimate = pipeline.estimate(self.design, self.board)
        return Evidence(
            self.name,
            self.seed,
            self.hardware.clock_mhz,
            self.board.budget,
            self.verification.value,
            estimate,
            mapping(self.network, self.design, estimate),
            {**seconds, "verify": self.verification.seconds, "activity": self.activity.seconds},
            provenance(made_from, self.design, command),
            energy=self._energy(estimate, "estimated"),
        )

    def on_board(self, evidence: Evidence, implemented: Staged[Both], out: Path) -> tuple[Evidence, Path]:
        """The evidence with place and route, and the bitstream's copy in ``out``/board."""
        both = implemented.value
        assert both.board.bitstream is not None
        bitstream = copy_result(implemented.folder, out / "board") / both.board.bitstream.name
        found = replace(
            evidence,
            core=both.core,
            implementation=both.board,
            energy=self._energy(both.core, "packed"),
            seconds=evidence.seconds | {"implement": implemented.seconds},
            provenance=with_bitstream(evidence.provenance, bitstream, self.board),
        )
        return found, bitstream

    def _energy(self, cells: Estimate | Cells, kind: str) -> ModelledEnergy:
        """An inference's, of cells of that kind."""
        activity = self.activity.value
        energy = pipeline.model_energy(cells, activity, self.design.interval_cycles, self.hardware)
        return ModelledEnergy(energy, activity, kind)


def mapping(network: Network, design: Design, estimate: Estimate) -> list[Layer]:
    """What each layer is, what it became and its share of the estimate; the slowest ones set the interval."""
    slowest = max(made.interval_cycles for made in design.layers)
    return [
        Layer(
            layer.name,
            type(layer.kernel).__name__.lower(),
            _shapes(layer.kernel),
            _formats(layer.kernel),
            made.shape,
            made.interval_cycles,
            asdict(cost),
            made.interval_cycles == slowest,
        )
        for layer, made, cost in zip(network.layers, design.layers, by_layer(design, asdict(estimate)), strict=True)
    ]


def _shapes(kernel: Kernel) -> str:
    """Rows x columns x channels where there is an image, else values."""
    image: Geometry | None = getattr(kernel, "geometry", None)
    if image is None:
        return f"{' and '.join(str(tensor.features) for tensor in kernel.inputs)} to {kernel.out_features}"
    channels = kernel.out_features // image.positions
    sizes = f"{image.height}x{image.width}x{image.channels} to {image.out_height}x{image.out_width}x{channels}"
    return sizes if image.taps == 1 else f"{sizes}, {image.kernel[0]}x{image.kernel[1]}"


def _formats(kernel: Kernel) -> str:
    weights: Fixed | None = getattr(kernel, "w", None)
    formats = f"{' and '.join(str(tensor.format) for tensor in kernel.inputs)} to {kernel.y}"
    return formats if weights is None else f"{formats}, weights {weights}"
