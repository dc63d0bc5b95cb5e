//! The digital identification code of a label (数字识别码, HJ 1276-2022): 37 characters in four
//! parts, unit, waste, date and serial. The number 37 is the standard's; how the parts share it is
//! ours (facts.md marks it as recalled), and therefore a setting.

use chrono::NaiveDate;

use crate::catalogue::WasteCode;

/// Characters of a label's code.
pub const CODE_CHARS: usize = 37;

/// A USCC has 18 characters (GB 32100).
const UNIT_CHARS: usize = 18;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// Whose container: the USCC.
    Unit,
    /// 8 characters: the waste code without dashes; 10: with them. Shorter ones are filled up
    /// with zeros on the left (kitchen waste: `0000CY01`).
    Waste,
    /// The Beijing day since which it is stored: `YYYYMMDD`, or `YYMMDD` in 6.
    Date,
    /// From 1, for each unit, waste and day.
    Serial,
}

/// How the parts share the 37 characters, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelLayout(Vec<(Part, usize)>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must name unit:18, waste:8 or 10, date:8 or 6 and serial:1 to 9 once each, in any order, 37 \
     characters together, such as unit:18,waste:8,date:8,serial:3"
)]
pub struct NotALayout;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a label code of 37 characters")]
pub struct NotALabel;

impl Default for LabelLayout {
    fn default() -> Self {
        Self(vec![(Part::Unit, 18), (Part::Waste, 8), (Part::Date, 8), (Part::Serial, 3)])
    }
}

impl std::str::FromStr for LabelLayout {
    type Err = NotALayout;

    fn from_str(text: &str) -> Result<Self, NotALayout> {
        let mut parts = Vec::new();
        for word in text.split(',') {
            let (name, chars) = word.trim().split_once(':').ok_or(NotALayout)?;
            let chars: usize = chars.parse().map_err(|_| NotALayout)?;
            let part = match (name, chars) {
                ("unit", UNIT_CHARS) => Part::Unit,
                ("waste", 8 | 10) => Part::Waste,
                ("date", 6 | 8) => Part::Date,
                ("serial", 1..=9) => Part::Serial,
                _ => return Err(NotALayout),
            };
            parts.push((part, chars));
        }
        let once = |wanted| parts.iter().filter(|(part, _)| *part == wanted).count() == 1;
        let all = [Part::Unit, Part::Waste, Part::Date, Part::Serial].into_iter().all(once);
        let chars: usize = parts.iter().map(|(_, chars)| chars).sum();
        if all && chars == CODE_CHARS { Ok(Self(parts)) } else { Err(NotALayout) }
    }
}

/// What a label says but for its serial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labelled {
    pub uscc: String,
    pub waste: String,
    pub day: String,
}

impl Labelled {
    /// What serials are counted for.
    pub fn key(&self) -> String {
        format!("{}{}{}", self.uscc, self.waste, self.day)
    }
}

impl LabelLayout {
    fn chars(&self, wanted: Part) -> usize {
        self.0.iter().find(|(part, _)| *part == wanted).map_or(0, |(_, chars)| *chars)
    }

    /// Digits of the serial.
    pub fn serial_digits(&self) -> usize {
        self.chars(Part::Serial)
    }

    pub fn labelled(&self, uscc: &str, code: WasteCode, day: NaiveDate) -> Labelled {
        let width = self.chars(Part::Waste);
        let plain: String = match width {
            10 => code.as_str().to_owned(),
            _ => code.as_str().chars().filter(|one| *one != '-').collect(),
        };
        let form = if self.chars(Part::Date) == 6 { "%y%m%d" } else { "%Y%m%d" };
        Labelled {
            uscc: uscc.to_owned(),
            waste: format!("{plain:0>width$}"),
            day: day.format(form).to_string(),
        }
    }

    /// The whole code.
    pub fn code(&self, labelled: &Labelled, serial: i64) -> String {
        let part = |(part, chars): &(Part, usize)| match part {
            Part::Unit => labelled.uscc.clone(),
            Part::Waste => labelled.waste.clone(),
            Part::Date => labelled.day.clone(),
            Part::Serial => format!("{serial:0chars$}"),
        };
        self.0.iter().map(part).collect()
    }

