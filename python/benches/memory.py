"""Peak memory of filling an array where it lies, beside what the library needs for the same work without Python.

    python benches/memory.py                       an array of 512 MiB, several methods
    python benches/memory.py --mib 2048 --methods mean

Each figure is of a process of its own. "Library" is a table that the library alone holds, fitted and imputed whole.
"In place" is `fit_transform` of an estimator with `copy=False` on an array that stays in memory all the while.
"""

import argparse
import resource
import subprocess
import sys

import numpy as np

#: Genes of the table: as many as vary in most studies of expression.
GENES = 5000


def table(mib):
    random = np.random.default_rng(0)
    rows = mib * 2**20 // (4 * GENES)
    values = random.standard_normal((rows, GENES), dtype=np.float32)
    for first in range(0, rows, 256):
        window = values[first : first + 256]
        window[random.random(window.shape, dtype=np.float32) < 0.1] = np.nan
    return values


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_place(method, mib):
    import json

    from imputome import _core, _methods

    name = json.loads(_core.parse(method))["name"]
    kind = next(k for k in (getattr(_methods, n) for n in _methods.__all__) if k._method == name)
    values = table(mib)
    before = peak()
    filled = kind(copy=False).fit_transform(values)
    assert filled is values
    return before, peak()


def library(method, mib):
    from imputome import _core, _tables
    from imputome._progress import Bar, Conditions

    values = table(mib)
    before = peak()
    held = _core.Table(values, _tables.About(len(values), [f"x{gene}" for gene in range(GENES)]))
    del values
    with Bar(False) as bar:
        conditions = Conditions(0, 1, bar)
        _core.Model.fit(_core.parse(method), held, conditions).impute(held, conditions)
    return before, peak()


def measured(what, method, mib):
    command = [sys.executable, __file__, "--mib", str(mib), "--methods", method, "--measure", what]
    return [float(number) for number in subprocess.check_output(command, text=True).split()]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--mib", type=int, default=512)
    arguments.add_argument("--methods", nargs="+", default=["mean", "softimpute", "gaussian"])
    arguments.add_argument("--measure", choices=["in_place", "library"])
    given = arguments.parse_args()
    if given.measure:
        print(*{"in_place": in_place, "library": library}[given.measure](given.methods[0], given.mib))
        return
    print(f"{'method':<12}{'array':>10}{'library':>10}{'in place':>10}{'extra':>10}   (MiB; extra in % of the array)")
    for method in given.methods:
        _, alone = measured("library", method, given.mib)
        _, here = measured("in_place", method, given.mib)
        extra = (here - alone) / given.mib
        print(f"{method:<12}{given.mib:>10}{alone:>10.0f}{here:>10.0f}{extra:>10.1%}")


if __name__ == "__main__":
    main()
