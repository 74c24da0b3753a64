"""What a pipeline looks at is told to each stream that comes to it, through joins, forks and FIFOs."""

from types import SimpleNamespace

from edgeflow.rtl.dataflow import Dataflow, Fork, Join, Step, fifo
from edgeflow.rtl.generate import _read


def part(out_lanes: int, reads: tuple[int, ...] | None = None) -> SimpleNamespace:
    """A unit; with ``reads`` a pipeline."""
    return SimpleNamespace(out_lanes=out_lanes, census=reads is not None, reads=reads or ())


def test_a_join_gives_each_its_own():
    pipeline = part(1, reads=(1, 2, 3, 4, 5, 6))
    nodes = (
        Fork(0, (1, 2)),  # two values a beat
        Step(fifo(8, 4), 1, 3),
        Step(part(4), 2, 4),
        Join((3, 4), 5),
        Step(pipeline, 5, 6),
    )
    assert _read(Dataflow(nodes, (), 6, 1, 1), in_lanes=2) == {5: pipeline.reads, 3: (1, 2), 4: (3, 4, 5, 6)}


def test_a_pipeline_that_leaves_inputs_out_says_nothing_of_a_join():
    nodes = (Fork(0, (1, 2)), Join((1, 2), 3), Step(part(1, reads=(1, 2, 3)), 3, 4))
    assert _read(Dataflow(nodes, (), 4, 1, 1), in_lanes=2) == {3: (1, 2, 3)}
