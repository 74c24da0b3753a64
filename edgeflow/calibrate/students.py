"""Students trained on handwritten digits, whose designs the corpus has beside the drawn ones.

    python -m edgeflow.calibrate.students        trains those that have a recipe only

A folder of ``students`` is one: its recipe, and beside it the graph that training and hls4ml made of it, so that its
designs are the same for ever, whatever becomes of training.
"""

import shutil
from functools import cache
from pathlib import Path

from edgeflow import pipeline, recipe, training_stages
from edgeflow.errors import InputError
from edgeflow.frontends import _nodes, hls4ml_graph
from edgeflow.network.network import Network
from edgeflow.stages import Context
from edgeflow.store import Store

# By the number that their names begin with.
FOLDERS = {int(path.name.split("_")[0]): path for path in sorted((Path(__file__).parent / "students").glob("[0-9]*"))}


@cache
def network(number: int) -> Network:
    """Of that student. Raises InputError."""
    if number not in FOLDERS:
        raise InputError(f"calibrate: no trained student {number}; there are {', '.join(map(str, FOLDERS))}")
    return hls4ml_graph.lowered(_nodes.load(FOLDERS[number]), f"student_{number}").network


def make(folder: Path, context: Context) -> None:
    wanted = recipe.load(folder / "recipe.yaml")
    firmware = pipeline.convert(wanted, training_stages.train(wanted, context), context)
    assert firmware, "QKeras students go through hls4ml"
    for name in _nodes.FILES:
        shutil.copy(firmware.folder / name, folder / name)


def main() -> None:
    context = Context(Store.default(), print)
    for folder in FOLDERS.values():
        if not all((folder / name).exists() for name in _nodes.FILES):
            print(folder.name)
            make(folder, context)


if __name__ == "__main__":
    main()
