"""A fit as tables, as text to paste into a recipe, and as JSON."""

import json
from io import StringIO

from ruamel.yaml import YAML

from edgeflow.fit.result import Fitted
from edgeflow.fit.room import RESOURCES

LAYERS = ("layer", "shape", "cycles", *RESOURCES, "luts of the room", "binds")
PART = ("resource", "needed", "room", "part", "of the room", "of the part")


def title(found: Fitted) -> str:
    return f"{found.name} on {found.board}: {found.goal}"


def layers(found: Fitted) -> list[list[str]]:
    rows = []
    for layer in found.layers:
        cells = [layer.cost.luts, layer.cost.ffs, layer.cost.brams, layer.cost.dsps]
        share = layer.cost.luts / max(found.room["luts"], 1)
        plain = [layer.name, layer.shape, f"{layer.interval_cycles:,}", *(f"{cell:,}" for cell in cells)]
        rows.append([*plain, f"{share:.1%}", "interval" if layer.binds else ""])
    return rows


def part(found: Fitted) -> list[list[str]]:
    return [
        [
            name + (" (binds)" if name == found.binding.resource else ""),
            *(f"{count:,}" for count in (found.cells[name], found.room[name], found.budget[name])),
            *(f"{found.cells[name] / max(of[name], 1):.0%}" for of in (found.room, found.budget)),
        ]
        for name in RESOURCES
    ]


def notices(found: Fitted) -> list[str]:
    binding = found.binding
    slowest = f"{', '.join(binding.layers)} set the interval" if binding.layers else "nothing sets the interval"
    scarce = f"{binding.resource} are scarcest: {binding.why}" if binding.resource else binding.why
    cores = f"{found.copies} such core{'s' * (found.copies != 1)}"
    many = f"{cores} fit behind one link: {found.copies * found.fps:,.0f} frames/s"
    return [
        f"{found.fps:,.0f} frames/s, {found.latency_us:,.2f} us latency at {found.exact_mhz:g} MHz "
        f"({found.interval_cycles:,} and {found.latency_cycles:,} cycles, exact; {found.fmax_mhz:.0f} MHz estimated)",
        f"{slowest}; {scarce}",
        f"{many} (estimated)",
        *found.notes,
    ]


def snippet(found: Fitted) -> str:
    """The recipe's ``hardware`` section."""
    yaml, out = YAML(), StringIO()
    yaml.default_flow_style = None  # what has no mapping in it on one line
    yaml.width = 120
    yaml.dump({"hardware": {"board": found.board, "clock_mhz": found.clock_mhz, "folding": found.folding}}, out)
    return out.getvalue()


def as_json(found: Fitted) -> str:
    return json.dumps(found.as_json(), indent=2) + "\n"
