//! Records into a file: JSON Lines as they are, or Parquet made of them.
//!
//! Responsible for both ways giving the same rows, and the same bytes each time.

use std::io::{self, Write};
use std::sync::Arc;

use arrow_json::ReaderBuilder;
use arrow_json::reader::Decoder;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use super::folder::Hashed;
use super::options::Encoding;
use super::shape::Shape;

/// Records that are put into Parquet at a time.
const BATCH: usize = 512;
/// Bytes of JSON that are put into Parquet at a time, at most about.
const BATCH_BYTES: usize = 8 << 20;

/// Writes the records of one file.
pub enum RecordWriter {
    /// As JSON Lines.
    Jsonl(Box<Hashed>),
    /// As Parquet.
    Parquet(Box<Table>),
}

/// A Parquet file that is being written.
pub struct Table {
    writer: ArrowWriter<Hashed>,
    decoder: Decoder,
    lines: Vec<u8>,
    waiting: usize,
}

impl RecordWriter {
    /// Begins to write records of a shape.
    ///
    /// # Errors
    /// Returns why the table cannot be begun.
    pub fn new(file: Hashed, encoding: Encoding, shape: &Shape) -> io::Result<Self> {
        if encoding == Encoding::Jsonl {
            return Ok(Self::Jsonl(Box::new(file)));
        }
        let schema = Arc::new(shape.schema());
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by("pleach".to_owned())
            .build();
        let writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties));
        let decoder = ReaderBuilder::new(schema).with_batch_size(BATCH).build_decoder();
        Ok(Self::Parquet(Box::new(Table {
            writer: writer.map_err(io::Error::other)?,
            decoder: decoder.map_err(io::Error::other)?,
            lines: Vec::new(),
            waiting: 0,
        })))
    }

    /// Writes a record: one JSON object without a line break.
    ///
    /// # Errors
    /// Returns why it cannot be written.
    pub fn write(&mut self, record: &[u8]) -> io::Result<()> {
        match self {
            Self::Jsonl(file) => {
                file.write_all(record)?;
                file.write_all(b"\n")
            }
            Self::Parquet(table) => {
                table.lines.extend_from_slice(record);
                table.lines.push(b'\n');
                table.waiting += 1;
                if table.waiting == BATCH || table.lines.len() >= BATCH_BYTES {
                    table.flush()?;
                }
                Ok(())
            }
        }
    }

    /// Ends the file, all records in it.
    ///
    /// # Errors
    /// Returns why the rest cannot be written.
    pub fn finish(self) -> io::Result<Hashed> {
        match self {
            Self::Jsonl(file) => Ok(*file),
            Self::Parquet(mut table) => {
                table.flush()?;
                table.writer.into_inner().map_err(io::Error::other)
            }
        }
    }
}

impl Table {
    fn flush(&mut self) -> io::Result<()> {
        let mut rest = self.lines.as_slice();
        loop {
            let read = self.decoder.decode(rest).map_err(io::Error::other)?;
            rest = &rest[read..];
            let Some(batch) = self.decoder.flush().map_err(io::Error::other)? else { break };
            self.writer.write(&batch).map_err(io::Error::other)?;
        }
        self.lines.clear();
        self.waiting = 0;
        // Row groups of a bounded size keep memory bounded.
        if self.writer.in_progress_size() > BATCH_BYTES * 4 {
            self.writer.flush().map_err(io::Error::other)?;
        }
        Ok(())
    }
}
