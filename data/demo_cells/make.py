"""Makes the built-in cells: a subset of the counts of 10x Genomics' PBMC 3k, as a folder of theirs.

    python3 make.py FOLDER        # FOLDER holds matrix.mtx.gz, barcodes.tsv.gz, features.tsv.gz; NumPy and SciPy

Cells with 500 to 2,500 genes and less than 5 % of mitochondrial counts (the usual limits of this set), every third one of them; genes seen in 40 of these cells at
least. No annotation of others is taken.
"""

import gzip
import io
import os
import sys

import numpy as np
from scipy import io as matrix_market

HERE = os.path.dirname(os.path.abspath(__file__))
FORMAT = "%%MatrixMarket matrix coordinate integer general\n"


def lines(folder, name):
    with gzip.open(os.path.join(folder, name), "rt") as file:
        return file.read().splitlines()


def write(name, text):
    # No name and no time in the header: the same bytes every time.
    with open(os.path.join(HERE, name), "wb") as file, gzip.GzipFile("", "wb", 9, file, 0) as packed:
        packed.write(text.encode())


def main():
    folder = sys.argv[1]
    with gzip.open(os.path.join(folder, "matrix.mtx.gz")) as file:
        counts = matrix_market.mmread(io.BytesIO(file.read())).tocsc()
    features, barcodes = lines(folder, "features.tsv.gz"), np.array(lines(folder, "barcodes.tsv.gz"))
    symbols = [line.split("\t")[1] for line in features]
    mitochondrial = np.array([symbol.startswith("MT-") for symbol in symbols])
    seen = np.asarray((counts > 0).sum(axis=0)).ravel()
    share = np.asarray(counts[mitochondrial].sum(axis=0)).ravel() / np.asarray(counts.sum(axis=0)).ravel()
    cells = np.flatnonzero((seen >= 500) & (seen < 2500) & (share < 0.05))[::3]
    counts = counts[:, cells]
    genes = np.flatnonzero(np.asarray((counts > 0).sum(axis=1)).ravel() >= 40)
    counts = counts[genes].tocoo()
    order = np.lexsort((counts.row, counts.col))
    rows, columns, values = (array[order] for array in (counts.row, counts.col, counts.data))
    body = "\n".join(f"{row + 1} {column + 1} {value}" for row, column, value in zip(rows, columns, values.astype(int)))
    write("matrix.mtx.gz", FORMAT + f"{len(genes)} {len(cells)} {len(values)}\n{body}\n")
    write("features.tsv.gz", "\n".join(features[gene] for gene in genes) + "\n")
    write("barcodes.tsv.gz", "\n".join(barcodes[cells]) + "\n")
    print(len(cells), "cells,", len(genes), "genes,", len(values), "entries")


if __name__ == "__main__":
    main()
