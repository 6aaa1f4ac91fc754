//! What of the specs is judged in a run: all of it, or the hops and variants that the user picks.

use std::borrow::Cow;
use std::collections::HashSet;

use super::error::CheckError;
use super::request::CheckRequest;
use crate::spec::{Hop, MessageSpec, Spec, Variant, nearest};

/// The hops and variants that a user picks.
#[derive(Debug, Clone, Default)]
pub(super) struct Picks {
    /// `--hop`: only these are judged; empty for all.
    hops: Vec<String>,
    /// The hops of `HOP=PATH`.
    bound: Vec<String>,
    /// `--variant`
    variants: Vec<String>,
}

impl Picks {
    /// The picks of a request.
    ///
    /// # Errors
    /// [`CheckError::Usage`]: a name that no loaded spec has, with the nearest.
    pub(super) fn of(request: &CheckRequest, specs: &[&Spec]) -> Result<Self, CheckError> {
        let hops = || specs.iter().flat_map(|spec| &spec.hops);
        let hop_names: Vec<&str> = hops().map(|hop| hop.name.value.as_str()).collect();
        let variant_names: Vec<&str> = hops().flat_map(|hop| &hop.variants).map(|v| v.name.value.as_str()).collect();
        for name in &request.hops {
            known(&format!("--hop {name}"), "hop", name, &hop_names)?;
        }
        for (name, input) in &request.bound {
            let given = format!("{name}={}", input.name());
            known(&given, "hop", name, &hop_names)
                .map_err(|error| CheckError::Usage(format!("{error} (a file of this name is written ./{given})")))?;
        }
        for name in &request.variants {
            known(&format!("--variant {name}"), "variant", name, &variant_names)?;
        }
        let bound = request.bound.iter().map(|(name, _)| name.clone()).collect();
        Ok(Self { hops: request.hops.clone(), bound, variants: request.variants.clone() })
    }

    /// Whether a hop is judged; others still take their exchanges, so that these do not seem to belong to no hop.
    pub(super) fn judges(&self, hop: &str) -> bool {
        self.hops.is_empty() || self.hops.iter().chain(&self.bound).any(|name| name == hop)
    }

    /// Whether any hop of a spec is judged.
    pub(super) fn judge_some(&self, spec: &Spec) -> bool {
        self.hops.is_empty() || spec.hops.iter().any(|hop| self.judges(&hop.name.value))
    }

    /// Whether a hop must be observed.
    pub(super) fn require(&self, hop: &str, of_spec: bool) -> bool {
        if self.hops.is_empty() { of_spec || self.bound.iter().any(|name| name == hop) } else { self.judges(hop) }
    }

    /// What is judged of a hop.
    pub(super) fn hop<'h>(&self, hop: &'h Hop) -> Cow<'h, Hop> {
        if !self.judges(&hop.name.value) {
            return Cow::Owned(unjudged(hop));
        }
        let demanded = |variant: &Variant| self.variants.contains(&variant.name.value);
        // Of a group without such a name, each may still be taken.
        let groups: HashSet<usize> = hop.variants.iter().filter(|variant| demanded(variant)).map(|v| v.group).collect();
        if groups.is_empty() {
            return Cow::Borrowed(hop);
        }
        let mut picked = hop.clone();
        picked.variants.retain(|variant| demanded(variant) || !groups.contains(&variant.group));
        Cow::Owned(picked)
    }
}

/// A hop that only says which exchanges are its own. Every field is named, so that a new one must be thought of here.
fn unjudged(hop: &Hop) -> Hop {
    Hop {
        name: hop.name.clone(),
        from: None,
        to: None,
        about: None,
        select: hop.select.clone(),
        when: None,
        count: None,
        follows: None,
        echoed_in: hop.echoed_in.clone(),
        join: None,
        request: MessageSpec::default(),
        response: MessageSpec::default(),
        checks: Vec::new(),
        variants: Vec::new(),
        variants_place: None,
    }
}

/// Refuses a name that is not known, with the nearest that is.
fn known(given: &str, what: &str, name: &str, known: &[&str]) -> Result<(), CheckError> {
    if known.contains(&name) {
        return Ok(());
    }
    let mut all = known.to_vec();
    all.sort_unstable();
    all.dedup();
    let help = match nearest(name, all.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if all.is_empty() => "they have none".to_owned(),
        None => {
            let more = if all.len() > MOST { ", …" } else { "" };
            all.truncate(MOST);
            format!("they have `{}`{more}", all.join("`, `"))
        }
    };
    Err(CheckError::Usage(format!("{given}: no loaded spec has a {what} `{name}`; {help}")))
}

/// So many names are listed where none is near.
const MOST: usize = 20;
