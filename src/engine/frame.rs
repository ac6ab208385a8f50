//! Frames: how requests and events cross a pipe.
//!
//! A frame is its length (4 bytes, little-endian) and a postcard-encoded message. Both ends
//! are the same binary, so the encoding needs no versions.

use std::io::{self, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The longest frame that is accepted, in bytes.
const LONGEST: u32 = 64 << 20;

/// Writes a message.
///
/// # Errors
/// Returns an error if the pipe is closed or the message is over 64 MiB.
pub fn write<M: Serialize>(pipe: &mut impl Write, message: &M) -> io::Result<()> {
    let body = postcard::to_stdvec(message).map_err(io::Error::other)?;
    let length = u32::try_from(body.len()).ok().filter(|length| *length <= LONGEST);
    let length = length.ok_or_else(|| io::Error::other("the message is over 64 MiB"))?;
    pipe.write_all(&length.to_le_bytes())?;
    pipe.write_all(&body)?;
    pipe.flush()
}

/// Reads a message; `None` at the end of the stream.
///
/// # Errors
/// Returns an error if the stream ends inside a frame or holds something else than frames.
pub fn read<M: DeserializeOwned>(pipe: &mut impl Read) -> io::Result<Option<M>> {
    let mut length = [0; 4];
    match pipe.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let length = u32::from_le_bytes(length);
    if length > LONGEST {
        return Err(io::Error::other("a frame claims to be over 64 MiB"));
    }
    let mut body = Vec::new();
    pipe.take(u64::from(length)).read_to_end(&mut body)?;
    if body.len() != length as usize {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    postcard::from_bytes(&body).map(Some).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::protocol::{Event, Prompt, Request};
    use crate::tree::Token;

    #[test]
    fn messages_cross_a_pipe() {
        let request = Request::ScoreLabels {
            id: 3,
            prompt: Prompt::continuing("2 + 2?", vec![5, 6]).then_ask("Rate it."),
            labels: vec!["0".into(), "10".into()],
        };
        let tokens = vec![Token { id: 9, logprob: -0.5, bytes: vec![0xff, b'a'] }];
        let event = Event::Tokens { id: 3, branch: 1, tokens };
        let mut pipe = Vec::new();
        write(&mut pipe, &request).unwrap();
        write(&mut pipe, &event).unwrap();
        let mut pipe = pipe.as_slice();
        assert_eq!(read::<Request>(&mut pipe).unwrap(), Some(request));
        assert_eq!(read::<Event>(&mut pipe).unwrap(), Some(event));
        assert_eq!(read::<Event>(&mut pipe).unwrap(), None);
    }

    #[test]
    fn half_a_frame_and_a_giant_one_are_errors() {
        assert!(read::<Event>(&mut [9, 0, 0, 0, 1].as_slice()).is_err());
        assert!(read::<Event>(&mut [0xff; 8].as_slice()).is_err());
    }
}
