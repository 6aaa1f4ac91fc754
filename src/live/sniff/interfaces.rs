//! The interfaces of this network namespace.

use std::ffi::CStr;

use nix::ifaddrs::getifaddrs;
use nix::net::if_::{InterfaceFlags, if_nameindex};

use super::{Scope, SniffError};

/// An interface by its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) number: u32,
    pub(super) name: String,
}

/// All that there are now.
pub(super) fn all() -> Vec<Known> {
    let Ok(there) = if_nameindex() else { return Vec::new() };
    there.iter().map(|one| Known { number: one.index(), name: spoken(one.name()) }).collect()
}

/// Those that are named, each once; `None` for all.
///
/// # Errors
/// A name that no interface has.
pub(super) fn chosen(scope: &Scope) -> Result<Option<Vec<Known>>, SniffError> {
    if scope.is_any() {
        return Ok(None);
    }
    let all = all();
    let mut chosen: Vec<Known> = Vec::new();
    for name in &scope.interfaces {
        let Some(known) = all.iter().find(|known| known.name == *name) else {
            let names: Vec<String> = all.into_iter().map(|known| format!("`{}`", known.name)).collect();
            let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            return Err(SniffError::UnknownInterface { name: name.clone(), known });
        };
        if !chosen.contains(known) {
            chosen.push(known.clone());
        }
    }
    Ok(Some(chosen))
}

/// The name of one that came later.
pub(super) fn name(number: u32) -> String {
    let known = all().into_iter().find(|known| known.number == number);
    known.map_or_else(|| format!("interface {number}"), |known| known.name)
}

/// Those of these names that are down: nothing is heard there.
pub(super) fn down(names: &[String]) -> Vec<String> {
    let Ok(addresses) = getifaddrs() else { return Vec::new() };
    let mut down: Vec<String> = addresses
        .filter(|one| names.contains(&one.interface_name) && !one.flags.contains(InterfaceFlags::IFF_UP))
        .map(|one| one.interface_name)
        .collect();
    down.sort();
    down.dedup();
    down
}

fn spoken(name: &CStr) -> String {
    name.to_string_lossy().into_owned()
}
