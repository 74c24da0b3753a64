"""One pass over a graph of nodes: what every tensor is, the layers so far, and what was found of each node."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from edgeflow.errors import InputError, UnsupportedLayerError
from edgeflow.frontends._draft import Draft
from edgeflow.frontends._lowered import Entry, Exit, Lowered, Tap
from edgeflow.frontends._onnx_entry import Raw
from edgeflow.frontends._onnx_exact import with_bias
from edgeflow.frontends._onnx_quantizers import Entered
from edgeflow.frontends._onnx_values import Const, OnnxNode, Real
from edgeflow.frontends.hls4ml_graph import Finding, Verdict
from edgeflow.network.network import Network

# What numpy and Python say where a stranger's node has too few inputs, shapes that do not fit, or text for numbers.
MALFORMED = (TypeError, ValueError, IndexError, KeyError, AttributeError, ArithmeticError)


class Walk:
    """A base for one that says what a node makes of its inputs (``made``) and which tensors to compare (``tap``)."""

    def __init__(self, nodes: Sequence[OnnxNode], output: str, last: str):
        self.findings: list[Finding] = []
        self.entry: Entry | None = None
        self.known: dict[str, Any] = {}  # tensors: Const, Raw or Real
        self.draft = Draft(last)
        self.needed = _needed(nodes, output)
        self._nodes, self._output = nodes, output
        self._taps: list[Tap] = []

    def made(self, node: OnnxNode, inputs: list[Any]) -> Any:
        """What a node makes of its inputs. Raises InputError, which becomes its finding."""
        raise NotImplementedError

    def named(self, tensor: str) -> str:
        """The model's own name of one of its tensors."""
        return tensor

    def tap(self, node: OnnxNode) -> str:
        """The model's name of what a node makes, if its values are integers that the model has too."""
        raise NotImplementedError

    def walk(self) -> tuple[Finding, ...]:
        for node in self._nodes:
            self._step(node)
        return tuple(self.findings)

    def lowered(self, name: str) -> Lowered:
        """Raises UnsupportedLayerError once, naming every node without an exact lowering."""
        refuse(name, self.walk())
        out = self.known.get(self._output)
        if not isinstance(out, Real) or self.entry is None or not self.draft.layers:
            raise UnsupportedLayerError(f"network {name}: nothing is left to compute between input and output")
        if out.value.source != self.draft.layers[-1].name:
            raise UnsupportedLayerError(f"network {name}: its last layer is not its output; remove dead nodes")
        out = with_bias(self.draft, out)
        network = Network(name, tuple(self.draft.layers))
        return Lowered(network, self.entry, exit_of(out), self.named(self._output), tuple(self._taps))

    def _step(self, node: OnnxNode) -> None:
        if not any(name in self.needed for name in node.outputs):
            self._found(node, Verdict.REWRITTEN, "left out: nothing takes what it makes")
            return
        if any(name and name not in self.known for name in node.inputs):
            self._found(node, Verdict.SUPPORTED)  # behind a refused node: not judged further
            return
        before = len(self.draft.layers)
        try:
            made = self.made(node, [self.known[name] if name else None for name in node.inputs])
        except InputError as error:
            self._found(node, Verdict.REFUSED, str(error))
        except MALFORMED as error:
            self._found(node, Verdict.REFUSED, f"inputs or attributes are not those of its kind: {error}")
        else:
            self._keep(node, made)
            self._found(node, *self._verdict(made, before))
        self.draft.notes.clear()

    def _keep(self, node: OnnxNode, made: Any) -> None:
        if isinstance(made, Entered):
            self.entry, made = made.entry, made.real
        for name in node.outputs:
            self.known[name] = made
        if isinstance(made, Real) and made.value.source and (tensor := self.tap(node)):
            origin = self.draft.origins.get(made.value.source)
            self._taps.append(Tap(tensor, made.value.source, exit_of(made), origin))

    def _verdict(self, made: Any, before: int) -> tuple[Verdict, str]:
        if self.draft.notes:
            return Verdict.REWRITTEN, "; ".join(self.draft.notes)
        if isinstance(made, Const):
            return Verdict.REWRITTEN, "a constant"
        if isinstance(made, Raw | Entered):
            return Verdict.REWRITTEN, "on the host, before hardware"
        if len(self.draft.layers) == before:
            return Verdict.REWRITTEN, "folded into the integers' scale, offset or order"
        return Verdict.SUPPORTED, ""

    def _found(self, node: OnnxNode, verdict: Verdict, how: str = "") -> None:
        self.findings.append(Finding(node.name, node.op, verdict, how))


def refuse(name: str, findings: Sequence[Finding]) -> None:
    """Raises UnsupportedLayerError that names every refused node."""
    refused = [str(finding) for finding in findings if finding.verdict is Verdict.REFUSED]
    if refused:
        raise UnsupportedLayerError(f"network {name}: no exact lowering for\n  " + "\n  ".join(refused))


def only_refused(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """All of them if any is refused, else none: what need not be looked at further."""
    return tuple(findings) if any(finding.verdict is Verdict.REFUSED for finding in findings) else ()


def exit_of(x: Real) -> Exit:
    lo, hi = (None if end is None else float(end) for end in (x.lo, x.hi))
    scale, offset = (part.astype(np.float64) for part in (x.scale, x.offset))
    return Exit(x.at, scale, offset, -np.inf if lo is None else lo, np.inf if hi is None else hi)


def _needed(nodes: Sequence[OnnxNode], output: str) -> set[str]:
    """Tensors that the output depends on."""
    needed = {output}
    for node in reversed(nodes):
        if needed & set(node.outputs):
            needed.update(node.inputs)
    return needed
