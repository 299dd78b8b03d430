"""What the studies share: where the data are, our program, tables."""

import argparse
import csv
import gzip
import os
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
    folder = os.path.join(given.data, name)
    if not os.path.isdir(folder):
        sys.exit(f"{folder}: no such folder; give the folder that holds {name} with --data")
    return folder


def output_folder(given):
    folder = given.output or tempfile.mkdtemp(prefix="imputome-study-")
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
