"""The released program's side, and the scores of both. Called by run.py.

    peers.py make FILE.h5ad SEED FOLDER       a tenth of the counts above zero hidden, in masked.h5ad
    peers.py released FOLDER SEED             deepimpute learns from masked.h5ad and estimates it
    peers.py score FOLDER                     both on the hidden counts of genes that both estimate
"""

import os
import sys

import h5py
import numpy as np

HIDDEN_SHARE = 0.1
FEWEST_IN_GENE = 10


def counts(file, place="X"):
    with h5py.File(file) as opened:
        group = opened[place]
        if isinstance(group, h5py.Dataset):
            return group[()].astype(np.float32)
        rows = np.repeat(np.arange(len(group["indptr"]) - 1), np.diff(group["indptr"][()]))
        table = np.zeros(group.attrs["shape"], np.float32)
        table[rows, group["indices"][()]] = group["data"][()]
        return table


def write(file, table):
    """An h5ad with X in rows of non-zero entries, and nothing else."""
    text = h5py.string_dtype()
    with h5py.File(file, "w") as made:
        made.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
        x = made.create_group("X")
        x.attrs.update({"encoding-type": "csr_matrix", "encoding-version": "0.1.0", "shape": np.array(table.shape)})
        rows, columns = np.nonzero(table)
        x["data"], x["indices"] = table[rows, columns], columns.astype(np.int32)
        x["indptr"] = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(table)))]).astype(np.int64)
        for name, letter, length in (("obs", "c", len(table)), ("var", "g", table.shape[1])):
            group = made.create_group(name)
            group.attrs.update({"encoding-type": "dataframe", "encoding-version": "0.2.0", "_index": "_index"})
            group.attrs.create("column-order", [], dtype=text)
            group.create_dataset("_index", data=[f"{letter}{i}" for i in range(length)], dtype=text)
            group["_index"].attrs.update({"encoding-type": "string-array", "encoding-version": "0.2.0"})


def make(file, seed, folder):
    table = counts(file)
    table = table[:, (table > 0).sum(0) > 0]
    entries = np.argwhere(table > 0)
    hidden = entries[np.random.default_rng(seed).choice(len(entries), int(HIDDEN_SHARE * len(entries)), replace=False)]
    truth = table[hidden[:, 0], hidden[:, 1]]
    table[hidden[:, 0], hidden[:, 1]] = 0
    write(os.path.join(folder, "masked.h5ad"), table)
    np.savez(os.path.join(folder, "hidden.npz"), hidden=hidden, truth=truth)
    print(*table.shape, len(truth))


def released(folder, seed):
    import pandas
    from deepimpute.multinet import MultiNet

    table = counts(os.path.join(folder, "masked.h5ad"))
    frame = pandas.DataFrame(table, index=[f"c{i}" for i in range(len(table))], columns=[f"g{i}" for i in range(table.shape[1])])
    # With a single group of targets its networks have no gene left to read.
    group = 512 if table.shape[1] > 512 else table.shape[1] // 2
    net = MultiNet(ncores=1, verbose=0, seed=seed, sub_outputdim=group)
    net.fit(frame)
    estimated = net.predict(frame, policy="all")
    targets = np.unique([int(name[1:]) for name in np.ravel(net.targets)])
    hidden = np.load(os.path.join(folder, "hidden.npz"))["hidden"]
    values = estimated.to_numpy()[hidden[:, 0], hidden[:, 1]]
    np.savez(os.path.join(folder, "released.npz"), values=values.astype(np.float32), genes=targets)


def figures(truth, values, genes):
    truth, values = np.log1p(truth.astype(float)), np.log1p(np.maximum(values.astype(float), 0))
    within = []
    for gene in np.unique(genes):
        at = genes == gene
        if at.sum() >= FEWEST_IN_GENE and np.ptp(truth[at]) > 0:
            within.append(np.corrcoef(truth[at], values[at])[0, 1] if values[at].std() > 1e-7 else 0.0)
    pearson = np.corrcoef(truth, values)[0, 1]
    return np.mean((truth - values) ** 2), pearson, np.mean(within), truth.var() * (1 - pearson**2)


def score(folder):
    kept = np.load(os.path.join(folder, "hidden.npz"))
    hidden, truth = kept["hidden"], kept["truth"]
    theirs = np.load(os.path.join(folder, "released.npz"))
    ours = counts(os.path.join(folder, "ours.h5ad"), "layers/imputed")
    with h5py.File(os.path.join(folder, "ours.h5ad")) as opened:
        our_genes = np.flatnonzero(opened["var/imputed_estimated"][()])
    visible = counts(os.path.join(folder, "masked.h5ad"))
    known = np.log1p(visible).sum(0) / np.maximum((visible > 0).sum(0), 1)
    judged = np.isin(hidden[:, 1], theirs["genes"]) & np.isin(hidden[:, 1], our_genes)
    hidden, truth = hidden[judged], truth[judged]
    print("judged", judged.sum(), len(our_genes), len(theirs["genes"]))
    for name, values in (("ours", ours[hidden[:, 0], hidden[:, 1]]), ("released", theirs["values"][judged]),
                         ("nonzero-mean", np.expm1(known[hidden[:, 1]]))):
        print(name, *(f"{figure:.5f}" for figure in figures(truth, values, hidden[:, 1])))


if __name__ == "__main__":
    task, *rest = sys.argv[1:]
    if task == "make":
        make(rest[0], int(rest[1]), rest[2])
    elif task == "released":
        released(rest[0], int(rest[1]))
    else:
        score(rest[0])
