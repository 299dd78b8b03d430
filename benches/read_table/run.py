"""Reading a gzip'd expression table: ours against pandas read_csv, each as a whole process.

Standard library only; pandas lives in the interpreter given by --python.
"""

import os
import statistics
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(FOLDER))
import measure  # noqa: E402


def main():
    parser = measure.arguments(__doc__, rounds=7)
    parser.add_argument("table", help="a .tsv.gz with samples in rows, such as tcga_rnaseq_6/expression.tsv.gz (350 x 20,531)")
    given = parser.parse_args()
    if not os.path.exists(given.table):
        sys.exit(f"{given.table}: no such file; give a gzip'd table of samples in rows")
    table = os.path.abspath(given.table)
    program = measure.example("imputome-io", "read_table")
    python = measure.peer_python(FOLDER, given.python)
    contestants = {
        "imputome, 1 thread": ([program, table], {"RAYON_NUM_THREADS": "1"}),
        "imputome, 2 threads": ([program, table], {"RAYON_NUM_THREADS": "2"}),
        "pandas": ([python, os.path.join(FOLDER, "pandas_read.py"), table], {}),
        "pandas, import alone": ([python, "-c", "import pandas"], {}),
    }
    began = measure.machine()
    rows = rounds(contestants, given.rounds)
    version = measure.child([python, "-c", "import pandas; print(pandas.__version__)"])["output"].strip()
    measure.write(given.output or os.path.join(FOLDER, "results.md"), page(rows, given, version, began))


def rounds(contestants, count):
    """One row per round and contestant, taking turns; an unmeasured round first fills the file cache."""
    rows = []
    for number in range(count + 1):
        order = list(contestants) if number % 2 == 0 else list(contestants)[::-1]
        for name in order:
            seen = measure.child(*contestants[name])
            if number > 0:
                rows.append({"round": number, "who": name, **{key: seen[key] for key in ("cpu", "wall", "memory")},
                             "told": seen["output"].split("\n")[0]})
                print(rows[-1], file=sys.stderr)
    return rows


def page(rows, given, version, began):
    def series(who, what):
        return [row[what] for row in rows if row["who"] == who]

    summary = []
    for who in dict.fromkeys(row["who"] for row in rows):
        cells = [f"{statistics.median(series(who, 'cpu')):.2f}", f"{statistics.median(series(who, 'wall')):.2f}",
                 f"{statistics.median(series(who, 'memory')):.0f}"]
        ratios = [f"{measure.median_ratio(series(who, what), series('pandas', what)):.2f}" for what in ("cpu", "wall", "memory")]
        summary.append([who, *cells, *(ratios if who.startswith("imputome") else ["", "", ""])])
    raw = [[str(row["round"]), row["who"], f"{row['cpu']:.3f}", f"{row['wall']:.3f}", f"{row['memory']:.1f}", row["told"]] for row in rows]
    return "\n\n".join([
        "# Reading a table, measured",
        f"`python3 benches/read_table/run.py {os.path.basename(os.path.dirname(os.path.abspath(given.table)))}/{os.path.basename(given.table)} "
        f"--rounds {given.rounds}` ({os.path.getsize(given.table) / 2**20:.1f} MiB); pandas {version}; {began}.",
        "Whole processes, medians over rounds; ratios are medians of the ratios to pandas within a round, below 1 is in our favor. pandas reads into 64-bit floats, we into 32-bit "
        "floats and a mask. What importing pandas costs alone is in the last row.",
        measure.markdown_table(["who", "CPU s", "wall s", "peak MiB", "CPU ratio", "wall ratio", "memory ratio"], summary),
        "## Raw rows",
        measure.markdown_table(["round", "who", "CPU s", "wall s", "peak MiB", "what it said"], raw),
    ]) + "\n"


if __name__ == "__main__":
    main()
