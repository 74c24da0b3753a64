"""Rearrange the C++ that CXXRTL writes so that g++ compiles a netlist in seconds, and it runs as fast as bits can.

CXXRTL writes one function for the whole design, with a variable for each wire and operators that are templates for any
width; on a netlist of some thousand LUTs g++ spends minutes. Nearly all wires there have one bit. Here these are bools
in arrays, what CXXRTL's own operators do to one bit is said with C++'s, and the statements, in the same order, are many
functions. Everything wider, block memories and multipliers, stays as it was written.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LINES = 400  # of a function, comments among them
FUNCTIONS = 100  # of a file: one without end would take gigabytes

VARIABLE = re.compile(r"\t(value|wire)<(\d+)> (p_\w+);")
NAME = re.compile(r"\b(p_\w+)(\.curr|\.next)?\b")
OPERATORS = {"not_u<1>(": "!(", "and_uu<1>(": "both(", "or_uu<1>(": "either(", "xor_uu<1>(": "differ("}
CONSTANTS = {"value<1>{0x1u}": "true", "value<1>{0u}": "false"}
KNOWN = re.compile("|".join(map(re.escape, [*OPERATORS, *CONSTANTS])))
PARTS = {".curr": "now", ".next": "next"}  # of a register, and their arrays
ATTRIBUTE = "\t// \\"  # a comment, but of a variable
CONVERGED, RETURN = "\tbool converged = true;", "\treturn converged;"
# Macros, for g++ would take longer to inline functions than for all the rest.
HELPERS = """\
#define both(a, b) ((a) & (b))
#define either(a, b) ((a) | (b))
#define differ(a, b) ((a) ^ (b))
"""


def rearrange(header: str, source: str, header_name: str) -> tuple[str, list[str]]:
    """The header and the source files that together do what the given two do."""
    begin, body, end = _split(source.splitlines(), "::eval(performer *performer) {", "}")
    assert body[0] == CONVERGED and body[-1] == RETURN and sum("converged" in line for line in body) == 2
    variables = [line for line in body if VARIABLE.fullmatch(line)]
    edges = [line for line in body if re.match(r"\tbool (pos|neg)edge_", line)]
    declared = {*variables, *edges}
    statements = [line for line in body[1:-1] if line not in declared and not line.startswith(ATTRIBUTE)]
    bits = _bits([*header.splitlines(), *variables], statements)
    pieces = list(_pieces([bits.said(line) for line in statements]))
    name = begin[-1].split()[1].partition("::")[0]
    functions = [_function(name, i, [*edges, *piece]) for i, piece in enumerate(pieces)]
    calls = [f"\teval_{i}();" for i in range(len(pieces))]
    main = "\n".join([*_reset(begin, bits), CONVERGED, *calls, RETURN, *end]).replace('"model.h"', f'"{header_name}"')
    opening = f'#include "{header_name}"\n\nusing namespace cxxrtl_yosys;\n\nnamespace cxxrtl_design {{\n\n'
    groups = ["".join(functions[i : i + FUNCTIONS]) for i in range(0, len(functions), FUNCTIONS)]
    return _header(header.splitlines(), variables, bits, calls), [main, *(opening + group + "}\n" for group in groups)]


@dataclass(frozen=True)
class _Bits:
    """Wires and registers of one bit, by name, and their places in the arrays ``bits``, ``now`` and ``next``."""

    wires: dict[str, int]
    registers: dict[str, int]

    def __contains__(self, name: str) -> bool:
        return name in self.wires or name in self.registers

    def said(self, line: str) -> str:
        """A statement with bits from the arrays."""
        if not _plain(line):
            return NAME.sub(lambda name: f"value<1>{{{at}}}" if (at := self._place(name)) else name.group(), line)
        text = NAME.sub(lambda name: self._place(name) or f"{name.group()}.data[0]", line)
        return KNOWN.sub(lambda found: (OPERATORS | CONSTANTS)[found.group()], text)

    def _place(self, found: re.Match[str]) -> str | None:
        name, part = found.groups()
        if name in self.registers:
            return f"{PARTS[part]}[{self.registers[name]}]"
        return f"bits[{self.wires[name]}]" if name in self.wires else None


def _plain(line: str) -> bool:
    """Whether a statement assigns one bit, from bits alone."""
    rest = NAME.sub("", KNOWN.sub("", line))
    return re.fullmatch(r"\t+ = [()?:, ]*;", rest) is not None


def _bits(declarations: list[str], statements: list[str]) -> _Bits:
    """What has one bit and is assigned by plain statements alone."""
    others = {
        found.group(1)
        for line in statements
        if " = " in line and not _plain(line)
        for found in NAME.finditer(line.partition(" = ")[0])
    }
    found = [match.groups() for line in declarations if (match := VARIABLE.fullmatch(line))]
    one = [(kind, name) for kind, width, name in found if width == "1" and name not in others]
    wires, registers = ([name for kind, name in one if kind == wanted] for wanted in ("value", "wire"))
    return _Bits({name: i for i, name in enumerate(wires)}, {name: i for i, name in enumerate(registers)})


def _pieces(body: list[str]) -> Iterator[list[str]]:
    """Cut before comments alone: each opens a whole node."""
    piece: list[str] = []
    for line in body:
        if line.startswith("\t//") and len(piece) >= LINES:
            yield piece
            piece = []
        piece.append(line)
    yield piece


def _function(name: str, index: int, body: list[str]) -> str:
    lines = [line for line in body if not line.lstrip().startswith("//")]
    return "\n".join([f"void {name}::eval_{index}() {{", *lines, "}", "", ""])


def _reset(begin: list[str], bits: _Bits) -> list[str]:
    """Everything before eval, with the bits' first values."""
    before, body, after = _split(begin, "::reset() {", "}")
    lines = ["\tstd::memset(now, 0, sizeof now);", "\tstd::memset(next, 0, sizeof next);"]
    for line in body:
        name, _, value = line.strip().partition(" = ")
        if name not in bits:
            lines.append(line)
        elif value != "wire<1>{0u};":
            assert value == "wire<1>{0x1u};", line
            lines.append(f"\tnow[{bits.registers[name]}] = next[{bits.registers[name]}] = true;")
    return [*before, *lines, *after]


