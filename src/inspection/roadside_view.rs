//! The roadside's answer: what rides, who drives it, what to do if it spills, and how far it can
//! be proven; or the attestation that nothing does.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::model::Asked;
use super::roadside::{Look, Riding};
use crate::app::App;
use crate::clock::rfc3339;
use crate::container::ContainerView;
use crate::ctx::Ctx;
use crate::manifest::{self, ManifestView};
use crate::problem::{Lang, Text};
use crate::registry::VehicleView;

/// What rides on it now.
#[derive(Serialize, ToSchema)]
pub struct RoadsideView {
    /// Nothing of what was asked for is on the road: see `attestation`.
    pub nothing: bool,
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub at: String,
    /// Everything in the log below this position was seen: a later event is not in this answer.
    pub log_size: i64,
    /// Leaf hash of the log's last event then, hex; null while the log is empty.
    #[schema(required)]
    pub last_leaf_hash: Option<String>,
    #[schema(required)]
    pub attestation: Option<AttestationView>,
    /// The vehicle of the plate, as it is registered; null where none is, or none was asked for.
    #[schema(required)]
    pub vehicle: Option<VehicleView>,
    #[schema(required)]
    pub container: Option<ContainerView>,
    /// What was found: by plate what rides on it, by number or container that manifest, on the
    /// road or not.
    pub manifests: Vec<RidingView>,
}

/// That nothing rides, as of a moment and a place in the log.
#[derive(Serialize, ToSchema)]
pub struct AttestationView {
    pub statement: String,
    #[schema(required)]
    pub plate: Option<String>,
    #[schema(required)]
    pub number: Option<String>,
    #[schema(required)]
    pub container_code: Option<String>,
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub at: String,
    pub log_size: i64,
    #[schema(required)]
    pub last_leaf_hash: Option<String>,
}

/// A manifest at the roadside.
#[derive(Serialize, ToSchema)]
pub struct RidingView {
    /// Its load is on the road.
    pub riding: bool,
    /// Who drives it; null where the register has no such driver any more.
    #[schema(required)]
    pub driver: Option<DriverSeenView>,
    /// How far it can be proven.
    pub proof: ProofView,
    pub manifest: ManifestView,
}

/// The driver, to be compared with who sits there.
#[derive(Serialize, ToSchema)]
pub struct DriverSeenView {
    pub id: uuid::Uuid,
    pub name: String,
    pub phone: String,
    pub licence_no: String,
    #[schema(required)]
    pub licence_valid_to: Option<NaiveDate>,
    pub status: String,
}

/// Where the manifest's newest event stands in the log.
#[derive(Serialize, ToSchema)]
pub struct ProofView {
    pub seq: i64,
    /// Its position in the log.
    pub index: i64,
    /// Its leaf hash, hex: the head of the manifest's chain.
    pub leaf_hash: String,
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub recorded_at: String,
}

/// The look as the inspector sees it.
pub fn roadside_view(app: &App, ctx: &Ctx, look: &Look) -> RoadsideView {
    let at = rfc3339(look.at);
    let last_leaf_hash = look.last_leaf.as_ref().map(hex::encode);
    RoadsideView {
        nothing: look.is_nothing(),
        attestation: look.is_nothing().then(|| attestation(look, ctx.lang)),
        at,
        log_size: look.log_size,
        last_leaf_hash,
        vehicle: look.vehicle.as_deref().map(VehicleView::from),
        container: look.container.as_deref().map(|one| ContainerView::of(one, &app.catalogue)),
        manifests: look.found.iter().map(|one| riding(app, ctx, one)).collect(),
    }
}

fn riding(app: &App, ctx: &Ctx, one: &Riding) -> RidingView {
    // How full a licence is concerns nobody at the roadside.
    let balances = HashMap::new();
    let (balances, standings) = (&balances, &one.standings);
    let look = manifest::Look { app, actor: &ctx.actor, lang: ctx.lang, balances, standings };
    let stored = &one.stored;
    RidingView {
        riding: one.is_riding,
        driver: one.driver.as_ref().map(|(driver, person)| DriverSeenView {
            id: driver.id.uuid(),
            name: person.name.clone(),
            phone: person.phone.clone(),
            licence_no: person.licence_no.clone(),
            licence_valid_to: driver.licence_valid_to,
            status: driver.status.as_str().to_owned(),
        }),
        proof: ProofView {
            seq: stored.manifest.version - 1,
            index: one.index,
            leaf_hash: hex::encode(&one.leaf),
            recorded_at: rfc3339(one.recorded_at),
        },
        manifest: manifest::view(stored.id, &stored.manifest, stored.contact.clone(), &look),
    }
}

fn attestation(look: &Look, lang: Lang) -> AttestationView {
    let (mut plate, mut number, mut container_code) = (None, None, None);
    let (what_zh, what_en) = match &look.asked {
        Asked::Plate(text) => {
            plate = Some(text.clone());
            (format!("车牌 {text}"), format!("plate {text}"))
        }
        Asked::Number(text) => {
            number = Some(text.clone());
            (format!("联单 {text}"), format!("manifest {text}"))
        }
        Asked::ContainerCode(text) => {
            container_code = Some(text.clone());
            (format!("包装 {text}"), format!("container {text}"))
        }
    };
    let (at, size) = (rfc3339(look.at), look.log_size);
    let text = Text::new(
        format!("截至 {at}（日志长度 {size}），{what_zh} 没有在途的联单。"),
        format!("As of {at} (log size {size}), no manifest is on the road for {what_en}."),
    );
    let statement = match lang {
        Lang::Zh => text.zh,
        Lang::En => text.en,
    };
    let last_leaf_hash = look.last_leaf.as_ref().map(hex::encode);
    AttestationView { statement, plate, number, container_code, at, log_size: size, last_leaf_hash }
}
