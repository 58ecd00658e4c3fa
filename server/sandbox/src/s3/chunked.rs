//! `aws-chunked`: how SDKs send a body whose checksum they learn on the way. It takes the chunks apart and looks at no
//! signature in them.

use axum::body::Bytes;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unchunked {
    pub(super) body: Bytes,
    /// Name in lower case, and value.
    pub(super) trailers: Vec<(String, String)>,
}

const TRAILERS_MAX: usize = 16;

/// `None`: it is not of this form, or does not end as it should.
pub(super) fn read(mut rest: &[u8]) -> Option<Unchunked> {
    let mut body = Vec::with_capacity(rest.len());
    loop {
        let head = line(&mut rest)?;
        let digits = head.split(';').next()?; // what follows is the chunk's signature
        let size = match digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            true => usize::from_str_radix(digits, 16).ok()?,
            false => return None,
        };
        if size == 0 {
            break;
        }
        let (chunk, after) = rest.split_at_checked(size)?;
        body.extend_from_slice(chunk);
        rest = after.strip_prefix(b"\r\n")?;
    }
    let mut trailers = Vec::new();
    loop {
        let trailer = line(&mut rest)?;
        if trailer.is_empty() {
            break;
        }
        let (name, value) = trailer.split_once(':')?;
        trailers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        if trailers.len() > TRAILERS_MAX {
            return None;
        }
    }
    Some(Unchunked { body: body.into(), trailers })
}

fn line<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let end = rest.windows(2).position(|pair| pair == b"\r\n")?;
    let (line, after) = rest.split_at_checked(end)?;
    *rest = after.strip_prefix(b"\r\n")?;
    std::str::from_utf8(line).ok()
}

#[cfg(test)]
mod tests {
    use super::{Unchunked, read};

    #[test]
    fn chunks_are_joined_and_trailers_kept() {
        let sent = b"5;chunk-signature=ab\r\nhello\r\n1\r\n!\r\n0\r\nX-Amz-Checksum-Crc32:AAAA\r\n\r\n";
        let trailers = vec![("x-amz-checksum-crc32".to_owned(), "AAAA".to_owned())];
        assert_eq!(read(sent), Some(Unchunked { body: b"hello!".as_slice().into(), trailers }));
        let empty = Unchunked { body: b"".as_slice().into(), trailers: Vec::new() };
        assert_eq!(read(b"0\r\n\r\n"), Some(empty));
    }

    #[test]
    fn what_is_cut_off_or_has_another_form_is_none() {
        for wrong in [
            "",
            "hello",
            "5\r\nhel",
            "5\r\nhello",
            "5\r\nhello\r\n",
            "4\r\nhello\r\n0\r\n\r\n",
            "-1\r\n\r\n",
            "\r\n",
            "ffffffffffffffffff\r\n",
            "0\r\nno trailer\r\n\r\n",
            "5\r\nhello\r\n0\r\n",
            "5\r\nhello\r\n0\r\na: b\r\n",
            "5;chunk-signature=ab",
            "5;chunk-signature=ab\nhello\r\n0\r\n\r\n",
            "+5\r\nhello\r\n0\r\n\r\n",
            ";\r\nhello\r\n0\r\n\r\n",
        ] {
            assert_eq!(read(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
