"""The training steps of crates/engine/examples/workload in Keras over TensorFlow: one traced function for each step."""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import tensorflow as tf
from keras import layers

import workloads as w


def block(values, width, name, dropout):
    values = layers.BatchNormalization(momentum=w.NORM_MOMENTUM, epsilon=w.NORM_EPSILON)(layers.Dense(width, name=name)(values))
    return layers.Dropout(dropout)(layers.ReLU()(values))


def masked(dropout):
    inputs = [keras.Input((2 * w.GENES + w.COVARIATES,))]
    hidden = block(block(inputs[0], 1_024, "main.block1", dropout), 1_024, "main.block2", dropout)
    return inputs, layers.Dense(w.GENES, name="main.head.output")(hidden)


def embedded(dropout):
    visible, age, mask = keras.Input((w.GENES,)), keras.Input((1,)), keras.Input((w.GENES,))
    levels = [keras.Input((), dtype="int64") for _ in w.LEVELS]
    tables = [layers.Embedding(*sizes, name=f"input.{name}.table")(level) for level, (name, sizes) in zip(levels, w.LEVELS.items())]
    hidden = block(layers.Concatenate()([visible, age, *tables, mask]), 3_072, "main.block1", dropout)
    return [visible, age, *levels, mask], layers.Dense(w.GENES, name="main.head.output")(hidden)


def translated(_):
    inputs = [keras.Input((w.SITES,))]
    hidden = layers.Dense(4_000, "sigmoid", name="main.block1")(inputs[0])
    return inputs, layers.Dense(w.TRANSLATED, "sigmoid", name="main.head.output")(hidden)


def networks(dropout):
    inputs = [keras.Input((w.PREDICTORS,)) for _ in range(w.NETWORKS)]
    outputs = []
    for number, values in enumerate(inputs):
        hidden = layers.Dropout(dropout)(layers.Dense(256, "relu", name=f"network{number}.block1")(values))
        outputs.append(layers.Dense(w.TARGETS, "softplus", name=f"network{number}.head.output")(hidden))
    return inputs, layers.Concatenate()(outputs)


def masked_error(output, target, hidden):
    squared = tf.reduce_sum(tf.square(output - target) * hidden, axis=1)
    return tf.reduce_mean(squared / (tf.reduce_sum(hidden, axis=1) + 1e-7))


def root_error(output, target, _):
    return tf.sqrt(tf.reduce_mean(tf.square(output - target)))


def weighted_error(output, target, _):
    return tf.reduce_mean(target * tf.square(output - target)) * w.NETWORKS


MODELS = {"w1": (masked, masked_error), "w2": (translated, root_error), "w3": (networks, weighted_error), "pmi": (embedded, masked_error)}


def set_weights(model):
    """The start that `workload --check` makes; biases are zero already."""
    for layer in model.layers:
        if isinstance(layer, (layers.Dense, layers.Embedding)):
            matrix, name = (layer.kernel, layer.name + ".kernel") if isinstance(layer, layers.Dense) else (layer.embeddings, layer.name)
            matrix.assign(tf.concat([rows for _, rows in w.weight_rows(name, *matrix.shape)], axis=0))


def main():
    given = w.parsed(w.arguments(__doc__))
    tf.config.threading.set_intra_op_parallelism_threads(given.threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    keras.utils.set_random_seed(1)
    build, loss_of = MODELS[given.workload]
    model = keras.Model(*build(0.0 if given.check else w.DROPOUT))
    if given.check:
        set_weights(model)
    inputs, target, hidden = w.samples(given.workload, given.batch)
    inputs = [tf.constant(values) for values in inputs]
    target, hidden = (None if values is None else tf.constant(values) for values in (target, hidden))
    optimizer = keras.optimizers.Adam(w.LEARNING_RATE, epsilon=w.EPSILON)
    optimizer.build(model.trainable_variables)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = loss_of(model(inputs, training=True), target, hidden)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
        return loss

    print(sum(variable.shape.num_elements() for variable in model.trainable_variables), "parameters")
    w.measure("Keras", given, step)


if __name__ == "__main__":
    main()
