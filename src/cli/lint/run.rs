//! Loads every spec and says what is wrong with it.

use std::path::PathBuf;

use super::super::args::Color;
use super::super::output::Target;
use super::super::talk::Talk;
use super::args::Args;
use super::find::{Candidate, find, slashes};
use crate::exit;
use crate::report::{count, escape, spec_errors};
use crate::spec::{Loaded, Spec, SpecError, parse};

/// `hopspec lint`
pub(crate) fn run(args: &Args, color: Color, talk: Talk) -> u8 {
    let default = PathBuf::from("specs");
    let named = if args.specs.is_empty() { std::slice::from_ref(&default) } else { args.specs.as_slice() };
    if args.specs.is_empty() && !default.is_dir() {
        talk.error("there is no folder ./specs; name a spec or a folder of specs with -s");
        return exit::NOTHING_JUDGED;
    }
    let found = match find(named) {
        Ok(found) => found,
        Err(message) => {
            talk.error(message);
            return exit::UNREADABLE;
        }
    };
    let mut linted = Linted::default();
    for candidate in &found {
        if let Err(code) = linted.add(candidate, talk) {
            return code;
        }
    }
    linted.tell(named, color, talk)
}

/// What was found out about all files.
#[derive(Default)]
struct Linted {
    fine: String,
    errors: Vec<SpecError>,
    others: u64,
}

impl Linted {
    fn add(&mut self, candidate: &Candidate, talk: Talk) -> Result<(), u8> {
        let file = slashes(&candidate.path);
        let bytes = std::fs::read(&candidate.path).map_err(|error| {
            talk.error(format_args!("{file} cannot be read: {error}"));
            exit::UNREADABLE
        })?;
        match parse(&file, &candidate.name, &bytes) {
            Ok(Loaded::Spec(spec)) => self.fine.push_str(&fine(&file, &spec)),
            Ok(Loaded::NotASpec) if candidate.named => {
                talk.error(format_args!("{file} is no spec: it has none of `hops`, `types` and `checks`"));
                return Err(exit::USAGE);
            }
            Ok(Loaded::NotASpec) => self.others += 1,
            Err(errors) => self.errors.extend(errors),
        }
        Ok(())
    }

    fn tell(self, named: &[PathBuf], color: Color, talk: Talk) -> u8 {
        if self.others > 0 {
            talk.note(format_args!(
                "{} without `hops`, `types` or `checks`: no specs, passed over",
                count(self.others, "YAML file")
            ));
        }
        let (text, code) = if !self.errors.is_empty() {
            (spec_errors(&self.errors, color.on_stdout()), exit::USAGE)
        } else if self.fine.is_empty() {
            let places = named.iter().map(|path| slashes(path)).collect::<Vec<_>>().join(", ");
            talk.error(format_args!("there is no spec in {places}"));
            return exit::NOTHING_JUDGED;
        } else {
            (self.fine, exit::MET)
        };
        match Target::Stdout.write(&text) {
            Ok(()) => code,
            Err(error) => {
                talk.error(error);
                exit::UNREADABLE
            }
        }
    }
}

fn fine(file: &str, spec: &Spec) -> String {
    let expectations = |hop: &crate::spec::Hop| {
        let variants = hop.variants.iter().map(|v| v.request.expectations.len() + v.response.expectations.len());
        hop.request.expectations.len() + hop.response.expectations.len() + variants.sum::<usize>()
    };
    let expectations: usize = spec.hops.iter().map(expectations).sum();
    let (hops, expectations) = (count(spec.hops.len() as u64, "hop"), count(expectations as u64, "expectation"));
    format!("ok  {}   {hops}, {expectations}\n", escape(file))
}
