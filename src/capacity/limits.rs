//! What a matching problem may ask of the machine, with the reason for each figure.

use std::time::Duration;

/// Sources of a matching problem: ten times the corps' hazardous-waste producers.
pub const PLAN_SOURCES_MAX: usize = 5_000;

/// Facilities of a matching problem: ten times those of the region.
pub const PLAN_FACILITIES_MAX: usize = 1_000;

/// Lines of a facility: as many as a licence may have.
pub const PLAN_LINES_MAX: usize = 200;

/// Codes of a line: all that the national list has, and as many again.
pub const PLAN_CODES_MAX: usize = 1_000;

/// Masses of one source: one a code.
pub const PLAN_MASSES_MAX: usize = 1_000;

/// Masses of all sources of a problem together: some seconds' work.
pub const PLAN_MASSES_IN_ALL_MAX: usize = 200_000;

/// Lines of all facilities of a problem together: marginal values need memory for each pair of
/// lines that share a code, some 200 MB if all of them do.
pub const PLAN_LINES_IN_ALL_MAX: usize = 3_000;

/// A matching problem, in bytes: [`PLAN_MASSES_IN_ALL_MAX`] masses of 40 bytes, and its facilities.
pub const PLAN_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Problems that are solved at once: each has a processor for itself.
pub const PLANS_MAX: usize = 2;

/// How long a problem may take.
pub const PLAN_WITHIN: Duration = Duration::from_secs(30);

/// Facilities that an emergency plan opens: all of them stand in each of its events.
pub const OPENINGS_MAX: usize = 200;

/// Plans that are held side by side.
pub const COMPARED_MAX: usize = 10;
