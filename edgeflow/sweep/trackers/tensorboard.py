"""TensorBoard: one run a trial below ``<sweep>/tensorboard``, its figures as scalars, its point and failure as text."""

import shutil
from pathlib import Path

from edgeflow.errors import MissingToolError
from edgeflow.sweep.result import Result
from edgeflow.sweep.trackers._tracker import run_name

try:
    from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, types_pb2
    from tensorboard.summary.writer.record_writer import RecordWriter  # EventFileWriter would import TensorFlow
except ModuleNotFoundError as error:
    raise MissingToolError(
        f'tracker tensorboard: no package {error.name}; pip install "edgeflow[tensorboard]"'
    ) from None


class TensorBoard:
    def __init__(self, sweep: str, folder: Path):
        self.sweep, self.folder = sweep, folder / "tensorboard"

    def log(self, result: Result) -> None:
        run = self.folder / run_name(self.sweep, result.number)
        shutil.rmtree(run, ignore_errors=True)
        values = [summary_pb2.Summary.Value(tag=name, simple_value=value) for name, value in result.figures.items()]
        values += [_text(f"point/{key}", str(value)) for key, value in result.point.items()]
        values += [_text("failure", result.failure)] if result.failure else []
        wall_time, summary = result.started + result.seconds, summary_pb2.Summary(value=values)
        run.mkdir(parents=True)
        with (run / "events.out.tfevents.edgeflow").open("wb") as file:
            writer = RecordWriter(file)
            for event in ({"file_version": "brain.Event:2"}, {"step": 0, "summary": summary}):
                writer.write(event_pb2.Event(wall_time=wall_time, **event).SerializeToString())


def open_tracker(sweep: str, folder: Path) -> TensorBoard:
    return TensorBoard(sweep, folder)


def _text(tag: str, text: str) -> "summary_pb2.Summary.Value":
    about = summary_pb2.SummaryMetadata(plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name="text"))
    tensor = tensor_pb2.TensorProto(dtype=types_pb2.DT_STRING, string_val=[text.encode()])
    return summary_pb2.Summary.Value(tag=tag, metadata=about, tensor=tensor)
