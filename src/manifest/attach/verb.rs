//! Attach a file: by any party, from filing on, unless the manifest was cancelled. The same file
//! again is the attachment that is there.
//!
//! Must hold: the file is kept before the event that names it is committed. Where the command is
//! refused after all, the file lies there unnamed and is taken away a day later.

use std::cell::Cell;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::asked::{AttachFile, FileSent};
use super::event::Attached;
use super::name::FileName;
use super::row;
use crate::app::App;
use crate::blob::{self, ATTACHMENTS_MAX, MediaType, Sniffed};
use crate::command::{self, Done};
use crate::ctx::Ctx;
use crate::decision::{Decision, Guard, Subject, SubjectKind};
use crate::identity::policy as may;
use crate::ids::ManifestId;
use crate::manifest::act::{Step, open_now, parties_of, write};
use crate::manifest::draft_store;
use crate::manifest::event::Happening;
use crate::manifest::evolve::Manifest;
use crate::manifest::sight::visible;
use crate::manifest::status::{Action, Party, Status, open_to};
use crate::manifest::store::Stored;
use crate::manifest::transport::Noted;
use crate::problem::{Code, Fault, Problem, Text};
use crate::wire::Asked;

/// The manifest with the file, and whether the file is new to it.
pub async fn attach(
    app: &App,
    ctx: &Ctx,
    id: ManifestId,
    asked: Asked<AttachFile>,
    file: FileSent,
) -> Result<(Done<Stored>, bool), Problem> {
    let hash: [u8; 32] = Sha256::digest(&file.bytes).into();
    let content = judged(&hash, asked, &file);
    let is_kept = Cell::new(false);
    let read = async |_| {
        let stored = filed(app, ctx, id).await?;
        if !is_kept.get() && !ctx.validate_only && content.is_ok() && admit(ctx, &stored).is_ok() {
            blob::keep(app, &hash, &file.bytes, ctx.wall).await?;
            is_kept.set(true);
        }
        Ok(stored)
    };
    let done = command::run(app, ctx, read, |stored| decide(stored, &content, ctx)).await?;
    let is_new = match &done {
        Done::Written { position, .. } => position.is_some(),
        Done::Replayed(first) => first.status == CREATED,
        Done::Previewed { .. } => {
            let name = hex::encode(hash);
            let there = filed(app, ctx, id).await?.manifest.attachments;
            there.iter().all(|known| known.data.sha256 != name)
        }
    };
    Ok((done, is_new))
}

/// The status of a first answer that has made something.
const CREATED: i16 = 201;

fn decide(
    stored: &Stored,
    content: &Result<Attached, Problem>,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let Stored { id, manifest, .. } = stored;
    let parties = match (admit(ctx, stored), content) {
        (Ok(parties), _) => parties,
        (Err(state), Err(content)) if state.code() != Code::Forbidden => {
            return Err(state.and(content.clone()));
        }
        (Err(state), _) => return Err(state),
    };
    let content = content.as_ref().map_err(Clone::clone)?;
    if manifest.attachments.iter().any(|known| known.data.sha256 == content.sha256) {
        let subject = Subject::new(SubjectKind::Manifest, id.uuid());
        let read = Guard { subject, version: manifest.version };
        return Ok(Decision::unchanged(read, ctx, 200, Arc::new(stored.clone())));
    }
    if manifest.attachments.len() >= ATTACHMENTS_MAX {
        return Err(too_many());
    }
    let by = parties.iter().map(|party| party.as_str().to_owned()).collect();
    let attached = Attached { by, ..content.clone() };
    let noted = Noted {
        seq: manifest.version,
        occurred_at: ctx.now,
        recorded_at: ctx.now,
        data: attached.clone(),
    };
    let rows = row::rows(*id, &[noted])?;
    let mut step = Step::new(Happening::Attached(attached), ctx.now, "manifest_attached");
    step.add_rows(move |_| rows.clone());
    write(ctx, stored, step, CREATED)
}

/// The filed manifest; of a draft, that it has to be filed first.
async fn filed(app: &App, ctx: &Ctx, id: ManifestId) -> Result<Stored, Problem> {
    let not_found = match visible(app, &ctx.actor, id).await {
        Ok(stored) => return Ok(stored),
        Err(problem) => problem,
    };
    match draft_store::find(&app.pool, &ctx.actor, id).await? {
        Some(draft) => {
            let parties = draft.parties(&ctx.actor);
            may::require(!parties.is_empty())?;
            Err(closed(Status::Draft, open_to(Status::Draft, &parties)))
        }
        None => Err(not_found),
    }
}

