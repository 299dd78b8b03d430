"""Makes the built-in paired set from a folder of the whole one; standard library only.

usage: python3 make.py SOURCE   (a folder with expression.tsv.gz, methylation.tsv.gz, samples.tsv)
"""

import csv
import gzip
import hashlib
import io
import os
import statistics
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SAMPLES, GENES, FEATURES = 400, 500, 800
COLUMNS = ["sample_id", "pam50", "age", "stage", "os_days", "os_event"]


def table(path):
    with gzip.open(path, "rt", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))
    return rows[0][1:], {row[0]: row[1:] for row in rows[1:]}


def most_varying(names, rows, count):
    """Columns of the largest variance among all samples of the source, in table order."""
    columns = list(zip(*rows.values()))
    complete = [c for c, values in enumerate(columns) if all(values)]
    spread = {c: statistics.pvariance([float(v) for v in columns[c]]) for c in complete}
    chosen = sorted(sorted(complete, key=lambda c: -spread[c])[:count])
    return chosen, [names[c] for c in chosen]


def write(path, header, lines):
    text = "".join("\t".join(line) + "\n" for line in [header, *lines])
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
        file.write(text.encode())


def main():
    source = sys.argv[1]
    expression, methylation = (table(os.path.join(source, name + ".tsv.gz")) for name in ("expression", "methylation"))
    in_order = sorted(expression[1], key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    samples = sorted(in_order[:SAMPLES])
    for name, count, (names, rows) in (("expression", GENES, expression), ("methylation", FEATURES, methylation)):
        chosen, header = most_varying(names, rows, count)
        lines = [[sample, *(f"{float(rows[sample][c]):.3f}" for c in chosen)] for sample in samples]
        write(os.path.join(HERE, f"tcga_brca_{name}.tsv.gz"), ["sample_id", *header], lines)
    with open(os.path.join(source, "samples.tsv"), newline="") as file:
        known = {row["sample_id"]: row for row in csv.DictReader(file, delimiter="\t")}
    out = io.StringIO()
    out.write("\t".join(COLUMNS) + "\n")
    for sample in samples:
        out.write("\t".join(known[sample][column] for column in COLUMNS) + "\n")
    with open(os.path.join(HERE, "tcga_brca_samples.tsv"), "w") as file:
        file.write(out.getvalue())


if __name__ == "__main__":
    main()
