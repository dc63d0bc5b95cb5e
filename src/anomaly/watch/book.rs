//! State that rules keep, by key, and which entries have changed since they were last stored.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Entries by key. What is there is bounded by what exists (sites, pairs, loads on their way), not
/// by what has ever happened.
#[derive(Clone, Debug)]
pub struct Book<K, V> {
    entries: HashMap<K, V>,
    dirty: HashSet<K>,
}

impl<K, V> Default for Book<K, V> {
    fn default() -> Self {
        Self { entries: HashMap::new(), dirty: HashSet::new() }
    }
}

/// An entry as it is stored: its key, and its content where it is still there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    pub book: &'static str,
    pub key: String,
    pub body: Option<String>,
}

impl<K: Clone + Eq + Hash, V> Book<K, V> {
    pub fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key)
    }

    /// To change it. It counts as changed.
    pub fn edit(&mut self, key: &K) -> Option<&mut V> {
        let found = self.entries.get_mut(key);
        if found.is_some() && !self.dirty.contains(key) {
            self.dirty.insert(key.clone());
        }
        found
    }

    /// To change it, new where it is not there.
    pub fn entry(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        if !self.dirty.contains(&key) {
            self.dirty.insert(key.clone());
        }
        self.entries.entry(key).or_default()
    }

    pub fn put(&mut self, key: K, value: V) -> Option<V> {
        self.dirty.insert(key.clone());
        self.entries.insert(key, value)
    }

    pub fn remove(&mut self, key: &K) -> Option<V> {
        let gone = self.entries.remove(key);
        if gone.is_some() {
            self.dirty.insert(key.clone());
        }
        gone
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// In no order: whoever makes findings of them sorts.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter()
    }
}

impl<K, V> Book<K, V>
where
    K: Clone + Eq + Hash + Serialize + DeserializeOwned,
    V: Serialize + DeserializeOwned,
{
    /// What has changed since the last call.
    pub(super) fn drain(
        &mut self,
        book: &'static str,
        leaves: &mut Vec<Leaf>,
    ) -> Result<(), serde_json::Error> {
        for key in self.dirty.drain() {
            let body = self.entries.get(&key).map(serde_json::to_string).transpose()?;
            leaves.push(Leaf { book, key: serde_json::to_string(&key)?, body });
        }
        Ok(())
    }

    /// Takes over an entry as it was stored.
    pub(super) fn restore(&mut self, key: &str, body: &str) -> Result<(), serde_json::Error> {
        self.entries.insert(serde_json::from_str(key)?, serde_json::from_str(body)?);
        Ok(())
    }
}
