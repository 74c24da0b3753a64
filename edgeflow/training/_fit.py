"""One training run: Adam under a cosine learning rate, cross-entropy mixed with a teacher's soft labels.

An epoch is one compiled call, by XLA if the inputs are flat: 4 ms for 18 batches of the digits student, where eager
validation alone took 37 ms. On images XLA has no deterministic gradient of max pooling, and TensorFlow's own kernels
take 8 s for 60,000 of the MNIST student.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgeflow.datasets._data import Classes, Features
from edgeflow.recipe import Distill, Training
from edgeflow.recipe_layout import Shape
from edgeflow.training._augment import Examples
from edgeflow.training._keras import chunk_rows, keras, shaped, tf

Progress = Callable[[str], None]
Logits = NDArray[np.float32]  # (samples, classes)
REPORT_SECONDS = 0.5


@dataclass(frozen=True, eq=False)
class Task:
    """What every model of a recipe shares: examples to fit, a split to choose by, a schedule."""

    shape: Shape  # of a sample
    classes: int
    examples: Examples
    x_validation: Features
    y_validation: Classes
    schedule: Training


@dataclass(frozen=True, eq=False)
class Lesson:
    """A teacher's logits for every row of the examples, and how much they count."""

    logits: Logits
    distill: Distill


def fit(
    model: keras.Model, task: Task, seed: int, label: str, progress: Progress, lesson: Lesson | None = None
) -> float:
    """Train in place, leave the best epoch's weights in the model, return its validation accuracy.

    The best epoch is the latest of those with the highest validation accuracy: late epochs have the lowest rate.
    Deterministic in ``seed`` and the model's initial weights on one machine.
    """
    schedule, examples = task.schedule, task.examples
    random = np.random.default_rng(seed)
    optimizer = keras.optimizers.Adam()
    run_epoch, validate = _compile_epoch(model, optimizer, task, lesson), _compile_validation(model, task)
    best, best_weights, reported = -1.0, model.get_weights(), -REPORT_SECONDS
    for epoch in range(schedule.epochs):
        optimizer.learning_rate.assign(schedule.learning_rate * 0.5 * (1 + np.cos(np.pi * epoch / schedule.epochs)))
        loss = run_epoch(tf.constant(examples.order(random, schedule.batch_size)))
        score = accuracy(validate(), task.y_validation)
        if score >= best:
            best, best_weights = score, model.get_weights()
        if time.monotonic() - reported >= REPORT_SECONDS or epoch + 1 == schedule.epochs:
            reported = time.monotonic()
            progress(f"{label}: epoch {epoch + 1}/{schedule.epochs}, loss {loss:.3f}, validation {score:.2%}")
    model.set_weights(best_weights)
    return best


def accuracy(logits: Logits, y: Classes) -> float:
    return float((logits.argmax(axis=1) == y).mean())


def _compile_epoch(
    model: keras.Model, optimizer: keras.optimizers.Optimizer, task: Task, lesson: Lesson | None
) -> Callable[[tf.Tensor], tf.Tensor]:
    """A function of one epoch's rows (batches, batch_size) that trains, and returns the mean loss."""
    samples, y = _drawing(model, task.examples), tf.constant(task.examples.y)
    optimizer.build(model.trainable_variables)

    @tf.function(jit_compile=_flat(model))
    def run_epoch(order: tf.Tensor) -> tf.Tensor:
        total = 0.0
        for rows in order:
            with tf.GradientTape() as tape:
                loss = loss_of(model(samples(rows), training=True), rows)
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
            total += loss
        return total / tf.cast(tf.shape(order)[0], tf.float32)

    def loss_of(logits: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
        hard = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(tf.gather(y, rows % len(y)), logits))
        if lesson is None:
            return hard
        soft = _soft_loss(logits, tf.gather(lesson.logits, rows), lesson.distill.temperature)
        return (1 - lesson.distill.weight) * hard + lesson.distill.weight * soft

    return run_epoch


def _drawing(model: keras.Model, examples: Examples) -> Callable[[tf.Tensor], tf.Tensor]:
    """A function that makes the samples of some rows, as the model takes them."""
    if not examples.pixels:
        x = tf.constant(shaped(model, examples.x))
        return lambda rows: tf.gather(x, rows)
    height, width, channels = examples.shape
    padded = np.pad(examples.x.reshape(-1, height, width, channels), ((0, 0), (1, 1), (1, 1), (0, 0)))
    x, taps = tf.constant(padded), tf.constant(examples.taps[..., None, None, None])

    def samples(rows: tf.Tensor) -> tf.Tensor:
        images, tap = tf.gather(x, rows % examples.samples), tf.gather(taps, rows // examples.samples)
        parts = [tap[:, i, j] * images[:, i : i + height, j : j + width] for i, j in np.ndindex(3, 3)]
        return tf.reshape(tf.add_n(parts), (-1, *model.input_shape[1:]))

    return samples


def _compile_validation(model: keras.Model, task: Task) -> Callable[[], Logits]:
    """A function that gives the logits of the validation split."""
    rows, x = chunk_rows(model), shaped(model, task.x_validation)
    parts = [tf.constant(x[i : i + rows]) for i in range(0, len(x), rows)]

    @tf.function(jit_compile=_flat(model))
    def logits(part: tf.Tensor) -> tf.Tensor:
        return model(part, training=False)

    return lambda: np.concatenate([logits(part).numpy() for part in parts])


def _flat(model: keras.Model) -> bool:
    return len(model.input_shape) == 2


def _soft_loss(logits: tf.Tensor, teacher: tf.Tensor, temperature: float) -> tf.Tensor:
    """T^2 * KL(teacher || student) at temperature T; the factor keeps gradients comparable across temperatures."""
    log_teacher = tf.nn.log_softmax(teacher / temperature)
    log_student = tf.nn.log_softmax(logits / temperature)
    divergence = tf.reduce_sum(tf.exp(log_teacher) * (log_teacher - log_student), axis=-1)
    return temperature**2 * tf.reduce_mean(divergence)
