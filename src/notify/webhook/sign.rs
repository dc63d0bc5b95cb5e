//! Signatures of deliveries, by Standard Webhooks: HMAC-SHA256 of `{id}.{timestamp}.{body}`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::problem::Problem;
use crate::secret::Secret;

/// How secrets begin: people and leak scanners know them by it.
const MARK: &str = "whsec_";

/// A secret as its owner is shown it.
pub fn shown(secret: &Secret<Vec<u8>>) -> String {
    format!("{MARK}{}", STANDARD.encode(secret.reveal()))
}

/// The header `webhook-signature`: one for each secret, with spaces between them.
pub fn signature(
    secrets: &[Secret<Vec<u8>>],
    (id, timestamp, body): (&str, i64, &str),
) -> Result<String, Problem> {
    let one = |secret: &Secret<Vec<u8>>| {
        let mac = Hmac::<Sha256>::new_from_slice(secret.reveal()).map_err(Problem::internal)?;
        let mac = mac.chain_update(format!("{id}.{timestamp}.")).chain_update(body);
        Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
    };
    Ok(secrets.iter().map(one).collect::<Result<Vec<_>, Problem>>()?.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of the Standard Webhooks libraries.
    #[test]
    fn the_signature_is_that_of_the_standard() {
        let secret = Secret::new(STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap());
        assert_eq!(shown(&secret), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        let signed = (id, 1_614_265_330, r#"{"test": 2432232314}"#);
        let wanted = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(signature(std::slice::from_ref(&secret), signed).unwrap(), wanted);
        let other = Secret::new(vec![1; 32]);
        let both = signature(&[other, secret], signed).unwrap();
        assert!(both.ends_with(wanted) && both.split(' ').count() == 2);
    }
}
