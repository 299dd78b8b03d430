"""The peers' side: Scanpy's recipe, leidenalg and umap-learn. Called by run.py.

    peers.py make FILE.h5ad FOLDER        counts of the file as raw numbers, genes kept by Scanpy
    peers.py compare FOLDER SEEDS         our steps against theirs, over the same points
"""

import os
import sys
import time

import numpy as np


def make(file, folder):
    import anndata
    import scanpy

    data = anndata.read_h5ad(file)
    counts = np.asarray(data.X.todense() if hasattr(data.X, "todense") else data.X, dtype=np.float32)
    counts.tofile(os.path.join(folder, "counts.f32"))
    kept = anndata.AnnData(counts.copy())
    kept.var_names = [str(position) for position in range(counts.shape[1])]
    # As recipe_seurat, but with the logarithms of Satija et al., which it leaves out.
    scanpy.pp.filter_genes(kept, min_cells=3)
    scanpy.pp.normalize_total(kept, target_sum=1e4)
    kept = kept[:, scanpy.pp.filter_genes_dispersion(kept.X, min_mean=0.0125, max_mean=3, min_disp=0.5).gene_subset]
    np.savetxt(os.path.join(folder, "scanpy_genes.txt"), np.array(kept.var_names, dtype=int), fmt="%d")
    print(*counts.shape, len(kept))


def compare(folder, seeds):
    import igraph
    import leidenalg
    import umap
    from sklearn.manifold import trustworthiness

    read = lambda name, columns: np.fromfile(os.path.join(folder, name), dtype=np.float32).reshape(-1, columns)
    ours, theirs = (set(np.loadtxt(os.path.join(folder, name), dtype=int)) for name in ("genes.txt", "scanpy_genes.txt"))
    print("genes", len(ours), len(theirs), len(ours & theirs))
    places, points = read("places.f32", 2), np.fromfile(os.path.join(folder, "components.f32"), dtype=np.float32).reshape(len(read("places.f32", 2)), -1)
    edges = np.loadtxt(os.path.join(folder, "edges.txt"))
    graph = igraph.Graph(n=len(points), edges=edges[:, :2].astype(int).tolist())
    print("ours trustworthiness", f"{trustworthiness(points, places, n_neighbors=15):.4f}")
    groups = np.loadtxt(os.path.join(folder, "groups.txt"), dtype=int)
    print("ours modularity by igraph", f"{graph.modularity(groups.tolist(), weights=edges[:, 2].tolist()):.6f}")
    for seed in range(seeds):
        began = time.process_time()
        found = leidenalg.find_partition(graph, leidenalg.RBConfigurationVertexPartition, weights=edges[:, 2].tolist(), seed=seed, n_iterations=-1)
        cpu = time.process_time() - began
        print("leidenalg", seed, f"{graph.modularity(found.membership, weights=edges[:, 2].tolist()):.6f}", f"{cpu:.2f} CPU s")
        began = time.process_time()
        mapped = umap.UMAP(n_neighbors=15, random_state=seed, n_jobs=1, min_dist=0.1).fit_transform(points)
        cpu = time.process_time() - began
        print("umap-learn", seed, f"{trustworthiness(points, mapped, n_neighbors=15):.4f}", f"{cpu:.2f} CPU s")


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2], sys.argv[3])
    else:
        compare(sys.argv[2], int(sys.argv[3]))
