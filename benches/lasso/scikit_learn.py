"""Makes the folder that weights are read off, fits genes by LassoCV, or compares weights."""

import json
import os
import sys
import time

import numpy


def table(folder, name):
    shapes = dict(line.split(" ", 1) for line in open(os.path.join(folder, "shapes.txt")))
    shape = [int(size) for size in shapes[name].split()]
    return numpy.fromfile(os.path.join(folder, name + ".f64")).reshape(shape, order="F").astype("f4").astype(float)


def make(source, folder):
    """The cohort, and to be told: a sample at the mean of all features and, for each, one a standard deviation above."""
    companion, genes = table(source, "M_train"), table(source, "E_train")
    mean, deviation = companion.mean(0), companion.std(0)
    probes = numpy.vstack([mean, mean + numpy.diag(deviation)])
    tables = {"M_train": companion, "E_train": genes, "M_test": probes, "E_test": numpy.zeros((len(probes), genes.shape[1]))}
    with open(os.path.join(folder, "shapes.txt"), "w") as shapes:
        for name, values in tables.items():
            numpy.asfortranarray(values).ravel(order="F").tofile(os.path.join(folder, name + ".f64"))
            shapes.write(f"{name} {values.shape[0]} {values.shape[1]}\n")
    print(f"{len(companion)} samples, {companion.shape[1]} features, {genes.shape[1]} genes")


def chosen_genes(genes, count):
    return numpy.unique(numpy.linspace(0, genes - 1, count).round().astype(int))


def fit(folder, count):
    from sklearn.linear_model import Lasso, LassoCV

    companion, genes = table(folder, "M_train"), table(folder, "E_train")
    fold = numpy.arange(len(companion)) % 5
    folds = [(numpy.flatnonzero(fold != k), numpy.flatnonzero(fold == k)) for k in range(5)]
    began = time.process_time()
    scores = (companion - companion.mean(0)) / companion.std(0)
    models = [LassoCV(cv=folds).fit(scores, genes[:, gene]) for gene in chosen_genes(genes.shape[1], int(count))]
    print(f"CPU {time.process_time() - began:.4f} GENES {len(models)}")
    refined = []
    for model, gene in zip(models, chosen_genes(genes.shape[1], int(count))):
        exact = Lasso(alpha=model.alpha_, tol=1e-10, max_iter=1_000_000).fit(scores, genes[:, gene])
        refined.append({"gene": int(gene), "step": int(numpy.argmin(numpy.abs(model.alphas_ - model.alpha_))), "weights": exact.coef_.tolist(), "own": model.coef_.tolist()})
    json.dump(refined, open(os.path.join(folder, "peer.json"), "w"))


def compare(folder):
    features, genes = table(folder, "M_train").shape[1], table(folder, "E_train").shape[1]
    told = numpy.fromfile(os.path.join(folder, "ours.f32"), "f4").reshape(features + 1, genes).astype(float)
    weights = told[1:] - told[0]
    rows = json.load(open(os.path.join(folder, "peer.json")))
    for row in rows:
        ours, theirs = weights[:, row["gene"]], numpy.array(row["weights"])
        print(row["gene"], row["step"], int((theirs != 0).sum()), f"{numpy.abs(ours - theirs).max():.1e}", f"{numpy.abs(numpy.array(row['own']) - theirs).max():.1e}")


if __name__ == "__main__":
    {"make": make, "fit": fit, "compare": compare}[sys.argv[1]](*sys.argv[2:])
