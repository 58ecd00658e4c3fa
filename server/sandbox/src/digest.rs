//! MD5 as AWS shows it: of objects, of messages. It protects nothing.

use md5::{Digest, Md5};
use std::fmt::Write;

/// In hexadecimal digits.
pub(crate) fn md5_hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in Md5::digest(bytes) {
        let _ = write!(text, "{byte:02x}"); // a String takes everything
    }
    text
}
