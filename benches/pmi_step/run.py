"""CPU time of a PMI training step at 12,557 genes: our engine against PyTorch eager with fused Adam.

Standard library only; PyTorch lives in the interpreter given by --python.
"""

import os
import re
import statistics
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(FOLDER))
import measure  # noqa: E402

# Without them glibc maps and unmaps every large tensor anew: PyTorch loses a quarter of its time to page faults.
HUGE_PAGES = ":".join(["glibc.malloc.hugetlb=1", "glibc.malloc.mmap_threshold=4294967296",
                       "glibc.malloc.trim_threshold=17179869184", "glibc.malloc.mmap_max=0"])
MALLOCS = {"plain": {}, "huge pages": {"GLIBC_TUNABLES": HUGE_PAGES}}


def main():
    parser = measure.arguments(__doc__, rounds=5)
    parser.add_argument("--steps", type=int, default=10, help="steps per process, after two to warm up (default %(default)s)")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2], help="numbers of threads (default 1 2)")
    given = parser.parse_args()
    program = measure.example("imputome-engine", "pmi_step")
    python = measure.peer_python(FOLDER, given.python)
    contestants = {"imputome": [program], "PyTorch": [python, os.path.join(FOLDER, "pytorch_step.py")]}
    began = measure.machine()
    rows = rounds(contestants, given)
    version = measure.child([python, "-c", "import torch; print(torch.__version__)"])["output"].strip()
    measure.write(given.output or os.path.join(FOLDER, "results.md"), page(rows, given, version, began))


def rounds(contestants, given):
    """One row per round, number of threads, malloc and contestant, taking turns."""
    rows = []
    for number in range(given.rounds):
        for threads in given.threads:
            for malloc, tunables in MALLOCS.items():
                # Who goes first alternates.
                order = list(contestants) if number % 2 == 0 else list(contestants)[::-1]
                for name in order:
                    environment = {"OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": str(threads), **tunables}
                    seen = measure.child([*contestants[name], str(threads), str(given.steps)], environment)
                    told = re.search(r"([\d.]+) CPU ms per step, ([\d.]+) wall ms", seen["output"])
                    rows.append({"round": number + 1, "threads": threads, "malloc": malloc, "who": name,
                                 "cpu": float(told[1]), "wall": float(told[2]), "memory": seen["memory"]})
                    print(rows[-1], file=sys.stderr)
    return rows


def page(rows, given, version, began):
    def series(who, threads, malloc, what):
        return [row[what] for row in rows if (row["who"], row["threads"], row["malloc"]) == (who, threads, malloc)]

    summary = []
    for threads in given.threads:
        for malloc in MALLOCS:
            ours, theirs = (series(who, threads, malloc, "cpu") for who in ("imputome", "PyTorch"))
            wall = [series(who, threads, malloc, "wall") for who in ("imputome", "PyTorch")]
            memory = [statistics.median(series(who, threads, malloc, "memory")) for who in ("imputome", "PyTorch")]
            summary.append([str(threads), malloc, f"{statistics.median(ours):.0f}", f"{statistics.median(theirs):.0f}",
                            f"**{measure.median_ratio(ours, theirs):.2f}**", f"{measure.median_ratio(*wall):.2f}",
                            f"{memory[0]:.0f}", f"{memory[1]:.0f}"])
    raw = [[str(row[key]) if not isinstance(row[key], float) else f"{row[key]:.1f}" for key in row] for row in rows]
    return "\n\n".join([
        "# PMI training step, measured",
        f"`python3 benches/pmi_step/run.py --rounds {given.rounds} --steps {given.steps}`; PyTorch {version}; {began}.",
        "CPU milliseconds per step (user and system, all threads), median over rounds; ratios are medians of the ratios within a round, below 1 is in our favor. "
        "Both contestants get the same malloc.",
        measure.markdown_table(["threads", "malloc", "imputome CPU ms", "PyTorch CPU ms", "CPU ratio", "wall ratio",
                                "imputome peak MiB", "PyTorch peak MiB"], summary),
        "## Raw rows",
        measure.markdown_table(["round", "threads", "malloc", "who", "CPU ms per step", "wall ms per step", "peak MiB"], raw),
    ]) + "\n"


if __name__ == "__main__":
    main()
