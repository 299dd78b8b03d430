//! Numbers as people read them: three significant digits, thousands apart, a true minus sign, and
//! a space before the unit that does not break.

/// What stands where there is no number.
pub(crate) const NO_NUMBER: &str = "–";

/// A score: three decimals from 0.001 up to 10, three significant digits beyond, as `0.812`.
pub(crate) fn score(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        NO_NUMBER.into()
    } else if size < 9.9995 {
        signed(value, 3)
    } else if size < 1e6 {
        quantity(value)
    } else {
        scientific(value)
    }
}

/// A standard deviation of scores: as a score, with a fourth decimal where three would be zeros.
pub(crate) fn spread(value: f64) -> String {
    if value > 0.0 && value < 0.000_05 {
        "<0.0001".into()
    } else if value > 0.0 && value < 0.000_95 {
        signed(value, 4)
    } else {
        score(value)
    }
}

/// A quantity: three significant digits, as `0.0123`, `4.56`, `78.9`, `12,300`.
pub(crate) fn quantity(value: f64) -> String {
    if !value.is_finite() {
        return NO_NUMBER.into();
    }
    if value == 0.0 {
        return "0".into();
    }
    let size = value.abs();
    if !(1e-4..1e7).contains(&size) {
        return scientific(value);
    }
    // Rounded first, so that 9.996 becomes 10.0 and not 10.00.
    let exponent = size.log10().floor() as i32;
    let unit = 10f64.powi(exponent - 2);
    let rounded = (size / unit).round() * unit;
    let decimals = usize::try_from(2 - (rounded * 1.000_001).log10().floor() as i32).unwrap_or(0);
    signed(rounded.copysign(value), decimals)
}

/// A whole number, thousands apart, as `12,557`.
pub(crate) fn count(value: usize) -> String {
    grouped(&value.to_string())
}

/// A share as percent, as `50 %`, `2.5 %`.
pub(crate) fn percent(share: f64) -> String {
    if !share.is_finite() {
        return NO_NUMBER.into();
    }
    let value = share * 100.0;
    let decimals = if (value - value.round()).abs() < 0.05 {
        0
    } else {
        1
    };
    format!("{}\u{a0}%", signed(value, decimals))
}

/// Seconds, as `0.31 s`, `12.4 s`, `3 min 20 s`, `2 h 05 min`.
pub(crate) fn seconds(value: f64) -> String {
    if !value.is_finite() {
        return NO_NUMBER.into();
    }
    let whole = value.round() as u64;
    if value < 1.0 {
        format!("{value:.2}\u{a0}s")
    } else if value < 99.95 {
        format!("{value:.1}\u{a0}s")
    } else if whole < 3600 {
        format!("{}\u{a0}min\u{a0}{:02}\u{a0}s", whole / 60, whole % 60)
    } else {
        format!(
            "{}\u{a0}h\u{a0}{:02}\u{a0}min",
            whole / 3600,
            whole % 3600 / 60
        )
    }
}

/// Memory given in MiB, as `85 MiB`, `1.25 GiB`.
pub(crate) fn memory(mib: f64) -> String {
    if !mib.is_finite() {
        NO_NUMBER.into()
    } else if mib < 1024.0 {
        format!("{mib:.0}\u{a0}MiB")
    } else {
        format!("{:.2}\u{a0}GiB", mib / 1024.0)
    }
}

/// A number with so many decimals, thousands apart.
pub(crate) fn signed(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let is_zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    let sign = if value < 0.0 && !is_zero { "−" } else { "" };
    format!("{sign}{}{rest}", grouped(whole))
}

/// A p value: three decimals from 0.001 up, two digits and a power of ten below, as `1.7e−4`.
pub(crate) fn p_value(value: f64) -> String {
    if !value.is_finite() {
        NO_NUMBER.into()
    } else if value >= 0.000_95 {
        signed(value, 3)
    } else if value < f64::MIN_POSITIVE {
        "below 1e−300".into()
    } else {
        format!("{value:.1e}").replace('-', "−")
    }
}

fn scientific(value: f64) -> String {
    format!("{value:.2e}").replace('-', "−")
}

fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p_values_keep_two_digits_however_small() {
        let texts = [0.5, 0.05, 0.000_96, 1.74e-4, 0.0].map(p_value);
        assert_eq!(texts, ["0.500", "0.050", "0.001", "1.7e−4", "below 1e−300"]);
    }

    #[test]
    fn scores_have_three_decimals() {
        assert_eq!(score(0.81249), "0.812");
        assert_eq!(score(-0.0004), "0.000");
        assert_eq!(score(-6.04), "−6.040");
        assert_eq!(score(-120.37), "−120");
        assert_eq!(score(f64::NAN), NO_NUMBER);
        assert_eq!(spread(0.0021), "0.002");
        assert_eq!(spread(0.0004), "0.0004");
        assert_eq!(spread(1e-9), "<0.0001");
    }

    #[test]
    fn quantities_have_three_significant_digits() {
        let shown = [0.0, 0.01234, 9.996, 12_345.0, 1_234_567.0, 1e-7];
        let expected = ["0", "0.0123", "10.0", "12,300", "1,230,000", "1.00e−7"];
        assert_eq!(shown.map(quantity), expected.map(String::from));
    }

    #[test]
    fn large_numbers_are_grouped_by_thousands() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(12_557), "12,557");
        assert_eq!(count(1_000_000), "1,000,000");
    }

    #[test]
    fn times_and_memory_take_the_unit_that_suits() {
        assert_eq!(seconds(0.306), "0.31\u{a0}s");
        assert_eq!(seconds(179.2), "2\u{a0}min\u{a0}59\u{a0}s");
        assert_eq!(seconds(7500.0), "2\u{a0}h\u{a0}05\u{a0}min");
        assert_eq!(memory(85.3), "85\u{a0}MiB");
        assert_eq!(memory(1280.0), "1.25\u{a0}GiB");
        assert_eq!(percent(0.5), "50\u{a0}%");
        assert_eq!(percent(0.025), "2.5\u{a0}%");
    }
}