    /// What a code says, with its serial. The day must be one.
    pub fn read(&self, code: &str) -> Result<(Labelled, NaiveDate, i64), NotALabel> {
        if code.len() != CODE_CHARS || !code.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(NotALabel);
        }
        let (mut uscc, mut waste, mut day, mut serial) = ("", "", "", "");
        let mut rest = code;
        for (part, chars) in &self.0 {
            let (head, tail) = rest.split_at_checked(*chars).ok_or(NotALabel)?;
            rest = tail;
            match part {
                Part::Unit => uscc = head,
                Part::Waste => waste = head,
                Part::Date => day = head,
                Part::Serial => serial = head,
            }
        }
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(day) || !digits(serial) {
            return Err(NotALabel);
        }
        let whole = if day.len() == 6 { format!("20{day}") } else { day.to_owned() };
        let date = NaiveDate::parse_from_str(&whole, "%Y%m%d").map_err(|_| NotALabel)?;
        let serial = serial.parse().ok().filter(|serial| *serial > 0).ok_or(NotALabel)?;
        let labelled =
            Labelled { uscc: uscc.to_owned(), waste: waste.to_owned(), day: day.to_owned() };
        Ok((labelled, date, serial))
    }
}

/// What the QR on a label holds: a text in which `{code}` stands for the label's code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QrContent(String);

/// Room for an address around the code; a label is small and a denser QR is hard to read.
const QR_CHARS_MAX: usize = 200;

impl Default for QrContent {
    fn default() -> Self {
        Self("{code}".to_owned())
    }
}

impl std::str::FromStr for QrContent {
    type Err = NotALabel;

    fn from_str(text: &str) -> Result<Self, NotALabel> {
        let fits = text.contains("{code}") && text.chars().count() <= QR_CHARS_MAX;
        if fits { Ok(Self(text.to_owned())) } else { Err(NotALabel) }
    }
}

impl QrContent {
    pub fn of(&self, code: &str) -> String {
        self.0.replace("{code}", code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USCC: &str = "91659001MA00000001";

    fn day() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 25).unwrap()
    }

    #[test]
    fn the_usual_layout_has_37_characters_and_reads_back() {
        let layout = LabelLayout::default();
        for (waste, shown) in [("900-249-08", "90024908"), ("CY-01", "0000CY01")] {
            let labelled = layout.labelled(USCC, WasteCode::parse(waste).unwrap(), day());
            let code = layout.code(&labelled, 7);
            assert_eq!(code, format!("{USCC}{shown}20261125007"));
            assert_eq!(code.len(), CODE_CHARS);
            assert_eq!(layout.read(&code), Ok((labelled, day(), 7)));
        }
    }

    #[test]
    fn another_layout_is_a_setting() {
        let layout: LabelLayout = "date:6,unit:18, waste:8,serial:5".parse().unwrap();
        let labelled = layout.labelled(USCC, WasteCode::parse("841-001-01").unwrap(), day());
        let code = layout.code(&labelled, 12_345);
        assert_eq!(code, format!("261125{USCC}8410010112345"));
        assert_eq!(layout.read(&code), Ok((labelled, day(), 12_345)));
        let dashes: LabelLayout = "unit:18,waste:10,date:6,serial:3".parse().unwrap();
        let labelled = dashes.labelled(USCC, WasteCode::parse("841-001-01").unwrap(), day());
        assert_eq!(dashes.code(&labelled, 1), format!("{USCC}841-001-01261125001"));
    }

    #[test]
    fn a_layout_that_does_not_add_up_is_refused() {
        for bad in [
            "",
            "unit:18",
            "unit:18,waste:8,date:8,serial:4",
            "unit:18,unit:18,serial:1",
            "unit:17,waste:8,date:8,serial:4",
            "unit:18,waste:8,date:8,other:3",
            "unit:18,waste:8,date:8,serial",
        ] {
            assert_eq!(bad.parse::<LabelLayout>(), Err(NotALayout), "{bad}");
        }
    }

    #[test]
    fn what_is_no_label_is_not_read() {
        let layout = LabelLayout::default();
        for bad in [
            String::new(),
            format!("{USCC}9002490820261125"),
            format!("{USCC}9002490820261325001"),
            format!("{USCC}9002490820261125000"),
            format!("{USCC}900249082026112500x"),
            format!("{USCC}90024908202611250\u{4e00}"),
        ] {
            assert_eq!(layout.read(&bad), Err(NotALabel), "{bad}");
        }
    }

    #[test]
    fn the_qr_holds_the_code_in_its_place() {
        assert_eq!(QrContent::default().of("x"), "x");
        let address: QrContent = "https://a.example/c/{code}?v=1".parse().unwrap();
        assert_eq!(address.of("x"), "https://a.example/c/x?v=1");
        assert!("https://a.example".parse::<QrContent>().is_err());
    }
}
