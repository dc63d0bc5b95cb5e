//! The bundle: a chain with what proves it, a manifest's or that of any other subject, for whoever
//! trusts nobody (custody.md, "The bundle"); and the proof of one event as the text of C2SP
//! `tlog-proof`.

use std::collections::HashMap;
use std::fmt::{self, Formatter};
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::checkpoint::witnessed_covering;
use super::merkle::Hash;
use super::note::base64;
use super::proof;
use super::store::Published;
use crate::app::App;
use crate::ctx::Actor;
use crate::decision::{Subject, SubjectKind};
use crate::ids::ManifestId;
use crate::journal;
use crate::manifest;
use crate::problem::Problem;

/// The only form there is.
pub const FORMAT: &str = "liandan-custody/1";

/// A subject's whole chain, with a checkpoint that covers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustodyBundle {
    /// `liandan-custody/1`.
    pub format: String,
    #[serde(deserialize_with = "object")]
    pub subject: BundleSubject,
    /// The signed note (C2SP tlog-checkpoint), text.
    pub checkpoint: String,
    /// Oldest first.
    #[serde(deserialize_with = "objects")]
    pub events: Vec<BundleEvent>,
}

/// Whose chain it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BundleSubject {
    pub kind: String,
    #[serde(deserialize_with = "plain_id")]
    pub id: Uuid,
}

/// An event, and its place in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BundleEvent {
    /// Position in the log.
    pub index: u64,
    /// The canonical JSON that was hashed, as it was hashed.
    pub body: String,
    /// Inclusion path of leaf `index` in the checkpoint's tree: 32 bytes each, base64.
    pub proof: Vec<String>,
}

impl CustodyBundle {
    /// Reads one: objects with these members and no others, an id in its one spelling. What is
    /// proved is the file as it is, not what could be made of it.
    pub fn read(text: &str) -> serde_json::Result<Self> {
        serde_json::from_str(text).map(|Object(bundle)| bundle)
    }
}

/// An object by the names of its members. What serde makes for a struct takes an array of their
/// values as well.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = T;

            fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(members))
            }
        }
        deserializer.deserialize_map(Members(PhantomData)).map(Self)
    }
}

fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    Object::deserialize(from).map(|Object(it)| it)
}

fn objects<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    let all: Vec<Object<T>> = Vec::deserialize(from)?;
    Ok(all.into_iter().map(|Object(it)| it).collect())
}

/// An id as it is written here: lower case, with hyphens.
fn plain_id<'de, D: Deserializer<'de>>(from: D) -> Result<Uuid, D::Error> {
    let text = String::deserialize(from)?;
    let id = Uuid::try_parse(&text).ok().filter(|id| id.to_string() == text);
    id.ok_or_else(|| D::Error::custom("an id that is no UUID in lower case with hyphens"))
}

/// The bundle of a manifest, as far as the actor may read it. 503 where no checkpoint covers its
/// newest event in time.
pub async fn bundle(app: &App, actor: &Actor, id: ManifestId) -> Result<CustodyBundle, Problem> {
    let stored = manifest::readable(app, actor, id).await?;
    let rows = manifest::events(&app.pool, id, Some(stored.manifest.version)).await?;
    let rows = rows.into_iter().map(|row| (row.position, row.body)).collect();
    of_chain(app, Subject::new(SubjectKind::Manifest, id.uuid()), rows).await
}

/// The bundle of any subject's whole chain: an entry of a ledger or register, the readings of a
/// device. Who may read it is the caller's to ask.
pub async fn chain_bundle(app: &App, subject: Subject) -> Result<CustodyBundle, Problem> {
    let rows = journal::whole(&app.pool, subject.id).await?;
    of_chain(app, subject, rows).await
}

async fn of_chain(
    app: &App,
    subject: Subject,
    rows: Vec<(i64, String)>,
) -> Result<CustodyBundle, Problem> {
    let positions: Vec<i64> = rows.iter().map(|(position, _)| *position).collect();
    let (published, mut proofs) = proofs(app, &positions).await?;
    let event = |(position, body): (i64, String)| {
        let index = index(position)?;
        let proof = proofs.remove(&index).unwrap_or_default();
        Ok(BundleEvent { index, body, proof: proof.iter().map(base64).collect() })
    };
    let events: Result<Vec<BundleEvent>, Problem> = rows.into_iter().map(event).collect();
    Ok(CustodyBundle {
        format: FORMAT.to_owned(),
        subject: BundleSubject { kind: subject.kind.as_str().to_owned(), id: subject.id },
        checkpoint: published.shown(),
        events: events?,
    })
}

