"""Genes of a cohort from a companion assay: ours against LassoCV of scikit-learn, one thread each.

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

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def main():
    arguments = measure.arguments(__doc__, rounds=1)
    arguments.add_argument("--folder", required=True, help="raw tables M_train and E_train")
    arguments.add_argument("--peer-genes", type=int, default=10, help="genes that scikit-learn fits")
    given = arguments.parse_args()
    program = measure.example("imputome", "paired_folder")
    python = [measure.peer_python(FOLDER, given.python), os.path.join(FOLDER, "scikit_learn.py")]
    began = measure.machine()
    with tempfile.TemporaryDirectory(prefix="imputome-bench-") as folder:
        shape = measure.child([*python, "make", given.folder, folder])["output"].strip()
        rows = rounds(program, python, folder, given)
        compared = [line.split() for line in measure.child([*python, "compare", folder])["output"].strip().splitlines()]
    measure.write(given.output or os.path.join(FOLDER, "results.md"), page(rows, compared, shape, given, began))


def rounds(program, python, folder, given):
    rows = []
    for number in range(1, given.rounds + 1):
        ours = measure.child([program, folder, "lasso", f"output={folder}/ours.f32"], ONE_THREAD)
        peer = measure.child([*python, "fit", folder, str(given.peer_genes)], ONE_THREAD)
        genes = columns(folder)
        fitted = re.search(r"CPU ([\d.]+) GENES (\d+)", peer["output"])
        rows.append(("imputome", number, float(re.search(r"fit ([\d.]+) CPU s", ours["output"]).group(1)), genes, ours["memory"]))
        rows.append(("scikit-learn", number, float(fitted.group(1)), int(fitted.group(2)), peer["memory"]))
        print(rows[-2:], file=sys.stderr)
    return rows


def columns(folder):
    for line in open(os.path.join(folder, "shapes.txt")):
        name, _, count = line.split()
        if name == "E_train":
            return int(count)
    raise SystemExit("no E_train in shapes.txt")


def page(rows, compared, shape, given, began):
    per_gene = {who: statistics.median(row[2] / row[3] for row in rows if row[0] == who) for who in ("imputome", "scikit-learn")}
    ratio = per_gene["scikit-learn"] / per_gene["imputome"]
    raw = [[who, str(number), f"{cpu:.2f}", str(genes), f"{cpu / genes:.3f}", f"{memory:.0f}"] for who, number, cpu, genes, memory in rows]
    return "\n\n".join([
        "# Lasso, measured",
        f"`python3 benches/lasso/run.py --rounds {given.rounds} --peer-genes {given.peer_genes} --folder FOLDER`: {shape}, 5 folds, 100 penalties, one thread; {began}.",
        f"Processor seconds for each gene: {per_gene['imputome']:.3f} and {per_gene['scikit-learn']:.1f}, **1/{ratio:.0f}** of scikit-learn's.",
        measure.markdown_table(["program", "round", "CPU s", "genes", "CPU s per gene", "peak MiB"], raw),
        "## Weights",
        "In units of the gene per standard deviation of the feature, at the peer's penalty (`step` of the path). The last column says how far the peer's own weights, at its tolerance of 10⁻⁴, are from the same refined.",
        measure.markdown_table(["gene", "step", "features", "ours apart by at most", "the peer's own"], compared),
    ]) + "\n"


if __name__ == "__main__":
    main()
