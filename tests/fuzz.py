"""Random networks of every layer, type, stride, padding and folding: RTL == Network, at the cycles of the formulas.

    python tests/fuzz.py --n 300 --seed 0        make fuzz N=300 SEED=0

Network number ``seed`` is always the same one, so a failure is reproduced by its number alone. What fails is built
again on its own, cut back layer by layer to the shortest part that still fails, and printed as one line.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "kernels"), str(HERE / "rtl")]  # as tests/*/conftest.py do

import networks  # noqa: E402
import pick as choose  # noqa: E402
from batch import problems_of, simulate_all  # noqa: E402

from edgeflow.errors import EdgeflowError  # noqa: E402
from edgeflow.kernels._unit import foldable  # noqa: E402
from edgeflow.network.network import Network  # noqa: E402
from edgeflow.rtl.design import Design  # noqa: E402
from edgeflow.rtl.generate import generate  # noqa: E402
from edgeflow.rtl.shapes import Folding  # noqa: E402
from edgeflow.store import Store  # noqa: E402

BATCH = 20  # networks in one simulator
FRAMES = 24


def network_of(seed: int) -> tuple[Network, Folding, float]:
    """The seed's network, its folding and its clock."""
    pick = choose.seeded(seed)
    network = networks.network(pick, f"fuzz_{seed}")
    return network, networks.folding(pick, network), float(pick(50, 250))


def failures(parts: list[tuple[Network, Folding, float]], store: Store) -> dict[str, list[str]]:
    """What is wrong with each network, by name; those without fault are missing."""
    designs, frames, found = [], [], {}
    for network, folding, clock_mhz in parts:
        try:
            designs.append(_design(network, folding, clock_mhz))
        except (EdgeflowError, AssertionError) as error:
            found[network.name] = [f"generate: {error or 'an assertion failed'}"]
            continue
        frames.append((network, choose.frames(network.input, network.in_features, FRAMES)))
    xs, ys = [x for _, x in frames], [network.run(x) for network, x in frames]
    simulations = simulate_all(designs, xs, ys, store) if designs else []
    for design, y, simulation in zip(designs, ys, simulations, strict=True):
        problems = problems_of(design, y, simulation)
        if problems:
            found[design.top] = problems
    return found


def _design(network: Network, folding: Folding, clock_mhz: float) -> Design:
    there = {layer.name for layer in network.layers if foldable(layer)}
    own = folding if isinstance(folding, str) else {name: shape for name, shape in folding.items() if name in there}
    return generate(network, own, clock_mhz)


def shortest(seed: int, store: Store) -> tuple[int, list[str]]:
    """How many layers of the seed's network it takes to fail, and how."""
    network, folding, clock_mhz = network_of(seed)
    for last in range(len(network.layers)):
        found = failures([(network.until(last), folding, clock_mhz)], store)
        if found:
            return last + 1, found[network.name]
    return len(network.layers), ["only in a batch with others"]


def describe(seed: int, layers: int) -> str:
    network, folding, _ = network_of(seed)
    part = network.until(layers - 1)
    shapes = folding if isinstance(folding, str) else {layer.name: folding.get(layer.name) for layer in part.layers}
    return "\n".join(
        f"    {layer.name}: {layer.kernel}, shape {shapes if isinstance(shapes, str) else shapes[layer.name]}"
        for layer in part.layers
    )


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--n", type=int, default=300, help="how many networks")
    arguments.add_argument("--seed", type=int, default=0, help="number of the first one")
    options = arguments.parse_args()
    failed, started = 0, time.monotonic()
    seeds = range(options.seed, options.seed + options.n)
    with tempfile.TemporaryDirectory(prefix="edgeflow-fuzz-") as folder:
        store = Store(Path(folder))
        for first in range(0, len(seeds), BATCH):
            batch = seeds[first : first + BATCH]
            found = failures([network_of(seed) for seed in batch], store)
            for name in found:
                seed = int(name.rsplit("_", 1)[1])
                layers, problems = shortest(seed, store)
                print(f"FAIL: make fuzz N=1 SEED={seed}   {problems[0]}\n{describe(seed, layers)}")
            failed += len(found)
            done, seconds = first + len(batch), time.monotonic() - started
            left = seconds / done * (len(seeds) - done)
            print(
                f"{done} of {len(seeds)} networks, {failed} failed, {seconds:.0f} s, about {left:.0f} s left",
                flush=True,
            )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
