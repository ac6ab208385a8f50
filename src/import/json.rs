//! Foreign JSON, read one record at a time within fixed bounds.
//!
//! Responsible for JSON as it is found in the wild: JSON Lines, one document over many lines, or an
//! array of records (whose elements are then the records); with a byte order mark, `NaN`, or half of
//! a surrogate pair. It reads from a stream and keeps one record at a time.
//!
//! Not responsible for what a record means.
//!
//! Invariants: nothing recurses while reading, so that depth costs no stack; no bound of [`Limits`] is
//! passed by more than one byte, value or level.

use std::io::{ErrorKind, Read};

use super::error::Error;

/// How much is read at once.
const BLOCK: usize = 64 << 10;

/// What a file may hold at most.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Bytes in all.
    pub bytes: u64,
    /// Bytes of one string.
    pub text: usize,
    /// Lists and objects inside each other.
    pub depth: usize,
    /// Values of one record.
    pub values: usize,
}

impl Limits {
    /// The bounds of every import.
    pub(super) const USUAL: Self =
        Self { bytes: 1 << 30, text: 16 << 20, depth: 1024, values: 8_000_000 };
}

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json {
    /// `null`, and numbers that are none.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// An object; of a name that stands twice the last counts.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Returns the value under a name, unless it is `null`.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(fields) = self else { return None };
        let found = fields.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value);
        found.filter(|value| **value != Self::Null)
    }

    /// Returns the string under a name.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Self::as_text)
    }

    /// Returns the number under a name.
    pub(super) fn number(&self, name: &str) -> Option<f64> {
        self.get(name).and_then(Self::as_number)
    }

    /// Returns the list under a name; none if it is no list.
    pub(super) fn list(&self, name: &str) -> Option<&[Self]> {
        match self.get(name) {
            Some(Self::List(list)) => Some(list),
            _ => None,
        }
    }

    /// Returns the fields of the object under a name; none if it is no object.
    pub(super) fn object(&self, name: &str) -> Option<&[(String, Self)]> {
        match self.get(name) {
            Some(Self::Object(fields)) => Some(fields),
            _ => None,
        }
    }

    /// Returns whether `true` stands under a name.
    pub(super) fn is_true(&self, name: &str) -> bool {
        self.get(name) == Some(&Self::Bool(true))
    }

    /// Returns the value as a string.
    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the value as a number.
    pub(super) fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// Returns a string or a number as the name of something: ids are written both ways.
    pub(super) fn as_name(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// Returns the names of an object's fields.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let fields = match self {
            Self::Object(fields) => fields.as_slice(),
            _ => &[],
        };
        fields.iter().map(|(name, _)| name.as_str())
    }

    /// Writes the value as JSON, at most about `most` bytes of it; `…` stands for the rest.
    pub(super) fn written(&self, most: usize) -> String {
        let mut out = String::new();
        self.write(&mut out, most);
        out
    }

    fn write(&self, out: &mut String, most: usize) {
        if out.len() >= most {
            if !out.ends_with('…') {
                out.push('…');
            }
            return;
        }
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(number) => out.push_str(&number.to_string()),
            Self::Text(text) => {
                let left = most.saturating_sub(out.len());
                let cut = text.floor_char_boundary(left);
                out.push_str(&quoted(&text[..cut]));
                if cut < text.len() {
                    out.push('…');
                }
            }
            Self::List(list) => {
                out.push('[');
                for (at, value) in list.iter().enumerate() {
                    out.push_str(if at > 0 { ", " } else { "" });
                    value.write(out, most);
                    if out.ends_with('…') {
                        break;
                    }
                }
                out.push(']');
            }
            Self::Object(fields) => {
                out.push('{');
                for (at, (name, value)) in fields.iter().enumerate() {
                    out.push_str(if at > 0 { ", " } else { "" });
                    out.push_str(&quoted(name));
                    out.push_str(": ");
                    value.write(out, most);
                    if out.ends_with('…') {
                        break;
                    }
                }
                out.push('}');
            }
        }
    }
}

/// Reads the records of a stream.
pub(super) struct Records<R> {
    input: R,
    limits: Limits,
    block: Vec<u8>,
    at: usize,
    /// Bytes before the block.
    before: u64,
    /// Lines before the block's `at`.
    line: u64,
    place: Place,
}

/// Where between records the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before everything.
    Start,
    /// Between records that stand one after another.
    Between,
    /// In an array of records, where a record may come.
    InArray,
    /// In an array of records, after one.
    AfterElement,
}

/// A list or an object that is not closed yet.
enum Open {
    List(Vec<Json>),
    Object(Vec<(String, Json)>, Option<String>),
}

impl<R: Read> Records<R> {
    /// Reads records from a stream.
    pub(super) fn new(input: R, limits: Limits) -> Self {
        Self { input, limits, block: Vec::new(), at: 0, before: 0, line: 1, place: Place::Start }
    }

