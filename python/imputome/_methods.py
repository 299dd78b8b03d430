"""A class per method; written by generate.py from the catalog, not by hand."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from ._estimator import Imputer

__all__ = [
    "Blend",
    "BloodSurrogate",
    "DeepImpute",
    "Factor",
    "GainGtex",
    "GainMse",
    "Gaussian",
    "Knn",
    "Lasso",
    "Mean",
    "Median",
    "Mice",
    "MissForest",
    "NonzeroMean",
    "Pcr",
    "Pmi",
    "Ridge",
    "SoftImpute",
    "Svd",
    "TdImpute",
    "Tobmi"
]


class Blend(Imputer):
    r"""Blend of methods.

    Other methods estimate what was hidden from them; their weighted mean fills the gaps, each weighted by how well it
    did.

    Needs: what its parts need; donors as groups, so that none stands on two sides of the cross-validation. Cost: every
    part is fitted once per fold, and those that add something once more.

    Parameters
    ----------
    folds : int, default 1
        Fits of each part in the cross-validation. Legal: a whole number from 1 to 10.
    hidden : float, default 0.2
        Share hidden in each fold: of the groups, or of the measured entries where the table has gaps of its own. Legal:
        a number from 0.02 to 0.5.
    parts : Sequence[str] | None, default None
        Methods to blend, each as `NAME[/PRESET][/SETTING=VALUE]...`, or none to choose them by the size of the table.
        Legal: none or a list, each text.
    pull : float | None, default None
        Pull of a gene's weights towards those shared by all, in average genes, or none to choose it by cross-
        validation. Legal: none or a number from 0 to 1000000.
    random_state : int | np.random.Generator | np.random.RandomState | None, default 0
        Seed of everything random; the same seed gives the same bytes, here, in Rust and in the program. None is 0.
    n_jobs : int | None, default None
        Threads: None for one, -1 for all processors. The result is the same for any number.
    verbose : bool, default False
        Shows progress, with tqdm where it is installed.
    add_indicator : bool, default False
        Adds a column for each gene that had gaps in ``fit``: 1 where the entry was a gap.
    copy : bool, default True
        False fills an array of single or double precision where it lies.

    Source: ours: stacking with weights that are not negative (Breiman 1996, doi:10.1007/BF00117832), which here sum to
    1
    """

    _method = 'blend'
    _takes_negative = True
    _needs_companion = False

    def __init__(
        self,
        *,
        folds: int = 1,
        hidden: float = 0.2,
        parts: Sequence[str] | None = None,
        pull: float | None = None,
        random_state: int | np.random.Generator | np.random.RandomState | None = 0,
        n_jobs: int | None = None,
        verbose: bool = False,
        add_indicator: bool = False,
        copy: bool = True,
    ) -> None:
        self.folds = folds
        self.hidden = hidden
        self.parts = parts
        self.pull = pull
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.add_indicator = add_indicator
        self.copy = copy


class Pmi(Imputer):
    r"""Pseudo-Mask Imputer.

    A network learns to tell the measured genes that it is not shown from those that it is.

    Needs: covariates such as tissue, sex and age where there are any; donors as groups. Cost: time by steps, batch and
    (genes + width) x width; memory by (genes + width) x width.

    Parameters
    ----------
    alpha : float, default 0.05
        Smallest share of a sample's measured genes that the network is shown in training. Legal: a number from 0 to 1.
    batch : int, default 128
        Samples in a batch. Legal: a whole number from 2 to 1000000.
    batch_norm : bool, default True
        Whether hidden layers are batch-normalized. Legal: true or false.
    beside : Literal["nothing", "factor"], default 'factor'
        What stands beside the network. Legal: one of nothing, factor.
    beta : float, default 0.95
        Largest share of a sample's measured genes that the network is shown in training. Legal: a number from 0 to 1.
    bound : float | None, default 0.1
        How far an estimate may leave its gene's training range, as a share of that range, or none for no bound. Legal:
        none or a number from 0 to 1000.
    dropout : float, default 0.2
        Share of hidden units dropped at each step of training. Legal: a number from 0 to 0.95.
    epochs : int, default 20
        Epochs at most. Legal: a whole number from 1 to 1000000.
    learning_rate : float, default 0.006
        Learning rate of Adam; the highest one where a schedule changes it. Legal: a number from 0 to 1.
    networks : int, default 1
        Networks trained from different random numbers, their estimates averaged. Legal: a whole number from 1 to 100.
    patience : int, default 10
        Epochs without a better validation loss after which training stops. Legal: a whole number from 1 to 1000000.
    schedule : Literal["constant", "cosine"], default 'cosine'
        How the learning rate goes over the epochs. Legal: one of constant, cosine.
    steps : int | None, default 100
        Steps in an epoch, or none for as many as show each training sample once. Legal: none or a whole number from 1
        to 1000000.
    validation : float, default 0.25
        Share of the samples, by whole donors, that decides when to stop. Legal: a number from 0.05 to 0.5.
    widths : Sequence[int], default (512, 512)
        Widths of the hidden layers, from the inputs to the output. Legal: a list, each a whole number from 1 to 100000.
    random_state : int | np.random.Generator | np.random.RandomState | None, default 0
        Seed of everything random; the same seed gives the same bytes, here, in Rust and in the program. None is 0.
    n_jobs : int | None, default None
        Threads: None for one, -1 for all processors. The result is the same for any number.
    verbose : bool, default False
        Shows progress, with tqdm where it is installed.
    add_indicator : bool, default False
        Adds a column for each gene that had gaps in ``fit``: 1 where the entry was a gap.
    copy : bool, default True
        False fills an array of single or double precision where it lies.

    Presets, for ``Pmi.preset(name)``: ``published``: the released PMI for a few hundred genes; the same as published-
    inductive-alzheimer; ``published-inductive``: released configuration inductive_imputation: 12,557 genes, new donors;
    ``published-inductive-alzheimer``: released configuration inductive_imputation_Alzheimer: 273 genes, new donors;
    ``published-in-place``: released configuration inplace_imputation: 12,557 genes, gaps of the table itself; its beta
    of 0.9 was never read by the released code, which ran with p = 0.5; ``published-in-place-alzheimer``: released
    configuration inplace_imputation_Alzheimer: 273 genes, gaps of the table itself; set to alpha 0.6, the released code
    ran with p from 0.5 to 0.6

    Source: Viñas, Azevedo, Gamazon and Liò 2021, doi:10.3389/fgene.2021.624128
    """

    _method = 'pmi'
    _takes_negative = True
    _needs_companion = False

    def __init__(
        self,
        *,
        alpha: float = 0.05,
        batch: int = 128,
        batch_norm: bool = True,
        beside: Literal["nothing", "factor"] = 'factor',
        beta: float = 0.95,
        bound: float | None = 0.1,
        dropout: float = 0.2,
        epochs: int = 20,
        learning_rate: float = 0.006,
        networks: int = 1,
        patience: int = 10,
        schedule: Literal["constant", "cosine"] = 'cosine',
        steps: int | None = 100,
        validation: float = 0.25,
        widths: Sequence[int] = (512, 512),
        random_state: int | np.random.Generator | np.random.RandomState | None = 0,
        n_jobs: int | None = None,
        verbose: bool = False,
        add_indicator: bool = False,
        copy: bool = True,
    ) -> None:
        self.alpha = alpha
        self.batch = batch
        self.batch_norm = batch_norm
        self.beside = beside
        self.beta = beta
        self.bound = bound
        self.dropout = dropout
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.networks = networks
        self.patience = patience
        self.schedule = schedule
        self.steps = steps
        self.validation = validation
        self.widths = widths
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.add_indicator = add_indicator
        self.copy = copy


class GainGtex(Imputer):
    r"""Generative Adversarial Imputation Networks for GTEx.

    A generator fills the gaps of a sample so that a discriminator cannot tell what was filled from what was measured.

    Needs: covariates such as tissue, sex and age where there are any; donors as groups. Cost: time by steps, batch and
    (genes + width) x width, three times that of gain-mse; memory by (genes + width) x width.

    Parameters
    ----------
    alpha : float, default 0.5
        Smallest share of the genes whose mask the discriminator is told by the hint. Legal: a number from 0 to 1.
    batch : int, default 128
        Samples in a batch. Legal: a whole number from 2 to 1000000.
    batch_norm : bool, default True
        Whether hidden layers are batch-normalized. Legal: true or false.
    beta : float, default 0.5
        Largest share of the genes whose mask the discriminator is told by the hint. Legal: a number from 0 to 1.
    bound : float | None, default 0.1
        How far an estimate may leave its gene's training range, as a share of that range, or none for no bound. Legal:
        none or a number from 0 to 1000.
    draws : int, default 10
        Draws of the noise whose estimates are averaged. Legal: a whole number from 1 to 10000.
    dropout : float, default 0.3
        Share of hidden units dropped at each step of training. Legal: a number from 0 to 0.95.
    epochs : int, default 12
        Epochs at most. Legal: a whole number from 1 to 1000000.
    highest_shown : float, default 1.0
        Largest share of a sample's measured genes that the generator is shown in training. Legal: a number from 0 to 1.
    lambda_ : float, default 10.0
        Weight of the squared error beside the adversarial loss. Legal: a number from 0 to 1000000.
    learning_rate : float, default 0.006
        Learning rate of both networks; the highest one where a schedule changes it. Legal: a number from 0 to 1.
    lowest_shown : float, default 0.1
        Smallest share of a sample's measured genes that the generator is shown in training. Legal: a number from 0 to
        1.
    noise : float, default 1.0
        Standard deviation of the noise at missing genes. Legal: a number from 0 to 1000.
    optimizer : Literal["adam", "rms-prop"], default 'adam'
        How gradients become steps. Legal: one of adam, rms-prop.
    patience : int, default 10
        Epochs without a better validation loss after which training stops. Legal: a whole number from 1 to 1000000.
    reconstruct : Literal["shown", "measured", "hidden"], default 'measured'
        Which measured genes the squared error is taken over. Legal: one of shown, measured, hidden.
    schedule : Literal["constant", "cosine"], default 'cosine'
        How the learning rate goes over the epochs. Legal: one of constant, cosine.
    steps : int | None, default 100
        Steps in an epoch, or none for as many as show each training sample once. Legal: none or a whole number from 1
        to 1000000.
    validation : float, default 0.1
        Share of the samples, by whole donors, that decides when to stop. Legal: a number from 0.05 to 0.5.
    widths : Sequence[int], default (296, 296)
        Widths of the hidden layers of both networks, from the inputs to the output. Legal: a list, each a whole number
        from 1 to 100000.
    random_state : int | np.random.Generator | np.random.RandomState | None, default 0
        Seed of everything random; the same seed gives the same bytes, here, in Rust and in the program. None is 0.
    n_jobs : int | None, default None
        Threads: None for one, -1 for all processors. The result is the same for any number.
    verbose : bool, default False
        Shows progress, with tqdm where it is installed.
    add_indicator : bool, default False
        Adds a column for each gene that had gaps in ``fit``: 1 where the entry was a gap.
    copy : bool, default True
        False fills an array of single or double precision where it lies.

    Presets, for ``GainGtex.preset(name)``: ``published``: the released configuration for a few hundred genes; the same
    as published-in-place-alzheimer; ``published-inductive``: released configuration inductive_GAINGTEx: 12,557 genes,
    new donors; ``published-inductive-alzheimer``: released configuration inductive_GAINGTEx_Alzheimer: 273 genes, new
    donors; ``published-in-place``: released configuration inplace_GAINGTEx: 12,557 genes, gaps of the table itself;
    ``published-in-place-alzheimer``: released configuration inplace_GAINGTEx_Alzheimer: 273 genes, gaps of the table
    itself; ``published-workshop``: the code of the workshop paper of 2020: RMSProp, no batch norm, 12,557 genes, new
    donors

    Source: Viñas, Azevedo, Gamazon and Liò 2021, doi:10.3389/fgene.2021.624128
    """

    _method = 'gain-gtex'
    _takes_negative = True
    _needs_companion = False

    def __init__(
        self,
        *,
        alpha: float = 0.5,
        batch: int = 128,
        batch_norm: bool = True,
        beta: float = 0.5,
        bound: float | None = 0.1,
        draws: int = 10,
        dropout: float = 0.3,
        epochs: int = 12,
        highest_shown: float = 1.0,
        lambda_: float = 10.0,
        learning_rate: float = 0.006,
        lowest_shown: float = 0.1,
        noise: float = 1.0,
        optimizer: Literal["adam", "rms-prop"] = 'adam',
        patience: int = 10,
        reconstruct: Literal["shown", "measured", "hidden"] = 'measured',
        schedule: Literal["constant", "cosine"] = 'cosine',
        steps: int | None = 100,
        validation: float = 0.1,
        widths: Sequence[int] = (296, 296),
        random_state: int | np.random.Generator | np.random.RandomState | None = 0,
        n_jobs: int | None = None,
        verbose: bool = False,
        add_indicator: bool = False,
        copy: bool = True,
    ) -> None:
        self.alpha = alpha
        self.batch = batch
        self.batch_norm = batch_norm
        self.beta = beta
        self.bound = bound
        self.draws = draws
        self.dropout = dropout
        self.epochs = epochs
        self.highest_shown = highest_shown
        self.lambda_ = lambda_
        self.learning_rate = learning_rate
        self.lowest_shown = lowest_shown
        self.noise = noise
        self.optimizer = optimizer
        self.patience = patience
        self.reconstruct = reconstruct
        self.schedule = schedule
        self.steps = steps
        self.validation = validation
        self.widths = widths
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.add_indicator = add_indicator
        self.copy = copy


class GainMse(Imputer):
    r"""GAIN without its adversary.

    A network fed with noise at the gaps learns to give back what was measured.

    Needs: covariates such as tissue, sex and age where there are any; donors as groups. Cost: time by steps, batch and
    (genes + width) x width; memory by (genes + width) x width.

    Parameters
    ----------
    batch : int, default 128
        Samples in a batch. Legal: a whole number from 2 to 1000000.
    batch_norm : bool, default True
        Whether hidden layers are batch-normalized. Legal: true or false.
    bound : float | None, default 0.1
        How far an estimate may leave its gene's training range, as a share of that range, or none for no bound. Legal:
        none or a number from 0 to 1000.
    draws : int, default 10
        Draws of the noise whose estimates are averaged. Legal: a whole number from 1 to 10000.
    dropout : float, default 0.3
        Share of hidden units dropped at each step of training. Legal: a number from 0 to 0.95.
    epochs : int, default 20
        Epochs at most. Legal: a whole number from 1 to 1000000.
    highest_shown : float, default 1.0
        Largest share of a sample's measured genes that the generator is shown in training. Legal: a number from 0 to 1.
    learning_rate : float, default 0.006
        Learning rate; the highest one where a schedule changes it. Legal: a number from 0 to 1.
    lowest_shown : float, default 0.1
        Smallest share of a sample's measured genes that the generator is shown in training. Legal: a number from 0 to
        1.
    noise : float, default 1.0
        Standard deviation of the noise at missing genes. Legal: a number from 0 to 1000.
    optimizer : Literal["adam", "rms-prop"], default 'adam'
        How gradients become steps. Legal: one of adam, rms-prop.
    patience : int, default 10
        Epochs without a better validation loss after which training stops. Legal: a whole number from 1 to 1000000.
    reconstruct : Literal["shown", "measured", "hidden"], default 'measured'
        Which measured genes the squared error is taken over. Legal: one of shown, measured, hidden.
    schedule : Literal["constant", "cosine"], default 'cosine'
        How the learning rate goes over the epochs. Legal: one of constant, cosine.
    steps : int | None, default 100
        Steps in an epoch, or none for as many as show each training sample once. Legal: none or a whole number from 1
        to 1000000.
    validation : float, default 0.1
        Share of the samples, by whole donors, that decides when to stop. Legal: a number from 0.05 to 0.5.
    widths : Sequence[int], default (296, 296)
        Widths of the hidden layers, from the inputs to the output. Legal: a list, each a whole number from 1 to 100000.
    random_state : int | np.random.Generator | np.random.RandomState | None, default 0
        Seed of everything random; the same seed gives the same bytes, here, in Rust and in the program. None is 0.
    n_jobs : int | None, default None
        Threads: None for one, -1 for all processors. The result is the same for any number.
    verbose : bool, default False
        Shows progress, with tqdm where it is installed.
    add_indicator : bool, default False
        Adds a column for each gene that had gaps in ``fit``: 1 where the entry was a gap.
    copy : bool, default True
        False fills an array of single or double precision where it lies.

    Presets, for ``GainMse.preset(name)``: ``published``: the released configuration for a few hundred genes; the same
    as published-in-place-alzheimer; ``published-inductive``: released configuration inductive_GAINMSEGTEx: 12,557
    genes, new donors; ``published-inductive-alzheimer``: released configuration inductive_GAINMSEGTEx_Alzheimer: 273
    genes, new donors; ``published-in-place``: released configuration inplace_GAINMSEGTEx: 12,557 genes, gaps of the
    table itself; ``published-in-place-alzheimer``: released configuration inplace_GAINMSEGTEx_Alzheimer: 273 genes,
    gaps of the table itself; ``published-workshop``: the code of the workshop paper of 2020 without its adversary

    Source: Viñas, Azevedo, Gamazon and Liò 2021, doi:10.3389/fgene.2021.624128
    """

    _method = 'gain-mse'
    _takes_negative = True
    _needs_companion = False

    def __init__(
        self,
        *,
        batch: int = 128,
        batch_norm: bool = True,
        bound: float | None = 0.1,
        draws: int = 10,
        dropout: float = 0.3,
        epochs: int = 20,
        highest_shown: float = 1.0,
        learning_rate: float = 0.006,
        lowest_shown: float = 0.1,
        noise: float = 1.0,
        optimizer: Literal["adam", "rms-prop"] = 'adam',
        patience: int = 10,
        reconstruct: Literal["shown", "measured", "hidden"] = 'measured',
        schedule: Literal["constant", "cosine"] = 'cosine',
        steps: int | None = 100,
        validation: float = 0.1,
        widths: Sequence[int] = (296, 296),
        random_state: int | np.random.Generator | np.random.RandomState | None = 0,
        n_jobs: int | None = None,
        verbose: bool = False,
        add_indicator: bool = False,
        copy: bool = True,
    ) -> None:
        self.batch = batch
        self.batch_norm = batch_norm
        self.bound = bound
        self.draws = draws
        self.dropout = dropout
        self.epochs = epochs
        self.highest_shown = highest_shown
        self.learning_rate = learning_rate
        self.lowest_shown = lowest_shown
        self.noise = noise
        self.optimizer = optimizer
        self.patience = patience
        self.reconstruct = reconstruct
        self.schedule = schedule
        self.steps = steps
        self.validation = validation
        self.widths = widths
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.add_indicator = add_indicator
        self.copy = copy


class TdImpute(Imputer):
    r"""TDimpute.

    A network of one hidden layer learns expression from another assay of the same samples, on a large source first and
    then on the cohort.

    Needs: a companion assay such as DNA methylation; samples that have both. Cost: time by networks, epochs, samples
    and (features + genes) x hidden; memory by (features + genes) x hidden.

    Parameters
    ----------
    activation : Literal["sigmoid", "tanh", "relu"], default 'sigmoid'
        Function of the hidden units. Legal: one of sigmoid, tanh, relu.
    batch : int, default 16
        Samples in a batch. Legal: a whole number from 1 to 1000000.
    beside : Literal["nothing", "ridge"], default 'ridge'
        What stands beside the networks. Legal: one of nothing, ridge.
    dropout : float, default 0.0
        Share of hidden units dropped at each step of training. Legal: a number from 0 to 0.95.
    epochs : int, default 70
        Passes over the samples, at most. Legal: a whole number from 1 to 1000000.
    features : Literal["as-given", "standardized"], default 'standardized'
        What the network reads of the companion. Legal: one of as-given, standardized.
    hidden : int, default 256
        Units of the hidden layer. Legal: a whole number from 1 to 100000.
    keep_moments : bool, default False
        Whether a model keeps the moments of Adam and tuning goes on from them; the file is three times as large. Legal:
        true or false.
    learning_rate : float, default 0.001
        Learning rate of Adam; the highest one where a schedule changes it. Legal: a number from 0 to 1.
    loss : Literal["batch", "sample"], default 'batch'
        What one root of the loss is taken over. Legal: one of batch, sample.
    networks : int, default 5
        Networks trained, their estimates averaged. Legal: a whole number from 1 to 100.
    output : Literal["sigmoid", "linear"], default 'linear'
        Function of the outputs. Legal: one of sigmoid, linear.
    parts : int, default 5
        Parts that samples are cut into, donors whole; each network leaves out the next part and is stopped and judged
        by it. Legal: a whole number from 2 to 100.
    patience : int | None, default 10
        Epochs without a better validation loss after which training stops, or none to learn from all samples to the
        last epoch. Legal: none or a whole number from 1 to 1000000.
    scale : float | None, default None
        What expression is divided by, or none for a number learned from training samples. Legal: none or a number from
        0.000001 to 1000000000.
    schedule : Literal["constant", "cosine"], default 'cosine'
        How the learning rate goes over the epochs. Legal: one of constant, cosine.
    tuning_batch : int, default 16
        Samples in a batch when a model from another cohort is tuned. Legal: a whole number from 1 to 1000000.
    tuning_epochs : int, default 70
        Passes over the samples when a model from another cohort is tuned, at most. Legal: a whole number from 1 to
        1000000.
    random_state : int | np.random.Generator | np.random.RandomState | None, default 0
        Seed of everything random; the same seed gives the same bytes, here, in Rust and in the program. None is 0.
    n_jobs : int | None, default None
        Threads: None for one, -1 for all processors. The result is the same for any number.
    verbose : bool, default False
        Shows progress, with tqdm where it is installed.
    add_indicator : bool, default False
        Adds a column for each gene that had gaps in ``fit``: 1 where the entry was a gap.
    copy : bool, default True
        False fills an array of single or double precision where it lies.

    Presets, for ``TdImpute.preset(name)``: ``published``: the released TDimpute-self: 100 epochs on the cohort alone;
    tuned from another cohort, 150 epochs, as the released TDimpute; ``published-pretraining``: the released TDimpute on
    its source cohorts: 300 epochs in batches of 128; applied to another cohort as it is, the paper's TDimpute-noTF

    Source: Zhou, Chai, Zhao, Luo and Yang 2020, doi:10.1093/gigascience/giaa076
    """

    _method = 'tdimpute'
    _takes_negative = True
    _needs_companion = True

    def __init__(
        self,
        *,
        activation: Literal["sigmoid", "tanh", "relu"] = 'sigmoid',
        batch: int = 16,
        beside: Literal["nothing", "ridge"] = 'ridge',
        dropout: float = 0.0,
        epochs: int = 70,
        features: Literal["as-given", "standardized"] = 'standardized',
        hidden: int = 256,
        keep_moments: bool = False,
        learning_rate: float = 0.001,
        loss: Literal["batch", "sample"] = 'batch',
        networks: int = 5,
        output: Literal["sigmoid", "linear"] = 'linear',
        parts: int = 5,
        patience: int | None = 10,
        scale: float | None = None,
        schedule: Literal["constant", "cosine"] = 'cosine',
        tuning_batch: int = 16,
        tuning_epochs: int = 70,
        random_state: int | np.random.Generator | np.random.RandomState | None = 0,
        n_jobs: int | None = None,
        verbose: bool = False,
        add_indicator: bool = False,
        copy: bool = True,
    ) -> None:
        self.activation = activation
        self.batch = batch
        self.beside = beside
        self.dropout = dropout
        self.epochs = epochs
        self.features = features
        self.hidden = hidden
        self.keep_moments = keep_moments
        self.learning_rate = learning_rate
        self.loss = loss
        self.networks = networks
        self.output = output
        self.parts = parts
        self.patience = patience
        self.scale = scale
        self.schedule = schedule
        self.tuning_batch = tuning_batch
        self.tuning_epochs = tuning_epochs
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.add_indicator = add_indicator
        self.copy = copy


class DeepImpute(Imputer):
    r"""DeepImpute.

    Genes of single cells in random groups, each predicted by a small network from genes of other groups.

    Needs: counts; no gaps: a zero may stand for a count that was missed. Cost: time by cells, genes and epochs; memory
    by entries that are not zero and 2 x hidden x genes.

    Parameters
    ----------
    batch : int, default 64
        Cells in a batch. Legal: a whole number from 1 to 1000000.
    beside : Literal["nothing", "nonzero-means", "directions"], default 'directions'
        What stands beside the networks. Legal: one of nothing, nonzero-means, directions.
    bound : float, default 2.0
        Estimates above this many times the largest logarithm learned from are refused. Legal: a number from 1 to
        1000000000.
    cells : float, default 1.0
        Share of the cells that is learned from. Legal: a number from 0.0001 to 1.
    correlation : Literal["counts", "logs"], default 'logs'
        What correlations are taken of. Legal: one of counts, logs.
    directions : int, default 20
        Leading directions of all genes that cells are told apart by, where inputs or what stands beside the networks
        need them. Legal: a whole number from 1 to 1000.
    dispersion : float, default 0.0
        Variance over (1 + mean) of the counts above which a gene is imputed. Legal: a number from 0 to 1000000000.
    dropout : float, default 0.2
        Share of hidden units dropped at each step of training. Legal: a number from 0 to 0.95.
    epochs : int, default 20
        Passes over the cells, at most. Legal: a whole number from 1 to 1000000.
    genes : int | None, default None
        How many genes are imputed, those of highest variance over (1 + mean); none: all above `dispersion`. Either is
        rounded up to whole networks. Legal: none or a whole number from 1 to 10000000.
    hidden : int, default 256
        Units of the hidden layer. Legal: a whole number from 1 to 100000.
    inputs : Literal["logs", "standardized", "directions"], default 'directions'
        What a network reads. Legal: one of logs, standardized, directions.
    learning_rate : float, default 0.004
        Learning rate of Adam; the highest one where a schedule changes it. Legal: a number from 0 to 1.
    library_size : Literal["as-counted", "normalized"], default 'as-counted'
        What is done about cells of different library sizes. Legal: one of as-counted, normalized.
    patience : int, default 3
        Epochs without a better validation loss after which a network stops. Legal: a whole number from 1 to 1000000.
    predictors : int, default 5
        Predictors chosen for each gene imputed, those of strongest correlation. Legal: a whole number from 1 to 1000.
    schedule : Literal["constant", "cosine"], default 'cosine'
        How the learning rate goes over the epochs. Legal: one of constant, cosine.
    table : Literal["counts", "logs"], default 'counts'
        What the table holds. Legal: one of counts, logs.
    targets : int, default 512
        Genes imputed by one network, at most. Legal: a whole number from 1 to 100000.
    validation : float, default 0.05
        Share of the cells to stop by. Legal: a number from 0.001 to 0.9.
    weight : Literal["value", "one"], default 'one'
        Weight of each entry in the loss. Legal: one of value, one.
    zero_weight : float, default 0.0
        Weight of entries that are zero in the loss. Legal: a number from 0 to 1.
    random_state : int | np.random.Generator | np.random.RandomState | None, default 0
        Seed of everything random; the same seed gives the same bytes, here, in Rust and in the program. None is 0.
    n_jobs : int | None, default None
        Threads: None for one, -1 for all processors. The result is the same for any number.
    verbose : bool, default False
        Shows progress, with tqdm where it is installed.
    add_indicator : bool, default False
        Adds a column for each gene that had gaps in ``fit``: 1 where the entry was a gap.
    copy : bool, default True
        False fills an array of single or double precision where it lies.

    Presets, for ``DeepImpute.preset(name)``: ``published``: the paper: learning rate 0.0001, stops after 10 epochs
    without a better loss (Methods); ``released``: deepimpute 1.2 as it runs with Keras since 2.11, which ignores its
    learning rate: 0.001, stops after 5 epochs; ``expected``: ours: a zero weighs as much as a count, so that estimates
    are expected counts and keep what zeros tell of cells

    Source: Arisdakessian, Poirion, Yunits, Zhu and Garmire 2019, doi:10.1186/s13059-019-1837-6
    """

    _method = 'deepimpute'
    _takes_negative = False
    _needs_companion = False

    def __init__(
        self,
        *,
        batch: int = 64,
        beside: Literal["nothing", "nonzero-means", "directions"] = 'directions',
        bound: float = 2.0,
        cells: float = 1.0,
        correlation: Literal["counts", "logs"] = 'logs',
        directions: int = 20,
        dispersion: float = 0.0,
        dropout: float = 0.2,
        epochs: int = 20,
        genes: int | None = None,
        hidden: int = 256,
        inputs: Literal["logs", "standardized", "directions"] = 'directions',
        learning_rate: float = 0.004,
        library_size: Literal["as-counted", "normalized"] = 'as-counted',
        patience: int = 3,
        predictors: int = 5,
        schedule: Literal["constant", "cosine"] = 'cosine',
        table: Literal["counts", "logs"] = 'counts',
        targets: int = 512,
        validation: float = 0.05,
        weight: Literal["value", "one"] = 'one',
        zero_weight: float = 0.0,
        random_state: int | np.random.Generator | np.random.RandomState | None = 0,
        n_jobs: int | None = None,
        verbose: bool = False,
        add_indicator: bool = False,
        copy: bool = True,
    ) -> None:
        self.batch = batch
        self.beside = beside
        self.bound = bound
        self.cells = cells
        self.correlation = correlation
        self.directions = directions
        self.dispersion = dispersion
        self.dropout = dropout
        self.epochs = epochs
        self.genes = genes
        self.hidden = hidden
        self.inputs = inputs
        self.learning_rate = learning_rate
        self.library_size = library_size
        self.patience = patience
        self.predictors = predictors
        self.schedule = schedule
        self.table = table
        self.targets = targets
        self.validation = validation
        self.weight = weight
        self.zero_weight = zero_weight
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.add_indicator = add_indicator
        self.copy = copy


class Factor(Imputer):
    r"""Factor analysis.

    Genes follow a few shared factors plus noise of their own; a gap gets its mean given all that the sample has
    measured.

    Needs: nothing beside the table; categorical and numeric covariates help. Cost: samples x genes x factors² per round
    where there are gaps, samples x genes x factors where there are none.

    Parameters
    ----------
    covariate_weight : float, default 3.0
        Size of a level's column against a standardized gene; 0 leaves covariates out. Legal: a number from 0 to 100.
    factors : int | None, default None
        Number of factors, or none to choose it by masked validation. Legal: none or a whole number of at least 1.
    hidden : float, default 0.5
        Share of the validation samples' entries hidden when choosing the number of factors. Legal: a number from 0.05
        to 0.95.
    noise_floor : float, default 0.01
        Smallest noise variance of a gene, as a share of its variance. Legal: a number from 0.0001 to 1.
    ridge : float, default 5.0
        Strength of the pull of loadings towards 0, in samples. Legal: a number from 0 to 1000.
    robustness : float, default 1.0
        How strongly outlying samples lose weight; 0 for a Gaussian, in which they do not. Legal: a number from 0 to 10.
    rounds : int, default 40
        Rounds of EM at most. Legal: a whole number of at least 1.
    random_state : int | np.random.Generator | np.random.RandomState | None, default 0
        Seed of everything random; the same seed gives the same bytes, here, in Rust and in the program. None is 0.
    n_jobs : int | None, default None
        Threads: None for one, -1 for all processors. The result is the same for any number.
    verbose : bool, default False
        Shows progress, with tqdm where it is installed.
    add_indicator : bool, default False
        Adds a column for each gene that had gaps in ``fit``: 1 where the entry was a gap.
    copy : bool, default True
        False fills an array of single or double precision where it lies.

    Source: ours: maximum likelihood factor analysis by EM (Rubin and Thayer 1982, doi:10.1007/BF02293851)
    """

    _method = 'factor'
    _takes_negative = True
    _needs_companion = False

    def __init__(
        self,
        *,
        covariate_weight: float = 3.0,
        factors: int | None = None,
        hidden: float = 0.5,
        noise_floor: float = 0.01,
        ridge: float = 5.0,
        robustness: float = 1.0,
        rounds: int = 40,
        random_state: int | np.random.Generator | np.random.RandomState | None = 0,
        n_jobs: int | None = None,
        verbose: bool = False,
        add_indicator: bool = False,
        copy: bool = True,
    ) -> None:
        self.covariate_weight = covariate_weight
        self.factors = factors
        self.hidden = hidden
        self.noise_floor = noise_floor
        self.ridge = ridge
        self.robustness = robustness
        self.rounds = rounds
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.add_indicator = add_indicator
        self.copy = copy


class Gaussian(Imputer):
    r"""Gaussian of all genes.

    Genes are jointly normal; a gap gets its mean given all that the sample has measured.

    Needs: at most 3,000 genes and levels of covariates; categorical and numeric covariates help. Cost: samples x
    missing³ per round where there are gaps, samples x genes² where there are none; samples x missing³ to estimate.

    Parameters
    ----------
    covariate_weight : float, default 5.0
        Size of a level's column against a standardized gene; 0 leaves covariates out. Legal: a number from 0 to 100.
    hidden : float, default 0.5
        Share of a validation sample's genes out of sight when choosing, its gaps included. Legal: a number from 0.05 to
        0.95.
    ridge : float | None, default None
        What is added to the variance of a standardized gene, or none to choose it by masked validation. Legal: none or
        a number from 0.0001 to 100.
    robustness : float, default 1.0
        How strongly outlying samples lose weight; 0 for a Gaussian, in which they do not. Legal: a number from 0 to 10.
    rounds : int, default 12
        Rounds of EM at most. Legal: a whole number of at least 1.
    random_state : int | np.random.Generator | np.random.RandomState | None, default 0
        Seed of everything random; the same seed gives the same bytes, here, in Rust and in the program. None is 0.
    n_jobs : int | None, default None
        Threads: None for one, -1 for all processors. The result is the same for any number.
    verbose : bool, default False
        Shows progress, with tqdm where it is installed.
    add_indicator : bool, default False
        Adds a column for each gene that had gaps in ``fit``: 1 where the entry was a gap.
    copy : bool, default True
        False fills an array of single or double precision where it lies.

    Source: ours: EM for a normal sample with gaps (Little and Rubin, Statistical Analysis with Missing Data, section
    11.2) under a ridge
    """

    _method = 'gaussian'
    _takes_negative = True
    _needs_companion = False

    def __init__(
        self,
        *,
        covariate_weight: float = 5.0,
        hidden: float = 0.5,
        ridge: float | None = None,
        robustness: float = 1.0,
        rounds: int = 12,
        random_state: int | np.random.Generator | np.random.RandomState | None = 0,
        n_jobs: int | None = None,
        verbose: bool = False,
        add_indicator: bool = False,
        copy: bool = True,
    ) -> None:
        self.covariate_weight = covariate_weight
        self.hidden = hidden
        self.ridge = ridge
        self.robustness = robustness
        self.rounds = rounds
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.add_indicator = add_indicator
        self.copy = copy


class SoftImpute(Imputer):
    r"""Soft-thresholded SVD.

    The table is taken for one of low rank whose singular values are penalized; a gap gets what that table holds there.

    Needs: nothing beside the table; categorical and numeric covariates help. Cost: samples x genes x rank per round, a
    few rounds per penalty; samples x genes x rank² to project rows with gaps.

    Parameters
    ----------
    covariate_weight : float, default 3.0
        Size of a level's column against a standardized gene; 0 leaves covariates out. Legal: a number from 0 to 100.
    hidden : float, default 0.5
        Share of a validation sample's genes out of sight when choosing, its gaps included. Legal: a number from 0.05 to
        0.95.
    penalty : float | None, default None
        What singular values of the standardized table are lessened by, or none to choose it by masked validation.
        Legal: none or a number of at least 0.
    rank : int | None, default None
        Rank at most, or none for 112; the penalty leaves what the table bears. Legal: none or a whole number of at
        least 1.
    rounds : int, default 100
        Rounds per penalty at most. Legal: a whole number of at least 1.
    tolerance : float, default 0.0001
        Squared relative change of the completed table below which a penalty counts as settled. Legal: a number from 0
        to 0.1.
    random_state : int | np.random.Generator | np.random.RandomState | None, default 0
        Seed of everything random; the same seed gives the same bytes, here, in Rust and in the program. None is 0.
    n_jobs : int | None, default None
        Threads: None for one, -1 for all processors. The result is the same for any number.
    verbose : bool, default False
        Shows progress, with tqdm where it is installed.
    add_indicator : bool, default False
        Adds a column for each gene that had gaps in ``fit``: 1 where the entry was a gap.
    copy : bool, default True
        False fills an array of single or double precision where it lies.

    Presets, for ``SoftImpute.preset(name)``: ``published``: without covariates, as Mazumder et al. 2010; the penalty
    still comes from validation

    Source: Mazumder, Hastie and Tibshirani 2010, Journal of Machine Learning Research 11, 2287-2322; Hastie et al.
    2015, same journal 16, 3367-3402
    """

    _method = 'softimpute'
    _takes_negative = True
    _needs_companion = False

    def __init__(
        self,
        *,
        covariate_weight: float = 3.0,
        hidden: float = 0.5,
        penalty: float | None = None,
        rank: int | None = None,
        rounds: int = 100,
        tolerance: float = 0.0001,
        random_state: int | np.random.Generator | np.random.RandomState | None = 0,
        n_jobs: int | None = None,
        verbose: bool = False,
        add_indicator: bool = False,
        copy: bool = True,
    ) -> None:
        self.covariate_weight = covariate_weight
        self.hidden = hidden
        self.penalty = penalty
        self.rank = rank
        self.rounds = rounds
        self.tolerance = tolerance
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.add_indicator = add_indicator
        self.copy = copy


class Svd(Imputer):
    r"""Iterative SVD.

    Gaps are filled by the leading singular directions of the filled table, until nothing moves.

    Needs: nothing beside the table; categorical and numeric covariates help. Cost: samples x genes x rank per round,
    some rounds per rank; samples x genes x rank² to project rows with gaps.

    Parameters
    ----------
    covariate_weight : float, default 3.0
        Size of a level's column against a standardized gene; 0 leaves covariates out. Legal: a number from 0 to 100.
    hidden : float, default 0.5
        Share of a validation sample's genes out of sight when choosing, its gaps included. Legal: a number from 0.05 to
        0.95.
    rank : int | None, default None
        Number of singular directions, or none to choose it by masked validation. Legal: none or a whole number of at
        least 1.
    rounds : int, default 100
        Rounds per rank at most. Legal: a whole number of at least 1.
    tolerance : float, default 0.0001
        Squared relative change of the completed table below which a rank counts as settled. Legal: a number from 0 to
        0.1.
    random_state : int | np.random.Generator | np.random.RandomState | None, default 0
        Seed of everything random; the same seed gives the same bytes, here, in Rust and in the program. None is 0.
    n_jobs : int | None, default None
        Threads: None for one, -1 for all processors. The result is the same for any number.
    verbose : bool, default False
        Shows progress, with tqdm where it is installed.
    add_indicator : bool, default False
        Adds a column for each gene that had gaps in ``fit``: 1 where the entry was a gap.
    copy : bool, default True
        False fills an array of single or double precision where it lies.

    Presets, for ``Svd.preset(name)``: ``published``: without covariates, as Troyanskaya et al. 2001; the rank still
    comes from validation

    Source: SVDimpute of Troyanskaya et al. 2001, doi:10.1093/bioinformatics/17.6.520
    """

    _method = 'svd'
    _takes_negative = True
    _needs_companion = False

    def __init__(
        self,
        *,
        covariate_weight: float = 3.0,
        hidden: float = 0.5,
        rank: int | None = None,
        rounds: int = 100,
        tolerance: float = 0.0001,
        random_state: int | np.random.Generator | np.random.RandomState | None = 0,
        n_jobs: int | None = None,
        verbose: bool = False,
        add_indicator: bool = False,
        copy: bool = True,
    ) -> None:
        self.covariate_weight = covariate_weight
        self.hidden = hidden
        self.rank = rank
        self.rounds = rounds
        self.tolerance = tolerance
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.add_indicator = add_indicator
        self.copy = copy


class Mice(Imputer):
    r"""Chained equations.

    Each gene is regressed on all others; gaps take the predictions, and the completed table teaches the regressions
    again.

    Needs: nothing beside the table; categorical and numeric covariates help. Cost: samples x genes² + genes³ per round
    (shared), samples x genes³ per round (faithful).

    Parameters
    ----------
    block : int, default 1
        Genes regressed at once in the faithful form, on the same fills of the others; 1 is the source's order. Legal: a
        whole number of at least 1.
    covariate_weight : float, default 3.0
        Size of a level's column against a standardized gene; 0 leaves covariates out. Legal: a number from 0 to 100.
    draws : int | None, default None
        Completed tables that are pooled, or none for 10, and 2 beyond 4,000 genes. Legal: none or a whole number from 2
        to 1000.
    form : Literal["shared", "faithful"], default 'shared'
        All genes at once (`shared`) or one after the other (`faithful`). Legal: one of shared, faithful.
    margin : float | None, default 0.25
        How far beyond a gene's measured range its estimates may go, in ranges, or none for any. Legal: none or a number
        from 0 to 1000.
    maximum : float | None, default None
        Largest estimate, in standard scores, or none. Legal: none or a number.
    minimum : float | None, default None
        Smallest estimate, in standard scores, or none. Legal: none or a number.
    nearest_genes : int | None, default None
        Predictors of a gene in the faithful form, drawn by their correlation with it, or none for all. Legal: none or a
        whole number of at least 1.
    order : Literal["ascending", "descending", "roman", "arabic", "random"], default 'ascending'
        Order in which the faithful form fills genes. Legal: one of ascending, descending, roman, arabic, random.
    ridge : float | None, default None
        Ridge of the shared form as a share of the samples, or none to take it from the evidence. Legal: none or a
        number from 0.000001 to 1000.
    rounds : int, default 10
        Rounds at most. Legal: a whole number of at least 1.
    sample_posterior : bool, default False
        Whether the faithful form draws weights and fills from their posterior while it learns. Legal: true or false.
    tolerance : float, default 0.02
        Root mean square change of the fills, in standard deviations, below which rounds end. Legal: a number from 0 to
        1.
    random_state : int | np.random.Generator | np.random.RandomState | None, default 0
        Seed of everything random; the same seed gives the same bytes, here, in Rust and in the program. None is 0.
    n_jobs : int | None, default None
        Threads: None for one, -1 for all processors. The result is the same for any number.
    verbose : bool, default False
        Shows progress, with tqdm where it is installed.
    add_indicator : bool, default False
        Adds a column for each gene that had gaps in ``fit``: 1 where the entry was a gap.
    copy : bool, default True
        False fills an array of single or double precision where it lies.

    Presets, for ``Mice.preset(name)``: ``faithful``: A regression per gene in turns, as scikit-learn's IterativeImputer
    has it by default, without covariates; ``published``: The chained equations that the PMI paper compared with: a
    regression per gene, 100 rounds at most, covariates as predictors

    Source: van Buuren and Groothuis-Oudshoorn 2011, doi:10.18637/jss.v045.i03; Bayesian ridge regression of MacKay
    1992, doi:10.1162/neco.1992.4.3.415
    """

    _method = 'mice'
    _takes_negative = True
    _needs_companion = False

    def __init__(
        self,
        *,
        block: int = 1,
        covariate_weight: float = 3.0,
        draws: int | None = None,
        form: Literal["shared", "faithful"] = 'shared',
        margin: float | None = 0.25,
        maximum: float | None = None,
        minimum: float | None = None,
        nearest_genes: int | None = None,
        order: Literal["ascending", "descending", "roman", "arabic", "random"] = 'ascending',
        ridge: float | None = None,
        rounds: int = 10,
        sample_posterior: bool = False,
        tolerance: float = 0.02,
        random_state: int | np.random.Generator | np.random.RandomState | None = 0,
        n_jobs: int | None = None,
        verbose: bool = False,
        add_indicator: bool = False,
        copy: bool = True,
    ) -> None:
        self.block = block
        self.covariate_weight = covariate_weight
        self.draws = draws
        self.form = form
        self.margin = margin
        self.maximum = maximum
        self.minimum = minimum
        self.nearest_genes = nearest_genes
        self.order = order
        self.ridge = ridge
        self.rounds = rounds
        self.sample_posterior = sample_posterior
        self.tolerance = tolerance
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.add_indicator = add_indicator
        self.copy = copy


class Knn(Imputer):
    r"""Nearest neighbors.

    Every gap gets the mean of its gene over the training samples most alike.

    Needs: nothing beside the table; makes no use of covariates. Cost: samples x training samples x genes time, in
    matrix products; memory of the training table.

    Parameters
    ----------
    neighbors : int, default 12
        Neighbors averaged per gap. Legal: a whole number of at least 1.
    weights : Literal["uniform", "distance"], default 'distance'
        How a neighbor's distance weighs its vote. Legal: one of uniform, distance.
    random_state : int | np.random.Generator | np.random.RandomState | None, default 0
        Seed of everything random; the same seed gives the same bytes, here, in Rust and in the program. None is 0.
    n_jobs : int | None, default None
        Threads: None for one, -1 for all processors. The result is the same for any number.
    verbose : bool, default False
        Shows progress, with tqdm where it is installed.
    add_indicator : bool, default False
        Adds a column for each gene that had gaps in ``fit``: 1 where the entry was a gap.
    copy : bool, default True
        False fills an array of single or double precision where it lies.

    Source: Troyanskaya et al. 2001, doi:10.1093/bioinformatics/17.6.520
    """

    _method = 'knn'
    _takes_negative = True
    _needs_companion = False

    def __init__(
        self,
        *,
        neighbors: int = 12,
        weights: Literal["uniform", "distance"] = 'distance',
        random_state: int | np.random.Generator | np.random.RandomState | None = 0,
        n_jobs: int | None = None,
        verbose: bool = False,
        add_indicator: bool = False,
        copy: bool = True,
    ) -> None:
        self.neighbors = neighbors
        self.weights = weights
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.add_indicator = add_indicator
        self.copy = copy


class MissForest(Imputer):
    r"""Chained random forests.

    Every gene is learned from the others by a random forest, in sweeps that refine each other's estimates until they
    settle.

    Needs: nothing beside the table; uses every covariate there is. Cost: sweeps x genes x trees x samples drawn x genes
    tried per split; a dozen bytes per entry, and the forests kept.

    Parameters
    ----------
    bins : int, default 64
        Bins per gene, between which trees cut. Legal: a whole number from 2 to 256.
    block : int, default 8
        Genes renewed together, from the same estimates of the others; 1 is the source's order. Legal: a whole number of
        at least 1.
    depth : int | None, default None
        Splits above each leaf, at most; none: no limit. Legal: none or a whole number of at least 1.
    draws : int | None, default None
        Samples drawn for each tree, with repeats; none: as many as have the gene measured, but no more than 4,000.
        Legal: none or a whole number of at least 1.
    hidden : float, default 0.5
        Share of entries that predictors lack while the forests for new samples learn, so that they are ready for
        samples with gaps; 0 keeps the forests that filled the training table. Legal: a number from 0 to 0.95.
    kept_mib : int, default 512
        Forests kept for new samples, in MiB; trees beyond are dropped, one per gene stays. Legal: a whole number of at
        least 1.
    min_leaf : int, default 3
        Samples in each leaf, at least. Legal: a whole number of at least 1.
    mtry : int | None, default None
        Genes tried at each split; none: the square root of how many there are to try. Legal: none or a whole number
        from 1 to 65000.
    predictors : int | None, default None
        Genes that each gene is learned from, those most correlated with it; none: all of them in a table of up to 500
        genes, else 100. Legal: none or a whole number from 1 to 65000.
    rounds : int, default 10
        Sweeps over the genes, at most; fewer when the estimates settle before. Legal: a whole number from 1 to 1000.
    sweeps : int, default 4
        Sweeps over the genes of new samples. Legal: a whole number from 1 to 1000.
    trees : int | None, default None
        Trees in the forest of each gene; none: 100 in a table of up to 500 genes, else 20. Legal: none or a whole
        number from 1 to 10000.
    random_state : int | np.random.Generator | np.random.RandomState | None, default 0
        Seed of everything random; the same seed gives the same bytes, here, in Rust and in the program. None is 0.
    n_jobs : int | None, default None
        Threads: None for one, -1 for all processors. The result is the same for any number.
    verbose : bool, default False
        Shows progress, with tqdm where it is installed.
    add_indicator : bool, default False
        Adds a column for each gene that had gaps in ``fit``: 1 where the entry was a gap.
    copy : bool, default True
        False fills an array of single or double precision where it lies.

    Source: Stekhoven and Bühlmann 2012, doi:10.1093/bioinformatics/btr597 (MissForest)
    """

    _method = 'missforest'
    _takes_negative = True
    _needs_companion = False

    def __init__(
        self,
        *,
        bins: int = 64,
        block: int = 8,
        depth: int | None = None,
        draws: int | None = None,
        hidden: float = 0.5,
        kept_mib: int = 512,
        min_leaf: int = 3,
        mtry: int | None = None,
        predictors: int | None = None,
        rounds: int = 10,
        sweeps: int = 4,
        trees: int | None = None,
        random_state: int | np.random.Generator | np.random.RandomState | None = 0,
        n_jobs: int | None = None,
        verbose: bool = False,
        add_indicator: bool = False,
        copy: bool = True,
    ) -> None:
        self.bins = bins
        self.block = block
        self.depth = depth
        self.draws = draws
        self.hidden = hidden
        self.kept_mib = kept_mib
        self.min_leaf = min_leaf
        self.mtry = mtry
        self.predictors = predictors
        self.rounds = rounds
        self.sweeps = sweeps
        self.trees = trees
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.add_indicator = add_indicator
        self.copy = copy


class Ridge(Imputer):
    r"""Ridge regression on a companion assay.

    Every gene is a sum over all features of another assay, with weights kept small.

    Needs: a companion assay of the same samples; makes no use of covariates or of the genes that a sample has measured.
    Cost: samples² x (features + genes) and samples³, or features² x samples and features³ where features are fewer.

    Parameters
    ----------
    penalties : Literal["leaning", "per-gene", "shared"], default 'leaning'
        Whether each gene's penalty leans to that of all, is its own or is shared. Legal: one of leaning, per-gene,
        shared.
    penalty : float | None, default None
        Penalty as a share of the mean squared length of standardized samples, or none to choose it by leaving samples
        out. Legal: none or a number from 0.000001 to 1000000.
    random_state : int | np.random.Generator | np.random.RandomState | None, default 0
        Seed of everything random; the same seed gives the same bytes, here, in Rust and in the program. None is 0.
    n_jobs : int | None, default None
        Threads: None for one, -1 for all processors. The result is the same for any number.
    verbose : bool, default False
        Shows progress, with tqdm where it is installed.
    add_indicator : bool, default False
        Adds a column for each gene that had gaps in ``fit``: 1 where the entry was a gap.
    copy : bool, default True
        False fills an array of single or double precision where it lies.

    Source: Hoerl and Kennard 1970, doi:10.1080/00401706.1970.10488634; penalty after Golub, Heath and Wahba 1979,
    doi:10.1080/00401706.1979.10489751
    """

    _method = 'ridge'
    _takes_negative = True
    _needs_companion = True

    def __init__(
        self,
        *,
        penalties: Literal["leaning", "per-gene", "shared"] = 'leaning',
        penalty: float | None = None,
        random_state: int | np.random.Generator | np.random.RandomState | None = 0,
        n_jobs: int | None = None,
        verbose: bool = False,
        add_indicator: bool = False,
        copy: bool = True,
    ) -> None:
        self.penalties = penalties
        self.penalty = penalty
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.add_indicator = add_indicator
        self.copy = copy


class Lasso(Imputer):
    r"""Lasso on a companion assay.

    Every gene is a sum over the few features of another assay that tell most about it.

    Needs: a companion assay of the same samples; makes no use of covariates or of the genes that a sample has measured.
    Cost: folds x penalties x samples x features for each gene.

    Parameters
    ----------
    folds : int, default 5
        Parts of the cohort that take turns in being left out to choose the penalty. Legal: a whole number from 2 to
        100.
    mixing : float, default 1.0
        Share of the penalty on absolute weights, the rest being on squares: 1 for the lasso, less for an elastic net.
        Legal: a number from 0.01 to 1.
    penalties : int, default 100
        Penalties on the path of a gene. Legal: a whole number from 1 to 1000.
    smallest : float, default 0.001
        The smallest penalty as a share of the one that leaves no feature in. Legal: a number from 0.000001 to 0.9.
    random_state : int | np.random.Generator | np.random.RandomState | None, default 0
        Seed of everything random; the same seed gives the same bytes, here, in Rust and in the program. None is 0.
    n_jobs : int | None, default None
        Threads: None for one, -1 for all processors. The result is the same for any number.
    verbose : bool, default False
        Shows progress, with tqdm where it is installed.
    add_indicator : bool, default False
        Adds a column for each gene that had gaps in ``fit``: 1 where the entry was a gap.
    copy : bool, default True
        False fills an array of single or double precision where it lies.

    Source: Tibshirani 1996, doi:10.1111/j.2517-6161.1996.tb02080.x; elastic net of Zou and Hastie 2005,
    doi:10.1111/j.1467-9868.2005.00503.x
    """

    _method = 'lasso'
    _takes_negative = True
    _needs_companion = True

    def __init__(
        self,
        *,
        folds: int = 5,
        mixing: float = 1.0,
        penalties: int = 100,
        smallest: float = 0.001,
        random_state: int | np.random.Generator | np.random.RandomState | None = 0,
        n_jobs: int | None = None,
        verbose: bool = False,
        add_indicator: bool = False,
        copy: bool = True,
    ) -> None:
        self.folds = folds
        self.mixing = mixing
        self.penalties = penalties
        self.smallest = smallest
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.add_indicator = add_indicator
        self.copy = copy


class Pcr(Imputer):
    r"""Principal component regression on a companion assay.

    Every gene is a sum over the directions in which samples differ most by another assay.

    Needs: a companion assay of the same samples; makes no use of covariates or of the genes that a sample has measured.
    Cost: samples² x features and samples³ for each fold.

    Parameters
    ----------
    components : int | None, default None
        Number of components, or none to choose it by cross-validation. Legal: none or a whole number of at least 1.
    folds : int, default 5
        Parts of the cohort that take turns in being left out. Legal: a whole number from 2 to 100.
    random_state : int | np.random.Generator | np.random.RandomState | None, default 0
        Seed of everything random; the same seed gives the same bytes, here, in Rust and in the program. None is 0.
    n_jobs : int | None, default None
        Threads: None for one, -1 for all processors. The result is the same for any number.
    verbose : bool, default False
        Shows progress, with tqdm where it is installed.
    add_indicator : bool, default False
        Adds a column for each gene that had gaps in ``fit``: 1 where the entry was a gap.
    copy : bool, default True
        False fills an array of single or double precision where it lies.

    Source: Massy 1965, doi:10.1080/01621459.1965.10480787
    """

    _method = 'pcr'
    _takes_negative = True
    _needs_companion = True

    def __init__(
        self,
        *,
        components: int | None = None,
        folds: int = 5,
        random_state: int | np.random.Generator | np.random.RandomState | None = 0,
        n_jobs: int | None = None,
        verbose: bool = False,
        add_indicator: bool = False,
        copy: bool = True,
    ) -> None:
        self.components = components
        self.folds = folds
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.add_indicator = add_indicator
        self.copy = copy


class Tobmi(Imputer):
    r"""Nearest samples by a companion assay.

    A sample gets the mean of the samples whose other assay is most alike.

    Needs: a companion assay of the same samples, its features on one scale; makes no use of covariates or of the genes
    that a sample has measured. Cost: samples x training samples x (features + genes) time; memory of the training
    tables.

    Parameters
    ----------
    neighbors : int | None, default None
        Neighbors averaged, or none for the root of the number of paired samples, as the source. Legal: none or a whole
        number of at least 1.
    random_state : int | np.random.Generator | np.random.RandomState | None, default 0
        Seed of everything random; the same seed gives the same bytes, here, in Rust and in the program. None is 0.
    n_jobs : int | None, default None
        Threads: None for one, -1 for all processors. The result is the same for any number.
    verbose : bool, default False
        Shows progress, with tqdm where it is installed.
    add_indicator : bool, default False
        Adds a column for each gene that had gaps in ``fit``: 1 where the entry was a gap.
    copy : bool, default True
        False fills an array of single or double precision where it lies.

    Source: Dong et al. 2019, doi:10.1093/bioinformatics/bty796
    """

    _method = 'tobmi'
    _takes_negative = True
    _needs_companion = True

    def __init__(
        self,
        *,
        neighbors: int | None = None,
        random_state: int | np.random.Generator | np.random.RandomState | None = 0,
        n_jobs: int | None = None,
        verbose: bool = False,
        add_indicator: bool = False,
        copy: bool = True,
    ) -> None:
        self.neighbors = neighbors
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.add_indicator = add_indicator
        self.copy = copy


class BloodSurrogate(Imputer):
    r"""Blood surrogate.

    Every gap gets the value of its gene in the same donor's whole-blood sample.

    Needs: donors (the group of each sample) and a categorical covariate (tissue by default); blood samples among the
    samples imputed. Cost: one pass over the table; memory of one row per level.

    Parameters
    ----------
    by : str, default 'tissue'
        Categorical covariate that names the tissue. Legal: text.
    surrogate : str, default 'Whole Blood'
        Tissue whose sample stands in for the donor's others. Legal: text.
    random_state : int | np.random.Generator | np.random.RandomState | None, default 0
        Seed of everything random; the same seed gives the same bytes, here, in Rust and in the program. None is 0.
    n_jobs : int | None, default None
        Threads: None for one, -1 for all processors. The result is the same for any number.
    verbose : bool, default False
        Shows progress, with tqdm where it is installed.
    add_indicator : bool, default False
        Adds a column for each gene that had gaps in ``fit``: 1 where the entry was a gap.
    copy : bool, default True
        False fills an array of single or double precision where it lies.

    Source: Vinas et al. 2021, doi:10.3389/fgene.2021.624128 (blood surrogate imputation, a baseline there)
    """

    _method = 'blood-surrogate'
    _takes_negative = True
    _needs_companion = False

    def __init__(
        self,
        *,
        by: str = 'tissue',
        surrogate: str = 'Whole Blood',
        random_state: int | np.random.Generator | np.random.RandomState | None = 0,
        n_jobs: int | None = None,
        verbose: bool = False,
        add_indicator: bool = False,
        copy: bool = True,
    ) -> None:
        self.by = by
        self.surrogate = surrogate
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.add_indicator = add_indicator
        self.copy = copy


class Median(Imputer):
    r"""Gene median per tissue.

    Every gap gets the median of its gene over measured training samples of the same tissue.

    Needs: a categorical covariate (tissue by default); without it, the median over all samples. Cost: one pass over the
    table; memory of one row per level.

    Parameters
    ----------
    by : str, default 'tissue'
        Categorical covariate whose levels get a median each. Legal: text.
    random_state : int | np.random.Generator | np.random.RandomState | None, default 0
        Seed of everything random; the same seed gives the same bytes, here, in Rust and in the program. None is 0.
    n_jobs : int | None, default None
        Threads: None for one, -1 for all processors. The result is the same for any number.
    verbose : bool, default False
        Shows progress, with tqdm where it is installed.
    add_indicator : bool, default False
        Adds a column for each gene that had gaps in ``fit``: 1 where the entry was a gap.
    copy : bool, default True
        False fills an array of single or double precision where it lies.

    Source: Vinas et al. 2021, doi:10.3389/fgene.2021.624128 (median imputation, a baseline there)
    """

    _method = 'median'
    _takes_negative = True
    _needs_companion = False

    def __init__(
        self,
        *,
        by: str = 'tissue',
        random_state: int | np.random.Generator | np.random.RandomState | None = 0,
        n_jobs: int | None = None,
        verbose: bool = False,
        add_indicator: bool = False,
        copy: bool = True,
    ) -> None:
        self.by = by
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.add_indicator = add_indicator
        self.copy = copy


class Mean(Imputer):
    r"""Gene mean.

    Every gap gets the mean of its gene over the measured training samples.

    Needs: nothing beside the table. Cost: one pass over the table; memory of one row.

    Parameters
    ----------
    random_state : int | np.random.Generator | np.random.RandomState | None, default 0
        Seed of everything random; the same seed gives the same bytes, here, in Rust and in the program. None is 0.
    n_jobs : int | None, default None
        Threads: None for one, -1 for all processors. The result is the same for any number.
    verbose : bool, default False
        Shows progress, with tqdm where it is installed.
    add_indicator : bool, default False
        Adds a column for each gene that had gaps in ``fit``: 1 where the entry was a gap.
    copy : bool, default True
        False fills an array of single or double precision where it lies.

    Source: the oldest baseline there is; the reference that R2 is counted from
    """

    _method = 'mean'
    _takes_negative = True
    _needs_companion = False

    def __init__(
        self,
        *,
        random_state: int | np.random.Generator | np.random.RandomState | None = 0,
        n_jobs: int | None = None,
        verbose: bool = False,
        add_indicator: bool = False,
        copy: bool = True,
    ) -> None:
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.add_indicator = add_indicator
        self.copy = copy


class NonzeroMean(Imputer):
    r"""Gene mean of non-zeros.

    Every gap gets the mean of its gene over the training cells where the gene is not zero, taken of ln(1 + count).

    Needs: counts, or other values that are not negative. Cost: one pass over the table; memory of one row.

    Parameters
    ----------
    random_state : int | np.random.Generator | np.random.RandomState | None, default 0
        Seed of everything random; the same seed gives the same bytes, here, in Rust and in the program. None is 0.
    n_jobs : int | None, default None
        Threads: None for one, -1 for all processors. The result is the same for any number.
    verbose : bool, default False
        Shows progress, with tqdm where it is installed.
    add_indicator : bool, default False
        Adds a column for each gene that had gaps in ``fit``: 1 where the entry was a gap.
    copy : bool, default True
        False fills an array of single or double precision where it lies.

    Source: ours: the baseline that errors on hidden non-zero entries of single cells must be read beside
    """

    _method = 'nonzero-mean'
    _takes_negative = False
    _needs_companion = False

    def __init__(
        self,
        *,
        random_state: int | np.random.Generator | np.random.RandomState | None = 0,
        n_jobs: int | None = None,
        verbose: bool = False,
        add_indicator: bool = False,
        copy: bool = True,
    ) -> None:
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.add_indicator = add_indicator
        self.copy = copy
