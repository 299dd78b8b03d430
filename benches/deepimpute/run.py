"""DeepImpute: ours against the released program 1.2, on the same hidden counts, one thread each.

Standard library only; the released program lives in the interpreter given by --python.
"""

import os
import statistics
import subprocess
import sys
import tempfile

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(FOLDER))
import measure  # noqa: E402

ONE_THREAD = {**{name: "1" for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")},
              "TF_CPP_MIN_LOG_LEVEL": "3"}
# Of ours the one that answers the question by which the released program is judged.
METHOD = "deepimpute:dispersion=0.5"
FIGURES = ("MSE", "Pearson", "Pearson within genes", "MSE after the best line")


def program():
    subprocess.run(["cargo", "build", "--release", "-p", "imputome-cli"], cwd=measure.ROOT, check=True)
    return os.path.join(os.environ.get("CARGO_TARGET_DIR", os.path.join(measure.ROOT, "target")), "release", "imputome")


def one_round(ours, python, file, seed):
    """Scores by contestant, and what each took as a whole process."""
    with tempfile.TemporaryDirectory(prefix="imputome-bench-") as folder:
        made = measure.child([*python, "make", file, str(seed), folder], ONE_THREAD)["output"].split()
        runs = {
            "ours": measure.child([ours, "impute", os.path.join(folder, "masked.h5ad"), "-o", os.path.join(folder, "ours.h5ad"), "--overwrite", "--method", METHOD, "--policy", "all",
                                   "--threads", "1", "--seed", str(seed), "--quiet"]),
            "released": measure.child([*python, "released", folder, str(seed)], ONE_THREAD),
        }
        judged, *scores = measure.child([*python, "score", folder], ONE_THREAD)["output"].strip().splitlines()
    scores = {line.split()[0]: [float(figure) for figure in line.split()[1:]] for line in scores}
    return made, judged.split()[1:], scores, runs


def mean_and_spread(values):
    spread = f" ({statistics.stdev(values):.4f})" if len(values) > 1 else ""
    return f"{statistics.mean(values):.4f}{spread}"


def section(file, rounds):
    (cells, genes, _), (judged, our_genes, their_genes), _, _ = rounds[0]
    rows = [f"| | {' | '.join(FIGURES)} | CPU s | wall s | peak MiB |", "|---|" + "---|" * (len(FIGURES) + 3)]
    for name in ("ours", "released", "nonzero-mean"):
        figures = [mean_and_spread([scores[name][place] for *_, scores, _ in rounds]) for place in range(len(FIGURES))]
        runs = [runs[name] for *_, runs in rounds if name in runs]
        costs = [f"{statistics.median(run[cost] for run in runs):.1f}" if runs else "" for cost in ("cpu", "wall", "memory")]
        rows.append(f"| {name} | {' | '.join([*figures, *costs])} |")
    ratios = [statistics.median(runs["ours"][cost] / runs["released"][cost] for *_, runs in rounds) for cost in ("cpu", "memory")]
    return "\n".join([f"## {os.path.basename(os.path.dirname(os.path.abspath(file)))}/{os.path.basename(file)}", "",
                      f"{cells} cells by {genes} genes; {our_genes} genes imputed by ours, {their_genes} by the released program; {judged} hidden counts judged in the first round.", "",
                      *rows, "", f"Ours needs {ratios[0]:.2f} of its CPU time and {ratios[1]:.2f} of its memory."])


def main():
    arguments = measure.arguments(__doc__, rounds=3)
    arguments.add_argument("--file", action="append", required=True, help="an h5ad whose X holds counts; more than once for several")
    given = arguments.parse_args()
    ours = program()
    python = [measure.peer_python(FOLDER, given.python, "--no-deps"), os.path.join(FOLDER, "peers.py")]
    began = measure.machine()
    parts = []
    for file in given.file:
        rounds = [one_round(ours, python, file, seed) for seed in range(given.rounds)]
        parts.append(section(file, rounds))
        print(parts[-1], file=sys.stderr)
    page = "\n\n".join([
        "# DeepImpute, measured",
        f"`python3 benches/deepimpute/run.py --rounds {given.rounds}`; {began}.",
        "A tenth of the counts above zero is hidden, anew for each round; figures are of ln(1 + count) at hidden counts of genes that both programs impute, mean over rounds with their "
        "standard deviation in brackets; costs are those of whole processes on one thread, files included, the median over rounds. `nonzero-mean` gives each gene the mean of its visible logarithms.",
        *parts])
    measure.write(given.output or os.path.join(FOLDER, "results.md"), page + "\n")


if __name__ == "__main__":
    main()
