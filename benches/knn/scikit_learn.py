"""Makes the table of the bench, fills it by KNNImputer, or compares two sets of fills."""

import gzip
import os
import sys
import time

import numpy


def make(table, folder):
    """Standardized values and a mask of half of them, column by column as 64-bit floats."""
    with gzip.open(table, "rt") as file:
        width = len(file.readline().split("\t"))
        values = numpy.loadtxt(file, delimiter="\t", usecols=range(1, width))
    hidden = numpy.random.default_rng(0).random(values.shape) < 0.5
    seen = numpy.where(hidden, numpy.nan, values)
    keep = numpy.nanstd(seen, axis=0) > 0
    values, hidden, seen = values[:, keep], hidden[:, keep], seen[:, keep]
    values = (values - numpy.nanmean(seen, axis=0)) / numpy.nanstd(seen, axis=0)
    for name, table in (("X", values), ("mask", hidden.astype(float))):
        numpy.asfortranarray(table).ravel(order="F").tofile(os.path.join(folder, name + ".f64"))
    with open(os.path.join(folder, "shapes.txt"), "w") as file:
        file.writelines(f"{name} {values.shape[0]} {values.shape[1]}\n" for name in ("X", "mask"))
    print(f"{values.shape[0]} x {values.shape[1]}")


def read(folder):
    shape = [int(word) for word in open(os.path.join(folder, "shapes.txt")).readline().split()[1:]]
    table = lambda name: numpy.fromfile(os.path.join(folder, name + ".f64")).reshape(shape, order="F")
    return table("X"), table("mask") > 0


def fill(folder, weights):
    from sklearn.impute import KNNImputer

    values, hidden = read(folder)
    seen = numpy.where(hidden, numpy.nan, values)
    began = time.process_time()
    filled = KNNImputer(n_neighbors=20, weights=weights).fit_transform(seen)
    print(f"CPU {time.process_time() - began:.4f}")
    filled.astype("f4").tofile(os.path.join(folder, f"peer_{weights}.f32"))


def compare(folder, weights):
    values, hidden = read(folder)
    ours, theirs = (numpy.fromfile(os.path.join(folder, f"{who}_{weights}.f32"), "f4").reshape(values.shape) for who in ("ours", "peer"))
    apart = numpy.abs(ours - theirs)[hidden]
    print(f"{(apart > 1e-5).sum()} of {apart.size}, at most by {apart.max():.1e}")


if __name__ == "__main__":
    {"make": make, "fill": fill, "compare": compare}[sys.argv[1]](*sys.argv[2:])
