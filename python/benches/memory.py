"""Memory of filling an array where it lies, beside the array itself, against what the method needs.

    cargo build --release -p imputome --example memory_of_a_fit
    python benches/memory.py                                    an array of 256 MiB, several methods
    python benches/memory.py --mib 2048 --genes 13421 --methods mean median

Each figure is of a process of its own, in MiB. Linux alone: the most that was resident is read from /proc/self/status
and set back through /proc/self/clear_refs.

"beside" is the most that the process held during `fit_transform` of an estimator with `copy=False`, less what it held
before: the array, the interpreter and what it had imported.

"needs" is what the method takes by itself. Of a method that learns each gene by itself that is nothing: it needs no
table in memory. Of any other it is the most that a program in Rust holds which makes a table in the form in which
methods receive it (values, and what was measured: 5 bytes an entry), gives it away to be learned from, and imputes a
block of rows: table, work of the method and model. The array itself cannot be that table: methods want standard scores,
and its measured values stay as they are, to the bit.

"beyond" is the difference, in percent of the array.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

#: Methods that learn each gene by itself, and fill each sample so.
BY_GENE = ("mean", "median", "nonzero-mean")
PROGRAM = Path(__file__).parents[2] / "target" / "release" / "examples" / "memory_of_a_fit"


def table(rows, genes, precision):
    """Two factors and noise, a fifth of it gaps, made some rows at a time."""
    random = np.random.default_rng(0)
    loadings = random.standard_normal((2, genes), dtype=np.float32)
    values = np.empty((rows, genes), dtype=precision)
    for first in range(0, rows, 256):
        window = values[first : first + 256]
        noise = random.standard_normal(window.shape, dtype=np.float32)
        np.abs(20 + random.standard_normal((len(window), 2), dtype=np.float32) @ loadings + noise, out=window)
        window[random.random(window.shape, dtype=np.float32) < 0.2] = np.nan
    return values


def resident(field):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(field)) / 1024


def in_place(method, rows, genes, precision):
    from imputome import _core, _methods

    settings = json.loads(_core.parse(method))
    name = settings.pop("name")
    kind = next(k for k in (getattr(_methods, n) for n in _methods.__all__) if k._method == name)
    settings = {name: value for name, value in settings.items() if value is not None}
    # What is imported on the way is no part of it.
    kind(**settings, copy=False).fit_transform(table(64, 20, precision))
    values = table(rows, genes, precision)
    with open("/proc/self/clear_refs", "w") as peak:
        peak.write("5")
    before = resident("VmRSS")
    filled = kind(**settings, copy=False).fit_transform(values)
    assert filled is values
    assert not any(np.isnan(values[first : first + 256]).any() for first in range(0, rows, 256))
    return resident("VmHWM") - before


def measured(command):
    return [float(number) for number in subprocess.check_output([str(part) for part in command], text=True).split()]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--mib", type=int, default=256, help="size of the array")
    arguments.add_argument("--genes", type=int, default=2000)
    arguments.add_argument("--precision", choices=["float32", "float64"], default="float32")
    arguments.add_argument("--methods", nargs="+", default=["mean", "median", "softimpute", "svd", "knn"])
    arguments.add_argument("--program", default=os.environ.get("MEMORY_OF_A_FIT", PROGRAM))
    arguments.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    rows = given.mib * 2**20 // (np.dtype(given.precision).itemsize * given.genes)
    if given.measure:
        print(in_place(given.methods[0], rows, given.genes, given.precision))
        return
    print(f"{rows} x {given.genes}, {given.precision}\n")
    print("| method | array | beside | needs | of it the table | beyond |\n|---|---|---|---|---|---|")
    for method in given.methods:
        options = ["--mib", given.mib, "--genes", given.genes, "--precision", given.precision, "--methods", method]
        (beside,) = measured([sys.executable, __file__, *options, "--measure"])
        by_gene = method.split(":")[0] in BY_GENE
        held, needs = (0, 0) if by_gene else measured([given.program, method, rows, given.genes])
        beyond = (beside - needs) / given.mib
        print(f"| {method} | {given.mib} | {beside:.0f} | {needs:.0f} | {held:.0f} | {beyond:.1%} |", flush=True)


if __name__ == "__main__":
    main()
