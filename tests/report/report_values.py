"""Small fixed values, as a run would find them: every figure is easy to check by head."""

from dataclasses import replace
from pathlib import Path

from edgeflow.boards._board import Budget
from edgeflow.estimate.activity import Activity
from edgeflow.estimate.analytic import Estimate, Sketch
from edgeflow.estimate.energy import Energy, Share, Timing
from edgeflow.estimate.measured import MeasuredBaseline
from edgeflow.estimate.payback import payback
from edgeflow.implement.board_run import BoardRun
from edgeflow.implement.floorplan import Floorplan
from edgeflow.implement.result import Cells, Implementation
from edgeflow.recipe import FloatNetwork, Student
from edgeflow.recipe_cost import Cost
from edgeflow.report.evidence import Evidence, Layer, ModelledEnergy, Provenance
from edgeflow.report.report import Comparison
from edgeflow.training import Scores, StepRecord, TrainedModel
from edgeflow.verify.verification import Verification

HOSTILE = "<script>alert('x')</script> \"quoted\" {{ 7 * 7 }} | `a` & [b](c)\x1b[31m"


def verification() -> Verification:
    return Verification(
        samples=1000,
        rtl_samples=500,
        test_samples=10,
        mismatches=0,
        difference=None,
        accuracy={"firmware": 0.9, "network": 0.9, "rtl": 0.9, "netlist": 0.9},
        latency_cycles=40,
        interval_cycles=16,
        phases=("full rate", "gaps and stalls"),
        seed=3,
        simulator="Verilator 5.48.0",
        waves=None,
        netlist_samples=100,
        netlist_simulator="CXXRTL 0.70",
        confusion=((4, 1, 0), (0, 3, 0), (0, 0, 2)),
    )


def implementation(layer_name: str = "dense_0") -> Implementation:
    return Implementation(
        board="ulx3s",
        device="LFE5U-85F",
        luts=1500,
        ffs=900,
        brams=2,
        dsps=32,
        carries=100,
        seed=1,
        fmax_mhz=120.0,
        fmax_mhz_by_seed={1: 120.0, 2: 110.0},
        clock_mhz=100.0,
        timing_met=True,
        bitstream=Path("tiny.bit"),
        bitstream_bytes=300_000,
        tools={"yosys": "0.70", "nextpnr-ecp5": "0.11"},
        seconds=9.0,
        floorplan=Floorplan((layer_name, "link and clock"), ("#.bb.", ".aaA.", ".aab.")),
    )


def layers(name: str = "dense_0") -> list[Layer]:
    costs = ({"luts": 600, "ffs": 300, "brams": 2, "dsps": 32}, {"luts": 200, "ffs": 100, "brams": 0, "dsps": 0})
    return [
        Layer(name, "dense", "64 to 8", "u4.4 to s11.5, weights s6.5", "folded, pe 4, simd 8", 16, costs[0], True),
        Layer("relu_0", "relu", "8 to 8", "s11.5 to u3.1", "unrolled", 1, costs[1], False),
    ]


def energy() -> ModelledEnergy:
    """80 nJ a frame of 16 cycles at 100 MHz."""
    shares = (
        Share("logic", 8.0, 16.0, 32.0, "1,000 LUTs, 0.100 toggles a cycle", "a paper"),
        Share("static power", 32.0, 64.0, 128.0, "LFE5U-85F, 364 mA", "a data sheet"),
    )
    activity = Activity(0.1, 0.25, "Verilator 5.48.0, SAIF of the RTL on test samples", 64, 1024, 9000)
    return ModelledEnergy(Energy(shares, Timing(100.0, 16)), activity, "packed")


def evidence(layer_name: str = "dense_0", name: str = "tiny") -> Evidence:
    return Evidence(
        name,
        seed=3,
        clock_mhz=100.0,
        budget=Budget(luts=83_640, ffs=83_640, brams=208, dsps=156),
        verification=verification(),
        estimate=Estimate(
            luts=800,
            ffs=400,
            brams=2,
            dsps=32,
            latency_cycles=40,
            interval_cycles=16,
            carries=200,
            fmax_mhz=120.0,
            within={"luts": (700.0, 900.0)},
            outside=(),
        ),
        layers=layers(layer_name),
        seconds={"train": 20.0, "verify": 30.0},
        provenance=Provenance({"made by": "edgeflow run recipe.yaml"}, {"recipe": "0" * 64}),
        core=Cells(luts=1000, ffs=400, brams=2, dsps=32, carries=90),
        implementation=implementation(layer_name),
        energy=energy(),
    )


def trained() -> TrainedModel:
    tests = {"teacher": 1.0, "baseline": 0.95, "student": 0.9}
    scores = {name: Scores(1.0, 0.98, test, 0.96, test - 0.25) for name, test in tests.items()}
    scores |= {f"student_{with_}_distillation": Scores(1.0, 0.97, 0.9, 0.96, 0.65) for with_ in ("with", "without")}
    return TrainedModel(
        framework="qkeras",
        recipe_digest="0" * 64,
        versions={"tensorflow": "2.21.0"},
        shape=(64,),
        classes=10,
        spec=Student.model_validate({"hidden": [{"units": 8}]}),
        baseline_spec=FloatNetwork.model_validate({"hidden": [32]}),
        baseline={},
        student={},
        compression=(StepRecord("distill", 0.97, 0.98, 1000, 1000, 500, 500, True, {}),),
        scores=scores,
    )


def comparison() -> Comparison:
    return Comparison(
        trained(),
        student=Cost(weight_bits=1000, macs=600, bit_operations=9000),
        float_baseline=Cost(weight_bits=64_000, macs=2400, bit_operations=2_304_000),
        fixed16=Sketch(2000, 3000, 8, 40, 512, 900, 90.0, within={"luts": (1800.0, 2200.0)}, outside=()),
        fixed16_nj=4000.0,
        measured=MeasuredBaseline(8.0, "1.31.1"),
        board_run=BoardRun(samples=8, accuracy=0.875, retries=0, seconds=0.5),
        payback=payback((40.0, 80.0, 160.0), 8.0, 20.0, cpu_watts=5.0, price_per_kwh=0.36),
    )


def simulated_only() -> Evidence:
    """As ``edgeflow verify`` leaves it."""
    return replace(evidence(), core=None, implementation=None)
