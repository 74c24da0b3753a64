"""What is found in a Keras model and in the graph that hls4ml makes of it, as one list."""

from edgeflow.frontends.hls4ml_graph import Finding, Verdict


def merged(layers: tuple[Finding, ...], nodes: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Layers in their order, each with what becomes of it; nodes that hls4ml added stand behind the one before them."""
    place = {layer.name: i for i, layer in enumerate(layers)}
    own: dict[str, Finding] = {}
    added: list[list[Finding]] = [[] for _ in layers]
    at = 0
    for node in nodes:
        at = place.get(node.name, at)
        if node.name in place:
            own[node.name] = node
        else:
            added[at].append(node)
    return tuple(
        found
        for layer, behind in zip(layers, added, strict=True)
        for found in (_one(layer, own.get(layer.name)), *behind)
    )


def _one(layer: Finding, node: Finding | None) -> Finding:
    """The graph knows more, unless the layer has a problem or a note that the graph cannot show."""
    if layer.verdict is Verdict.REFUSED or (layer.how and (node is None or not node.how)):
        return layer
    if node is None:
        return Finding(layer.name, layer.class_name, Verdict.REWRITTEN, "merged with its neighbour")
    return Finding(layer.name, layer.class_name, node.verdict, node.how)
