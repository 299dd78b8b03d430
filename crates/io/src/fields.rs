//! Fields of a line.
//!
//! A field may stand in double quotes, with `""` for a quote inside (RFC 4180). A quoted field
//! ends on the line where it began, so that lines can be parsed apart from each other.

use std::borrow::Cow;

use memchr::memchr;

/// How the fields of a line are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Splitter {
    /// The byte between two fields.
    pub(crate) delimiter: u8,
    /// False where quotes are ordinary text, as in GCT.
    pub(crate) quotes: bool,
}

impl Splitter {
    /// End of the field that starts at `start`; nothing when its quote is never closed.
    pub(crate) fn end_of_field(self, line: &[u8], start: usize) -> Option<usize> {
        if self.quotes && line.get(start) == Some(&b'"') {
            let mut at = start + 1;
            loop {
                at += memchr(b'"', &line[at..])? + 1;
                match line.get(at) {
                    Some(b'"') => at += 1,
                    _ => break,
                }
            }
            // Text after the closing quote belongs to the field, as spreadsheet programs read it.
            return Some(self.end_of_plain(line, at));
        }
        Some(self.end_of_plain(line, start))
    }

    fn end_of_plain(self, line: &[u8], start: usize) -> usize {
        memchr(self.delimiter, &line[start..]).map_or(line.len(), |length| start + length)
    }

    /// The fields of a line as they stand; nothing when a quote is never closed.
    pub(crate) fn split(self, line: &[u8]) -> Option<Vec<&[u8]>> {
        let mut fields = Vec::new();
        let mut start = 0;
        loop {
            let end = self.end_of_field(line, start)?;
            fields.push(&line[start..end]);
            if end == line.len() {
                return Some(fields);
            }
            start = end + 1;
        }
    }

    /// A field without the quotes around it.
    pub(crate) fn unquoted(self, raw: &[u8]) -> Cow<'_, [u8]> {
        let inner = raw
            .strip_prefix(b"\"")
            .and_then(|rest| rest.strip_suffix(b"\""));
        match inner {
            Some(inner) if self.quotes => match memchr(b'"', inner) {
                None => Cow::Borrowed(inner),
                Some(_) => Cow::Owned(without_doubled_quotes(inner)),
            },
            _ => Cow::Borrowed(raw),
        }
    }

    /// Appends a field, in quotes where it could be misread without.
    pub(crate) fn push_field(self, out: &mut Vec<u8>, text: &str) {
        let special = |byte: u8| byte == self.delimiter || matches!(byte, b'"' | b'\n' | b'\r');
        if !self.quotes || !text.bytes().any(special) {
            out.extend_from_slice(text.as_bytes());
            return;
        }
        out.push(b'"');
        for byte in text.bytes() {
            if byte == b'"' {
                out.push(b'"');
            }
            out.push(byte);
        }
        out.push(b'"');
    }
}

/// A line without its end, `\n` or `\r\n`.
pub(crate) fn without_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn without_doubled_quotes(inner: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter().peekable();
    while let Some(&byte) = bytes.next() {
        text.push(byte);
        if byte == b'"' {
            bytes.next_if_eq(&&b'"');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSV: Splitter = Splitter {
        delimiter: b',',
        quotes: true,
    };

    #[test]
    fn a_quoted_field_keeps_its_delimiters_and_doubled_quotes() {
        let fields = CSV.split(br#"a,"b,""c""",,d"#).unwrap();
        assert_eq!(fields.len(), 4);
        assert_eq!(CSV.unquoted(fields[1]).as_ref(), br#"b,"c""#);
        assert_eq!(fields[2], b"");
    }

    #[test]
    fn a_quote_never_closed_is_noticed() {
        assert_eq!(CSV.split(br#"a,"b,c"#), None);
    }

    #[test]
    fn a_field_written_reads_back() {
        for text in ["plain", "with,comma", "with \"quotes\"", ""] {
            let mut out = Vec::new();
            CSV.push_field(&mut out, text);
            assert_eq!(CSV.unquoted(&out).as_ref(), text.as_bytes());
        }
    }
}
