"""A Keras model in training: Adam on cross-entropy mixed with a teacher's soft labels.

An epoch is one compiled call, by XLA if the inputs are flat: 4 ms for 18 batches of the digits student, where eager
validation alone took 37 ms. On images XLA has no deterministic gradient of max pooling, and TensorFlow's own kernels
take 8 s for 60,000 of the MNIST student.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from edgeflow.training._augment import Examples
from edgeflow.training._fit import Lesson, Logits, Masks, Task
from edgeflow.training._keras import as_written, chunk_rows, keras, kernel_of, shaped, tf


class KerasLearner:
    def __init__(self, model: keras.Model, task: Task, lesson: Lesson | None = None, masks: Masks | None = None):
        self._optimizer = keras.optimizers.Adam()
        self._share = tf.Variable(0.0)  # of an annealed lesson
        self._masks = {name: tf.Variable(mask, dtype=tf.float32) for name, mask in (masks or {}).items()}
        self._kernels = {name: kernel_of(model.get_layer(name)) for name in self._masks}
        self.mask({})
        self._run_epoch = _compile_epoch(model, self._optimizer, task, lesson, self._share, self._keep_zeros)
        self.validate = _compile_validation(model, task)
        self.snapshot, self.restore = model.get_weights, model.set_weights

    def run_epoch(self, order: NDArray[np.int32], learning_rate: float, share: float) -> float:
        self._optimizer.learning_rate.assign(learning_rate)
        self._share.assign(share)
        return float(self._run_epoch(tf.constant(order)))

    def mask(self, masks: Masks) -> None:
        for name, mask in masks.items():
            self._masks[name].assign(mask.astype(np.float32))
        self._keep_zeros()

    def _keep_zeros(self) -> None:
        for name, kernel in self._kernels.items():
            kernel.assign(kernel * self._masks[name])


def _compile_epoch(
    model: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    task: Task,
    lesson: Lesson | None,
    annealed_share: tf.Variable,
    keep_zeros: Callable[[], None],
) -> Callable[[tf.Tensor], tf.Tensor]:
    """A function of one epoch's rows (batches, batch_size) that trains, and returns the mean loss."""
    samples, y = _drawing(model, task.examples), tf.constant(task.examples.y)
    hint = Hint(model, lesson) if lesson and lesson.features is not None else None
    outputs = hint.model if hint else model
    variables = model.trainable_variables + ([hint.map] if hint else [])
    optimizer.build(variables)

    @tf.function(jit_compile=_flat(model))
    def run_epoch(order: tf.Tensor) -> tf.Tensor:
        total = 0.0
        for rows in order:
            total += step(rows)
        return total / tf.cast(tf.shape(order)[0], tf.float32)

    @as_written
    def step(rows: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            loss = loss_of(outputs(samples(rows), training=True), rows)
        gradients = tape.gradient(loss, variables)
        optimizer.apply_gradients(zip(gradients, variables, strict=True))
        keep_zeros()
        return loss

    def loss_of(made: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
        logits, missed = (made[0], hint.loss(made[1], rows)) if hint else (made, 0.0)
        hard = hard_loss(logits, rows)
        if lesson is None:
            return hard
        soft = _soft_loss(logits, tf.gather(lesson.logits, rows), lesson.temperature)
        share = annealed_share if lesson.annealed else lesson.weight
        mixed = (1 - share) * hard + share * soft
        return mixed + missed if hint else mixed

    def hard_loss(logits: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
        labels = tf.gather(y, rows % len(y))
        if task.examples.all_labelled:
            return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
        known = tf.cast(labels >= 0, tf.float32)
        each = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.maximum(labels, 0), logits)
        return tf.reduce_sum(known * each) / tf.maximum(tf.reduce_sum(known), 1)

    return run_epoch


class Hint:
    """The teacher's hidden activations, as a linear map finds them in the student's last hidden layer."""

    def __init__(self, model: keras.Model, lesson: Lesson):
        assert lesson.features is not None
        hidden = model.layers[-1].input
        inputs, values = hidden.shape[-1], lesson.features.shape[1]
        start = np.random.default_rng(0).normal(0, 1 / np.sqrt(inputs), (inputs, values))
        self.model = keras.Model(model.inputs, [model.output, hidden])
        self.map = tf.Variable(start, dtype=tf.float32)
        self._features, self._weight = tf.constant(lesson.features), lesson.feature_weight

    def loss(self, hidden: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
        missed = tf.matmul(hidden, self.map) - tf.gather(self._features, rows)
        return self._weight * tf.reduce_mean(tf.square(missed))


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
    @as_written
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
