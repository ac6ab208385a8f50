//! Tokens as they were sampled: id, exact bytes and raw log-probability.

use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One sampled token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Token {
    /// The model's id of the token.
    pub id: i32,
    /// Natural logarithm of the token's probability under the unmodified distribution
    /// (temperature 1, no truncation). Finite and at most 0.
    #[serde(deserialize_with = "finite")]
    pub logprob: f32,
    /// The bytes that the token stands for. A character may be split over several tokens.
    #[serde(serialize_with = "bytes_out", deserialize_with = "bytes_in", rename = "text")]
    pub bytes: Vec<u8>,
}

/// Reads a number that single precision can hold: a larger one would become infinite, which no format for
/// people can say.
pub(super) fn finite<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f32, D::Error> {
    let is_written = deserializer.is_human_readable();
    let number = f32::deserialize(deserializer)?;
    if is_written && !number.is_finite() {
        return Err(de::Error::custom("a number is too large"));
    }
    Ok(number)
}

/// Writes bytes as a string where they are UTF-8 and the format is for people, else as numbers.
fn bytes_out<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    match std::str::from_utf8(bytes) {
        Ok(text) if serializer.is_human_readable() => serializer.serialize_str(text),
        _ => bytes.serialize(serializer),
    }
}

fn bytes_in<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    struct TextOrBytes;
    impl<'de> Visitor<'de> for TextOrBytes {
        type Value = Vec<u8>;
        fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
            formatter.write_str("a string or a list of byte values")
        }
        fn visit_str<E: de::Error>(self, text: &str) -> Result<Vec<u8>, E> {
            Ok(text.as_bytes().to_vec())
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<u8>, A::Error> {
            let mut bytes = Vec::new();
            while let Some(byte) = list.next_element()? {
                bytes.push(byte);
            }
            Ok(bytes)
        }
    }
    if deserializer.is_human_readable() {
        deserializer.deserialize_any(TextOrBytes)
    } else {
        Vec::deserialize(deserializer)
    }
}

/// Moves what is whole UTF-8 from `pending` to the end of `text`; bytes that can never become
/// a character turn into U+FFFD, and an unfinished character waits in `pending`.
pub fn decode_utf8(pending: &mut Vec<u8>, text: &mut String) {
    let mut rest = pending.as_slice();
    loop {
        match std::str::from_utf8(rest) {
            Ok(whole) => {
                text.push_str(whole);
                rest = &[];
                break;
            }
            Err(error) => {
                let (valid, after) = rest.split_at(error.valid_up_to());
                text.push_str(std::str::from_utf8(valid).unwrap_or_default());
                let Some(broken) = error.error_len() else {
                    rest = after;
                    break;
                };
                text.push(char::REPLACEMENT_CHARACTER);
                rest = &after[broken..];
            }
        }
    }
    *pending = rest.to_vec();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_split_character_waits_for_its_other_half() {
        let (mut pending, mut text) = (vec![b'a', 0xe2, 0x82], String::new());
        decode_utf8(&mut pending, &mut text);
        assert_eq!((text.as_str(), pending.len()), ("a", 2));
        pending.push(0xac);
        decode_utf8(&mut pending, &mut text);
        assert_eq!((text.as_str(), pending.len()), ("a€", 0));
    }

    #[test]
    fn bytes_that_are_no_character_become_the_replacement_character() {
        let (mut pending, mut text) = (vec![0xff, b'x', 0xc0, b'y'], String::new());
        decode_utf8(&mut pending, &mut text);
        assert_eq!(text, "\u{fffd}x\u{fffd}y");
    }

    #[test]
    fn tokens_survive_json_whatever_their_bytes() {
        for bytes in [b"step".to_vec(), vec![0xe2, 0x82], vec![0, 27, 255]] {
            let token = Token { id: 7, logprob: -0.25, bytes };
            let json = serde_json::to_string(&token).unwrap();
            assert_eq!(serde_json::from_str::<Token>(&json).unwrap(), token);
        }
    }
}
