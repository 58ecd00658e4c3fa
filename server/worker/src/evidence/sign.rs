//! The key that reports are signed with: Ed25519 (RFC 8032). It is made once, in the database, and used by every process.

use crate::Context;
use crate::duty::{Error, Result};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use db::isolation::evidence::{self, PublicKey};
use db::scope::WorkerTx;

pub(super) struct Signer {
    pair: Ed25519KeyPair,
    /// Of the key.
    pub id: String,
}

impl Signer {
    fn new(seed: &[u8; 32]) -> Result<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed);
        let pair = pair.map_err(|error| Error::Evidence(format!("the key for reports cannot be used: {error}")))?;
        let id = digest(&SHA256, pair.public_key().as_ref()).as_ref()[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Ok(Self { pair, id })
    }

    /// The newest key; a new one where there is none.
    pub(super) async fn find(context: &Context) -> Result<Self> {
        let mut fresh = [0; 32];
        context.chance.fill(&mut fresh);
        let signer = Self::new(&fresh)?;
        let bytes = signer.pair.public_key().as_ref().to_vec();
        let public = PublicKey { id: signer.id, bytes, made_at: context.now() };
        let mut tx = WorkerTx::begin(&context.login).await?;
        let seed = evidence::find_key(&mut tx, (&public, &fresh)).await?;
        tx.commit().await?;
        Self::new(&seed)
    }

    /// 64 bytes.
    pub(super) fn sign(&self, text: &str) -> Vec<u8> {
        self.pair.sign(text.as_bytes()).as_ref().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};

    #[test]
    fn what_is_signed_verifies_and_nothing_else_does() {
        let signer = Signer::new(&[7; 32]).unwrap();
        let public = UnparsedPublicKey::new(&ED25519, signer.pair.public_key().as_ref());
        let signature = signer.sign("a report");
        assert_eq!((signature.len(), signer.id.len()), (64, 16));
        public.verify(b"a report", &signature).unwrap();
        public.verify(b"a report!", &signature).unwrap_err();
    }
}