def _header(lines: list[str], variables: list[str], bits: _Bits, calls: list[str]) -> str:
    """The class with its arrays for members."""
    begin, body, end = _split(lines, " commit(ObserverT &observer) {", "\t}")
    begin = [line for line in begin if not ((found := VARIABLE.fullmatch(line)) and found.group(3) in bits)]
    steps = [line for line in body if not ((found := re.search(r"\((p_\w+)\.commit", line)) and found.group(1) in bits)]
    assert steps[0].strip() == "bool changed = false;"
    steps[1:1] = [
        "\t\tchanged |= std::memcmp(now, next, sizeof now) != 0;",
        "\t\tstd::memcpy(now, next, sizeof now);",
    ]
    members = [
        f"\tbool bits[{len(bits.wires) + 1}] = {{}}, now[{len(bits.registers) + 1}] = {{}}, "
        f"next[{len(bits.registers) + 1}] = {{}};",
        *(line for line in variables if VARIABLE.fullmatch(line).group(3) not in bits),  # type: ignore[union-attr]
        *(f"\tvoid {call.strip()}" for call in calls),
    ]
    at = next(i for i, line in enumerate(begin) if "bool eval(performer *performer" in line)
    opening = begin.index("namespace cxxrtl_design {")
    begin = [*begin[: opening + 1], HELPERS, *begin[opening + 1 : at], *members, *begin[at:]]
    return "\n".join(["#include <cstring>", *begin, *steps, *end]) + "\n"


def _split(lines: list[str], opening: str, closing: str) -> tuple[list[str], list[str], list[str]]:
    """What stands before a function's body, its opening line included; the body; and from its closing line on."""
    start = next((i for i, line in enumerate(lines) if line.endswith(opening)), None)
    assert start is not None, f"CXXRTL wrote no {opening}"
    end = lines.index(closing, start)
    return lines[: start + 1], lines[start + 1 : end], lines[end:]
