//! An evaluation made up to look like one of GTEx: five methods, two scenarios, four hidden
//! shares, three repeats, 31 tissues, 469 genes. No number in it was measured.

use imputome_evaluate::{
    DataFacts, Evaluation, Example, Experiment, GeneScore, LevelFacts, MethodCurve, MethodFacts,
    Runtime, Scenario, Score,
};

const SHARES: [f64; 4] = [0.1, 0.3, 0.5, 0.7];
const SCENARIOS: [Scenario; 2] = [Scenario::Inductive, Scenario::InPlace];
const GENES: usize = 469;
const REPEATS: usize = 3;

/// The tissues of GTEx v8 by their collection names, and samples of each.
const TISSUES: [(&str, usize); 31] = [
    ("Adipose Tissue", 210),
    ("Adrenal Gland", 52),
    ("Bladder", 9),
    ("Blood", 208),
    ("Blood Vessel", 290),
    ("Brain", 570),
    ("Breast", 93),
    ("Cells - EBV-transformed lymphocytes", 41),
    ("Cervix Uteri", 7),
    ("Colon", 163),
    ("Esophagus", 301),
    ("Fallopian Tube", 5),
    ("Heart", 182),
    ("Kidney", 18),
    ("Liver", 51),
    ("Lung", 125),
    ("Muscle", 173),
    ("Nerve", 134),
    ("Ovary", 39),
    ("Pancreas", 71),
    ("Pituitary", 60),
    ("Prostate", 52),
    ("Salivary Gland", 34),
    ("Skin", 378),
    ("Small Intestine", 39),
    ("Spleen", 51),
    ("Stomach", 78),
    ("Testis", 79),
    ("Thyroid", 146),
    ("Uterus", 31),
    ("Vagina", 32),
];

/// A method made up: R2 inductive at half hidden, R2 within tissues, CPU seconds, MiB.
struct Made {
    label: &'static str,
    title: &'static str,
    source: &'static str,
    r2: f64,
    within: f64,
    cpu: f64,
    mib: f64,
}

const METHODS: [Made; 5] = [
    Made {
        label: "pmi",
        title: "Pseudo-Mask Imputer",
        source: "Viñas et al., Frontiers in Genetics 12, 624128 (2021), doi:10.3389/fgene.2021.624128",
        r2: 0.806,
        within: 0.441,
        cpu: 61.0,
        mib: 412.0,
    },
    Made {
        label: "factor",
        title: "Factor analysis with gaps left out",
        source: "ours; after Rubin and Thayer, Psychometrika 47, 69 (1982), doi:10.1007/BF02293851",
        r2: 0.812,
        within: 0.452,
        cpu: 1.4,
        mib: 148.0,
    },
    Made {
        label: "knn:neighbors=20",
        title: "Nearest samples",
        source: "Troyanskaya et al., Bioinformatics 17, 520 (2001), doi:10.1093/bioinformatics/17.6.520",
        r2: 0.742,
        within: 0.279,
        cpu: 5.2,
        mib: 203.0,
    },
    Made {
        label: "median",
        title: "Median of each tissue",
        source: "standard",
        r2: 0.573,
        within: -0.031,
        cpu: 0.21,
        mib: 96.0,
    },
    Made {
        label: "mean",
        title: "Mean of each gene",
        source: "standard",
        r2: -0.001,
        within: -2.11,
        cpu: 0.09,
        mib: 90.0,
    },
];

/// Numbers that look drawn at random and are the same each time (SplitMix64).
struct Draws(u64);

