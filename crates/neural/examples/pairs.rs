use imputome_core::{Companion, Dataset, Imputer, Names, Run};
use imputome_neural::Tdimpute;
use ndarray::Array2;
fn npy(path: &str) -> Array2<f32> {
    let b = std::fs::read(path).unwrap();
    let h = u16::from_le_bytes([b[8], b[9]]) as usize;
    let head = std::str::from_utf8(&b[10..10 + h]).unwrap();
    assert!(head.contains("<f4") && head.contains("False"), "{head}");
    let s = &head[head.find("'shape': (").unwrap() + 10..];
    let dims: Vec<usize> = s[..s.find(')').unwrap()]
        .split(',')
        .map(|x| x.trim().parse().unwrap())
        .collect();
    let v = b[10 + h..]
        .chunks(4)
        .map(|c| f32::from_le_bytes([c[0], c[1], c[2], c[3]]))
        .collect();
    Array2::from_shape_vec((dims[0], dims[1]), v).unwrap()
}
fn names(k: &'static str, path: &str, n: usize) -> Names {
    let v = match std::fs::read_to_string(path) {
        Ok(t) => t.lines().map(String::from).collect(),
        Err(_) => (0..n).map(|i| format!("{k}{i}")).collect(),
    };
    Names::new(k, v).unwrap()
}
fn data(d: &str, part: &str) -> Dataset {
    let (m, e) = (
        npy(&format!("{d}/M_{part}.npy")),
        npy(&format!("{d}/E_{part}.npy")),
    );
    let (n, p, g) = (m.nrows(), m.ncols(), e.ncols());
    let c = Companion::new(
        "methylation",
        m,
        names("feature", &format!("{d}/features.txt"), p),
    )
    .unwrap();
    Dataset::new(
        e,
        Names::new("sample", (0..n).map(|i| format!("{part}{i}")).collect()).unwrap(),
        names("gene", &format!("{d}/genes.txt"), g),
    )
    .unwrap()
    .with_companions(vec![c])
    .unwrap()
}
fn cpu() -> f64 {
    let s = std::fs::read_to_string("/proc/self/stat").unwrap();
    let f: Vec<&str> = s[s.rfind(')').unwrap() + 2..].split(' ').collect();
    (f[11].parse::<f64>().unwrap() + f[12].parse::<f64>().unwrap()) / 100.0
}
fn r2(p: &Array2<f32>, t: &Array2<f32>) -> f64 {
    let mut sum = 0.0;
    for (a, b) in p.rows().into_iter().zip(t.rows()) {
        let n = a.len() as f64;
        let (ma, mb) = (
            a.iter().map(|&v| v as f64).sum::<f64>() / n,
            b.iter().map(|&v| v as f64).sum::<f64>() / n,
        );
        let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
        for (&x, &y) in a.iter().zip(b) {
            let (x, y) = (x as f64 - ma, y as f64 - mb);
            ab += x * y;
            aa += x * x;
            bb += y * y;
        }
        if aa > 0.0 && bb > 0.0 {
            sum += ab * ab / (aa * bb);
        }
    }
    sum / p.nrows() as f64
}
// pairs DIR SEED PRESET|- key=json ... [from=DIR2 [source=key=json,...]]
fn main() {
    let a: Vec<String> = std::env::args().skip(1).collect();
    let (mut s, mut from, mut share) = (
        match a[2].as_str() {
            "-" => Tdimpute::default(),
            p => Tdimpute::preset(p).unwrap(),
        },
        None,
        1.0f64,
    );
    let mut noisy = false;
    for kv in &a[3..] {
        let (k, v) = kv.split_once('=').unwrap();
        if k == "from" {
            from = Some(v.to_string());
            continue;
        }
        if k == "share" {
            share = v.parse().unwrap();
            continue;
        }
        if k == "summary" {
            noisy = true;
            continue;
        }
        let mut f = serde_json::to_value(&s).unwrap();
        f[k] = serde_json::from_str(v).unwrap_or(serde_json::Value::from(v));
        s = serde_json::from_value(f).unwrap();
    }
    let run = Run::new(a[1].parse().unwrap(), 1).unwrap();
    let (mut train, test) = (data(&a[0], "train"), data(&a[0], "test"));
    if share < 1.0 {
        train = train
            .select_samples(&(0..(share * train.n_samples() as f64) as usize).collect::<Vec<_>>());
    }
    let c0;
    let fitted = match from {
        None => {
            c0 = cpu();
            s.fit(&train, &run).unwrap()
        }
        Some(f) => {
            let source = data(&f, "train");
            let w = s.fit(&source, &run).unwrap().weights();
            c0 = cpu();
            s.fit_from(&w, &train, &run).unwrap()
        }
    };
    let c1 = cpu();
    let im = fitted.impute(&test, &run).unwrap();
    let (p, t) = (&im.estimates, &test.values);
    let rmse = (p
        .iter()
        .zip(t)
        .map(|(&a, &b)| (a as f64 - b as f64).powi(2))
        .sum::<f64>()
        / p.len() as f64)
        .sqrt();
    let z = im.spread.as_ref().map_or(f64::NAN, |sp| {
        (p.iter()
            .zip(t)
            .zip(sp)
            .map(|((&a, &b), &s)| ((a as f64 - b as f64) / s as f64).powi(2))
            .sum::<f64>()
            / p.len() as f64)
            .sqrt()
    });
    let peak = std::fs::read_to_string("/proc/self/status")
        .unwrap()
        .lines()
        .find_map(|l| {
            l.strip_prefix("VmHWM:")
                .map(|x| x.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0)
        })
        .unwrap();
    let tr = |x: &Array2<f32>| x.t().as_standard_layout().to_owned();
    let chosen: Vec<String> = fitted
        .summary()
        .chosen
        .into_iter()
        .map(|(k, v)| {
            format!(
                "{}={v}",
                k.rsplit(", ").next().unwrap().split(' ').next().unwrap()
            )
        })
        .collect();
    println!(
        "{} RMSE {rmse:.4} r2s {:.3} r2g {:.3} z {z:.3} cpu {:.1} peak {peak:.0} | {}",
        a.join(" "),
        r2(p, t),
        r2(&tr(p), &tr(t)),
        c1 - c0,
        chosen.join(" ")
    );
    if noisy {
        println!("{:#?}", fitted.summary());
    }
}
