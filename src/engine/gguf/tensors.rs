//! The list of tensors: shapes, and places in the file.

use std::collections::HashSet;
use std::io::{Read, Seek};

use super::metadata::{Metadata, Value};
use super::problem::{Problem, damaged, quoted};
use super::quantisation::block;
use super::reader::Reader;

const ALIGNMENT: u64 = 32;
const LARGEST_ALIGNMENT: u64 = 1 << 20;
/// The longest name and the most dimensions that ggml has room for.
const NAME_BYTES: u64 = 63;
const DIMENSIONS: u32 = 4;

/// What the list of tensors says.
pub(super) struct Tensors {
    /// How many weights there are.
    pub(super) parameters: u64,
    /// Where the header ends.
    pub(super) header_end: u64,
}

/// Reads the list of tensors and checks that all of them are in the file.
///
/// llama.cpp wants them in order and without gaps; that also rules out overlaps.
pub(super) fn read<R: Read + Seek>(
    reader: &mut Reader<R>,
    metadata: &Metadata,
) -> Result<Tensors, Problem> {
    let alignment = alignment(metadata)?;
    let (mut seen, mut name) = (HashSet::new(), Vec::new());
    // Where the data must go on, where they end so far, and whether that is sure.
    let (mut data, mut data_end, mut certain) = (0_u64, 0_u64, true);
    let mut parameters = 0_u64;
    for _ in 0..reader.tensors {
        reader.string(&mut name, NAME_BYTES, "the name of a tensor")?;
        let what = format!("the tensor {}", quoted(&name));
        let shape = read_shape(reader, &what)?;
        let kind = reader.u32()?;
        let offset = reader.u64()?;
        let overflow = || damaged(format!("{what} is larger than any memory"));
        parameters = parameters.checked_add(shape.elements).ok_or_else(overflow)?;
        if !offset.is_multiple_of(alignment) {
            return Err(damaged(format!("{what} is not aligned to {alignment} bytes")));
        }
        // After a tensor whose type is not known, the next one is somewhere behind it.
        if offset < data || (certain && offset != data) {
            return Err(damaged(format!("{what} is at {offset} instead of {data}")));
        }
        let size = match block(kind) {
            Some((weights, _)) if !shape.row.is_multiple_of(weights) => {
                return Err(damaged(format!("{what} has rows that are no multiple of {weights}")));
            }
            Some((weights, bytes)) => (shape.elements / weights).checked_mul(bytes),
            None => Some(0),
        };
        data_end = size.and_then(|size| offset.checked_add(size)).ok_or_else(overflow)?;
        data = data_end.checked_next_multiple_of(alignment).ok_or_else(overflow)?;
        certain = block(kind).is_some();
        if !seen.insert(std::mem::take(&mut name)) {
            return Err(damaged(format!("it has {what} twice")));
        }
    }
    let header_end = reader.position();
    let start = header_end.checked_next_multiple_of(alignment);
    // The padding of the last tensor need not be there.
    let expected = start.and_then(|start| start.checked_add(data_end));
    let expected = expected.ok_or_else(|| damaged("it is larger than any disk"))?;
    match expected.checked_sub(reader.length()) {
        Some(missing) if missing > 0 && data_end > 0 => {
            Err(Problem::CutShort { missing, expected })
        }
        _ => Ok(Tensors { parameters, header_end }),
    }
}

fn alignment(metadata: &Metadata) -> Result<u64, Problem> {
    match (metadata.get("general.alignment"), metadata.unsigned("general.alignment")) {
        (None, _) => Ok(ALIGNMENT),
        (_, Some(bytes)) if bytes.is_power_of_two() && bytes <= LARGEST_ALIGNMENT => Ok(bytes),
        (Some(Value::Integer(bytes)), _) => Err(damaged(format!("its alignment is {bytes}"))),
        _ => Err(damaged("its alignment is not a number")),
    }
}

struct Shape {
    elements: u64,
    row: u64,
}

fn read_shape<R: Read + Seek>(reader: &mut Reader<R>, what: &str) -> Result<Shape, Problem> {
    let dimensions = reader.u32()?;
    if dimensions > DIMENSIONS {
        return Err(damaged(format!("{what} claims {dimensions} dimensions")));
    }
    let mut shape = Shape { elements: 1, row: 1 };
    for dimension in 0..dimensions {
        let length = reader.u64()?;
        if dimension == 0 {
            shape.row = length;
        }
        shape.elements = shape
            .elements
            .checked_mul(length)
            .filter(|elements| i64::try_from(*elements).is_ok() && length > 0)
            .ok_or_else(|| damaged(format!("{what} has an impossible shape")))?;
    }
    Ok(shape)
}