impl Draws {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Nearly normal: the sum of twelve uniform numbers.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

/// The evaluation.
pub(crate) fn evaluation() -> Evaluation {
    let mut draws = Draws(1);
    let mut found = Evaluation {
        experiment: Experiment {
            scenarios: SCENARIOS.to_vec(),
            hidden_shares: SHARES.to_vec(),
            repeats: REPEATS,
            test_share: 0.2,
            protocol: Default::default(),
            by: Some("tissue".into()),
            ..Experiment::default()
        },
        data: data(),
        methods: METHODS.iter().map(method).collect(),
        scores: Vec::new(),
        per_gene: Vec::new(),
        runtime: Vec::new(),
        curves: curves(&mut draws),
        examples: examples(&mut draws),
    };
    for scenario in SCENARIOS {
        for made in &METHODS {
            add_scores(&mut found, &mut draws, scenario.name(), made);
            add_levels(&mut found, &mut draws, scenario.name(), made);
            add_runtime(&mut found, &mut draws, scenario.name(), made);
        }
    }
    found
}

fn data() -> DataFacts {
    let level = |(level, samples): &(&str, usize)| LevelFacts {
        level: (*level).into(),
        samples: *samples,
        training_samples: samples * 4 / 5,
    };
    DataFacts {
        name: "gtex_v8_1000.gct.gz".into(),
        samples: 3797,
        genes: GENES,
        groups: 812,
        gap_share: 0.0,
        scale: "log2(TPM + 1)".into(),
        covariates: ["tissue", "sex", "age"].map(String::from).to_vec(),
        by: Some("tissue".into()),
        levels: TISSUES.iter().map(level).collect(),
        remarks: vec![
            "14 samples sit at the detection floor: 90 % or more of their values are the smallest of the table (first: GTEX-1117F-0226-SM-5GZZ7)".into(),
            "531 of 1,000 genes are hardly expressed (median below 0.1 TPM) and were left out as asked".into(),
            "2 genes are constant and cannot be judged".into(),
        ],
    }
}

fn method(made: &Made) -> MethodFacts {
    let setting = |name: &str, value: &str, meaning: &str| {
        (name.to_string(), value.to_string(), meaning.to_string())
    };
    let (settings, chosen) = match made.label {
        "pmi" => (
            vec![
                setting("hidden", "1024", "Units of each hidden layer"),
                setting(
                    "dropout",
                    "0.5",
                    "Share of hidden units silenced in a training step",
                ),
                setting(
                    "alpha",
                    "0.5",
                    "First shape of the beta distribution that hidden shares are drawn from in training (equation 5)",
                ),
                setting(
                    "patience",
                    "30",
                    "Epochs without a better validation loss before training stops",
                ),
            ],
            vec![("epochs (inductive)".to_string(), "87".to_string())],
        ),
        "factor" => (
            vec![setting(
                "factors",
                "auto",
                "Number of factors; auto takes the one that estimates hidden validation values best",
            )],
            vec![("factors (inductive)".to_string(), "96".to_string())],
        ),
        "knn:neighbors=20" => (
            vec![
                setting("neighbors", "20", "Samples averaged for each gap"),
                setting(
                    "weights",
                    "distance",
                    "Whether near neighbors count more: uniform or distance",
                ),
            ],
            Vec::new(),
        ),
        _ => (Vec::new(), Vec::new()),
    };
    MethodFacts {
        label: made.label.into(),
        name: made.label.split(':').next().unwrap_or_default().into(),
        title: made.title.into(),
        source: made.source.into(),
        settings,
        chosen,
        remarks: if made.label == "median" {
            vec!["3 tissues of test samples have fewer than 3 training samples; the overall median was taken".into()]
        } else {
            Vec::new()
        },
    }
}

/// How far R2 falls when more is hidden; what knows nothing of other genes does not fall.
fn falls(made: &Made, hidden: f64) -> f64 {
    if made.cpu < 1.0 {
        0.0
    } else {
        0.05 * (hidden - 0.5) + 0.16 * (hidden - 0.5).max(0.0).powi(2)
    }
}

fn add_scores(found: &mut Evaluation, draws: &mut Draws, scenario: &str, made: &Made) {
    let lower = if scenario == "in-place" { 0.012 } else { 0.0 };
    for hidden in SHARES {
        for repeat in 1..=REPEATS {
            let fall = falls(made, hidden) + lower;
            let noise = 0.0018 * draws.normal();
            let genes = add_genes(
                found,
                draws,
                (scenario, made),
                (hidden, repeat),
                fall + noise,
            );
            let r2 = genes;
            let rmse = (1.0 - r2).max(0.0).sqrt();
            let mut metrics = vec![
                ("r2", r2),
                ("r2_within", made.within - 2.2 * (fall + noise)),
                ("r2_held_out", r2 - 0.0012),
                ("rmse", rmse),
                ("mae", 0.74 * rmse),
                ("pearson", (r2 + 0.003).max(0.0).sqrt()),
                ("skill", 1.0 - rmse),
                ("entries", 356_000.0 * hidden),
            ];
            if made.label == "factor" {
                metrics.push(("coverage90", 0.884 + noise));
            }
            for (metric, value) in metrics {
                found.scores.push(Score {
                    method: made.label.into(),
                    scenario: scenario.into(),
                    hidden,
                    repeat,
                    group: "all".into(),
                    metric: metric.into(),
                    value,
                });
            }
        }
    }
}

/// Rows of every gene, and their mean R2.
fn add_genes(
    found: &mut Evaluation,
    draws: &mut Draws,
    (scenario, made): (&str, &Made),
    (hidden, repeat): (f64, usize),
    fall: f64,
) -> f64 {
    let mut sum = 0.0;
    for gene in 0..GENES {
        // The same gene is easy or hard in every repeat and for every method.
        let ease =
            Draws(gene as u64).normal() - 0.4 * Draws(gene as u64 + 9000).uniform().powi(6) * 9.0;
        let room = 1.0 - made.r2;
        let r2 = made.r2 - fall
            + 0.42 * room * ease.min(1.8) * f64::from(u8::from(made.r2 > 0.01))
            + 0.004 * draws.normal();
        sum += r2;
        found.per_gene.push(GeneScore {
            method: made.label.into(),
            scenario: scenario.into(),
            hidden,
            repeat: Some(repeat),
            group: "all".into(),
            gene: gene_name(gene),
            entries: (759.0 * hidden) as usize,
            r2,
            rmse: (1.0 - r2).max(0.0).sqrt(),
            mae: 0.74 * (1.0 - r2).max(0.0).sqrt(),
            pearson: r2.max(0.0).sqrt(),
        });
    }
    sum / GENES as f64
}

fn gene_name(gene: usize) -> String {
    const NAMED: [&str; 8] = [
        "APOE", "PSEN1", "NDUFA4", "COX6C", "PSMD7", "TUBB2B", "LPL", "CAPN1",
    ];
    NAMED.get(gene).map_or_else(
        || format!("ENSG{:011}", 100_003 + 97 * gene),
        |name| (*name).into(),
    )
}

fn add_levels(found: &mut Evaluation, draws: &mut Draws, scenario: &str, made: &Made) {
    for (place, (level, samples)) in TISSUES.iter().enumerate() {
        let ease = 0.09 * Draws(place as u64 + 77).normal() - 0.3 / (*samples as f64).sqrt();
        let group = format!("tissue={level}");
        for gene in 0..GENES {
            let wide = 0.16 + 0.6 / (*samples as f64).sqrt();
            let r2 = made.within + ease + wide * draws.normal();
            found.per_gene.push(GeneScore {
                method: made.label.into(),
                scenario: scenario.into(),
                hidden: 0.5,
                repeat: None,
                group: group.clone(),
                gene: gene_name(gene),
                entries: samples * 3 / 10,
                r2: r2.min(0.97),
                rmse: (1.0 - r2).max(0.0).sqrt(),
                mae: 0.0,
                pearson: 0.0,
            });
        }
        for repeat in 1..=REPEATS {
            found.scores.push(Score {
                method: made.label.into(),
                scenario: scenario.into(),
                hidden: 0.5,
                repeat,
                group: group.clone(),
                metric: "r2_within".into(),
                value: made.within + ease + 0.01 * draws.normal(),
            });
        }
    }
}

fn add_runtime(found: &mut Evaluation, draws: &mut Draws, scenario: &str, made: &Made) {
    let shares: Vec<Option<f64>> = match scenario {
        "inductive" => vec![None],
        _ => SHARES.map(Some).to_vec(),
    };
    for hidden in shares {
        for repeat in 1..=REPEATS {
            let cpu = made.cpu * (1.0 + 0.05 * draws.normal());
            found.runtime.push(Runtime {
                method: made.label.into(),
                scenario: scenario.into(),
                hidden,
                repeat,
                fit_wall_seconds: 0.5 * cpu,
                wall_seconds: 0.6 * cpu,
                cpu_seconds: cpu,
                peak_mib: made.mib + 4.0 * draws.uniform(),
                status: "done".into(),
            });
        }
    }
}

fn curves(draws: &mut Draws) -> Vec<MethodCurve> {
    let mut curves = Vec::new();
    let mut add = |method: &str, name: &str, step: &str, points: Vec<(f64, f64)>| {
        let mut curve = MethodCurve {
            method: method.into(),
            scenario: "inductive".into(),
            hidden: None,
            curve: Default::default(),
        };
        curve.curve.name = name.into();
        curve.curve.step = step.into();
        curve.curve.points = points;
        curves.push(curve);
    };
    let epochs: Vec<f64> = (1..=117).map(f64::from).collect();
    let training = |epoch: &f64| (*epoch, 0.21 + 0.7 / epoch.powf(0.8));
    add(
        "pmi",
        "training loss",
        "epoch",
        epochs.iter().map(training).collect(),
    );
    let validation = epochs.iter().map(|epoch| {
        let rise = 0.000_02 * (epoch - 87.0).max(0.0).powi(2);
        (
            *epoch,
            0.235 + 0.6 / epoch.powf(0.9) + rise + 0.002 * draws.normal(),
        )
    });
    add("pmi", "validation loss", "epoch", validation.collect());
    let factors = [2.0, 4.0, 8.0, 16.0, 32.0, 48.0, 64.0, 96.0, 128.0, 160.0];
    let error = factors.map(|n: f64| (n, 0.18 + 0.5 / n.powf(0.7) + 0.000_15 * n));
    add("factor", "validation error", "factors", error.to_vec());
    curves
}

fn examples(draws: &mut Draws) -> Vec<Example> {
    let mut examples = Vec::new();
    for scenario in SCENARIOS {
        for made in &METHODS {
            for place in 0..2000 {
                let gene = place % GENES;
                let mean = 5.5 + 1.6 * Draws(gene as u64 + 31).normal();
                let truth = (mean + 1.1 * draws.normal()).max(0.0);
                let r2 = made.r2.max(0.0);
                let error = (r2 * (1.0 - r2)).sqrt();
                let estimate = mean + r2 * (truth - mean) + 1.1 * error * draws.normal();
                examples.push(Example {
                    method: made.label.into(),
                    scenario: scenario.name().into(),
                    hidden: 0.5,
                    sample: format!("GTEX-{place}"),
                    gene: gene_name(gene),
                    truth,
                    estimate,
                    spread: (made.label == "factor").then_some(0.46),
                });
            }
        }
    }
    examples
}
