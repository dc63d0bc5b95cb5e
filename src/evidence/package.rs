//! The evidence package: one manifest and its chain, written member by member while it is sent.
//!
//! Must hold: memory does not grow with it. Pages and lists are of one manifest; bundles are made
//! one after the other, files go through in pieces. What is in it depends on who asks: a bundle
//! that the asker may not read is not there, and the README says how many.

use std::collections::{HashSet, VecDeque};

use uuid::Uuid;

use super::dossier::{Dossier, of_events};
use super::page::{Frame, page};
use super::readme::{Content, readme};
use super::timeline::entries;
use super::view::timeline_view;
use super::zip::Archive;
use crate::app::App;
use crate::blob::{self, Pieces};
use crate::ctx::Ctx;
use crate::custody::{self, Checkpoint, CustodyBundle, Signing};
use crate::decision::{Subject, SubjectKind};
use crate::ids::ManifestId;
use crate::manifest::{self, AttachmentView, ChainView};
use crate::problem::{Code, Lang, Problem, Text};
use crate::track;
use crate::wire::Sha256Hex;

/// Manifests of a chain whose bundles are in a package: each is a few hundred kilobytes at most.
pub(super) const BUNDLES_MAX: usize = 200;

/// What is still to be written.
pub(super) enum Member {
    Text(String, String),
    /// The bundle of another manifest, read when its turn comes.
    Bundle(ManifestId, String),
    /// The bundle of another subject that a case rests on; who gets it was asked before.
    Chain(Subject, String),
    /// What devices told, under the hash that the log has of it.
    Readings(Uuid, String),
    File([u8; 32], String),
}

/// A file on its way into the package.
struct Flowing {
    pieces: Pieces,
    name: String,
}

/// A package on its way out.
pub struct Package {
    /// The manifest's number: the package's name.
    pub number: String,
    ctx: Ctx,
    archive: Option<Archive>,
    left: VecDeque<Member>,
    file: Option<Flowing>,
    /// The device keys whose bundles are in it, or will be.
    devices: HashSet<Uuid>,
}

/// Begins the package of a manifest, as far as the asker may read it: else 404. 503 where no
/// checkpoint covers it in time.
pub async fn package(app: &App, ctx: &Ctx, id: ManifestId) -> Result<Package, Problem> {
    let bundle = custody::bundle(app, &ctx.actor, id).await?;
    let dossier = of_events(app, &ctx.actor, (id, bundle.events.clone())).await?;
    let chain = match manifest::chain(app, &ctx.actor, id).await {
        Ok(chain) => Some(chain).filter(|chain| chain.manifests.len() > 1),
        // Whoever was a party until an amendment sees no chain.
        Err(problem) if problem.code() == Code::NotFound => None,
        Err(problem) => return Err(problem),
    };
    let number = dossier.replayed.manifest.filed.number.clone();
    let mut left = VecDeque::new();
    let linked = linked(app, ctx, (id, chain.as_ref())).await?;
    let files = files(&number, &dossier.view(Lang::Zh).attachments);
    let mut all_files = files.clone();
    for (_, number, attachments) in &linked.manifests {
        all_files.extend(self::files(number, attachments));
    }
    let told = Told { dossier: &dossier, bundle: &bundle, chain: chain.as_ref(), files: &files };
    let keys = custody::all_keys(app).await?;
    left.extend(told.texts(ctx, (&linked, all_files.len(), keys))?);
    let others = linked.manifests.iter();
    left.extend(others.map(|(id, number, _)| Member::Bundle(*id, bundle_name(number))));
    left.extend(all_files.into_iter().map(|(hash, path)| Member::File(hash, path)));
    let mut package = Package::of(number, ctx, left);
    package.devices_of(&bundle);
    Ok(package)
}

pub(super) fn bundle_name(number: &str) -> String {
    format!("bundles/{number}.json")
}

/// A file's hash, and where in the package it is.
type FileAt = ([u8; 32], String);

/// Named by event and hash: the names that people gave are in the account.
fn files(number: &str, attachments: &[AttachmentView]) -> Vec<FileAt> {
    let file = |one: &AttachmentView| {
        let hash = Sha256Hex::parse(&one.sha256)?.0;
        let ending = blob::MediaType::parse(&one.media_type)?.extension();
        let short = one.sha256.get(..12)?;
        Some((hash, format!("attachments/{number}/{:03}-{short}.{ending}", one.seq)))
    };
    attachments.iter().filter_map(file).collect()
}

