"""What a user of hls4ml can say, in edgeflow's terms."""

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edgeflow.boards import _board
from edgeflow.boards._board import Board
from edgeflow.errors import InputError
from edgeflow.frontends._keras_graph import Types
from edgeflow.kernels._unit import Fold, Pixels
from edgeflow.rtl.shapes import Folding

HLS4ML_DEFAULT = "fixed<16,6>"
BY_LAYER = ("LayerName", "LayerType")
WORDS = ("unrolled", "folded", "parallel")


@dataclass(frozen=True)
class Options:
    board: Board
    clock_mhz: float
    folding: Folding
    seeds: range


def options(config: Mapping[str, Any]) -> Options:
    """Of a ModelGraph's configuration. Raises InputError."""
    said, clock_mhz = config["EdgeFlow"], 1000 / float(config["ClockPeriod"])
    board = _board.load(said["board"])
    board.check_clock(clock_mhz)
    if not isinstance(said["seeds"], int) or said["seeds"] < 1:
        raise InputError(f"EdgeFlow: seeds = {said['seeds']!r} is no number of place-and-route runs; say 1 or more")
    return Options(board, clock_mhz, _folding(said["folding"]), range(1, said["seeds"] + 1))


def check(config: Mapping[str, Any]) -> None:
    """Raise InputError for what cannot be built, or what hls4ml would do otherwise than the quantizers say."""
    options(config)
    settings = config["HLSConfig"]
    if _default(settings["Model"].get("Precision")) != HLS4ML_DEFAULT:
        raise InputError("hls_config: a default Precision; types come from quantizers, say others by layer")
    for name, said in ChainMap({"Model": settings["Model"]}, *(settings.get(key, {}) for key in BY_LAYER)).items():
        reuse, strategy = said.get("ReuseFactor", 1), str(said.get("Strategy", "Latency"))
        if reuse != 1 or strategy.lower() != "latency":
            raise InputError(
                f"hls_config: {name} has Strategy {strategy}, ReuseFactor {reuse}, which permute weights; "
                'fold in edgeflow: convert_from_keras_model(..., folding={"layer": {"pe": 4, "simd": 8}})'
            )


def _default(precision: Any) -> str:
    said = str(precision.get("default", HLS4ML_DEFAULT) if isinstance(precision, Mapping) else precision)
    return said.removeprefix("ap_").replace(" ", "")


def types_of(hls_config: Mapping[str, Any]) -> Types:
    """Types said by layer; "auto" says nothing."""
    said = {name: layer.get("Precision", {}) for name, layer in hls_config.get("LayerName", {}).items()}
    named = {name: {"result": t} if isinstance(t, str) else t for name, t in said.items()}
    return {name: kept for name, t in named.items() if (kept := {k: v for k, v in t.items() if v != "auto"})}


def _folding(said: Any) -> Folding:
    if isinstance(said, str) and said in WORDS:
        return said  # type: ignore[return-value]
    if isinstance(said, Mapping):
        return {name: _layer(name, own) for name, own in said.items()}
    raise InputError(f"EdgeFlow: folding = {said!r} is neither one of {', '.join(WORDS)} nor a dictionary of layers")


def _layer(name: str, said: Any) -> Any:
    match said:
        case {"pe": int(pe), "simd": int(simd), **rest} if not rest:
            return Fold(pe, simd)
        case {"pixels": int(pixels), **rest} if not rest:
            return Pixels(pixels)
        case str() if said in WORDS:
            return said
    shapes = f'{", ".join(WORDS)}, {{"pe": .., "simd": ..}}, {{"pixels": ..}}'
    raise InputError(f"EdgeFlow: folding of {name} = {said!r} is none of {shapes}")