/// The parties that the actor attaches it as: 403, 412, then `illegal_transition`.
fn admit(ctx: &Ctx, stored: &Stored) -> Result<Vec<Party>, Problem> {
    let manifest = &stored.manifest;
    let parties = parties_of(&ctx.actor, manifest);
    may::require(!parties.is_empty())?;
    ctx.expect_version(manifest.version)?;
    if manifest.status == Status::Cancelled {
        return Err(closed(manifest.status, open(ctx, manifest)));
    }
    Ok(parties)
}

fn open<'a>(ctx: &'a Ctx, manifest: &'a Manifest) -> impl Iterator<Item = Action> + 'a {
    open_now(&ctx.actor, manifest)
}

fn closed(status: Status, allowed: impl Iterator<Item = Action>) -> Problem {
    let allowed: Vec<&str> = allowed.map(Action::as_str).collect();
    let text = Text::new(
        format!("联单状态为 {}，不能附加文件。", status.as_str()),
        format!("The manifest is {}; nothing can be attached to it.", status.as_str()),
    );
    let fault = Fault::without_field(Code::IllegalTransition, text);
    fault.with("manifest_status", status.as_str()).with("allowed_actions", allowed).into()
}

fn too_many() -> Problem {
    let text = Text::new(
        format!("一份联单最多有 {ATTACHMENTS_MAX} 个附件。"),
        format!("A manifest has at most {ATTACHMENTS_MAX} attachments."),
    );
    Fault::without_field(Code::TooLong, text).into()
}

/// What the event will say of a file: all that is wrong with it else.
fn judged(hash: &[u8; 32], asked: Asked<AttachFile>, file: &FileSent) -> Result<Attached, Problem> {
    let mut faults = Vec::new();
    let media_type = media_type(file).map_err(|fault| faults.push(fault)).ok();
    let own = file.name.as_deref().map(FileName::of_form).transpose();
    let asked = match asked {
        Ok(asked) => Some(asked),
        Err(problem) => {
            faults.extend(problem.faults().iter().cloned());
            None
        }
    };
    let given = asked.as_ref().and_then(|asked| asked.name.clone());
    let name = match (given, own) {
        (Some(name), _) => Some(name),
        (None, Ok(own)) => own,
        (None, Err(not)) => {
            let pointer = Some("/query/name".to_owned());
            faults.push(Fault { pointer, ..not.into() });
            None
        }
    };
    Problem::unless_empty(faults)?;
    let (Some(asked), Some(media_type)) = (asked, media_type) else {
        return Err(Problem::internal("a file without type, and no fault"));
    };
    let kind = asked.kind.as_str();
    let name = name.map_or_else(|| FileName::parse(kind).map_err(Problem::internal), Ok)?;
    Ok(Attached {
        sha256: hex::encode(hash),
        bytes: file.bytes.len() as i64,
        media_type: media_type.as_str().to_owned(),
        name: name.of_type(media_type).as_str().to_owned(),
        kind: kind.to_owned(),
        by: Vec::new(),
    })
}

/// What the file is, if that is what it was sent as.
fn media_type(file: &FileSent) -> Result<MediaType, Fault> {
    if file.bytes.is_empty() {
        return Err(missing());
    }
    let kind = match blob::sniff(&file.bytes) {
        Sniffed::Whole(kind) => kind,
        Sniffed::Broken(kind) => return Err(broken(kind)),
        Sniffed::Other => return Err(other()),
    };
    match file.declared {
        Some(declared) if declared != kind => Err(mismatch(declared, kind)),
        _ => Ok(kind),
    }
}

const FILE: &str = "/file";

fn missing() -> Fault {
    let text = Text::new("没有文件，或文件为空。", "There is no file, or it is empty.");
    Fault::new(Code::Required, FILE, text)
}

fn broken(kind: MediaType) -> Fault {
    let text = Text::new(
        format!("文件不完整或已损坏：以 {kind} 开头，却没有其结尾。请重新拍摄或导出后上传。"),
        format!("The file is cut off or damaged: it begins as {kind} and does not end as one."),
    );
    Fault::new(Code::FileBroken, FILE, text)
}

fn other() -> Fault {
    let text = Text::new(
        "文件内容不是 JPEG、PNG、WebP、HEIC 图片或 PDF。",
        "The file is no JPEG, PNG, WebP or HEIC picture and no PDF.",
    );
    Fault::new(Code::FileMismatch, FILE, text)
}

fn mismatch(declared: MediaType, kind: MediaType) -> Fault {
    let text = Text::new(
        format!("文件声明为 {declared}，内容却是 {kind}。"),
        format!("The file was sent as {declared}, and it is {kind}."),
    );
    Fault::new(Code::FileMismatch, FILE, text)
}
