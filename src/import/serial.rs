//! Days and times as spreadsheets keep them: a number of days since a first day, and its fraction.
//!
//! There are two first days. A workbook says which is its own; what is no workbook has none to say
//! it, and its numbers are of the common one. A number taken by the wrong one is four years off.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

/// Which day a spreadsheet counts from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FirstDay {
    #[default]
    Of1900,
    Of1904,
}

/// What a number of this kind stands for, to the second: fractions of a day are never exact, and a
/// day that lacks a millionth of a second is the next one, as spreadsheets show it. None for what
/// has no day: a time alone.
pub fn moment(number: f64, first: FirstDay) -> Option<NaiveDateTime> {
    if !(1.0..3_000_000.0).contains(&number) {
        return None;
    }
    let first = match first {
        // The system has a 29 February 1900 that never was: before it, days are one later.
        FirstDay::Of1900 if number < 60.0 => NaiveDate::from_ymd_opt(1899, 12, 31)?,
        FirstDay::Of1900 => NaiveDate::from_ymd_opt(1899, 12, 30)?,
        FirstDay::Of1904 => NaiveDate::from_ymd_opt(1904, 1, 1)?,
    };
    let seconds = TimeDelta::seconds((number * 86_400.0).round() as i64);
    first.and_time(NaiveTime::MIN).checked_add_signed(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(number: f64, first: FirstDay) -> String {
        moment(number, first).map_or_else(String::new, |time| time.to_string())
    }

    #[test]
    fn both_systems_name_the_same_day() {
        assert_eq!(shown(46_351.0, FirstDay::Of1900), "2026-11-25 00:00:00");
        assert_eq!(shown(44_889.0, FirstDay::Of1904), "2026-11-25 00:00:00");
        assert_eq!(shown(59.0, FirstDay::Of1900), "1900-02-28 00:00:00");
        assert_eq!(shown(61.0, FirstDay::Of1900), "1900-03-01 00:00:00");
    }

    #[test]
    fn what_lacks_a_trifle_is_the_next_second_and_the_next_day() {
        assert_eq!(shown(46_350.999_999_99, FirstDay::Of1900), "2026-11-25 00:00:00");
        assert_eq!(shown(46_351.416_666_666_664, FirstDay::Of1900), "2026-11-25 10:00:00");
        assert_eq!(shown(46_351.437_493, FirstDay::Of1900), "2026-11-25 10:29:59");
        assert_eq!(shown(46_351.437_499_99, FirstDay::Of1900), "2026-11-25 10:30:00");
    }

    #[test]
    fn a_time_alone_and_what_is_out_of_reach_are_no_moment() {
        for number in [0.0, 0.416_666, -1.0, 3_000_000.0, f64::NAN, f64::INFINITY] {
            assert_eq!(moment(number, FirstDay::Of1900), None, "{number}");
        }
    }
}
