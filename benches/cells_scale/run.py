"""Time and memory over cells: `imputome simulate cells`, `fit` and `impute --model` on 1,000 to 50,000 cells by 3,205 genes.

    python3 benches/cells_scale/run.py --folder DIR [--cells 1000,5000,20000,50000] [--threads 2] [--program imputome]

The cells are drawn by the Splatter model with the settings of the DeepImpute paper and library sizes of e^9 molecules: 81 % zeros. The folder
keeps the files (210 MB for all); what is there is not made again.
"""

import argparse
import os
import statistics
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import measure  # noqa: E402

GENES = 3205
SIMULATE = ["--preset", "deepimpute", "--genes", str(GENES), "--set", "library_location=9", "--quiet"]


def line(x, y):
    """Slope, intercept and R2 of the straight line nearest to points."""
    slope, intercept = statistics.linear_regression(x, y)
    mean = statistics.fmean(y)
    left = sum((b - slope * a - intercept) ** 2 for a, b in zip(x, y))
    return slope, intercept, 1 - left / sum((b - mean) ** 2 for b in y)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", required=True, help="where files go")
    parser.add_argument("--cells", default="1000,5000,20000,50000", help="numbers of cells (default %(default)s)")
    parser.add_argument("--threads", default="2")
    parser.add_argument("--method", help="for fit (default: the program's own choice)")
    parser.add_argument("--program", default=os.path.join(measure.ROOT, "target", "release", "imputome"))
    parser.add_argument("-o", "--output", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "results.md"))
    given = parser.parse_args()
    os.makedirs(given.folder, exist_ok=True)
    machine, rows = measure.machine(), []
    place = lambda name: os.path.join(given.folder, name)
    numbers = [int(text) for text in given.cells.split(",")]
    for cells in numbers:
        file, model, out = place(f"{cells}.h5ad"), place(f"{cells}.safetensors"), place(f"{cells}.out.h5ad")
        steps = [
            ("simulate", file, ["simulate", "cells", "-o", file, "--overwrite", "--cells", str(cells), *SIMULATE]),
            ("fit", model, ["fit", file, "-o", model, "--overwrite", "--quiet", *(["--method", given.method] if given.method else [])]),
            ("impute --model", out, ["impute", file, "-o", out, "--model", model, "--quiet"]),
        ]
        for step, made, command in steps:
            seen = measure.child([given.program, *command, "--threads", given.threads])
            size = os.path.getsize(made) / 2**20
            rows.append((step, cells, seen["wall"], seen["cpu"], seen["memory"], size))
            print(*(f"{value:.1f}" if isinstance(value, float) else value for value in rows[-1]), flush=True)
        os.remove(out)
    parts = ["# Cells by the thousand, measured", "", f"`python3 benches/cells_scale/run.py --threads {given.threads}`; {machine}.", "",
             measure.markdown_table(["step", "cells", "wall s", "CPU s", "peak MiB", "file MiB"],
                                    [[step, f"{cells:,}", *(f"{value:.1f}" for value in values)] for step, cells, *values in rows]), ""]
    for step in dict.fromkeys(row[0] for row in rows):
        seen = [row for row in rows if row[0] == step]
        if len(seen) > 2:
            slope, start, fits = line([row[1] for row in seen], [row[3] for row in seen])
            parts.append(f"- {step}: {1e3 * slope:.3f} CPU s for each 1,000 cells and {start:.2f} to begin with; a straight line has R² {fits:.4f}")
    measure.write(given.output, "\n".join(parts) + "\n")


if __name__ == "__main__":
    main()
