"""What a training framework cannot do of what a recipe can say: refused where it is written, before any training."""

from collections.abc import Iterator, Sequence

from edgeflow.recipe import Student
from edgeflow.recipe_layers import Depthwise, Section
from edgeflow.recipe_layout import Placed

Key = tuple[str, ...]

# For each framework that lacks something: the values of a student's keys that it has not.
LACKS: dict[str, dict[str, tuple[object, ...]]] = {
    "qkeras": {
        "scale": ("float",),
        "per_channel": (True,),
        "batch_norm": (True,),
        "activation": ("hard_tanh", "bipolar"),
        "weight_bits": (1,),
    },
}


def problems(student: Student) -> list[tuple[Key, str]]:
    """Each such value at its key, with the frameworks that have it."""
    lacks = LACKS.get(student.framework, {})
    return [
        ((*at, key), f"{student.framework} has no {key}: {_spelled(value)}; use framework: brevitas")
        for at, section in _sections(student, ("student",))
        for key, refused in lacks.items()
        if (value := getattr(section, key, None)) in refused
    ]


def layer_problems(
    student: Student, layout: Sequence[Placed], at: Key = ("student", "hidden")
) -> Iterator[tuple[Key, str]]:
    """What depends on the data too: QKeras has depthwise convolutions of images alone."""
    for i, placed in enumerate(layout):
        if student.framework == "qkeras" and isinstance(placed.layer, Depthwise) and len(placed.x) == 2:
            yield (*at, str(i), "depthwise"), "qkeras has none of a series; use framework: brevitas"
        yield from layer_problems(student, placed.branch, (*at, str(i), "residual"))


def _sections(section: Section, at: Key) -> Iterator[tuple[Key, Section]]:
    """This section and all inside it, with their keys."""
    yield at, section
    for name, value in section:
        inner = {(name, str(i)): item for i, item in enumerate(value)} if isinstance(value, list) else {(name,): value}
        for key, one in inner.items():
            if isinstance(one, Section):
                yield from _sections(one, (*at, *key))


def _spelled(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
