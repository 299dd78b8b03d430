"""Which method is best on these data: known values hidden, filled and scored."""

import json
from html import escape
from pathlib import Path

from . import _core, _tables
from ._progress import Bar, Conditions

#: Methods compared when none are named: from nothing learned to among the best, all quick on tables of usual size.
USUAL = ("mean", "knn", "softimpute", "mice", "factor")


class Evaluation:
    """What an evaluation found; a notebook shows its report."""

    def __init__(self, found, summary, page):
        #: Everything as plain data: experiment, data, methods, scores, per_gene, runtime, curves, examples.
        self.found = found
        #: The report: one HTML page that needs no other file.
        self.page = page
        self._summary = summary

    @property
    def summary(self):
        """A row per method, scenario and hidden share, the best first: mean of each metric over repeats."""
        return _frame(self._summary)

    @property
    def scores(self):
        """Scores by method, scenario, hidden, repeat, group and metric: a data frame, or dicts without pandas."""
        return _frame(self.found["scores"])

    @property
    def per_gene(self):
        """Scores of single genes, as ``scores``."""
        return _frame(self.found["per_gene"])

    def save(self, path):
        """Writes the report, one HTML page."""
        Path(path).write_text(self.page, encoding="utf-8")

    def _repr_html_(self):
        return f'<iframe srcdoc="{escape(self.page, quote=True)}" style="width:100%;height:60em;border:0"></iframe>'


def evaluate(
    data,
    methods=USUAL,
    *,
    layer=None,
    covariates=None,
    groups=None,
    companion=None,
    by=None,
    scenarios=("in-place", "inductive"),
    mask="random",
    hide=(0.5,),
    repeats=3,
    random_state=0,
    n_jobs=None,
    verbose=False,
    name="a table",
):
    """Hides measured values, lets each method fill them, and scores it on the same masks; groups (donors) are never
    split.

    Parameters
    ----------
    data : AnnData, data frame or array of shape (samples, genes)
        Expression; NaN where nothing was measured.
    methods : list of str or of estimators
        ``name[:preset][:setting=value]...`` as in the program, or estimators such as ``Knn(neighbors=5)``.
    layer : str, optional
        Layer of an AnnData.
    covariates, groups, companion
        Of an AnnData names: a list of columns of ``obs``, a column of ``obs``, a key of ``obsm``; otherwise a data
        frame, an array, an array or data frame.
    by : str, optional
        A covariate whose levels are scored apart.
    scenarios : 'in-place' and 'inductive'
        Fill the table learned from, and samples of other groups.
    mask : 'random' or 'profile'
        Hide values, each by itself, or the whole expression of samples, as where an assay was never done.
    hide : sequence of float
        Shares of the measured values (of samples, for profiles) that are hidden.
    repeats : int
        Repeats with other masks and splits.
    random_state, n_jobs, verbose
        As in the estimators.
    name : str
        Name of the data in the report.

    Returns
    -------
    Evaluation
    """
    seed = _tables.seed_of(random_state)
    table = _table(data, layer, covariates, groups, companion)
    experiment = {
        "scenarios": list(scenarios),
        "hiding": mask,
        "hidden_shares": [float(share) for share in hide],
        "repeats": int(repeats),
        "by": by,
        "seed": seed,
    }
    named = [_named(method) for method in methods]
    with Bar(verbose) as bar:
        conditions = Conditions(seed, _tables.threads_of(n_jobs), bar)
        found, summary, page = _core.evaluate(name, table, named, json.dumps(experiment), conditions)
    return Evaluation(json.loads(found), json.loads(summary), page)


def _named(method):
    if isinstance(method, str):
        return (method, _core.parse(method))
    specified, usual = method._specified(), json.loads(_core.parse(method._method))
    changed = [f"{name}={value}" for name, value in json.loads(specified).items() if usual[name] != value]
    return (":".join([method._method, *changed]), specified)


def _table(data, layer, covariates, groups, companion):
    if hasattr(data, "obs_names"):
        matrix = data.X if layer is None else data.layers[layer]
        matrix = matrix.to_memory() if hasattr(matrix, "to_memory") else matrix
        values = _tables.values_of(matrix.todense() if hasattr(matrix, "todense") else matrix)
        genes, samples = data.var_names, [str(name) for name in data.obs_names]
        covariates = data.obs[list(covariates)] if covariates is not None else None
        groups = data.obs[groups] if groups is not None else None
        companion = data.obsm[companion] if companion is not None else None
    else:
        values = _tables.values_of(data)
        if values.ndim != 2:
            raise ValueError(f"expected a table of samples by genes, found shape {values.shape}")
        genes, samples = _tables.names_of_genes(data, values.shape[1]), _tables.names_of_rows(data)
    known = {"covariates": covariates, "groups": groups, "companion": companion}
    return _core.Table(values, _tables.About(len(values), genes, samples=samples, **known))


def _frame(rows):
    try:
        import pandas
    except ImportError:
        return rows
    return pandas.DataFrame(rows)


__all__ = ["Evaluation", "evaluate"]
