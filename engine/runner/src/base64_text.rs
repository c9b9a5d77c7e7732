//! Bytes as base64 (RFC 4648) in JSON. serde's own form is an array of numbers, which takes nearly
//! three times the room and many times as long to write, compress and read.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

pub(crate) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&BASE64_STANDARD.encode(bytes))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(from)?;
    BASE64_STANDARD.decode(text).map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::{Deserialize, Serialize};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Kept(#[serde(with = "super")] Vec<u8>);

    proptest! {
        #[test]
        fn bytes_come_back_equal_and_take_a_third_more_room(bytes: Vec<u8>) {
            let text = serde_json::to_string(&Kept(bytes.clone())).unwrap();
            prop_assert_eq!(text.len(), 2 + bytes.len().div_ceil(3) * 4);
            prop_assert_eq!(serde_json::from_str::<Kept>(&text).unwrap(), Kept(bytes));
        }

        #[test]
        fn what_is_no_base64_is_an_error_and_no_panic(text: String) {
            let json = serde_json::to_string(&text).unwrap();
            if let Ok(Kept(bytes)) = serde_json::from_str(&json) {
                prop_assert_eq!(serde_json::to_string(&Kept(bytes)).unwrap(), json);
            }
        }
    }
}
