//! Looking at an answer: what was wanted of it and is not there, all at once.

use serde_json::Value;

use super::answer::Answer;

/// A look at one answer. Every question that it fails adds a fault; none asked is none failed.
pub struct Look<'a> {
    answer: &'a Answer,
    faults: Vec<String>,
}

impl<'a> Look<'a> {
    pub const fn at_answer(answer: &'a Answer) -> Self {
        Self { answer, faults: Vec::new() }
    }

    pub fn into_faults(self) -> Vec<String> {
        self.faults
    }

    pub fn status(&mut self, wanted: u16) -> &mut Self {
        let found = self.answer.status;
        self.that(found == wanted, || format!("{found}: 应为 / wanted {wanted}"))
    }

    /// A success of any kind.
    pub fn ok(&mut self) -> &mut Self {
        let found = self.answer.status;
        self.that((200..300).contains(&found), || format!("{found}: 应为 / wanted 2xx"))
    }

    /// A refusal with this status, and this code leading.
    pub fn refused(&mut self, status: u16, code: &str) -> &mut Self {
        self.status(status).is("/code", code)
    }

    /// The leading fault is at this field.
    pub fn pointing(&mut self, pointer: &str) -> &mut Self {
        self.is("/errors/0/pointer", pointer)
    }

    /// Among all faults told is this one.
    pub fn tells(&mut self, code: &str, pointer: &str) -> &mut Self {
        let told = self.answer.list("/errors").iter();
        let found = told.clone().any(|one| one["code"] == code && one["pointer"] == pointer);
        self.that(found, || format!("/errors: 没有 / no {code} at {pointer}"))
    }

    /// A success that warns of this.
    pub fn warns(&mut self, code: &str) -> &mut Self {
        let found = self.answer.list("/warnings").iter().any(|one| one["code"] == code);
        self.that(found, || format!("/warnings: 没有 / no {code}"))
    }

    /// The member at this pointer is this. Numbers are compared as numbers: 10 is 10.0.
    pub fn is(&mut self, pointer: &str, wanted: impl Into<Value>) -> &mut Self {
        let (found, wanted) = (self.answer.get(pointer), wanted.into());
        self.that(same(found, &wanted), || format!("{pointer}: {found}: 应为 / wanted {wanted}"))
    }

    /// The member is there, and not null.
    pub fn has(&mut self, pointer: &str) -> &mut Self {
        let is_there = !self.answer.get(pointer).is_null();
        self.that(is_there, || format!("{pointer}: 缺少 / missing"))
    }

    /// The members are there, null or not: the contract drops none.
    pub fn members(&mut self, at: &str, names: &[&str]) -> &mut Self {
        for name in names {
            let is_there = self.answer.get(at).get(name).is_some();
            self.that(is_there, || format!("{at}/{name}: 缺少 / missing"));
        }
        self
    }

    /// A list of as many members.
    pub fn counts(&mut self, pointer: &str, wanted: usize) -> &mut Self {
        let found = self.answer.get(pointer).as_array().map(Vec::len);
        self.that(found == Some(wanted), || {
            let found = found.map_or("-".to_owned(), |found| found.to_string());
            format!("{pointer}: {found} 项 / members: 应为 / wanted {wanted}")
        })
    }

    pub fn header(&mut self, name: &str, wanted: &str) -> &mut Self {
        let found = self.answer.header(name);
        self.that(found == wanted, || format!("{name}: {found:?}: 应为 / wanted {wanted:?}"))
    }

    /// Anything else; `told` says what is wrong.
    pub fn that(&mut self, holds: bool, told: impl FnOnce() -> String) -> &mut Self {
        if !holds {
            self.faults.push(told());
        }
        self
    }
}

/// Equal as JSON, but that a number is its value.
pub fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            let known = |(name, one): (&String, &Value)| b.get(name).is_some_and(|b| same(one, b));
            a.len() == b.len() && a.iter().all(known)
        }
        _ => a == b,
    }
}
