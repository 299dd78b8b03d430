"""What stands in memory beside an array that is filled where it lies."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[1] / "benches" / "memory.py"
MIB = 96


@pytest.mark.skipif(not os.path.exists("/proc/self/clear_refs"), reason="Linux alone tells the most that was resident")
@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("method", ["mean", "median", "nonzero-mean"])
def test_a_tenth_of_the_array_is_enough_where_each_gene_is_learned_by_itself(method, precision):
    options = ["--mib", str(MIB), "--genes", "6000", "--precision", precision, "--methods", method]
    command = [sys.executable, "-P", BENCH, *options, "--measure"]
    assert float(subprocess.check_output(command, text=True)) < MIB / 10
