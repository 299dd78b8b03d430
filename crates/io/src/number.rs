//! Text to number and number to text.

use crate::Decimal;

/// Significant decimal digits that single precision can tell apart (`FLT_DECIMAL_DIG` of C).
const SINGLE_DIGITS: usize = 9;

/// What a field of the body holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Field {
    /// A finite value.
    Value(f32),
    /// No value.
    Gap,
}

/// Why a field is neither a value nor a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NotANumber {
    /// What should stand there.
    pub(crate) expected: &'static str,
    /// What to do.
    pub(crate) advice: &'static str,
}

/// True for the spellings of a gap: an empty field, `NA`, `N/A`, `<NA>`, `#N/A`, `NaN`, `null`,
/// `none` in any case, `.`, and `-`, which no number can be.
pub(crate) fn is_gap(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    const SPELLINGS: [&[u8]; 10] = [
        b"na", b"nan", b"n/a", b"null", b"none", b"<na>", b"#n/a", b"-nan", b".", b"-",
    ];
    text.is_empty()
        || SPELLINGS
            .iter()
            .any(|spelling| text.eq_ignore_ascii_case(spelling))
}

/// Reads one field, correctly rounded to single precision.
pub(crate) fn parse(text: &[u8], decimal: Decimal) -> Result<Field, NotANumber> {
    let text = text.trim_ascii();
    if is_gap(text) {
        return Ok(Field::Gap);
    }
    let number = match decimal {
        Decimal::Point => fast_float2::parse::<f32, _>(text).ok(),
        Decimal::Comma => parse_with_comma(text),
    };
    match number {
        Some(value) if value.is_finite() => Ok(Field::Value(value)),
        Some(_) if text.iter().any(u8::is_ascii_digit) => Err(NotANumber {
            expected: "a number no larger than 3.4e38 in size",
            advice: "correct the field, or leave it empty if it was not measured",
        }),
        Some(_) => Err(NotANumber {
            expected: "a finite number",
            advice: "infinite values often come from the logarithm of zero: add a small constant \
                     before taking logarithms, or leave the field empty",
        }),
        None => Err(not_a_number(text, decimal)),
    }
}

fn parse_with_comma(text: &[u8]) -> Option<f32> {
    if text.contains(&b'.') {
        return None;
    }
    let pointed: Vec<u8> = text
        .iter()
        .map(|&byte| if byte == b',' { b'.' } else { byte })
        .collect();
    fast_float2::parse(&pointed).ok()
}

/// What to do where text stands among numbers.
pub(crate) const TEXT_ADVICE: &str = "correct the field, or leave it empty if it was not measured; a column of text belongs into a covariate table (--covariates)";
/// What to do where commas stand for points, and points for commas.
pub(crate) const COMMA_ADVICE: &str =
    "if commas are decimal marks in this file, say so with --decimal comma";
pub(crate) const POINT_ADVICE: &str =
    "leave --decimal comma out if points are decimal marks in this file";

fn not_a_number(text: &[u8], decimal: Decimal) -> NotANumber {
    let other = match decimal {
        Decimal::Point => Decimal::Comma,
        Decimal::Comma => Decimal::Point,
    };
    let would_do = match other {
        Decimal::Comma => parse_with_comma(text).is_some(),
        Decimal::Point => fast_float2::parse::<f32, _>(text).is_ok(),
    };
    match (would_do, other) {
        (true, Decimal::Comma) => NotANumber {
            expected: "a number with a decimal point",
            advice: COMMA_ADVICE,
        },
        (true, Decimal::Point) => NotANumber {
            expected: "a number with a decimal comma, as asked for",
            advice: POINT_ADVICE,
        },
        (false, _) => NotANumber {
            expected: "a number or a gap (empty, NA, NaN, null, none, . or -)",
            advice: TEXT_ADVICE,
        },
    }
}

/// True when a number is written with more digits than single precision can tell apart.
pub(crate) fn is_longer_than_single(text: &[u8]) -> bool {
    if text.len() <= SINGLE_DIGITS {
        return false;
    }
    let digits = text
        .iter()
        .take_while(|byte| !matches!(byte, b'e' | b'E'))
        .filter(|byte| byte.is_ascii_digit());
    digits.skip_while(|&&digit| digit == b'0').count() > SINGLE_DIGITS
}

/// Appends the shortest text that gives the same single-precision number back.
pub(crate) fn push_number(out: &mut Vec<u8>, value: f32, decimal: Decimal) {
    debug_assert!(value.is_finite());
    let mut buffer = ryu::Buffer::new();
    let text = buffer.format_finite(value);
    let text = text.strip_suffix(".0").unwrap_or(text);
    match decimal {
        Decimal::Point => out.extend_from_slice(text.as_bytes()),
        Decimal::Comma => out.extend(text.bytes().map(|b| if b == b'.' { b',' } else { b })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_gap_are_gaps_and_numbers_are_not() {
        for text in [
            "", " ", "NA", "n/a", "NaN", "nan", "null", "NULL", "None", ".", "-", "<NA>",
        ] {
            assert_eq!(parse(text.as_bytes(), Decimal::Point), Ok(Field::Gap));
        }
        assert_eq!(parse(b" -1.5e2 ", Decimal::Point), Ok(Field::Value(-150.0)));
        assert_eq!(parse(b"+2", Decimal::Point), Ok(Field::Value(2.0)));
    }

    #[test]
    fn a_decimal_comma_is_refused_unless_asked_for() {
        let refusal = parse(b"1,5", Decimal::Point).unwrap_err();
        assert!(refusal.advice.contains("--decimal comma"));
        assert_eq!(parse(b"1,5", Decimal::Comma), Ok(Field::Value(1.5)));
        assert!(parse(b"1.234,5", Decimal::Comma).is_err());
    }

    #[test]
    fn infinite_and_overflowing_values_are_refused_apart() {
        let expected = |text: &[u8]| parse(text, Decimal::Point).unwrap_err().expected;
        assert_eq!(expected(b"-inf"), "a finite number");
        assert!(expected(b"1e400").contains("3.4e38"));
        assert!(expected(b"1e39").contains("3.4e38"));
        assert!(expected(b"12abc").contains("a number or a gap"));
    }

    #[test]
    fn digits_beyond_single_precision_are_counted_without_leading_zeros() {
        assert!(is_longer_than_single(b"14.1234567890123"));
        assert!(!is_longer_than_single(b"0.000001234567"));
        assert!(!is_longer_than_single(b"1.5"));
    }

    proptest::proptest! {
        #[test]
        fn the_shortest_text_gives_the_same_bits_back(bits: u32) {
            let value = f32::from_bits(bits);
            proptest::prop_assume!(value.is_finite());
            let mut text = Vec::new();
            push_number(&mut text, value, Decimal::Point);
            let back = fast_float2::parse::<f32, _>(&text).unwrap();
            proptest::prop_assert_eq!(back.to_bits(), bits);
        }

        #[test]
        fn text_becomes_the_nearest_number(whole in 0u64..1_000_000_000, fraction in "[0-9]{0,20}", exponent in -45i32..38) {
            let text = format!("{whole}.{fraction}e{exponent}");
            let ours = fast_float2::parse::<f32, _>(text.as_bytes()).unwrap();
            let standard: f32 = text.parse().unwrap();
            proptest::prop_assert_eq!(ours.to_bits(), standard.to_bits());
        }
    }
}
