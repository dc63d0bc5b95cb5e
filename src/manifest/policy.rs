//! What the law leaves open, as settings with a stated default; never presented as law.

use crate::catalogue::Stream;
use crate::decision::Policy;
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

/// The receiver's storage, when a manifest is filed. At the gate it only warns: a truck that has
/// come must not drive on with its load.
pub const fn storage(stream: Stream) -> Policy {
    capacity(stream)
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
