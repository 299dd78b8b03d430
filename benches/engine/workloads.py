"""The workloads of crates/engine/examples/workload for the peers: sizes, and the same numbers from the same hash."""

import argparse
import time

import numpy as np

GENES, COVARIATES = 12_557, 66
SITES, TRANSLATED = 27_717, 19_027
TABLE, NETWORKS, PREDICTORS, TARGETS = 4_096, 8, 1_024, 512
LEVELS = {"sex": (2, 2), "cohort": (3, 2), "tissue": (49, 8)}  # levels and width of the embedding
BATCH = {"w1": 64, "w2": 128, "w3": 64, "pmi": 32}
LEARNING_RATE, EPSILON, DROPOUT = 1e-4, 1e-7, 0.2
NORM_EPSILON, NORM_MOMENTUM = 1e-3, 0.99  # share of the running statistics that is kept, as Keras counts


def arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("workload", choices=BATCH)
    parser.add_argument("--batch", type=int)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--warm-up", type=int, default=2)
    parser.add_argument("--check", action="store_true", help="weights of the hash, no dropout, every loss told")
    return parser


def parsed(parser):
    given = parser.parse_args()
    given.batch = given.batch or BATCH[given.workload]
    return given


def uniform(name, start, count):
    """Numbers of the positions from `start` in [0, 1): a hash of the name and the position (`numbers.rs`)."""
    salt = 0x811C9DC5
    for byte in name.encode():
        salt = (salt ^ byte) * 0x01000193 & 0xFFFFFFFF
    bits = np.arange(start, start + count, dtype=np.uint64).astype(np.uint32)
    bits *= np.uint32(0x9E3779B9)
    bits ^= np.uint32(salt)
    bits ^= bits >> np.uint32(16)
    bits *= np.uint32(0x7FEB352D)
    bits ^= bits >> np.uint32(15)
    bits *= np.uint32(0x846CA68B)
    bits ^= bits >> np.uint32(16)
    return (bits >> np.uint32(8)).astype(np.float32) / np.float32(1 << 24)


def weight_rows(name, inputs, outputs):
    """Rows of a matrix [inputs, outputs] by the hash, some at a time: (first row, rows)."""
    limit = np.float32((6 / (inputs + outputs)) ** 0.5 if name.endswith(".kernel") else 0.05)
    some = max(1, (1 << 22) // outputs)
    for first in range(0, inputs, some):
        rows = min(some, inputs - first)
        drawn = uniform(name, first * outputs, rows * outputs)
        yield first, ((np.float32(2) * drawn - np.float32(1)) * limit).reshape(rows, outputs)


def table(name, samples, width, shape=lambda numbers: numbers):
    return shape(uniform(name, 0, samples * width)).reshape(samples, width)


def count(numbers):
    return np.maximum(np.float32(4) * numbers - np.float32(2), np.float32(0))


def standardized(numbers):
    return (np.float32(2) * numbers - np.float32(1)) * np.sqrt(np.float32(3))


def predictors(network):
    return [(network * 509 + number * 5) % TABLE for number in range(PREDICTORS)]


def samples(workload, batch):
    """Inputs, target and, of the masked ones, the mask of the entries that count."""
    if workload == "w2":
        return [table("sites", batch, SITES)], table("target", batch, TRANSLATED), None
    if workload == "w3":
        genes = table("genes", batch, TABLE, count)
        inputs = [np.ascontiguousarray(genes[:, predictors(network)]) for network in range(NETWORKS)]
        return inputs, table("target", batch, NETWORKS * TARGETS, count), None
    values = table("values", batch, GENES, standardized)
    mask = table("mask", batch, GENES, lambda numbers: (numbers < 0.5).astype(np.float32))
    if workload == "w1":
        inputs = [np.concatenate([values * mask, table("covariates", batch, COVARIATES), mask], axis=1)]
    else:
        age = np.arange(batch, dtype=np.float32)[:, None] / np.float32(batch)
        inputs = [values * mask, age, *(np.arange(batch) % levels for levels, _ in LEVELS.values()), mask]
    return inputs, values, 1 - mask


def measure(name, given, step, finish=lambda: None):
    """Runs the steps and tells what `workload` of our engine tells; `finish` waits for work still under way."""
    for number in range(given.warm_up):
        print(f"loss {float(step()):.7f} at step {number + 1}")
    finish()
    cpu, wall = time.process_time(), time.perf_counter()
    for number in range(given.steps):
        loss = step()
        if given.check:
            print(f"loss {float(loss):.7f} at step {given.warm_up + number + 1}")
    finish()
    cpu, wall = (1e3 * (now - began) / given.steps for now, began in ((time.process_time(), cpu), (time.perf_counter(), wall)))
    if not given.check:
        print(f"loss {float(loss):.7f} at step {given.warm_up + given.steps}")
    print(f"{name}, {given.threads} threads: {cpu:.3f} CPU ms per step, {wall:.3f} wall ms per step")
