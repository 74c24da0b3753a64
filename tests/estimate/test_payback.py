"""An inference against the float baseline on a CPU: figures by head."""

import pytest

from edgeflow.estimate.payback import payback

STUDENT = (1.0, 2.0, 4.0)  # nJ


def against(student_nj=STUDENT, cpu_latency_us=8.0, training_seconds=60.0):
    return payback(student_nj, cpu_latency_us, training_seconds, cpu_watts=5.0, price_per_kwh=0.36)


def test_the_baseline_takes_its_measured_time_at_the_stated_power():
    found = against()
    assert found.baseline_nj == 40_000, "8 us at 5 W"
    assert (found.ratio_low, found.ratio, found.ratio_high) == (10_000, 20_000, 40_000)


def test_a_million_inferences_cost_their_kilowatt_hours():
    found = against()
    assert found.baseline_cost == pytest.approx(40 / 3.6e6 * 0.36), "40 J"
    assert found.student_cost == pytest.approx(0.002 / 3.6e6 * 0.36)


def test_training_is_repaid_by_what_each_inference_saves():
    found = against()
    assert found.training_kj == pytest.approx(0.3), "60 s at 5 W"
    saved = found.repaid_after * (40_000 - 2) * 1e-9
    assert 300 <= saved < 300 + 40_000e-9


@pytest.mark.parametrize("student", [40_000.0, 50_000.0])
def test_a_student_that_saves_nothing_never_repays(student):
    assert against((student, student, student)).repaid_after is None
