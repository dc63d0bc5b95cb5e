//! What tests are made of: a database of their own, a server on it, a client that checks answers.

mod answer;
mod build;
mod client;
mod contract;
mod db;
mod device;
pub mod file;
mod server;
mod world;

pub use answer::Answer;
pub use build::Cast;
pub use client::{Client, Method};
pub use contract::Contract;
pub use db::{Database, cluster};
pub use device::{Device, Pen};
pub use server::{Server, liandan};
pub use world::{PASSWORD, World, beginning, config, log_keys};
