"""Long work leaves the interpreter awake."""

import signal
import threading
import time

import numpy as np
import pytest

import imputome
from imputome import _beside, _core, _tables
from imputome._progress import Conditions


def big():
    random = np.random.default_rng(0)
    table = random.normal(size=(800, 300))
    table[random.random(table.shape) < 0.3] = np.nan
    return table


def core_table():
    values = big()
    return _core.Table(values, _beside.About(len(values), [f"g{i}" for i in range(300)]))


@pytest.fixture(autouse=True)
def interruptible():
    """A process that was begun in the background ignores Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_other_threads_go_on():
    ticks = []
    done = threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(None)
            time.sleep(0.001)

    thread = threading.Thread(target=tick, daemon=True)
    thread.start()
    before = len(ticks)
    imputome.Factor().fit(big())
    during = len(ticks) - before
    done.set()
    thread.join()
    assert during > 5


class Teller:
    """Keeps what it is told, and may raise."""

    def __init__(self, exception=None):
        self.told, self.exception = [], exception

    def step(self, name, done, total, note):
        self.told.append((name, done, total))
        if self.exception:
            raise self.exception

    def warn(self, message):
        self.told.append(message)


def test_progress_is_told_in_steps():
    teller = Teller()
    _core.Model.fit(
        _tables.specified("pmi", {"epochs": 3, "steps": 5, "widths": [16, 16]}), core_table(), Conditions(0, 1, teller)
    )
    names = {name for name, _, _ in teller.told}
    assert any("epoch" in name or "train" in name for name in names), names


def test_an_exception_of_the_progress_stops_the_work():
    teller = Teller(RuntimeError("enough"))
    with pytest.raises(RuntimeError, match="enough"):
        _core.Model.fit(_core.parse("pmi:epochs=100000"), core_table(), Conditions(0, 1, teller))
    assert len(teller.told) == 1


def test_a_bar_is_drawn_where_progress_is_asked_for(capfd):
    pytest.importorskip("tqdm")
    imputome.Pmi(epochs=3, steps=5, widths=(16, 16), verbose=True).fit(big())
    assert "%" in capfd.readouterr().err
