//! What the law leaves open, as settings with a stated default; never presented as law.

use super::evolve::Manifest;
use crate::catalogue::Stream;
use crate::clock::legal_day;
use crate::config::Config;
use crate::decision::Policy;
use crate::problem::{Code, Fault, Problem, Text};
use crate::units::Grams;

/// A receiver's licensed capacity. Medical waste warns: refusing it would leave it at the hospital
/// past 48 h (domain.md, "Over-receipt").
pub const fn capacity(stream: Stream) -> Policy {
    match stream {
        Stream::Medical => Policy::Warn,
        Stream::Hazardous | Stream::Kitchen => Policy::Enforce,
    }
}

/// An approved mass at the gate, where it warns for medical waste as capacity does. A filing never
/// goes beyond it: what was not approved does not leave (Order 23 Art. 28).
pub const fn approved_at_the_gate(stream: Stream) -> Policy {
    capacity(stream)
}

/// The receiver's storage, at filing and at the gate: what was filed has its place, and of more
/// than that only what fits is accepted, as under the licence (capacity.md).
pub const fn storage(stream: Stream) -> Policy {
    capacity(stream)
}

/// Refuses a departure, hand-over, receipt or approval that a device must sign and none has, by the
/// deployment's setting for the stream and the day of filing. `pointer`: where the signature would
/// stand; none where the request has no place for it.
pub fn demand_signature(
    config: &Config,
    manifest: &Manifest,
    pointer: Option<&str>,
) -> Result<(), Problem> {
    let stream = Stream::parse(&manifest.filed.stream).map_err(Problem::internal)?;
    if !config.signed_from.asks(stream, legal_day(manifest.filed_at)) {
        return Ok(());
    }
    Err(unsigned(pointer).into())
}

/// The fault of a step that a device must sign.
pub fn unsigned(pointer: Option<&str>) -> Fault {
    let text = Text::new(
        "此类联单的这一步须由本人设备签名；一次办理多份联单的请求不能签名，请逐份办理。",
        "This step must be signed by a device of one's own; where one request takes several \
         manifests, take them one by one.",
    );
    match pointer {
        Some(pointer) => Fault::new(Code::SignatureRequired, pointer, text),
        None => Fault::without_field(Code::SignatureRequired, text),
    }
}

/// How far the labels of an item's containers and its own mass may lie apart: 1 %, and 0.1 kg a
/// container, which is what common scales show. The law has no figure.
pub fn label_tolerance(mass: Grams, containers: usize) -> Grams {
    let read_off = i64::try_from(containers).unwrap_or(i64::MAX).saturating_mul(100);
    Grams(mass.0 / 100).max(Grams(read_off))
}

/// Days that a claimed time may lie before the filing, or a planned day before today: a year
/// covers every back-fill the law knows, and a typo in the year is still caught.
pub const BEHIND_DAYS_MAX: i64 = 366;

/// Days that a departure may be planned ahead: plans are yearly.
pub const PLANNED_DAYS_MAX: i64 = 366;

/// From here on regulators are told that a prefix's numbers run out (domain.md, "Numbers").
pub const SERIAL_WARNING: i64 = 900_000;
