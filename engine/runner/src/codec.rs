//! How every ledger writes values: as JSON that reads back equal, the large ones compressed and cut
//! into chunks.

use miniz_oxide::{deflate, inflate};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Kept, LedgerError};

/// The largest chunk, in bytes; every ledger cuts evaluations so.
pub const CHUNK_BYTES: usize = 256 * 1024;

/// The largest evaluation, in bytes of JSON: a mebibyte of bodies takes a third more as base64.
const EVALUATION_BYTES: usize = 64 * 1024 * 1024;

/// zlib's fast end: bodies arrive a few times a minute, and a look must not wait for them.
const LEVEL: u8 = 3;

/// JSON that reads back equal. A number that JSON cannot hold would turn into `null` and make the
/// journal unreadable; it is refused while it can still be said aloud.
///
/// # Errors
/// `Unreachable` for a number that JSON cannot hold.
pub fn to_json<T>(what: &str, value: &T) -> Kept<String>
where
    T: Serialize + DeserializeOwned + PartialEq,
{
    let refused =
        |why: String| LedgerError::Unreachable { what: format!("cannot write {what}"), why };
    let text = serde_json::to_string(value).map_err(|error| refused(error.to_string()))?;
    match serde_json::from_str::<T>(&text) {
        Ok(back) if back == *value => Ok(text),
        _ => Err(refused("it holds a number that is not finite".to_owned())),
    }
}

/// What `to_json` wrote.
///
/// # Errors
/// `Damaged`.
pub fn from_json<T: DeserializeOwned>(what: &str, text: &str) -> Kept<T> {
    serde_json::from_str(text).map_err(|error| damaged(what, error.to_string()))
}

/// Compressed, and with a check sum (zlib, RFC 1950).
///
/// # Errors
/// `Unreachable` for a number that JSON cannot hold, or a value that is too large.
pub fn pack<T>(what: &str, value: &T) -> Kept<Vec<u8>>
where
    T: Serialize + DeserializeOwned + PartialEq,
{
    let text = to_json(what, value)?;
    if text.len() > EVALUATION_BYTES {
        let why = format!("it has {} bytes, more than {EVALUATION_BYTES}", text.len());
        return Err(LedgerError::Unreachable { what: format!("cannot write {what}"), why });
    }
    Ok(deflate::compress_to_vec_zlib(text.as_bytes(), LEVEL))
}

/// What `pack` wrote.
///
/// # Errors
/// `Damaged`.
pub fn unpack<T: DeserializeOwned>(what: &str, packed: &[u8]) -> Kept<T> {
    let text = inflate::decompress_to_vec_zlib_with_limit(packed, EVALUATION_BYTES)
        .map_err(|error| damaged(what, format!("it cannot be decompressed: {error}")))?;
    serde_json::from_slice(&text).map_err(|error| damaged(what, error.to_string()))
}

fn damaged(what: &str, why: String) -> LedgerError {
    LedgerError::Damaged { what: what.to_owned(), why }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_json_cannot_hold_is_refused_before_it_is_written() {
        for lost in [Some(f64::NAN), Some(f64::INFINITY)] {
            let refused = to_json("record 3", &lost).unwrap_err().to_string();
            assert_eq!(refused, "cannot write record 3: it holds a number that is not finite");
        }
    }

    #[test]
    fn every_cut_of_a_packed_value_is_damaged_and_no_panic() {
        let packed = pack("look", &vec![1_u8; 300]).unwrap();
        for end in 0..packed.len() {
            let answer = unpack::<Vec<u8>>("look", &packed[..end]);
            assert!(matches!(answer, Err(LedgerError::Damaged { .. })), "{answer:?}");
        }
        assert_eq!(unpack::<Vec<u8>>("look", &packed).unwrap(), [1; 300]);
    }
}
