//! What the law leaves open about rounds, as settings with a stated default; never presented as
//! law.

/// Hours in which a producer confirms what the carrier filed for it. Silence is recorded as such;
/// three days cover a week-end.
pub const CONFIRM_HOURS: i64 = 72;

/// Hours that medical waste may lie at an institution (Medical Waste Regulations Art. 17: at most
/// two days). It is the law's, and stands here for the clock of each box.
pub const STORED_HOURS_MAX: i64 = 48;
