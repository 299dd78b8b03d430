"""gtexc273: 1,000 GTEx samples x 273 genes, half hidden by a fixed mask; our methods beside other programs.

In place: half of all 1,000 rows is hidden and filled.
Inductive: 800 complete rows to learn from, half of 200 rows of other donors to fill.
R2 is the mean over genes of 1 - SSE / SST, SST about the mean of the gene's hidden true values.
"""

import os
import statistics
import sys

import numpy as np

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(FOLDER))
import study  # noqa: E402
from study import measure  # noqa: E402

METHODS = ["factor", "pmi", "knn:neighbors=20:weights=distance", "median", "mean"]
SAMPLES, TRAINING = 1000, 800
COVARIATES = ["--categorical", "tissue,sex", "--numeric", "age_mid"]
GROUP = ["--group", "donor_id"]


def main():
    parser = study.arguments(__doc__)
    parser.add_argument("--methods", nargs="+", default=METHODS, help=f"methods with their settings (default: {' '.join(METHODS)})")
    parser.add_argument("--scenarios", nargs="+", default=["in-place", "inductive"], choices=["in-place", "inductive"])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0], help="seeds of our program (default 0)")
    parser.add_argument("--repeats", type=int, default=1, help="runs per seed; CPU seconds are their median (default %(default)s)")
    parser.add_argument("--keep-floor", action="store_true",
                        help="keep the samples at the detection floor, which the set leaves out; figures are then our own, not the peers'")
    given = parser.parse_args()
    folder, program = study.output_folder(given), study.program(given)
    cohort = Cohort(study.data_set(given, "gtex_v8_1000"), given.keep_floor)
    cohort.write(folder)
    began = measure.machine()
    rows = []
    for scenario in given.scenarios:
        for method in given.methods:
            for seed in given.seeds:
                row = measured(program, folder, cohort, scenario, method, seed, given)
                rows.append(row)
                print(f"{scenario:10} {method:45} seed {seed}  R2 {row['r2']:.4f}  RMSE {row['rmse']:.3f}  "
                      f"CPU {row['cpu']:.2f} s  peak {row['memory']:.0f} MiB  {row['parts']}", file=sys.stderr)
    measure.write(os.path.join(folder, "results.md"), page(rows, given, began))


class Cohort:
    """The set, chosen exactly as by the script that measured the other programs."""

    def __init__(self, source, keep_floor):
        self.genes = open(os.path.join(FOLDER, "genes.txt"), encoding="utf-8").read().split()
        lines = study.lines_of(os.path.join(source, "expression.tsv.gz"))
        header = next(lines)
        columns = [header.index(gene) for gene in self.genes]
        table = [(line[0], [float(line[column]) for column in columns]) for line in lines]
        names, values = [name for name, _ in table], np.array([row for _, row in table])
        about = {row["sample_id"]: row for row in study.rows_of(os.path.join(source, "samples.tsv"))}
        at_floor = (values <= -9.96).mean(1) > 0.5
        print(f"{at_floor.sum()} of {len(names)} samples are at the detection floor in more than half of the genes", file=sys.stderr)
        kept = np.flatnonzero(~at_floor | keep_floor)
        random = np.random.default_rng(5)
        donors = [about[names[row]]["donor_id"] for row in kept]
        order = random.permutation(np.array(list(dict.fromkeys(donors)), dtype=object))
        rank = {donor: position for position, donor in enumerate(order)}
        rows = kept[np.argsort([rank[donor] for donor in donors], kind="stable")][:SAMPLES]
        values = values[rows]
        deviation = values.std(0)
        self.values = ((values - values.mean(0)) / np.where(deviation > 0, deviation, 1)).astype(np.float32)
        self.hidden = np.random.default_rng(6).random(values.shape) < 0.5
        self.names = [names[row] for row in rows]
        self.about = [about[name] for name in self.names]

    def write(self, folder):
        """The tables our program reads: hidden entries are blank."""
        every, train, test = range(SAMPLES), range(TRAINING), range(TRAINING, SAMPLES)
        self.write_table(os.path.join(folder, "in-place.tsv"), every, self.hidden)
        self.write_table(os.path.join(folder, "train.tsv"), train, np.zeros_like(self.hidden))
        self.write_table(os.path.join(folder, "test.tsv"), test, self.hidden)
        kept = ["sample_id", "donor_id", "tissue", "sex", "age_mid"]
        study.write_lines(os.path.join(folder, "samples.tsv"), [kept, *([row[name] for name in kept] for row in self.about)])

    def write_table(self, path, rows, hidden):
        # Nine digits carry an f32 without loss.
        cell = lambda s, g: "" if hidden[s, g] else f"{self.values[s, g]:.9g}"
        study.write_lines(path, [["sample_id", *self.genes],
                                 *([self.names[s], *(cell(s, g) for g in range(len(self.genes)))] for s in rows)])