/// The other manifests of the chain that the asker may read.
struct LinkedManifests {
    manifests: Vec<(ManifestId, String, Vec<AttachmentView>)>,
    left_out: Vec<Text>,
}

async fn linked(
    app: &App,
    ctx: &Ctx,
    (own, chain): (ManifestId, Option<&ChainView>),
) -> Result<LinkedManifests, Problem> {
    let mut linked = LinkedManifests { manifests: Vec::new(), left_out: Vec::new() };
    let Some(chain) = chain else { return Ok(linked) };
    let others: Vec<ManifestId> = chain
        .manifests
        .iter()
        .map(|one| ManifestId::of(one.manifest_id))
        .filter(|id| *id != own)
        .collect();
    let mut unseen = 0;
    let mut beyond = 0;
    for stored in manifest::by_ids(&app.pool, &others).await? {
        if !manifest::sees(&ctx.actor, &stored.manifest) {
            unseen += 1;
        } else if linked.manifests.len() >= BUNDLES_MAX {
            beyond += 1;
        } else {
            let attachments = manifest::attachments(&stored.manifest);
            let number = stored.manifest.filed.number;
            linked.manifests.push((stored.id, number, attachments));
        }
    }
    linked.manifests.sort_by(|one, other| one.1.cmp(&other.1));
    if unseen > 0 {
        linked.left_out.push(Text::new(
            format!("另有 {unseen} 份关联联单无权查看，未包括在内。"),
            format!("{unseen} linked manifests are not in it: the asker may not read them."),
        ));
    }
    if beyond > 0 || chain.is_truncated {
        linked.left_out.push(Text::new(
            format!("关联联单过多，只包括 {BUNDLES_MAX} 份。"),
            format!("There are more linked manifests: {BUNDLES_MAX} of them are in it."),
        ));
    }
    Ok(linked)
}

/// What the texts of a package are made of.
struct Told<'a> {
    dossier: &'a Dossier,
    bundle: &'a CustodyBundle,
    chain: Option<&'a ChainView>,
    files: &'a [FileAt],
}

impl Told<'_> {
    fn texts(
        &self,
        ctx: &Ctx,
        (linked, files, keys): (&LinkedManifests, usize, String),
    ) -> Result<Vec<Member>, Problem> {
        // While the log's key is replaced another process may have signed it, with the other one.
        let head = Checkpoint::of_note(&self.bundle.checkpoint)
            .ok_or_else(|| Problem::internal("the checkpoint is none"))?;
        let number = &self.dossier.replayed.manifest.filed.number;
        let content = Content {
            number,
            origin: &head.origin,
            size: head.size,
            bundles: linked.manifests.len() + 1,
            files,
            left_out: &linked.left_out,
        };
        let text = |name: &str, text: String| Member::Text(name.to_owned(), text);
        let mut texts = vec![text("README.txt", readme(&content))];
        let entries = entries(self.dossier)?;
        let root = hex::encode(head.root);
        let path = |hash: &str| {
            let found = self.files.iter().find(|(known, _)| hex::encode(known) == hash);
            found.map(|(_, path)| path.clone())
        };
        for (lang, name) in [(Lang::Zh, "account.zh.html"), (Lang::En, "account.en.html")] {
            let frame = Frame {
                lang,
                log: (&head.origin, head.size, &root),
                made_at: ctx.now,
                chain: self.chain,
                files: &path,
            };
            texts.push(text(name, page(self.dossier, &entries, &frame)));
        }
        let json = |value: serde_json::Result<String>| value.map_err(Problem::internal);
        let line = timeline_view(self.dossier, &entries, ctx.lang);
        texts.push(text("timeline.json", json(serde_json::to_string(&line))?));
        if let Some(chain) = self.chain {
            texts.push(text("chain.json", json(serde_json::to_string(chain))?));
        }
        texts.push(text("log.pub", keys));
        texts.push(text(&bundle_name(number), json(serde_json::to_string(self.bundle))?));
        Ok(texts)
    }
}

/// The list of all members, the last of them.
const LIST: &str = "MANIFEST.sha256";

