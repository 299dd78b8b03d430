"""What the studies share: where the data are, our program, tables."""

import argparse
import csv
import gzip
import os
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "benches"))
import measure  # noqa: E402,F401


def arguments(description):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default=os.path.join(ROOT, "..", "shared", "data"),
                        help="folder that holds the data sets (default: ../shared/data beside the repository)")
    parser.add_argument("-o", "--output", help="folder for tables and results (default: a temporary one)")
    parser.add_argument("--program", help="the imputome program (default: built here with cargo build --release)")
    parser.add_argument("--threads", type=int, default=1, help="worker threads of our program (default %(default)s)")
    return parser


def data_set(given, name):
    """The folder of a data set, or a clear word."""
    folder = os.path.abspath(os.path.join(given.data, name))
    if not os.path.isdir(folder):
        sys.exit(f"{folder}: no such folder; give the folder that holds {name} with --data")
    return folder


def output_folder(given):
    folder = os.path.abspath(given.output or tempfile.mkdtemp(prefix="imputome-study-"))
    os.makedirs(folder, exist_ok=True)
    return folder


def program(given):
    if given.program:
        return os.path.abspath(given.program)
    subprocess.run(["cargo", "build", "--release", "--bin", "imputome"], cwd=ROOT, check=True)
    return os.path.join(os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target")), "release", "imputome")


def rows_of(path):
    """The rows of a table with a header, each a dict."""
    with opened(path) as file:
        return list(csv.DictReader(file, delimiter="\t"))


def lines_of(path):
    """The lines of a table, each a list; large tables are read one line at a time."""
    with opened(path) as file:
        yield from csv.reader(file, delimiter="\t")


def opened(path):
    if path.endswith(".gz"):
        return gzip.open(path, "rt", newline="", encoding="utf-8")
    return open(path, newline="", encoding="utf-8")


def write_lines(path, lines):
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter="\t", lineterminator="\n").writerows(lines)


def evaluate(program, folder, table, covariates, given, extra):
    """One run of `imputome evaluate`, its scores condensed to a Markdown page."""
    result = os.path.join(folder, "evaluation")
    command = [program, "evaluate", table, *covariates, "--methods", ",".join(given.methods),
               "--scenario", ",".join(given.scenarios), "--hide", ",".join(map(str, given.hide)),
               "--repeats", str(given.repeats), *held_back(given),
               "--threads", str(given.threads), "--seed", str(given.seed), "-o", result, *extra]
    began = measure.machine()
    print(" ".join(command), file=sys.stderr)
    measure.child(command)
    return result, began


def held_back(given):
    """Only the inductive scenario holds samples back."""
    return ["--test-share", str(given.test_share)] if "inductive" in given.scenarios else []


def evaluation_arguments(description, methods, hide):
    """What an evaluation is asked to do, and what stands after `--`."""
    parser = arguments(description)
    parser.add_argument("--methods", nargs="+", default=methods, help=f"methods with their settings (default: {' '.join(methods)})")
    parser.add_argument("--scenarios", nargs="+", default=["in-place", "inductive"], choices=["in-place", "inductive"])
    parser.add_argument("--hide", nargs="+", type=float, default=hide, help=f"shares hidden (default: {' '.join(map(str, hide))})")
    parser.add_argument("--repeats", type=int, default=3, help="repeats with other splits and masks (default %(default)s)")
    parser.add_argument("--test-share", type=float, default=0.2, help="share of samples held out, whole donors (default %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="seed of splits, masks and methods (default %(default)s)")
    parser.add_argument("--also", nargs="+", default=[], help="output folders of earlier runs with the same seed, repeats and test share, "
                        "hence the same splits and masks; their scores join the tables")
    typed = sys.argv[1:]
    end = typed.index("--") if "--" in typed else len(typed)
    return parser.parse_args(typed[:end]), typed[end + 1:]


def asked(name, given, extra):
    """The command that repeats a study, without the places of this machine."""
    words = ["--methods", *given.methods, "--scenarios", *given.scenarios, "--hide", *map(str, given.hide), "--repeats", str(given.repeats),
             *held_back(given), "--seed", str(given.seed), "--threads", str(given.threads), *(["--", *extra] if extra else [])]
    return f"`python3 studies/{name}/run.py {' '.join(words)}`"


def scores_page(title, note, result, given, began):
    """Mean and standard deviation over repeats of each method's scores, and its cost."""
    values, costs = {}, {}
    results = [result, *(os.path.join(folder, "evaluation") for folder in given.also)]
    for row in (row for folder in results for row in rows_of(os.path.join(folder, "scores.tsv"))):
        if row["group"] == "all" and row["value"]:
            key = (row["scenario"], float(row["hidden"]), row["method"], row["metric"])
            values.setdefault(key, []).append(float(row["value"]))
    for row in (row for folder in results for row in rows_of(os.path.join(folder, "runtime.tsv"))):
        cost = costs.setdefault((row["scenario"], row["method"]), {"cpu": [], "memory": []})
        cost["cpu"].append(float(row["cpu_seconds"]))
        cost["memory"].append(float(row["peak_mib"]))
    sections = [title, f"{note}; {began}.",
                "Mean over repeats (standard deviation in brackets). CPU seconds (mean) and peak memory (largest) are those of the processes that fit and fill, one per method and trial."]
    for scenario in given.scenarios:
        methods = {method for found, _, method, metric in values if found == scenario and metric == "r2"}
        r2 = lambda method, hidden: values.get((scenario, hidden, method, "r2"), [])
        reference = 0.5 if 0.5 in given.hide else given.hide[len(given.hide) // 2]
        order = sorted(methods, key=lambda method: -statistics.mean(r2(method, reference)))
        rows = [[method, *(spread(r2(method, hidden)) for hidden in given.hide),
                 *(spread(values.get((scenario, reference, method, metric), [])) for metric in ("r2_within", "rmse")),
                 *cost_cells(costs.get((scenario, method)))] for method in order]
        sections += [f"## {scenario}", measure.markdown_table(
            ["method", *(f"R2, {hidden:.0%} hidden" for hidden in given.hide), f"R2 within levels, {reference:.0%}", f"RMSE, {reference:.0%}", "CPU s", "peak MiB"], rows)]
    return "\n\n".join(sections) + "\n"


def spread(values):
    if not values:
        return "-"
    return f"{statistics.mean(values):.3f}" + (f" ({statistics.stdev(values):.3f})" if len(values) > 1 else "")


def cost_cells(cost):
    return ["-", "-"] if cost is None else [f"{statistics.mean(cost['cpu']):.1f}", f"{max(cost['memory']):.0f}"]