    /// Returns how many bytes were read.
    pub(super) fn offset(&self) -> u64 {
        self.before + self.at as u64
    }

    /// Reads the next record; none at the end.
    ///
    /// # Errors
    /// Returns the line where the stream is no JSON, or passes a bound.
    pub(super) fn next(&mut self) -> Result<Option<Json>, Error> {
        loop {
            let Some(byte) = self.solid()? else {
                return match self.place {
                    Place::Start | Place::Between => Ok(None),
                    Place::InArray | Place::AfterElement => Err(self.wrong("the end is missing")),
                };
            };
            match (self.place, byte) {
                (Place::Start, b'[') => {
                    self.at += 1;
                    self.place = Place::InArray;
                }
                (Place::Start, _) => self.place = Place::Between,
                // Record separators of JSON text sequences.
                (Place::Between, 0x1e | b',') => self.at += 1,
                (Place::Between, _) => return self.value().map(Some),
                (Place::InArray | Place::AfterElement, b']') => {
                    self.at += 1;
                    self.place = Place::Between;
                }
                (Place::InArray, _) => {
                    self.place = Place::AfterElement;
                    return self.value().map(Some);
                }
                (Place::AfterElement, b',') => {
                    self.at += 1;
                    self.place = Place::InArray;
                }
                (Place::AfterElement, _) => return Err(self.wrong("a comma is missing")),
            }
        }
    }

    /// Reads one value, with a stack of its own for what is open.
    fn value(&mut self) -> Result<Json, Error> {
        let mut open: Vec<Open> = Vec::new();
        let mut values = 0usize;
        loop {
            values += 1;
            if values > self.limits.values {
                let most = self.limits.values;
                return Err(self.wrong(&format!("a record has more than {most} values")));
            }
            let mut done = match self.solid()?.ok_or_else(|| self.wrong("the end is missing"))? {
                b'{' | b'[' if open.len() >= self.limits.depth => {
                    let most = self.limits.depth;
                    return Err(self.wrong(&format!("it is nested deeper than {most} levels")));
                }
                b'{' => {
                    self.at += 1;
                    if self.solid()? == Some(b'}') {
                        self.at += 1;
                        Json::Object(Vec::new())
                    } else {
                        let name = self.name()?;
                        open.push(Open::Object(Vec::new(), Some(name)));
                        continue;
                    }
                }
                b'[' => {
                    self.at += 1;
                    if self.solid()? == Some(b']') {
                        self.at += 1;
                        Json::List(Vec::new())
                    } else {
                        open.push(Open::List(Vec::new()));
                        continue;
                    }
                }
                b'"' => Json::Text(self.string()?),
                b'-' | b'0'..=b'9' | b'N' | b'I' => self.numeral()?,
                b't' | b'f' | b'n' => self.word()?,
                _ => return Err(self.wrong("this is no JSON")),
            };
            // Close whatever ends here.
            loop {
                match open.pop() {
                    None => return Ok(done),
                    Some(Open::List(mut list)) => {
                        list.push(done);
                        if self.goes_on(b']')? {
                            open.push(Open::List(list));
                            break;
                        }
                        done = Json::List(list);
                    }
                    Some(Open::Object(mut fields, name)) => {
                        fields.push((name.unwrap_or_default(), done));
                        if self.goes_on(b'}')? {
                            let name = self.name()?;
                            open.push(Open::Object(fields, Some(name)));
                            break;
                        }
                        done = Json::Object(fields);
                    }
                }
            }
        }
    }

    /// Whether a comma follows, or else the end of what is open.
    fn goes_on(&mut self, end: u8) -> Result<bool, Error> {
        match self.solid()? {
            Some(b',') => {
                self.at += 1;
                Ok(true)
            }
            Some(byte) if byte == end => {
                self.at += 1;
                Ok(false)
            }
            Some(_) => Err(self.wrong("a comma is missing")),
            None => Err(self.wrong("the end is missing")),
        }
    }

    /// Reads a name and its colon.
    fn name(&mut self) -> Result<String, Error> {
        if self.solid()? != Some(b'"') {
            return Err(self.wrong("a name in quotes is missing"));
        }
        let name = self.string()?;
        if self.solid()? != Some(b':') {
            return Err(self.wrong("a colon is missing"));
        }
        self.at += 1;
        Ok(name)
    }

