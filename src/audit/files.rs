//! The last walk: every file that an attachment names is there and has the hash that the event has.

use sha2::{Digest, Sha256};
use tokio::task::spawn_blocking;

use super::file_store::{self, FileRow};
use super::finding::{Check, Finding, Findings};
use super::run::AuditError;
use super::store::Source;
use crate::blob::Objects;
use crate::decision::{Subject, SubjectKind};
use crate::problem::Text;

/// Hashes them all; answers how many there are.
pub async fn walk(
    (source, objects): (&Source, Option<&Objects>),
    findings: &mut Findings,
    tell: &mut dyn FnMut(u64, u64),
) -> Result<u64, AuditError> {
    let (mut done, mut after) = (0, Vec::new());
    while let Some(mut file) = file_store::next(source, &after).await? {
        after.clone_from(&file.hash);
        if let (None, Some(bytes), Some(objects)) = (&file.content, file.bytes, objects) {
            file.content = fetched(objects, (&file.hash, bytes)).await?;
        }
        let wrong = spawn_blocking(move || wrong(&file)).await?;
        if let Some(text) = wrong {
            for id in file_store::named_by(source, &after).await? {
                let subject = Subject::new(SubjectKind::Manifest, id);
                findings.add(Finding::new(Check::File, text.clone()).of(subject));
            }
        }
        done += 1;
        tell(done, findings.count);
    }
    Ok(done)
}

/// The bytes of a file that is in the object store; none where it is not there.
async fn fetched(
    objects: &Objects,
    (hash, bytes): (&[u8], i64),
) -> Result<Option<Vec<u8>>, AuditError> {
    let (Ok(hash), Ok(bytes)) = (hash.try_into(), bytes.try_into()) else { return Ok(None) };
    objects.whole(&hash, bytes).await.map_err(|_| AuditError::Objects)
}

fn wrong(file: &FileRow) -> Option<Text> {
    let name = hex::encode(&file.hash);
    let Some(content) = &file.content else {
        return Some(Text::new(
            format!("附件 {name} 的文件不在数据库中，也不在对象存储中。"),
            format!("The file of attachment {name} is neither in the database nor in a store."),
        ));
    };
    let is_it = Sha256::digest(content)[..] == file.hash[..]
        && file.bytes == i64::try_from(content.len()).ok();
    (!is_it).then(|| {
        Text::new(
            format!("附件 {name} 的文件已被改动。"),
            format!("The file of attachment {name} was altered."),
        )
    })
}
