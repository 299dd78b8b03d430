"""A small table with gaps that follows from few causes, as expression does."""

import numpy as np
import pytest


@pytest.fixture
def table():
    random = np.random.default_rng(3)
    truth = random.normal(size=(60, 4)) @ random.normal(size=(4, 25)) + 0.3 * random.normal(size=(60, 25))
    gaps = random.random(truth.shape) < 0.2
    return np.where(gaps, np.nan, truth), truth