impl Package {
    /// One that nothing of is written yet.
    pub(super) fn of(number: String, ctx: &Ctx, left: VecDeque<Member>) -> Self {
        let archive = Some(Archive::begin());
        Self { number, ctx: ctx.clone(), archive, left, file: None, devices: HashSet::new() }
    }

    /// The bundles of the device keys that a bundle is signed with come into the package as well:
    /// they show whose the devices are.
    fn devices_of(&mut self, bundle: &CustodyBundle) {
        for signing in bundle.events.iter().filter_map(|event| Signing::of(&event.body)) {
            let id = signing.key_id;
            if self.devices.insert(id) {
                let subject = Subject::new(SubjectKind::DeviceKey, id);
                self.left.push_back(Member::Chain(subject, format!("devices/{id}.json")));
            }
        }
    }

    /// The next bytes; none at the end.
    pub async fn next(&mut self, app: &App) -> Result<Option<Vec<u8>>, Problem> {
        loop {
            let Some(archive) = &mut self.archive else { return Ok(None) };
            if let Some(mut file) = self.file.take() {
                match file.pieces.next().await {
                    Ok(Some(piece)) => {
                        archive.write(&piece)?;
                        self.file = Some(file);
                        return Ok(Some(archive.take()));
                    }
                    Ok(None) => {}
                    Err(problem) => absent(archive, &file.name, &problem)?,
                }
                continue;
            }
            let Some(member) = self.left.pop_front() else {
                archive.list(LIST)?;
                return self.archive.take().map(Archive::finish).transpose();
            };
            self.write(app, member).await?;
            let bytes = self.archive.as_mut().map(Archive::take).unwrap_or_default();
            if !bytes.is_empty() {
                return Ok(Some(bytes));
            }
        }
    }

    async fn write(&mut self, app: &App, member: Member) -> Result<(), Problem> {
        let json = |bundle: &CustodyBundle| serde_json::to_vec(bundle).map_err(Problem::internal);
        let (name, content) = match member {
            Member::Text(name, text) => (name, text.into_bytes()),
            Member::Bundle(id, name) => {
                let bundle = custody::bundle(app, &self.ctx.actor, id).await?;
                self.devices_of(&bundle);
                (name, json(&bundle)?)
            }
            Member::Chain(subject, name) => {
                (name, json(&custody::chain_bundle(app, subject).await?)?)
            }
            Member::Readings(id, name) => {
                let content = track::contents(&app.pool, &[id]).await?.remove(&id);
                (name, content.unwrap_or_default().into_bytes())
            }
            Member::File(hash, name) => return self.begin_file(app, (hash, name)).await,
        };
        let Some(archive) = &mut self.archive else { return Ok(()) };
        archive.member(&name, true)?;
        archive.write(&content)
    }

    /// A file that is lost takes nothing else with it: that it is lost is what is told.
    async fn begin_file(
        &mut self,
        app: &App,
        (hash, name): ([u8; 32], String),
    ) -> Result<(), Problem> {
        let Some(archive) = &mut self.archive else { return Ok(()) };
        let begun = async {
            let mut pieces = blob::pieces(app, hash).await?;
            Ok((pieces.next().await?, pieces))
        };
        match begun.await {
            Ok((first, pieces)) => {
                archive.member(&name, false)?;
                archive.write(&first.unwrap_or_default())?;
                self.file = Some(Flowing { pieces, name });
                Ok(())
            }
            Err(problem) => absent(archive, &name, &problem),
        }
    }
}

/// In the place of a file, or beside what there is of it, why it is not whole.
fn absent(archive: &mut Archive, name: &str, problem: &Problem) -> Result<(), Problem> {
    tracing::error!(file = name, cause = ?problem.cause, "an attachment is not as it was attached");
    archive.member(&format!("{name}.MISSING.txt"), true)?;
    archive.write(MISSING.as_bytes())
}

const MISSING: &str = "\
此附件已无法按原样读出：文件丢失、被改动或暂时不可用。事件记载的哈希见文件名和存证包；哈希不符的内容不是原附件。

This attachment cannot be read as it was attached: it was lost or altered, or its store does not
answer. Its name and the bundle tell the hash that its event has; whatever has another hash is not
what was attached.
";
