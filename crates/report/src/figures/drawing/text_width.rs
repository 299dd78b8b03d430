//! How wide a text will be, without a font at hand.

/// Width in pixels at this font size. Widths of Helvetica by kind of character (Adobe's
/// Core 14 metrics, rounded), with 18 % more, because the widest
/// font that systems come with (DejaVu Sans) runs so much wider; ours, by measuring labels.
pub(crate) fn text_width(text: &str, size: f64) -> f64 {
    let ems: f64 = text.chars().map(character_width).sum();
    1.18 * size * ems
}

/// The text if it fits, else its beginning with an ellipsis.
pub(crate) fn shortened(text: &str, size: f64, room: f64) -> String {
    // Half a pixel is lost when room is computed from the same width.
    if text_width(text, size) <= room + 0.5 {
        return text.into();
    }
    let mut kept = String::new();
    for character in text.chars() {
        kept.push(character);
        if text_width(&kept, size) + size > room {
            kept.pop();
            break;
        }
    }
    format!("{}…", kept.trim_end())
}

fn character_width(character: char) -> f64 {
    match character {
        'i' | 'j' | 'l' | '\'' | '|' => 0.22,
        '.' | ',' | ':' | ';' | '!' | ' ' | '\u{a0}' | 'f' | 't' | 'I' | '/' | '(' | ')' | '['
        | ']' => 0.28,
        'r' | '-' | '"' | '`' => 0.34,
        'c' | 'k' | 's' | 'v' | 'x' | 'y' | 'z' => 0.5,
        'w' | 'A' | 'B' | 'E' | 'K' | 'P' | 'S' | 'V' | 'X' | 'Y' => 0.69,
        'C' | 'D' | 'H' | 'N' | 'R' | 'U' | 'G' | 'O' | 'Q' => 0.75,
        'm' | 'M' | 'W' | '%' | '@' => 0.9,
        wide if wide as u32 > 0x2e80 => 1.0,
        _ => 0.56,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_shortened_to_its_room() {
        let label = "pmi:published-inductive-alzheimer";
        let short = shortened(label, 12.0, 100.0);
        assert!(short.starts_with("pmi:pub") && short.ends_with('…'));
        assert!(text_width(&short, 12.0) <= 101.0);
        assert_eq!(shortened("pmi", 12.0, 100.0), "pmi");
    }
}