def measured(program, folder, cohort, scenario, method, seed, given):
    """Scores of one method; CPU seconds of the whole processes, start and reading included."""
    filled = os.path.join(folder, "filled.tsv")
    covariates = ["--covariates", os.path.join(folder, "samples.tsv"), *COVARIATES]
    common = ["--threads", str(given.threads), "--seed", str(seed), "--quiet"]
    if scenario == "in-place":
        steps = [[program, "impute", os.path.join(folder, "in-place.tsv"), "-o", filled, "--overwrite", "--method", method, *covariates, *GROUP, *common]]
    else:
        model = os.path.join(folder, "fitted.safetensors")
        steps = [[program, "fit", os.path.join(folder, "train.tsv"), "-o", model, "--overwrite", "--method", method, *covariates, *GROUP, *common],
                 [program, "impute", os.path.join(folder, "test.tsv"), "-o", filled, "--overwrite", "--model", model, *covariates, *common]]
    runs = [[measure.child(step) for step in steps] for _ in range(given.repeats)]
    r2, rmse = score(cohort, filled, SAMPLES if scenario == "in-place" else SAMPLES - TRAINING)
    parts = [statistics.median(run[step]["cpu"] for run in runs) for step in range(len(steps))]
    return {"scenario": scenario, "method": method, "seed": seed, "r2": r2, "rmse": rmse,
            "cpu": statistics.median(sum(step["cpu"] for step in run) for run in runs),
            "wall": statistics.median(sum(step["wall"] for step in run) for run in runs),
            "memory": max(step["memory"] for run in runs for step in run),
            "parts": " + ".join(f"{seconds:.2f}" for seconds in parts)}


def score(cohort, path, count):
    """R2 (mean over genes) and RMSE over the hidden entries of the last `count` rows."""
    lines = list(study.lines_of(path))
    if lines[0][1:] != cohort.genes or [line[0] for line in lines[1:]] != cohort.names[-count:]:
        sys.exit(f"{path}: its names or their order are not those of the table given")
    estimates = np.array([[float(value) for value in line[1:]] for line in lines[1:]])
    truth, hidden = cohort.values[-count:].astype(float), cohort.hidden[-count:]
    if (np.float32(estimates)[~hidden] != cohort.values[-count:][~hidden]).any():
        sys.exit(f"{path}: a measured value was changed")
    errors = np.where(hidden, truth - estimates, 0)
    centered = np.where(hidden, truth - np.where(hidden, truth, 0).sum(0) / hidden.sum(0), 0)
    return float(np.mean(1 - (errors**2).sum(0) / (centered**2).sum(0))), float(np.sqrt((errors[hidden] ** 2).mean()))


def page(rows, given, began):
    sections = ["# gtexc273, measured", f"`python3 studies/gtexc273/run.py --threads {given.threads} --seeds {' '.join(map(str, given.seeds))} "
                f"--repeats {given.repeats}{' --keep-floor' if given.keep_floor else ''} --methods {' '.join(given.methods)}`; {began}.",
                "CPU seconds of ours are whole processes (for inductive: fit + impute), start and reading included; "
                "those of others are \"fit only / whole process\". Others were measured once, on a machine of the same kind."]
    peers = [] if given.keep_floor else study.rows_of(os.path.join(FOLDER, "peers.tsv"))
    for scenario in given.scenarios:
        table = [(row["r2"], [f"**{row['method']}**" + (f", seed {row['seed']}" if len(given.seeds) > 1 else ""), f"**{row['r2']:.3f}**",
                              f"{row['cpu']:.2f}" + (f" ({row['parts']})" if "+" in row["parts"] else ""), f"{row['memory']:.0f}"])
                 for row in rows if row["scenario"] == scenario]
        table += [(float(peer["r2"]), [peer["method"], peer["r2"], f"{peer['cpu_fit']} / {peer['cpu_all']}", ""])
                  for peer in peers if peer["scenario"] == scenario]
        table.sort(key=lambda row: -row[0])
        sections += [f"## {scenario}", measure.markdown_table(["method", "R2", "CPU s", "peak MiB"], [cells for _, cells in table])]
    return "\n\n".join(sections) + "\n"


if __name__ == "__main__":
    main()
