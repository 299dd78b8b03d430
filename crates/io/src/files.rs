//! Small files of any content.

use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::compression::{open_file, unreadable};
use crate::output::{unwritable, write_whole};
use crate::{Error, Result, Target};

/// Bytes hashed at once; ours.
const AT_ONCE: usize = 1 << 18;

/// The SHA-256 of a file as it lies, in lower-case hexadecimal digits.
pub fn sha256_of_file(path: &Path) -> Result<String> {
    let (mut file, _) = open_file(path)?;
    let mut hash = Sha256::new();
    let mut bytes = vec![0; AT_ONCE];
    loop {
        let read = file.read(&mut bytes);
        match read.map_err(|error| unreadable(&path.display().to_string(), &error))? {
            0 => break,
            length => hash.update(&bytes[..length]),
        }
    }
    let digits = hash.finalize();
    Ok(digits.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Writes bytes beside their place and renames.
pub fn write_bytes(path: &Path, bytes: &[u8]) -> Result<()> {
    let target = Target::Path(path.to_path_buf());
    write_whole(&target, |out| {
        out.write_all(bytes)
            .map_err(|error| unwritable(&target.name(), &error))
    })
}

/// The bytes of a file.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>> {
    let (mut file, _) = open_file(path)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)
        .map_err(|error| unreadable(&path.display().to_string(), &error))?;
    Ok(bytes)
}

/// The text of a file. Refused when it is not UTF-8.
pub fn read_text(path: &Path) -> Result<String> {
    let name = path.display().to_string();
    String::from_utf8(read_bytes(path)?).map_err(|_| Error::Content {
        file: name,
        place: String::new(),
        expected: "text in UTF-8".into(),
        found: "other bytes".into(),
        advice: "save the file as UTF-8".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_a_file_is_the_standard_one() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("abc");
        write_bytes(&path, b"abc").unwrap();
        // FIPS 180-2, appendix B.1.
        assert_eq!(
            sha256_of_file(&path).unwrap(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(read_text(&path).unwrap(), "abc");
    }
}
