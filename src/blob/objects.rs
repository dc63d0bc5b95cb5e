//! Files in an S3-compatible store (MinIO, Ceph, a cloud's), where a deployment says so. Their rows
//! stay in the database, without the bytes.

use std::sync::Arc;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::path::Path;
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt, RetryConfig};

use super::settings::ObjectSettings;
use crate::problem::Problem;

/// How long one request to the store may take: a file's whole upload is one.
const REQUEST_S_MAX: Duration = Duration::from_mins(1);

/// How often a request that failed on the way is tried again, and for how long in all: a client
/// waits meanwhile.
const RETRIES_MAX: usize = 2;
const RETRY_S_MAX: Duration = Duration::from_secs(20);

/// The store, and below what its files are.
#[derive(Clone, Debug)]
pub struct Objects {
    store: Arc<dyn ObjectStore>,
    prefix: String,
}

impl Objects {
    /// Reaches nothing yet. Errors: why the settings are none.
    pub fn open(settings: &ObjectSettings) -> Result<Self, String> {
        let retry = RetryConfig {
            max_retries: RETRIES_MAX,
            retry_timeout: RETRY_S_MAX,
            ..RetryConfig::default()
        };
        let client = ClientOptions::new().with_timeout(REQUEST_S_MAX);
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&settings.bucket)
            .with_region(&settings.region)
            .with_access_key_id(&settings.key_id)
            .with_secret_access_key(settings.secret.reveal())
            .with_client_options(client)
            .with_retry(retry)
            // Deleting many at once is what not every store can do, and nobody here needs it.
            .with_disable_bulk_delete(true);
        if let Some(endpoint) = &settings.endpoint {
            // Whoever runs a store of one's own rarely has a name for each bucket.
            builder = builder
                .with_endpoint(endpoint)
                .with_allow_http(endpoint.starts_with("http://"))
                .with_virtual_hosted_style_request(false);
        }
        let store = builder.build().map_err(|err| err.to_string())?;
        Ok(Self { store: Arc::new(store), prefix: settings.prefix.clone() })
    }

    /// Where a file is: two letters of its hash make the folders, so that none has too many.
    fn path(&self, hash: &[u8; 32]) -> Path {
        let name = hex::encode(hash);
        let (folder, rest) = name.split_at(2);
        let above = self.prefix.split('/').filter(|part| !part.is_empty());
        above.chain([folder, rest]).collect()
    }

    /// Puts a file there, whether or not it is there already.
    pub async fn put(&self, hash: &[u8; 32], bytes: Vec<u8>) -> Result<(), Problem> {
        let put = self.store.put(&self.path(hash), bytes.into()).await;
        put.map(drop).map_err(|err| away(&err))
    }

    /// Some of a file's bytes, from `at` to `end`.
    pub async fn piece(
        &self,
        hash: &[u8; 32],
        (at, end): (u64, u64),
    ) -> Result<Option<Vec<u8>>, Problem> {
        match self.store.get_range(&self.path(hash), at..end).await {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(err) => Err(away(&err)),
        }
    }

    /// A whole file, for whoever checks it: none where it is not there, and no bytes where it is
    /// not as long as it should be, however long it is.
    pub async fn whole(&self, hash: &[u8; 32], length: u64) -> Result<Option<Vec<u8>>, Problem> {
        let got = match self.store.get(&self.path(hash)).await {
            Ok(got) => got,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(err) => return Err(away(&err)),
        };
        if got.meta.size != length {
            return Ok(Some(Vec::new()));
        }
        got.bytes().await.map(|bytes| Some(bytes.into())).map_err(|err| away(&err))
    }

    /// Takes a file away; one that is not there is none.
    pub async fn delete(&self, hash: &[u8; 32]) -> Result<(), Problem> {
        match self.store.delete(&self.path(hash)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(err) => Err(away(&err)),
        }
    }
}

/// The store does not answer, or not as it should: 503, and the log says what.
fn away(err: &object_store::Error) -> Problem {
    tracing::warn!(error = %err, "the object store");
    Problem::busy()
}
