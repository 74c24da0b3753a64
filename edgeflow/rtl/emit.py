"""A scheduled circuit as flat SystemVerilog: one line an operation, one line a register.

Operands are extended to the result's width by hand, so the text means the same to every tool: all vectors are unsigned
and all additions are modulo their width, which the interval of each node makes exact.
"""

from collections import defaultdict

from edgeflow.circuit.graph import Circuit, Node, Op, Term
from edgeflow.rtl.schedule import OUTPUT, Schedule, uses


class Emitter:
    def __init__(self, circuit: Circuit, schedule: Schedule):
        self.circuit = circuit
        self.schedule = schedule

    def declarations(self) -> list[str]:
        return [f"logic [{self.circuit.nodes[n].width - 1}:0] {', '.join(names)};" for n, names in self._names()]

    def assignments(self) -> list[str]:
        live = [n for n in self.schedule.cycle if self.circuit.nodes[n].op is not Op.INPUT]
        return [f"assign n{n} = {self._operation(self.circuit.nodes[n], self.schedule.cycle[n])};" for n in live]

    def registers(self) -> list[str]:
        """One nonblocking assignment for each cycle a value is carried."""
        lines = []
        for _, names in self._names():
            lines += [f"{after} <= {before};" for before, after in zip(names, names[1:], strict=False)]
        return lines

    def output(self, index: int, width: int) -> str:
        """Expression of an output in its last cycle, as wide as the port's lane."""
        return self._extended(self.circuit.outputs[index], self.schedule.latency, width)

    def _names(self) -> list[tuple[int, list[str]]]:
        """Each live node's wire and its registers, in order."""
        last: dict[int, int] = defaultdict(int)
        for node, user in uses(self.circuit, list(self.schedule.cycle)):
            last[node] = max(last[node], self.schedule.latency if user == OUTPUT else self.schedule.cycle[user])
        return [
            (n, [f"n{n}"] + [f"n{n}_q{d}" for d in range(1, last[n] - c + 1)]) for n, c in self.schedule.cycle.items()
        ]

    def _name(self, node: int, cycle: int) -> str:
        late = cycle - self.schedule.cycle[node]
        return f"n{node}_q{late}" if late else f"n{node}"

    def _operation(self, node: Node, cycle: int) -> str:
        width = node.width
        match node.op:
            case Op.ADD | Op.SUB:
                return self._addition(node, cycle)
            case Op.DROP:
                return self._slice(node.args[0], cycle, node.value, width)
            case Op.EVEN:
                high = self._slice(node.args[0], cycle, node.value, width)
                tie = f"{self._slice(node.args[0], cycle, 0, node.value)} == '0"
                return f"{high} & ~{width}'({tie})"
            case Op.SIGN:
                return self._sign(node.args[0], cycle)
            case Op.WRAP:
                return self._extended(node.args[0], cycle, width)
            case Op.CLIP:
                return self._clip(node, cycle)
            case Op.GREATER:
                return self._greater(node, cycle)
            case Op.MULTIPLY:
                a, b = (self._extended(t, cycle, width) for t in node.args)
                return f"$signed({a}) * $signed({b})"
            case Op.CHOOSE:
                condition, *values = (
                    self._extended(t, cycle, w) for t, w in zip(node.args, (1, width, width), strict=True)
                )
                return f"{condition} ? {values[0]} : {values[1]}"
            case _:
                raise AssertionError(f"{node.op} is wired, not computed")

    def _addition(self, node: Node, cycle: int) -> str:
        """The low bits of the unshifted first operand pass through; only the overlap is added."""
        a, b = node.args
        sign, low = "+" if node.op is Op.ADD else "-", b.shift
        upper = node.width - low
        if low == 0:
            return f"{self._extended(a, cycle, upper)} {sign} {self._extended(b, cycle, upper)}"
        passed = self._slice(a, cycle, 0, low)
        if upper <= 0:
            return self._extended(a, cycle, node.width)
        rest = f"{self._slice(a, cycle, low, upper)} {sign} {self._extended(Term(b.node), cycle, upper)}"
        return f"{{{rest}, {passed}}}"

    def _clip(self, node: Node, cycle: int) -> str:
        """Saturation tests whole bits: a value fits if its high bits all equal the sign (or zero)."""
        a = node.args[0]
        least, most = self.circuit.range(a)
        width, whole = node.width, self._format_width(a)
        fits = self._slice(a, cycle, 0, width)
        if most > node.hi:
            bits = node.hi.bit_length()
            over = f"|{self._slice(a, cycle, bits, whole - bits - (least < 0))}"
            over = f"!{self._sign(a, cycle)} && {over}" if least < 0 else over
            fits = _forced(fits, over, node.hi, width)
        if least < node.lo:
            fits = _forced(fits, self._under(node, cycle), node.lo, width)
        return fits

    def _under(self, node: Node, cycle: int) -> str:
        """Below ``node.lo``, which is 0, ``-value - 1`` or ``-value``; the interval may end below ``value``."""
        a, bits = node.args[0], node.value.bit_length()
        whole, negative = self._format_width(a), self._sign(a, cycle)
        if node.lo >= 0:
            return negative
        tests = []
        if (above := whole - 1 - bits) > 0:
            tests.append(f"({negative} && !(&{self._slice(a, cycle, bits, above)}))")
        if node.lo == -node.value:
            tests.append(f"({self._slice(a, cycle, 0, whole)} == {self._literal(node.lo - 1, whole)})")
        return " || ".join(tests)

    def _greater(self, node: Node, cycle: int) -> str:
        """Signed comparison by flipping the sign bits of equally wide operands."""
        formats = [self._format_width(t) + (self.circuit.range(t)[0] >= 0) for t in node.args]
        width = max(formats)
        flip = f"{width}'h{1 << (width - 1):x}"
        a, b = (f"({self._extended(t, cycle, width)} ^ {flip})" for t in node.args)
        return f"{a} > {b}"

    def _format_width(self, term: Term) -> int:
        return self.circuit.nodes[term.node].width + term.shift

    def _sign(self, term: Term, cycle: int) -> str:
        return f"{self._name(term.node, cycle)}[{self.circuit.nodes[term.node].width - 1}]"

    @staticmethod
    def _literal(value: int, width: int) -> str:
        return f"{width}'h{value & ((1 << width) - 1):x}"

    def _extended(self, term: Term, cycle: int, width: int) -> str:
        return self._slice(term, cycle, 0, width)

    def _slice(self, term: Term, cycle: int, low: int, width: int) -> str:
        """Bits ``low`` to ``low + width - 1`` of a term, with zeros below and sign or zeros above."""
        assert not term.negative, "negations are materialized before emission"
        node = self.circuit.nodes[term.node]
        if node.op is Op.CONST:
            return self._literal((node.value << term.shift) >> low, width)
        name, low = self._name(term.node, cycle), low - term.shift
        below = min(max(-low, 0), width)
        first, last = max(low, 0), min(low + width, node.width) - 1
        parts = []
        above = width - below - max(last - first + 1, 0)
        if above > 0:
            parts.append(f"{{{above}{{{name}[{node.width - 1}]}}}}" if node.lo < 0 else f"{above}'d0")
        if last >= first:
            parts.append(name if last - first + 1 == node.width else _bits(name, last, first))
        if below:
            parts.append(f"{below}'d0")
        return parts[0] if len(parts) == 1 and not parts[0].startswith("{") else "{" + ", ".join(parts) + "}"


def _forced(expression: str, condition: str, value: int, width: int) -> str:
    """``value`` where the condition holds, in gates: a conditional operator would become set and reset of registers,
    whose control signals cost more time than the gates."""
    ones = value & ((1 << width) - 1)
    everywhere = f"{{{width}{{{condition}}}}}"
    if ones == 0:
        return f"({expression}) & ~{everywhere}"
    if ones == (1 << width) - 1:
        return f"({expression}) | {everywhere}"
    zeros = ones ^ ((1 << width) - 1)
    return f"(({expression}) | ({everywhere} & {width}'h{ones:x})) & ~({everywhere} & {width}'h{zeros:x})"


def _bits(name: str, last: int, first: int) -> str:
    return f"{name}[{last}]" if last == first else f"{name}[{last}:{first}]"
