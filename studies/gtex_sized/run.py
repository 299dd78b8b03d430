"""Fills a simulated table of the size of GTEx, half of it hidden, by one method after the other.

Standard library only. Prints and writes R2, processor and wall time and peak memory of each.
"""

import os
import re
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(FOLDER))
import study  # noqa: E402
from study import measure  # noqa: E402

METHODS = ["mean", "median", "softimpute:rank=50", "knn", "pmi", "mice", "missforest:draws=1000"]
TOLD = re.compile(r"R2 (-?[\d.]+); fit .*?; fit and fill ([\d.]+) CPU s \(([\d.]+) s wall\); peak ([\d.]+) GiB, of which ([\d.]+)")


def main():
    parser = study.arguments(__doc__)
    parser.add_argument("--methods", nargs="+", default=METHODS, help=f"methods with their settings (default: {' '.join(METHODS)})")
    parser.add_argument("--samples", type=int, default=15_201)
    parser.add_argument("--genes", type=int, default=12_557)
    parser.add_argument("--seed", type=int, default=0)
    parser.set_defaults(threads=2)
    given = parser.parse_args()
    statistics = study.data_set(given, "gtex_tissue_stats")
    program = given.program or measure.example("imputome", "gtex_sized")
    folder = study.output_folder(given)
    began = measure.machine()
    rows = []
    for method in given.methods:
        sizes = [str(number) for number in (given.samples, given.genes, given.threads, given.seed)]
        output = measure.child([program, statistics, method, *sizes])["output"]
        with open(os.path.join(folder, method.replace(":", "_") + ".txt"), "w", encoding="utf-8") as file:
            file.write(output)
        r2, cpu, wall, peak, before = TOLD.search(output).groups()
        rows.append([method, r2, cpu, f"{float(cpu) / 60:.1f}", wall, peak, before])
        print(rows[-1], file=sys.stderr)
        measure.write(os.path.join(folder, "results.md"), page(rows, given, began))


def page(rows, given, began):
    return "\n\n".join([
        "# A table of the size of GTEx, filled",
        f"`python3 studies/gtex_sized/run.py --methods {' '.join(given.methods)}`: {given.samples} x {given.genes}, half hidden, {given.threads} threads, seed {given.seed}; {began}.",
        "CPU and wall time of fitting and filling; peak memory of the process, of which the last column was taken by the table, its truth and its mask before the fit.",
        measure.markdown_table(["method", "R2", "CPU s", "CPU min", "wall s", "peak GiB", "before the fit GiB"], rows),
    ]) + "\n"


if __name__ == "__main__":
    main()
