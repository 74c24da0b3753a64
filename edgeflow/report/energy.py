"""The energy of a report: what an inference takes and why, and what it saves against the float baseline on a CPU."""

from typing import Any

from edgeflow.report.page import Section, Table

TEXT = (
    "Modelled, never measured: of the bare core at full rate, with the static power of its whole device, without pins, "
    "clock generation or the rest of the board. Each constant is a range, and so is the result."
)
STATED = "The CPU's power and the price of energy are stated in the recipe; times are measured."

Content = dict[str, Any]


def energy(report: Content) -> Section | None:
    if "energy" not in report:
        return None
    found = report["energy"]
    table = Table(("Cause", "Counted", "Source", "nJ an inference", "Lowest", "Highest"), _shares(found), words=3)
    activity = found["activity"]
    text = f"{TEXT} Cells are {found['cells']}. {_recorded(activity)}"
    if "payback" not in report:
        return Section("Energy, modelled", text, (table,))
    against = Table(("Against the float baseline", "Value", "Kind"), payback_rows(report), words=3)
    return Section("Energy, modelled", f"{text} {STATED}", (table, against))


def energy_rows(report: Content) -> list[tuple[str, str, str]]:
    """The few that the result table shows."""
    if "energy" not in report:
        return []
    found = report["energy"]
    rows = [
        ("Energy an inference, core at full rate", spread(found), "modelled"),
        ("Power, dynamic + static", f"{found['dynamic_mw']:.3g} + {found['static_mw']:.3g} mW", "modelled"),
    ]
    if "payback" in report:
        payback = report["payback"]
        times = f"{nanojoules(payback['baseline_nj'])}, {payback['ratio']:,.0f} times that"
        rows.append((f"Baseline's at {payback['cpu_watts']:g} W a core", times, "measured time x stated power"))
    return rows


def payback_rows(report: Content) -> list[tuple[str, str, str]]:
    payback, found = report["payback"], report["energy"]
    costs = f"{payback['baseline_cost']:.3g} and {payback['student_cost']:.3g}"
    return [
        ("A core of the CPU", f"{payback['cpu_watts']:g} W", "stated"),
        ("A kWh, in any currency", f"{payback['price_per_kwh']:g}", "stated"),
        ("Baseline, an inference", nanojoules(payback["baseline_nj"]), "measured time x stated power"),
        ("Student, an inference", spread(found), "modelled"),
        ("Ratio", f"{payback['ratio']:,.0f} ({payback['ratio_low']:,.0f} to {payback['ratio_high']:,.0f})", "modelled"),
        ("A million inferences, baseline and student", costs, "modelled"),
        (
            "Training",
            f"{payback['training_seconds']:.0f} s, {payback['training_kj']:.3g} kJ",
            "measured time x stated power",
        ),
        ("Training repaid after", repaid(payback["repaid_after"]), "modelled"),
    ]


def repaid(inferences: int | None) -> str:
    return "never: the student saves no energy" if inferences is None else f"{inferences:,} inferences"


def spread(found: Content) -> str:
    return f"{nanojoules(found['frame_nj'])} ({plainly(found['low_nj'])} to {plainly(found['high_nj'])})"


def nanojoules(value: float) -> str:
    return f"{plainly(value)} nJ"


def plainly(value: float) -> str:
    """Three figures, and all before the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _shares(found: Content) -> list[tuple[str, ...]]:
    return [
        (
            *(share[key] for key in ("cause", "inputs", "source")),
            *(f"{share[key]:.3g}" for key in ("typical_nj", "low_nj", "high_nj")),
        )
        for share in found["shares"]
    ]


def _recorded(activity: Content) -> str:
    if not activity["cycles"]:
        return f"Activity: {activity['source']}."
    return (
        f"Activity: {activity['source']}, {activity['frames']:,} frames in {activity['cycles']:,} cycles, "
        f"{activity['bits']:,} bits of nets."
    )
