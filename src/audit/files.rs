//! The last walk: every file that an attachment names is there and has the hash that the event has.

use sha2::{Digest, Sha256};
use tokio::task::spawn_blocking;

use super::file_store::{self, FileRow};
use super::finding::{Check, Finding, Findings};
use super::run::AuditError;
use super::store::Source;
use crate::decision::{Subject, SubjectKind};
use crate::problem::Text;

/// Hashes them all; answers how many there are.
pub async fn walk(
    source: &Source,
    findings: &mut Findings,
    tell: &mut dyn FnMut(u64, u64),
) -> Result<u64, AuditError> {
    let (mut done, mut after) = (0, Vec::new());
    while let Some(file) = file_store::next(source, &after).await? {
        after.clone_from(&file.hash);
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

fn wrong(file: &FileRow) -> Option<Text> {
    let name = hex::encode(&file.hash);
    let Some(content) = &file.content else {
        return Some(Text::new(
            format!("附件 {name} 的文件不存在。"),
            format!("The file of attachment {name} is not there."),
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
