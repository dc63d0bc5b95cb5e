//! Attachments (附件): photos, weigh tickets and documents of a manifest. The file is kept by its
//! hash (`blob`), the event says which hash, under what name.

mod asked;
mod event;
mod name;
mod row;
mod verb;
mod view;

pub use asked::{AttachFile, AttachmentKind, FileSent};
pub use event::{Attached, evolve};
pub use name::FileName;
pub use row::implied;
pub use verb::attach;
pub use view::{AttachmentView, attachment, attachments};
