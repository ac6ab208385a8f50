//! Tokens as packed bytes, for the column `tokens`.
//!
//! Layout, for each token in order: its id (32-bit signed), its log-probability (32-bit float),
//! the number of its bytes (16-bit unsigned), all little-endian; then those bytes. Nothing
//! stands before, between or after the tokens.

use crate::tree::Token;

/// Id, log-probability and length.
const FIXED: usize = 4 + 4 + 2;

/// Packs tokens.
///
/// # Errors
/// Returns why a token cannot be packed: it has more than 65,535 bytes.
pub(super) fn pack(tokens: &[Token]) -> Result<Vec<u8>, String> {
    let size = tokens.iter().map(|token| FIXED + token.bytes.len()).sum();
    let mut packed = Vec::with_capacity(size);
    for token in tokens {
        let length = u16::try_from(token.bytes.len())
            .map_err(|_| format!("token {} has {} bytes", token.id, token.bytes.len()))?;
        packed.extend_from_slice(&token.id.to_le_bytes());
        packed.extend_from_slice(&token.logprob.to_le_bytes());
        packed.extend_from_slice(&length.to_le_bytes());
        packed.extend_from_slice(&token.bytes);
    }
    Ok(packed)
}

/// Unpacks what [`pack`] made.
///
/// # Errors
/// Returns why the bytes are not packed tokens.
pub(super) fn unpack(mut packed: &[u8]) -> Result<Vec<Token>, String> {
    let cut = || "its tokens are cut off".to_owned();
    let mut tokens = Vec::new();
    while !packed.is_empty() {
        let (id, rest) = packed.split_first_chunk().ok_or_else(cut)?;
        let (logprob, rest) = rest.split_first_chunk().ok_or_else(cut)?;
        let (length, rest) = rest.split_first_chunk().ok_or_else(cut)?;
        let length = usize::from(u16::from_le_bytes(*length));
        let (bytes, rest) = rest.split_at_checked(length).ok_or_else(cut)?;
        let logprob = f32::from_le_bytes(*logprob);
        if !logprob.is_finite() {
            return Err("a log-probability is not a finite number".to_owned());
        }
        tokens.push(Token { id: i32::from_le_bytes(*id), logprob, bytes: bytes.to_vec() });
        packed = rest;
    }
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn token() -> impl Strategy<Value = Token> {
        (any::<i32>(), -100.0f32..=0.0, prop::collection::vec(any::<u8>(), 0..40))
            .prop_map(|(id, logprob, bytes)| Token { id, logprob, bytes })
    }

    proptest! {
        #[test]
        fn tokens_survive_packing(tokens in prop::collection::vec(token(), 0..20)) {
            prop_assert_eq!(unpack(&pack(&tokens).unwrap()).unwrap(), tokens);
        }

        #[test]
        fn any_bytes_unpack_to_what_packs_to_them_or_are_refused(
            bytes in prop::collection::vec(any::<u8>(), 0..80),
        ) {
            if let Ok(tokens) = unpack(&bytes) {
                prop_assert_eq!(pack(&tokens).unwrap(), bytes);
            }
        }
    }

    #[test]
    fn the_layout_is_as_documented() {
        let token = Token { id: 258, logprob: -0.5, bytes: b"ab".to_vec() };
        assert_eq!(pack(&[token]).unwrap(), [2, 1, 0, 0, 0, 0, 0, 0xbf, 2, 0, b'a', b'b']);
    }

    #[test]
    fn a_token_that_is_too_long_is_refused() {
        let token = Token { id: 7, logprob: 0.0, bytes: vec![0; 65_536] };
        assert_eq!(pack(&[token]).unwrap_err(), "token 7 has 65536 bytes");
    }
}
