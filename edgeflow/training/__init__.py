"""Training frameworks, one a file; ``TrainedModel`` is what each of them makes. Importing this imports none of them."""

from edgeflow.training._trained import DenseWeights, Mlp, Scores, TrainedModel, load

__all__ = ["DenseWeights", "Mlp", "Scores", "TrainedModel", "load"]