    fn string(&mut self) -> Result<String, Error> {
        self.at += 1;
        let mut bytes = Vec::new();
        loop {
            if self.peek()?.is_none() {
                return Err(self.wrong("a string has no end"));
            }
            let rest = &self.block[self.at..];
            let plain =
                rest.iter().position(|byte| matches!(byte, b'"' | b'\\')).unwrap_or(rest.len());
            bytes.extend_from_slice(&rest[..plain]);
            self.at += plain;
            if bytes.len() > self.limits.text {
                let most = self.limits.text >> 20;
                return Err(self.wrong(&format!("a string is longer than {most} MiB")));
            }
            match self.peek()? {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(String::from_utf8(bytes).unwrap_or_else(|error| {
                        String::from_utf8_lossy(error.as_bytes()).into_owned()
                    }));
                }
                Some(b'\\') => {
                    self.at += 1;
                    self.escape(&mut bytes)?;
                }
                _ => {}
            }
        }
    }

    fn escape(&mut self, bytes: &mut Vec<u8>) -> Result<(), Error> {
        let Some(byte) = self.peek()? else { return Err(self.wrong("a string has no end")) };
        self.at += 1;
        let plain = match byte {
            b'"' | b'\\' | b'/' => byte,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let unit = self.unit()?;
                bytes.extend_from_slice(self.character(unit)?.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            _ => return Err(self.wrong("an escape in a string is unknown")),
        };
        bytes.push(plain);
        Ok(())
    }

    /// The character of a UTF-16 unit, with its second half if one follows. Half a pair, which
    /// JavaScript and Python write, becomes U+FFFD.
    fn character(&mut self, unit: u16) -> Result<char, Error> {
        if !(0xd800..0xdc00).contains(&unit) || self.peek()? != Some(b'\\') {
            return Ok(char::from_u32(unit.into()).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        self.at += 1;
        if self.peek()? != Some(b'u') {
            // Some other escape follows: it is read as what it is.
            self.at -= 1;
            return Ok(char::REPLACEMENT_CHARACTER);
        }
        self.at += 1;
        let low = self.unit()?;
        let pair = char::decode_utf16([unit, low]).next();
        Ok(pair.and_then(Result::ok).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn unit(&mut self) -> Result<u16, Error> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.peek()?.and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else {
                return Err(self.wrong("an escape in a string is cut off"));
            };
            unit = unit << 4 | u16::try_from(digit).unwrap_or(0);
            self.at += 1;
        }
        Ok(unit)
    }

    /// A number; Python's `NaN` and `Infinity` count as none.
    fn numeral(&mut self) -> Result<Json, Error> {
        let mut text = String::new();
        while let Some(byte) = self.peek()? {
            if !matches!(byte, b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z') {
                break;
            }
            if text.len() > 400 {
                return Err(self.wrong("a number is too long"));
            }
            text.push(char::from(byte));
            self.at += 1;
        }
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Json::Number(number)),
            Ok(_) => Ok(Json::Null),
            Err(_) => Err(self.wrong("a number cannot be read")),
        }
    }

    fn word(&mut self) -> Result<Json, Error> {
        for (word, value) in
            [("true", Json::Bool(true)), ("false", Json::Bool(false)), ("null", Json::Null)]
        {
            if self.peek()? == word.bytes().next() {
                for byte in word.bytes() {
                    if self.peek()? != Some(byte) {
                        return Err(self.wrong("a word cannot be read"));
                    }
                    self.at += 1;
                }
                return Ok(value);
            }
        }
        Err(self.wrong("a word cannot be read"))
    }

    /// The next byte that is no white space, without taking it.
    fn solid(&mut self) -> Result<Option<u8>, Error> {
        while let Some(byte) = self.peek()? {
            match byte {
                b'\n' => self.line += 1,
                b' ' | b'\t' | b'\r' => {}
                // A byte order mark, which has no meaning in UTF-8.
                0xef | 0xbb | 0xbf if self.place == Place::Start => {}
                _ => return Ok(Some(byte)),
            }
            self.at += 1;
        }
        Ok(None)
    }

    /// The next byte, without taking it.
    fn peek(&mut self) -> Result<Option<u8>, Error> {
        if self.at < self.block.len() {
            return Ok(Some(self.block[self.at]));
        }
        // The byte before stays, so that one can be given back.
        let keep = self.block.last().copied();
        self.before += self.block.len() as u64;
        self.block.resize(BLOCK, 0);
        let start = usize::from(keep.is_some());
        let read = loop {
            match self.input.read(&mut self.block[start..]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => break other.map_err(Error::Read)?,
            }
        };
        self.block[0] = keep.unwrap_or(self.block[0]);
        self.block.truncate(start + read);
        self.before = self.before.saturating_sub(start as u64);
        self.at = start;
        if self.before + self.block.len() as u64 > self.limits.bytes {
            return Err(Error::Large { most: self.limits.bytes >> 20 });
        }
        Ok(self.block.get(self.at).copied())
    }

    fn wrong(&self, why: &str) -> Error {
        Error::Json { line: self.line, why: why.to_owned() }
    }
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
