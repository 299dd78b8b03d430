"""What sharing out costs: one process with two threads against two worker processes of one thread, taking turns.

    python python/benches/dask.py [--rounds 3]

Wants the package, pandas and distributed. Prints wall seconds, their ratio, and whether the bytes are the same.
"""

import argparse
import os
import time
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
from distributed import Client, LocalCluster

import imputome

DATA = Path(__file__).parents[2] / "data"


def table():
    return pd.read_csv(DATA / "demo" / "gtex_v8_sample.tsv.gz", sep="\t", index_col=0).astype(np.float32)


def with_gaps(whole):
    return whole.mask(np.random.default_rng(1).random(whole.shape) < 0.3)


def jobs():
    """By name what is done, with the number of threads; each gives an array."""
    whole = table()
    some = with_gaps(whole)
    cells = np.random.default_rng(2).poisson(np.random.default_rng(3).gamma(0.5, 4.0, 1500), (6000, 1500))
    cells = cells.astype(np.float32)
    evaluated = ["knn", "svd", "factor", "missforest"]
    return {
        "deepimpute, 6,000 cells by 1,500 genes": lambda threads: (
            imputome.DeepImpute(n_jobs=threads, targets=128, epochs=60)
            .fit(cells)
            .transform(np.where(cells[:50] == 0, np.nan, cells[:50]))
        ),
        "missforest of 20 trees, 1,497 by 469, block=64": lambda threads: imputome.MissForest(
            n_jobs=threads, trees=20, block=64, rounds=2
        ).fit_transform(some),
        "evaluation of 4 methods, 2 repeats, 300 by 469": lambda threads: (
            imputome.tl.evaluate(whole.iloc[::5], evaluated, repeats=2, n_jobs=threads).scores["score"].to_numpy()
        ),
    }


def timed(work):
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    print(f"{os.cpu_count()} processors, {rounds} rounds")
    print("| work | one process | two workers | ratio | same bytes |\n|---|---|---|---|---|")
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        for name, work in jobs().items():
            alone, shared, same = [], [], True
            for _ in range(rounds):
                seconds, here = timed(lambda work=work: work(2))
                alone.append(seconds)
                with imputome.dask.workers(client):
                    seconds, there = timed(lambda work=work: work(1))
                shared.append(seconds)
                same &= np.asarray(here).tobytes() == np.asarray(there).tobytes()
            ratio = median(there / here for here, there in zip(alone, shared, strict=True))
            print(f"| {name} | {median(alone):.1f} s | {median(shared):.1f} s | {ratio:.2f} | {same} |", flush=True)


if __name__ == "__main__":
    main()
