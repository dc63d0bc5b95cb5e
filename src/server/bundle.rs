//! Files that belong together, in a folder or in one ZIP file, written one after the other.
//!
//! They come into being under another name, and get theirs when all is written: nobody takes a
//! part for the whole. They hold personal data, so nobody but their owner may read them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

pub struct Bundle {
    target: PathBuf,
    /// Where it is until it is whole.
    part: PathBuf,
    place: Place,
    hash: Sha256,
    bytes: u64,
}

enum Place {
    Folder(Option<BufWriter<File>>),
    Zip(Box<ZipWriter<BufWriter<File>>>),
}

impl Bundle {
    /// A folder, or a ZIP file where the name ends so. What is there already is left alone.
    pub fn begin(target: &Path) -> io::Result<Self> {
        let is_there = |path: &Path| {
            let reason = format!("{} is there already", path.display());
            io::Error::new(io::ErrorKind::AlreadyExists, reason)
        };
        if target.exists() {
            return Err(is_there(target));
        }
        let mut part = target.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        if part.exists() {
            return Err(is_there(&part));
        }
        let is_zip = target.extension().is_some_and(|name| name.eq_ignore_ascii_case("zip"));
        let place = if is_zip {
            Place::Zip(Box::new(ZipWriter::new(BufWriter::new(own_file(&part)?))))
        } else {
            fs::DirBuilder::new().mode(0o700).create(&part)?;
            Place::Folder(None)
        };
        Ok(Self { target: target.to_owned(), part, place, hash: Sha256::new(), bytes: 0 })
    }

    pub fn begin_file(&mut self, name: &str) -> io::Result<()> {
        (self.hash, self.bytes) = (Sha256::new(), 0);
        match &mut self.place {
            Place::Folder(file) => {
                *file = Some(BufWriter::new(own_file(&self.part.join(name))?));
            }
            Place::Zip(zip) => {
                let options = SimpleFileOptions::default()
                    .compression_method(CompressionMethod::Deflated)
                    .large_file(true);
                zip.start_file(name, options).map_err(io::Error::other)?;
            }
        }
        Ok(())
    }

    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        match &mut self.place {
            Place::Folder(Some(file)) => file.write_all(bytes),
            Place::Folder(None) => Err(io::Error::other("no file was begun")),
            Place::Zip(zip) => zip.write_all(bytes),
        }
    }

    /// Ends the file: how long it is, and its SHA-256.
    pub fn end_file(&mut self) -> io::Result<(u64, String)> {
        if let Place::Folder(file) = &mut self.place
            && let Some(file) = file.take()
        {
            file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        }
        Ok((self.bytes, hex::encode(self.hash.clone().finalize())))
    }

    /// All is written.
    pub fn finish(self) -> io::Result<()> {
        if let Place::Zip(zip) = self.place {
            let file = zip.finish().map_err(io::Error::other)?;
            file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        }
        fs::rename(&self.part, &self.target)
    }
}

fn own_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}
