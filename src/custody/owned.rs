//! Whether what devices have signed in a bundle is theirs who are said to have signed: each key's
//! own bundle shows whose it is. Needs no database and no network.

use std::collections::HashSet;

use super::devices::{Devices, Signing};
use super::keys::VerifierKey;
use super::verify::{Given, Verified, Wrong, verify};
use crate::decision::SubjectKind;
use crate::problem::Text;

/// Holds the signatures of a bundle against the bundles of the keys, each with the name of its
/// file. Errors: what is wrong with one of those, or the first event whose signer's key it is not.
pub fn owned(
    verified: &mut Verified,
    (chains, keys): (&[(String, String)], &[VerifierKey]),
) -> Result<(), Wrong> {
    let mut devices = Devices::default();
    for (name, text) in chains {
        learn(&mut devices, text, keys)
            .map_err(|wrong| Wrong { at: format!("{name}{}", wrong.at), ..wrong })?;
    }
    let mut found = HashSet::new();
    for (n, event) in verified.bundle.events.iter().enumerate() {
        let Some(signing) = Signing::of(&event.body) else { continue };
        if let Some(wrong) = devices.wrong(event.index.cast_signed(), &signing) {
            return Err(Wrong { at: format!("/events/{n}/body/signature"), text: wrong.text() });
        }
        found.insert(signing.key_id);
    }
    verified.devices = Some(found.len());
    Ok(())
}

fn learn(devices: &mut Devices, text: &str, keys: &[VerifierKey]) -> Result<(), Wrong> {
    let verified = verify(&Given { bundle: text, keys, witnesses: &[], older: None })?;
    let bundle = &verified.bundle;
    if bundle.subject.kind != SubjectKind::DeviceKey.as_str() {
        let text = Text::new("不是设备密钥的存证包。", "It is no bundle of a device key.");
        return Err(Wrong { at: "/subject/kind".to_owned(), text });
    }
    for event in &bundle.events {
        devices.learn(event.index.cast_signed(), &event.body);
    }
    Ok(())
}
