//! What is asked: who produces what where, and who is licensed to take it.

/// The mean radius of the Earth, in kilometres: that of the IUGG, which the contract fixes.
const EARTH_RADIUS_KM: f64 = 6371.0088;

/// A point on the Earth. Longitude from -180 to 180 and latitude from -90 to 90, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    pub lon: f64,
    pub lat: f64,
}

/// Every mass is in grams, 0 or more (a negative one counts as 0), and the masses of a problem
/// add up to less than 2^62.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matching {
    pub sources: Vec<Source>,
    pub facilities: Vec<Facility>,
}

/// A site that produces waste. The same code may be listed twice: its masses add up.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    pub id: String,
    pub place: Place,
    pub produced: Vec<Produced>,
}

/// So much of one waste code in the year of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Produced {
    pub code: String,
    pub grams: i64,
}

/// A licensed plant. All its lines together take no more than `annual_limit_g`; `None` is no limit.
#[derive(Clone, Debug, PartialEq)]
pub struct Facility {
    pub id: String,
    pub place: Place,
    /// Kilometres that it counts as further away than it is, 0 or more: what is to be used last is
    /// put far away.
    pub further_km: f64,
    pub annual_limit_g: Option<i64>,
    pub lines: Vec<FacilityLine>,
}

/// A licence line: `annual_g` in the year, of any of these codes together. One without codes takes
/// nothing; one code may stand in several lines of a facility.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacilityLine {
    /// What it is called in answers.
    pub line: i64,
    pub codes: Vec<String>,
    pub annual_g: i64,
}

/// The great-circle distance in kilometres, from 0 to half the circumference (20,015.1 km).
///
/// It is the haversine formula with both `h` and `1 - h` as sums of squares. The usual form takes
/// one from the other, and so loses half its digits near the antipode (R. W. Sinnott, «Virtues of
/// the haversine», Sky and Telescope 68, 1984, has the usual form).
pub fn distance(from: Place, to: Place) -> f64 {
    let (sin_north, cos_north) = ((to.lat - from.lat).to_radians() / 2.0).sin_cos();
    let (sin_east, cos_east) = ((to.lon - from.lon).to_radians() / 2.0).sin_cos();
    let (sin_middle, cos_middle) = f64::midpoint(to.lat, from.lat).to_radians().sin_cos();
    let near = (sin_north * cos_east).powi(2) + (cos_middle * sin_east).powi(2);
    let far = (cos_north * cos_east).powi(2) + (sin_middle * sin_east).powi(2);
    2.0 * EARTH_RADIUS_KM * near.sqrt().atan2(far.sqrt())
}
