"""Which parser hls4ml takes for a Keras model.

hls4ml asks which Keras is installed, and tf-keras brings no say in that: with Keras 3 beside it, a tf-keras model meets
the parser of Keras 3 and dies. So the model is asked. Its types come from its quantizers.
"""

from typing import Any


def choose_parser_by_model() -> None:
    """Let Keras 2 models reach their parser. Others, and other backends, keep hls4ml's behaviour."""
    import hls4ml.converters as converters

    for_keras_3 = converters.keras_v3_to_hls
    if getattr(for_keras_3, "by_model", False):
        return

    def convert(config: dict[str, Any], *fallbacks: Any) -> Any:
        if not type(config["KerasModel"]).__module__.startswith("tf_keras"):
            return for_keras_3(config, *fallbacks)
        if config["Backend"] != "EdgeFlow":
            return converters.keras_v2_to_hls(config)
        return _exact(config)

    convert.by_model = True  # type: ignore[attr-defined]
    converters.keras_v3_to_hls = convert


def _exact(config: dict[str, Any]) -> Any:
    """With the types that the quantizers say; those in ``hls_config["LayerName"]`` win. Raises InputError."""
    from edgeflow.frontends import _nodes, hls4ml_graph
    from edgeflow.frontends._keras_checks import refuse_inexact
    from edgeflow.frontends._keras_graph import model_graph
    from edgeflow.hls4ml_backend.options import check, types_of

    model, types = config["KerasModel"], types_of(config["HLSConfig"])
    check(config)
    refuse_inexact(model, typed=bool(types))
    graph = model_graph(model, config, types)
    nodes = _nodes.read(graph)
    _nodes.check_weights(nodes)
    hls4ml_graph.lower(nodes, config["ProjectName"])
    return graph
