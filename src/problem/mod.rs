//! One type for every refusal and fault: what went wrong, where, and what the person can do.
//!
//! Rendered as RFC 9457 `application/problem+json` by `http/answer.rs`. A problem is one or more
//! [`Fault`]s; which of them leads (its code and status) follows api.md, "Errors": the first kind
//! present and, within it, the first pointer in document order.

mod code;
mod findings;
mod text;

use serde_json::{Map, Value};

pub use code::{ALL_CODES, Code};
pub use findings::Findings;
pub use text::{Lang, Text};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub code: Code,
    /// JSON pointer (RFC 6901) to the field at fault; `None` when no field is.
    pub pointer: Option<String>,
    pub detail: Text,
    /// Members added to the problem when this fault leads (`licence_id`, `permitted_kg`, …), and
    /// always to the fault's own entry in `errors`.
    pub extra: Map<String, Value>,
}

impl Fault {
    pub fn new(code: Code, pointer: impl Into<String>, detail: Text) -> Self {
        Self { code, pointer: Some(pointer.into()), detail, extra: Map::new() }
    }

    pub fn without_field(code: Code, detail: Text) -> Self {
        Self { code, pointer: None, detail, extra: Map::new() }
    }

    /// An id in a body that names nothing visible: 422, whether it is somebody else's or nobody's.
    pub fn unknown_reference(pointer: impl Into<String>) -> Self {
        let detail = Text::new(
            "没有这个编号的对象，或您不能使用它。",
            "This id names nothing that you may use.",
        );
        Self::new(Code::UnknownReference, pointer, detail)
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.extra.insert(name.to_owned(), value.into());
        self
    }
}

/// A refusal or a fault. Never empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    faults: Vec<Fault>,
    /// What the operator may read in the log and the client never: the cause of a 500.
    pub cause: Option<String>,
    /// Seconds for `Retry-After`.
    pub retry_after_s: Option<u32>,
}

impl Problem {
    pub fn new(code: Code, detail: Text) -> Self {
        Fault::without_field(code, detail).into()
    }

    pub fn at(code: Code, pointer: impl Into<String>, detail: Text) -> Self {
        Fault::new(code, pointer, detail).into()
    }

    /// `Ok` when there are no faults. They are kept in order, so the caller's order is the
    /// document's; `http/answer.rs` sorts again where it has the document.
    pub fn unless_empty(faults: Vec<Fault>) -> Result<(), Self> {
        if faults.is_empty() { Ok(()) } else { Err(Self::of(faults)) }
    }

    fn of(mut faults: Vec<Fault>) -> Self {
        faults.sort_by_key(|fault| fault.code.rank());
        Self { faults, cause: None, retry_after_s: None }
    }

    pub fn not_found() -> Self {
        let detail =
            Text::new("没有这个资源，或您无权知道它是否存在。", "There is no such resource.");
        Self::new(Code::NotFound, detail)
    }

    pub fn forbidden() -> Self {
        let detail = Text::new("您的角色不能做这件事。", "Your role may not do this.");
        Self::new(Code::Forbidden, detail)
    }

    /// The server cannot take this now; nothing was written.
    pub fn busy() -> Self {
        let detail = Text::new("系统繁忙，请稍后重试。", "The server is busy; try again shortly.");
        Self { retry_after_s: Some(1), ..Self::new(Code::Busy, detail) }
    }

    /// A fault of ours. The client reads the request id, the log reads `cause`.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        let detail =
            Text::new("系统内部错误，已记录。", "An internal error; it has been recorded.");
        Self { cause: Some(cause.to_string()), ..Self::new(Code::Internal, detail) }
    }

    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// The fault that gives the problem its code and status.
    pub fn lead(&self) -> &Fault {
        // `of` and the constructors never make an empty list.
        &self.faults[0]
    }

    pub fn code(&self) -> Code {
        self.lead().code
    }

    pub fn status(&self) -> u16 {
        self.code().status()
    }

    /// Sorts the faults by kind, then by the place that `position` gives their pointers.
    pub fn sort_by_document(&mut self, position: impl Fn(&str) -> usize) {
        self.faults.sort_by_key(|fault| {
            (fault.code.rank(), fault.pointer.as_deref().map_or(0, &position))
        });
    }

    /// The same faults at other fields: where a command is decided by the rules of another, whose
    /// fields are not its own. `None` is what no field is at fault for.
    #[must_use]
    pub fn map_pointers(mut self, own: impl Fn(&str) -> Option<String>) -> Self {
        for fault in &mut self.faults {
            fault.pointer = fault.pointer.as_deref().and_then(&own);
        }
        self
    }

    /// The same, with a member beside each fault.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        let value = value.into();
        for fault in &mut self.faults {
            fault.extra.insert(name.to_owned(), value.clone());
        }
        self
    }

    /// Both problems' faults as one problem.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.faults.extend(other.faults);
        let cause = self.cause.or(other.cause);
        Self {
            cause,
            retry_after_s: self.retry_after_s.or(other.retry_after_s),
            ..Self::of(self.faults)
        }
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Self::of(vec![fault])
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code().as_str(), self.lead().detail.en)
    }
}

impl std::error::Error for Problem {}
