"""What is said of one design before synthesis: what it takes, its cycles, and an inference's energy."""

from dataclasses import dataclass

from edgeflow.estimate.analytic import Estimate, Sketch
from edgeflow.estimate.energy import Energy


@dataclass(frozen=True)
class Predicted:
    figures: Estimate | Sketch
    energy: Energy  # modelled from them, with activity that is typical of such an interval

    @property
    def clock_mhz(self) -> float:
        """What it will run at: the clock asked for, or its Fmax where that is lower."""
        return self.energy.timing.clock_mhz

    @property
    def frames_per_second(self) -> float:
        return self.clock_mhz * 1e6 / self.figures.interval_cycles
