"""Training frameworks, one a file; ``TrainedModel`` is what each of them makes. Importing this imports none of them."""

from edgeflow.training._rehearsal import Rehearsal
from edgeflow.training._trained import LayerWeights, Scores, State, StepRecord, TrainedModel, Weights, load

__all__ = ["LayerWeights", "Rehearsal", "Scores", "State", "StepRecord", "TrainedModel", "Weights", "load"]
