//! A ZIP that is sent while it is written: constant memory, the same names and times each time, and
//! the SHA-256 of each member for the list at its end.

use std::io::Write;

use sha2::{Digest, Sha256};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use crate::export::Taken;
use crate::problem::Problem;

/// What is being written.
pub struct Archive {
    zip: ZipWriter<StreamWriter<Taken>>,
    written: Taken,
    /// The member that is open.
    open: Option<(String, Sha256)>,
    /// Names and hashes of those that are whole, as `sha256sum` writes them.
    sums: String,
}

impl Archive {
    pub fn begin() -> Self {
        let written = Taken::default();
        let zip = ZipWriter::new_stream(written.clone());
        Self { zip, written, open: None, sums: String::new() }
    }

    /// Begins a member; the one before is whole.
    pub fn member(&mut self, name: &str, is_compressed: bool) -> Result<(), Problem> {
        self.close();
        // Pictures are compressed already.
        let method =
            if is_compressed { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        let options = SimpleFileOptions::default().compression_method(method);
        self.zip.start_file(name, options).map_err(Problem::internal)?;
        self.open = Some((name.to_owned(), Sha256::new()));
        Ok(())
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        if let Some((_, hash)) = &mut self.open {
            hash.update(bytes);
        }
        self.zip.write_all(bytes).map_err(Problem::internal)
    }

    fn close(&mut self) {
        if let Some((name, hash)) = self.open.take() {
            let hash = hex::encode(hash.finalize());
            for part in [hash.as_str(), "  ", name.as_str(), "\n"] {
                self.sums.push_str(part);
            }
        }
    }

    /// The list of all members so far, as the last of them.
    pub fn list(&mut self, name: &str) -> Result<(), Problem> {
        self.close();
        let sums = std::mem::take(&mut self.sums);
        self.member(name, true)?;
        self.write(sums.as_bytes())?;
        self.open = None;
        Ok(())
    }

    /// What was written since it was last taken.
    pub fn take(&mut self) -> Vec<u8> {
        self.written.take()
    }

    /// All is written; the last bytes.
    pub fn finish(self) -> Result<Vec<u8>, Problem> {
        let Self { zip, written, .. } = self;
        zip.finish().map_err(Problem::internal)?;
        Ok(written.take())
    }
}