/// The proof of one event of a manifest: C2SP `tlog-proof`, without extra data.
pub async fn event_proof(
    app: &App,
    actor: &Actor,
    (id, seq): (ManifestId, i64),
) -> Result<String, Problem> {
    manifest::readable(app, actor, id).await?;
    let row = manifest::event(&app.pool, id, seq).await?.ok_or_else(Problem::not_found)?;
    let index = index(row.position)?;
    let (published, mut proofs) = proofs(app, &[row.position]).await?;
    let proof = proofs.remove(&index).unwrap_or_default();
    Ok(proof_text(index, &proof, &published.shown()))
}

fn proof_text(index: u64, proof: &[Hash], note: &str) -> String {
    let mut text = format!("c2sp.org/tlog-proof@v1\nindex {index}\n");
    for hash in proof {
        text.push_str(&base64(hash));
        text.push('\n');
    }
    text.push('\n');
    text.push_str(note);
    text
}

fn index(position: i64) -> Result<u64, Problem> {
    u64::try_from(position).map_err(Problem::internal)
}

type Proofs = HashMap<u64, Vec<Hash>>;

/// A checkpoint that covers these events, and the proof of each in its tree.
async fn proofs(
    app: &App,
    positions: &[i64],
) -> Result<(std::sync::Arc<Published>, Proofs), Problem> {
    let entries: Result<Vec<u64>, Problem> = positions.iter().map(|one| index(*one)).collect();
    let entries = entries?;
    let last = entries.iter().max().copied();
    let last = last.ok_or_else(|| Problem::internal("a chain without events"))?;
    let published = witnessed_covering(app, last).await?;
    let proofs = proof::inclusion(&app.pool, published.size, &entries).await?;
    Ok((published, proofs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_has_one_form() {
        let id = "01890a5d-ac96-774b-bcce-00000000000a";
        let of = |subject: &str, event: &str, more: &str| {
            let head = format!(r#""format":"{FORMAT}","subject":{subject},"checkpoint":"""#);
            format!(r#"{{{head},"events":[{event}]{more}}}"#)
        };
        let subject = format!(r#"{{"kind":"manifest","id":"{id}"}}"#);
        let event = r#"{"index":0,"body":"{}","proof":[]}"#;
        let bundle = CustodyBundle::read(&of(&subject, event, "")).unwrap();
        assert_eq!((bundle.subject.id.to_string(), bundle.events.len()), (id.to_owned(), 1));
        for other in [
            of(&subject.replace("000a", "000A"), event, ""),
            of(&subject.replace('-', ""), event, ""),
            of(&subject.replace(id, &format!("{{{id}}}")), event, ""),
            of(&subject.replace(id, &format!("urn:uuid:{id}")), event, ""),
            of(&subject.replace('}', r#","more":1}"#), event, ""),
            of(&format!(r#"["manifest","{id}"]"#), event, ""),
            of(&subject, r#"[0,"{}",[]]"#, ""),
            of(&subject, &event.replace("]}", r#"],"more":1}"#), ""),
            of(&subject, event, r#","more":1"#),
            format!(r#"["{FORMAT}",{subject},"",[{event}]]"#),
        ] {
            assert!(CustodyBundle::read(&other).is_err(), "{other}");
        }
    }

    #[test]
    fn a_proof_is_the_text_of_the_specification() {
        let note = "a\n7\nroot\n\n\u{2014} a sig\n";
        let text = proof_text(5, &[[0; 32], [255; 32]], note);
        let (zeros, ones) = (base64(&[0; 32]), base64(&[255; 32]));
        let wanted = format!("c2sp.org/tlog-proof@v1\nindex 5\n{zeros}\n{ones}\n\n{note}");
        assert_eq!(text, wanted);
        let alone = proof_text(0, &[], note);
        assert_eq!(alone, format!("c2sp.org/tlog-proof@v1\nindex 0\n\n{note}"));
    }
}
