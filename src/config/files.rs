//! Settings of attached files: how large, and where.

use super::{BadSetting, Environment};
use crate::blob::{ATTACHMENT_BYTES_CEILING, ATTACHMENT_BYTES_MAX, Files, ObjectSettings};
use crate::secret::Secret;

const BUCKET: &str = "LIANDAN_OBJECTS_BUCKET";
const PREFIX: &str = "LIANDAN_OBJECTS_PREFIX";
const ENDPOINT: &str = "LIANDAN_OBJECTS_ENDPOINT";
const REGION: &str = "LIANDAN_OBJECTS_REGION";
const KEY_ID: &str = "LIANDAN_OBJECTS_KEY_ID";
const SECRET: &str = "LIANDAN_OBJECTS_SECRET";

/// What the store's own clients take where nothing else is said.
const USUAL_REGION: &str = "us-east-1";

pub(super) fn files(env: &Environment) -> Result<Files, BadSetting> {
    const NAME: &str = "LIANDAN_ATTACHMENT_MIB_MAX";
    let mib: Option<usize> = env.parsed(NAME, "a number of MiB")?;
    let bytes_max = mib.map_or(ATTACHMENT_BYTES_MAX, |mib| mib.saturating_mul(1024 * 1024));
    if !(1..=ATTACHMENT_BYTES_CEILING).contains(&bytes_max) {
        return Err(BadSetting::new(NAME, "must be from 1 to 64"));
    }
    Ok(Files { bytes_max, objects: objects(env)? })
}

/// The object store, if one is set: then all of it.
pub(crate) fn objects(env: &Environment) -> Result<Option<ObjectSettings>, BadSetting> {
    let Some(bucket) = env.text(BUCKET) else {
        let stray = [PREFIX, ENDPOINT, REGION, KEY_ID, SECRET];
        let stray = stray.into_iter().find(|name| env.text(name).is_some());
        let alone = |name| Err(BadSetting::new(name, "is set, and LIANDAN_OBJECTS_BUCKET is not"));
        return stray.map_or(Ok(None), alone);
    };
    let endpoint = env.text(ENDPOINT).map(|text| text.trim_end_matches('/').to_owned());
    let is_address = |text: &String| text.starts_with("https://") || text.starts_with("http://");
    if endpoint.as_ref().is_some_and(|text| !is_address(text)) {
        return Err(BadSetting::new(ENDPOINT, "must begin with https:// or http://"));
    }
    Ok(Some(ObjectSettings {
        bucket: bucket.to_owned(),
        prefix: env.text(PREFIX).unwrap_or_default().to_owned(),
        endpoint,
        region: env.text(REGION).unwrap_or(USUAL_REGION).to_owned(),
        key_id: env.required(KEY_ID)?.to_owned(),
        secret: Secret::new(env.required(SECRET)?.to_owned()),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_set_whole_or_not_at_all() {
        let whole = [(BUCKET, "b"), (KEY_ID, "k"), (SECRET, "hunter22"), (ENDPOINT, "http://a/")];
        let read = objects(&Environment::of(&whole)).unwrap().unwrap();
        assert_eq!((read.endpoint.as_deref(), &*read.region), (Some("http://a"), USUAL_REGION));
        assert!(!format!("{read:?}").contains("hunter22"));
        assert!(objects(&Environment::of(&[])).unwrap().is_none());
        for (wrong, name) in [
            (&whole[..2], SECRET),
            (&whole[1..], ENDPOINT),
            (&[(BUCKET, "b"), (SECRET, "s")][..], KEY_ID),
            (&[(BUCKET, "b"), (ENDPOINT, "minio:9000")][..], ENDPOINT),
        ] {
            assert_eq!(objects(&Environment::of(wrong)).unwrap_err().name, name);
        }
    }
}
