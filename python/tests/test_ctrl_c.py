"""Ctrl-C comes out within half a second, whatever a method is doing."""

import signal
import threading
import time

import numpy as np
import pytest
from checked import SHORT, WITH_A_COMPANION

from imputome import _methods

#: Seconds after which Ctrl-C has to come out where the machine does nothing else.
PROMISED = 0.5

#: Settings with which learning goes on for long.
LONG = {
    "DeepImpute": {"epochs": 100_000, "patience": 100_000, "table": "logs"},
    "GainGtex": {"epochs": 100_000, "patience": 100_000},
    "GainMse": {"epochs": 100_000, "patience": 100_000},
    "MissForest": {"trees": 10_000},
    "Pmi": {"epochs": 100_000, "patience": 100_000},
    "TdImpute": {"epochs": 100_000, "patience": 100_000},
}

#: Sums over each gene are done before anybody can ask to stop.
AT_ONCE = {"BloodSurrogate", "Mean", "Median", "NonzeroMean"}

#: Those that learn long enough to be caught, and those that fill long enough.
LEARN = sorted(set(_methods.__all__) - AT_ONCE)
FILL = sorted(set(_methods.__all__) - AT_ONCE)

GENES = 300


@pytest.fixture(autouse=True)
def interruptible():
    """A process that was begun in the background ignores Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def table(samples):
    random = np.random.default_rng(0)
    causes = random.normal(size=(samples, 5)) @ random.normal(size=(5, GENES))
    values = np.minimum(np.abs(causes + random.normal(size=causes.shape)), 10.0)
    values[random.random(values.shape) < 0.3] = np.nan
    return values


def known(name, values):
    return {"companion": np.nan_to_num(values)} if name in WITH_A_COMPANION else {}


def interrupted(work, after):
    """Seconds from Ctrl-C, ``after`` seconds of the work, to its exception; None where the work was over before."""
    asked = []
    ended = threading.Event()

    def interrupt():
        # Work that ended early must not have the tests interrupted in its place.
        if not ended.wait(after):
            asked.append(time.monotonic())
            signal.raise_signal(signal.SIGINT)

    thread = threading.Thread(target=interrupt, daemon=True)
    over = False
    thread.start()
    try:
        try:
            work()
            over = True
        finally:
            ended.set()
            thread.join()
    except KeyboardInterrupt:
        # It may have come when the work was just over.
        return None if over else time.monotonic() - asked[0]
    return None


def slowness():
    """How much longer than alone a plain loop takes on this machine now, and how late Ctrl-C comes out of it."""
    wall, processor = time.monotonic(), time.process_time()
    while time.process_time() < processor + 0.1:
        pass
    longer = (time.monotonic() - wall) / (time.process_time() - processor)

    def loop():
        while True:
            pass

    return longer, interrupted(loop, 0.05)


def expect_prompt(name, work):
    """Stops the work at several times and expects each stop within what is promised."""
    caught = 0
    for after in (0.1, 0.25, 0.6):
        waited = interrupted(work, after)
        if waited is None:
            break
        caught += 1
        if waited > PROMISED:
            longer, late = slowness()
            assert waited < PROMISED * longer + late, f"{name}: {waited:.2f} s, {after} s after it began"
    return caught


@pytest.mark.parametrize("name", LEARN)
def test_learning_stops(name):
    estimator = getattr(_methods, name)(**LONG.get(name, {}))
    caught, samples = 0, 800
    while not caught and samples <= 12_800:
        values = table(samples)
        caught = expect_prompt(name, lambda: estimator.fit(values, **known(name, values)))  # noqa: B023
        samples *= 4
    assert caught


@pytest.mark.parametrize("name", FILL)
def test_filling_stops(name):
    few = table(100)
    fitted = getattr(_methods, name)(**SHORT.get(name, {})).fit(few, **known(name, few))
    caught, samples = 0, 3_200
    while not caught and samples <= 51_200:
        values = table(samples)
        caught = expect_prompt(name, lambda: fitted.transform(values, **known(name, values)))  # noqa: B023
        samples *= 4
    assert caught
