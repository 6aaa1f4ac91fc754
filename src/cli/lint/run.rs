//! Loads every spec and says what is wrong with it.

use std::collections::HashSet;
use std::path::PathBuf;

use super::super::args::Color;
use super::super::output::Target;
use super::super::talk::Talk;
use super::args::Args;
use crate::exit;
use crate::report::{count, escape, spec_errors, spec_warnings};
use crate::source::Input;
use crate::spec::{self, FindError, Hop, Spec, SpecError, warnings};

/// `hopspec lint`
pub(crate) fn run(args: &Args, color: Color, talk: Talk) -> u8 {
    let default = PathBuf::from("specs");
    if args.specs.is_empty() && !default.is_dir() {
        talk.error("there is no folder ./specs; name a spec or a folder of specs with -s, or shipped ones, as in `-s aws/alb`");
        return exit::NOTHING_JUDGED;
    }
    let named = if args.specs.is_empty() { std::slice::from_ref(&default) } else { args.specs.as_slice() };
    let found = spec::load(named);
    for failure in &found.failures {
        talk.error(failure);
    }
    found.notes.iter().for_each(|note| talk.note(note));
    if found.not_specs > 0 {
        let files = count(found.not_specs as u64, "YAML file");
        talk.note(format_args!("{files} without `hops`, `types` or `checks`: no specs, passed over"));
    }
    if found.specs.is_empty() && found.errors.is_empty() && found.failures.is_empty() {
        let places = named.iter().map(|path| Input::File(path.clone()).name()).collect::<Vec<_>>().join(", ");
        talk.error(format_args!("there is no spec in {places}"));
        return exit::NOTHING_JUDGED;
    }
    let included: HashSet<&str> = found.specs.iter().flat_map(|file| file.spec.includes.iter().map(String::as_str)).collect();
    let odd = |spec: &Spec| warnings(spec, included.contains(spec.source.file.as_str()));
    let odd: Vec<Vec<SpecError>> = found.specs.iter().map(|file| odd(&file.spec)).collect();
    // Specs that are fine are of no interest beside those that are not.
    let text = if found.errors.is_empty() {
        let fine = found.specs.iter().zip(&odd).map(|(file, odd)| fine(&file.spec, odd.len()));
        spec_warnings(&odd.concat(), color.on_stdout()) + &fine.collect::<String>()
    } else {
        spec_errors(&found.errors, color.on_stdout())
    };
    let written = Target::Stdout.write(&text);
    if let Err(error) = &written {
        talk.error(error);
    }
    let unread = found.failures.iter().any(|f| matches!(f, FindError::Unreadable(..)));
    match (found.errors.is_empty(), found.failures.is_empty()) {
        // As everywhere: usage and invalid specs come before what cannot be read.
        (false, _) => exit::USAGE,
        (true, false) if !unread => exit::USAGE,
        (true, true) if written.is_ok() && args.strict && odd.iter().any(|odd| !odd.is_empty()) => exit::FINDINGS,
        (true, true) if written.is_ok() => exit::MET,
        _ => exit::UNREADABLE,
    }
}

/// A line on a spec without mistakes.
fn fine(spec: &Spec, warnings: usize) -> String {
    let odd = if warnings > 0 { format!(", {}", count(warnings as u64, "warning")) } else { String::new() };
    let expectations = |hop: &Hop| {
        let variants = hop.variants.iter().map(|v| v.request.expectations.len() + v.response.expectations.len());
        hop.request.expectations.len() + hop.response.expectations.len() + variants.sum::<usize>()
    };
    let expectations: usize = spec.hops.iter().map(expectations).sum();
    let types = (spec.types.len() as u64, "type");
    if spec.hops.is_empty() {
        return format!("ok  {}   {}{odd}\n", escape(&spec.source.file), count(types.0, types.1));
    }
    let (hops, expectations) = (count(spec.hops.len() as u64, "hop"), count(expectations as u64, "expectation"));
    format!("ok  {}   {hops}, {expectations}{odd}\n", escape(&spec.source.file))
}
