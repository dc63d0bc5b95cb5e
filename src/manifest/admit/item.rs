//! Each item, word for word and against the edition in force: code, name, form, hazards, method,
//! packaging and the exemption it claims. The rules on one item are the catalogue's.

use chrono::NaiveDate;

use super::super::asked::{ItemAsked, LegMode};
use super::ItemJudge;
use crate::catalogue::rules::{self, Claim, Item as Declared};
use crate::catalogue::{
    Catalogue, Form, Groups, Hazard, Hazards, Method, PackagingKind, Stages, Stream, WasteCode,
};
use crate::problem::{Code, Fault, Findings, Text};
use crate::wire::BoundedText;

/// An item's words, parsed; `None` where one is misspelt.
pub struct Parsed {
    pub code: WasteCode,
    pub hazards: Hazards,
    pub method: Method,
    pub groups: Groups,
    pub stages: Stages,
}

/// What the words of an item are held against. It asks for neither end of the journey, so that an
/// unknown site does not hide a misspelt code.
pub struct Wording<'a> {
    pub catalogue: &'a Catalogue,
    /// `None` where it is misspelt itself.
    pub stream: Option<Stream>,
    pub today: NaiveDate,
}

impl Wording<'_> {
    /// `base` is where the request has the item.
    pub fn declared<'i>(
        &self,
        item: &'i ItemAsked,
        base: std::fmt::Arguments<'_>,
        findings: &mut Findings,
    ) -> Option<Declared<'i>> {
        let code = WasteCode::parse(item.waste_code.as_str());
        let form = Form::parse(item.form.as_str());
        let method = Method::parse(item.method.as_str());
        if code.is_err() {
            let text = Text::new(
                format!("废物代码“{}”不存在。", item.waste_code.as_str()),
                format!("There is no waste code `{}`.", item.waste_code.as_str()),
            );
            findings.refuse(Fault::new(Code::UnknownWasteCode, format!("{base}/waste_code"), text));
        }
        if let Err(word) = &form {
            findings.refuse(word.fault(format!("{base}/form")));
        }
        if let Err(word) = &method {
            findings.refuse(word.fault(format!("{base}/method")));
        }
        repetitions(item, base, findings);
        let hazards = hazards(item, base, findings);
        let packagings = packagings(item, base, findings);
        let ids = item.reactivity_groups.iter().map(BoundedText::as_str);
        let groups = self.catalogue.reactivity().declared(ids, base, findings);
        let (stream, day, code, name) = (self.stream?, self.today, code.ok()?, item.name.as_str());
        let (Ok(form), Ok(method), Some(hazards)) = (form, method, hazards) else {
            // One unreadable word does not hide what else is wrong.
            rules::known(self.catalogue, (stream, day, code), base, findings);
            rules::name(name, base, findings);
            return None;
        };
        let declared = Declared { stream, day, code, name, form, hazards, method, groups };
        rules::item(self.catalogue, &declared, packagings.into_iter(), base, findings)?;
        Some(declared)
    }
}

impl ItemJudge<'_> {
    pub fn parse(&self, item: &ItemAsked, n: usize, findings: &mut Findings) -> Option<Parsed> {
        let (catalogue, stream, today) = (self.catalogue, Some(self.stream), self.today);
        let wording = Wording { catalogue, stream, today };
        let declared = wording.declared(item, format_args!("/items/{n}"), findings)?;
        let known = &self.facts.containers;
        super::containers::packaging(catalogue, known, (item, n), &declared, findings);
        let stages = self.exemption(item, &declared, format_args!("/items/{n}"), findings);
        let Declared { code, hazards, method, groups, .. } = declared;
        Some(Parsed { code, hazards, method, groups, stages })
    }

    fn exemption(
        &self,
        item: &ItemAsked,
        declared: &Declared<'_>,
        base: std::fmt::Arguments<'_>,
        findings: &mut Findings,
    ) -> Stages {
        let Some(claimed) = &item.exemption else { return Stages::NONE };
        let modes = self.asked.legs.iter().map(|leg| leg.mode == Some(LegMode::Water));
        let claim = Claim {
            id: claimed.id.as_str(),
            has_evidence: claimed.evidence_sha256.is_some(),
            day: self.today,
            code: declared.code,
            hazards: declared.hazards,
            method: declared.method,
            intact: item.intact,
            epidemic: item.epidemic.unwrap_or(false),
            beds: self.producer.site.beds.and_then(|beds| u32::try_from(beds).ok()),
            treated_by: None,
            by_water: Some(modes.into_iter().all(|by_water| by_water)),
        };
        rules::exempt_stages(self.catalogue, &claim, base, findings)
    }
}

/// What a list names twice says nothing more, and is most likely a slip for something else.
fn repetitions(item: &ItemAsked, base: std::fmt::Arguments<'_>, findings: &mut Findings) {
    let mut look = |field: &str, below: &str, words: Vec<&str>| {
        for (n, word) in words.iter().enumerate() {
            if words[..n].contains(word) {
                let text =
                    Text::new(format!("“{word}”重复。"), format!("`{word}` is there twice."));
                let pointer = format!("{base}/{field}/{n}{below}");
                findings.refuse(Fault::new(Code::InvalidValue, pointer, text));
            }
        }
    };
    look("hazards", "", item.hazards.iter().map(BoundedText::as_str).collect());
    look("reactivity_groups", "", item.reactivity_groups.iter().map(BoundedText::as_str).collect());
    look("batch_numbers", "", item.batch_numbers.iter().map(BoundedText::as_str).collect());
    let components = item.harmful_components.iter().map(|one| one.name.as_str()).collect();
    look("harmful_components", "/name", components);
}

fn hazards(
    item: &ItemAsked,
    base: std::fmt::Arguments<'_>,
    findings: &mut Findings,
) -> Option<Hazards> {
    let mut set = Some(Hazards::NONE);
    for (n, word) in item.hazards.iter().enumerate() {
        match Hazard::parse(word.as_str()) {
            Ok(hazard) => set = set.map(|set| set.with(hazard)),
            Err(unknown) => {
                findings.refuse(unknown.fault(format!("{base}/hazards/{n}")));
                set = None;
            }
        }
    }
    set
}

fn packagings(
    item: &ItemAsked,
    base: std::fmt::Arguments<'_>,
    findings: &mut Findings,
) -> Vec<Option<PackagingKind>> {
    let mut read = |(n, kind): (usize, &str)| {
        let parsed = PackagingKind::parse(kind);
        parsed.map_err(|word| findings.refuse(word.fault(format!("{base}/packages/{n}/kind")))).ok()
    };
    let kinds = item.packages.iter().map(|package| package.kind.as_str());
    kinds.enumerate().map(&mut read).collect()
}
