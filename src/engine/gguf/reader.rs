//! Reading numbers and strings, never past the end and never more than allowed.

use std::io::{BufReader, Read, Seek, SeekFrom};

use super::problem::{Problem, damaged};
use super::seems;

/// A file being read from its beginning to its end.
pub(super) struct Reader<R> {
    source: BufReader<R>,
    position: u64,
    length: u64,
    /// How many tensors and metadata entries the header announces.
    pub(super) tensors: u64,
    pub(super) entries: u64,
}

/// The most metadata entries.
const ENTRIES: u64 = 65_536;
/// The most tensors.
const TENSORS: u64 = 1_000_000;

impl<R: Read + Seek> Reader<R> {
    /// Starts reading: magic, version and counts.
    pub(super) fn new(source: R, length: u64) -> Result<Self, Problem> {
        let source = BufReader::with_capacity(64 << 10, source);
        let mut reader = Self { source, position: 0, length, tensors: 0, entries: 0 };
        let mut start = Vec::new();
        (&mut reader.source).take(512).read_to_end(&mut start)?;
        reader.source.seek(SeekFrom::Start(0))?;
        if !start.starts_with(b"GGUF") {
            return Err(seems::like(&start));
        }
        reader.skip(4)?;
        match reader.u32()? {
            2 | 3 => {}
            version @ 0..=0xFFFF => return Err(Problem::Version(format!("version {version}"))),
            _ => return Err(Problem::Version("the other byte order (big-endian)".into())),
        }
        reader.tensors = reader.u64()?;
        reader.entries = reader.u64()?;
        if reader.tensors > TENSORS || reader.entries > ENTRIES {
            return Err(damaged(format!(
                "it announces {} tensors and {} metadata entries",
                reader.tensors, reader.entries
            )));
        }
        Ok(reader)
    }

    pub(super) fn position(&self) -> u64 {
        self.position
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    fn claim(&mut self, bytes: u64) -> Result<(), Problem> {
        if bytes > self.length.saturating_sub(self.position) {
            return Err(Problem::HeaderCutShort);
        }
        self.position += bytes;
        Ok(())
    }

    pub(super) fn skip(&mut self, bytes: u64) -> Result<(), Problem> {
        self.claim(bytes)?;
        // A file's length fits into an i64 on every system that can have one.
        self.source.seek_relative(i64::try_from(bytes).unwrap_or(i64::MAX))?;
        Ok(())
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Problem> {
        self.claim(N as u64)?;
        let mut bytes = [0; N];
        self.source.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, Problem> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(super) fn u64(&mut self) -> Result<u64, Problem> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// Reads a number of at most eight bytes, not knowing of its sign.
    pub(super) fn bits(&mut self, size: u64) -> Result<u64, Problem> {
        let mut bytes = [0; 8];
        for byte in bytes.iter_mut().take(usize::try_from(size).unwrap_or(8)) {
            [*byte] = self.array()?;
        }
        Ok(u64::from_le_bytes(bytes))
    }

    /// Reads a string into `buffer`, which it replaces.
    pub(super) fn string(
        &mut self,
        buffer: &mut Vec<u8>,
        most: u64,
        what: &str,
    ) -> Result<(), Problem> {
        let length = self.string_length(most, what)?;
        self.claim(length)?;
        // The file holds so many bytes, or `claim` would have failed.
        buffer.resize(usize::try_from(length).unwrap_or(0), 0);
        self.source.read_exact(buffer)?;
        Ok(())
    }

    pub(super) fn skip_string(&mut self, most: u64, what: &str) -> Result<(), Problem> {
        let length = self.string_length(most, what)?;
        self.skip(length)
    }

    fn string_length(&mut self, most: u64, what: &str) -> Result<u64, Problem> {
        let length = self.u64()?;
        if length > most {
            return Err(damaged(format!("{what} claims {length} bytes")));
        }
        Ok(length)
    }

    /// Hashes the header, up to `end`, with the length of the file.
    pub(super) fn fingerprint(&mut self, end: u64) -> Result<String, Problem> {
        self.source.seek(SeekFrom::Start(0))?;
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader((&mut self.source).take(end))?;
        hasher.update(&self.length.to_le_bytes());
        Ok(hasher.finalize().to_hex().to_string())
    }
}
