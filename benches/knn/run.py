"""Filling half of a table by its nearest samples: ours against KNNImputer of scikit-learn, one thread each.

Standard library only; scikit-learn lives in the interpreter given by --python.
"""

import os
import re
import statistics
import sys
import tempfile

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(FOLDER))
import measure  # noqa: E402

TABLE = os.path.join(measure.ROOT, "data", "demo", "gtex_v8_sample.tsv.gz")
WEIGHTS = ("uniform", "distance")
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def main():
    given = measure.arguments(__doc__, rounds=5).parse_args()
    program = measure.example("imputome", "peer_folder")
    python = [measure.peer_python(FOLDER, given.python), os.path.join(FOLDER, "scikit_learn.py")]
    began = measure.machine()
    with tempfile.TemporaryDirectory(prefix="imputome-bench-") as folder:
        shape = measure.child([*python, "make", TABLE, folder])["output"].strip()
        rows = rounds(program, python, folder, given.rounds)
        apart = {weights: measure.child([*python, "compare", folder, weights])["output"].strip() for weights in WEIGHTS}
    measure.write(given.output or os.path.join(FOLDER, "results.md"), page(rows, apart, shape, given, began))


def rounds(program, python, folder, count):
    """One row per round, weights and contestant, taking turns; an unmeasured round first warms the caches."""
    rows = []
    for number in range(count + 1):
        for weights in WEIGHTS:
            contestants = [
                ("imputome", [program, folder, f"knn:neighbors=20:weights={weights}", "in-place", f"output={folder}/ours_{weights}.f32"]),
                ("scikit-learn", [*python, "fill", folder, weights])]
            for who, command in contestants if number % 2 == 0 else contestants[::-1]:
                seen = measure.child(command, ONE_THREAD)
                cpu = float(re.search(r"(?:fit and fill |CPU )([\d.]+)", seen["output"]).group(1))
                if number > 0:
                    rows.append({"round": number, "who": who, "weights": weights, "cpu": cpu, "memory": seen["memory"]})
                    print(rows[-1], file=sys.stderr)
    return rows


def page(rows, apart, shape, given, began):
    def series(who, weights, what):
        return [row[what] for row in rows if (row["who"], row["weights"]) == (who, weights)]

    summary = []
    for weights in WEIGHTS:
        ours, theirs = series("imputome", weights, "cpu"), series("scikit-learn", weights, "cpu")
        ratio = measure.median_ratio(ours, theirs)
        memory = [max(series(who, weights, "memory")) for who in ("imputome", "scikit-learn")]
        summary.append([weights, f"{statistics.median(ours):.3f}", f"{statistics.median(theirs):.2f}", f"1/{1 / ratio:.1f}",
                        *(f"{value:.0f}" for value in memory), apart[weights]])
    raw = [[str(row["round"]), row["who"], row["weights"], f"{row['cpu']:.4f}", f"{row['memory']:.0f}"] for row in rows]
    return "\n\n".join([
        "# Nearest neighbors, measured",
        f"`python3 benches/knn/run.py --rounds {given.rounds}`: {shape}, half hidden, 20 neighbors, one thread; {began}.",
        "CPU seconds of fitting and filling, medians over rounds; the ratio is the median of the ratios within a round. Peak memory is that of whole processes. The last column counts "
        "the fills that differ by more than 10⁻⁵ standard deviations of their gene, where two samples are as near to within rounding and one of them is the last neighbor.",
        measure.markdown_table(["weights", "imputome CPU s", "scikit-learn CPU s", "ratio", "imputome MiB", "scikit-learn MiB", "fills that differ"], summary),
        "## Raw rows",
        measure.markdown_table(["round", "who", "weights", "CPU s", "peak MiB"], raw),
    ]) + "\n"


if __name__ == "__main__":
    main()
