//! The S3 buckets that SES puts arrived mail into. Nothing is changed there: how long a mail lies is the bucket's own setting.

use super::{Ses, SesError};

impl Ses {
    /// The first `bytes_max` bytes of an object; the rest is left where it is.
    pub(crate) async fn fetch(&self, bucket: &str, key: &str, bytes_max: usize) -> Result<Vec<u8>, SesError> {
        const OPERATION: &str = "GetObject";
        let found = Self::outcome(OPERATION, self.bucket.get_object().bucket(bucket).key(key).send().await)?;
        // A proxy on the way may answer 200 with a page of its own.
        if found.e_tag.is_none() {
            return Err(SesError::unexpected(OPERATION, "an answer without an ETag"));
        }
        let mut body = found.body;
        let mut bytes = Vec::new();
        while let Some(piece) = body.next().await {
            let piece = piece.map_err(|error| SesError::unexpected(OPERATION, error.to_string()))?;
            let room = bytes_max - bytes.len();
            bytes.extend_from_slice(piece.get(..room).unwrap_or(&piece));
            if piece.len() >= room {
                break;
            }
        }
        Ok(bytes)
    }
}
