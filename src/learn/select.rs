//! The `select` of a hop: the signs by which its exchanges were told from others, and no more.

use super::agent::KNOWN;
use super::kind::{Asker, Kind, Passed, Server};
use super::signs::Signs;
use crate::check::yaml_text;

/// A kind of exchange, with the marks that its requests have.
pub(super) type Told = (Kind, Vec<&'static str>);

/// A select, and what it demands of a request: what is demanded can never be found missing.
#[derive(Debug, Default)]
pub(super) struct Select {
    /// Lines of YAML under `select:`; none where every exchange is the hop's.
    pub(super) lines: Vec<String>,
    pub(super) demands: Vec<Demand>,
}

/// What a select demands of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Demand {
    /// The method, as it is.
    Method,
    /// The path, as it is.
    Path,
    /// The value of a field, as it is.
    Whole(&'static str),
    /// How the value of a field begins.
    Begin(&'static str, String),
    /// That a field is there.
    There(&'static str),
}

impl Select {
    /// The select of a kind among all kinds. `together` are services that one request named, which is the first one's; `source`
    /// says what its source is, where there are others.
    pub(super) fn of(kind: &Kind, all: &[Told], together: &[(usize, usize)], source: Option<&str>) -> Self {
        let mut select = Self::default();
        let of_server = || all.iter().filter(|(other, _)| other.server == kind.server);
        select.lines.extend(source.map(|source| format!("source: {source}")));
        let mut signs = Signs::default();
        select.server(kind, all, &mut signs);
        select.demands.extend(signs.of_asker(&kind.asker, of_server().count() > 1));
        // Where both are seen of one asker, the marks tell which it is.
        let mut marks: Vec<&'static str> = Vec::new();
        if of_server().any(|(other, _)| other.is_other_side(kind)) {
            let passed = of_server().filter(|(other, _)| other.asker == kind.asker && other.passed == Passed::Yes);
            for mark in passed.flat_map(|(_, marks)| marks) {
                if !marks.contains(mark) {
                    marks.push(mark);
                }
            }
        }
        if kind.passed != Passed::Yes {
            signs.absent.extend(&marks);
        }
        select.lines.extend(signs.lines());
        if kind.passed == Passed::Yes {
            select.passed_on(&marks);
        }
        let comes_first = |other: &Asker| match (other, &kind.asker) {
            (_, Asker::Client) => true,
            (Asker::Known(first), Asker::Known(at)) => together.contains(&(*first, *at)),
            _ => false,
        };
        let mut told: Vec<Vec<String>> = Vec::new();
        for (other, _) in of_server().filter(|(other, _)| comes_first(&other.asker)) {
            let mut signs = Signs::default();
            signs.of_asker(&other.asker, true);
            let lines = signs.lines();
            if !lines.is_empty() && !told.contains(&lines) {
                told.push(lines);
            }
        }
        select.none_of(&told);
        select
    }

    /// It is none of those who can be told.
    fn none_of(&mut self, told: &[Vec<String>]) {
        match told {
            [] => {}
            [one] => match one.as_slice() {
                [line] => self.lines.push(format!("not: {{ {line} }}")),
                lines => {
                    self.lines.push("not:".to_owned());
                    self.lines.extend(lines.iter().map(|line| format!("  {line}")));
                }
            },
            several => {
                self.lines.extend(["not:".to_owned(), "  any:".to_owned()]);
                for lines in several {
                    let item = |(at, line): (usize, &String)| format!("    {} {line}", if at == 0 { "-" } else { " " });
                    self.lines.extend(lines.iter().enumerate().map(item));
                }
            }
        }
    }

    /// Who serves.
    fn server(&mut self, kind: &Kind, all: &[Told], signs: &mut Signs) {
        let mut others: Vec<String> = Vec::new();
        let mut other = |text: String| {
            if !others.contains(&text) {
                others.push(text);
            }
        };
        for (of, _) in all {
            match (&kind.server, &of.server) {
                (Server::OtherPorts, Server::Port(port)) => other(port.to_string()),
                (Server::OtherHosts, Server::Host(host)) => other(text(host)),
                _ => {}
            }
        }
        let others = others.join(", ");
        let has = |server: Server| all.iter().any(|(other, _)| other.server == server);
        let among_others = all.iter().any(|(other, _)| !other.server.is_port() && other.server != kind.server);
        // Any of several lines may match, so where they were seen a Host must be alone.
        let alone = if has(Server::SeveralHosts) { ", lines: { length: 1 }" } else { "" };
        match &kind.server {
            Server::Port(port) => self.lines.push(format!("dst: {{ port: {port} }}")),
            Server::OtherPorts => self.lines.push(format!("dst: {{ port: {{ not: {{ one_of: [{others}] }} }} }}")),
            Server::Host(host) => {
                let host = text(host);
                let said = if alone.is_empty() { host } else { format!("{{ equals: {host}{alone} }}") };
                signs.headers.push(("Host", said));
                self.demands.push(Demand::Whole("Host"));
            }
            Server::OtherHosts if others.is_empty() && !among_others => {}
            Server::OtherHosts => {
                let not = if others.is_empty() { "present: true".to_owned() } else { format!("not: {{ one_of: [{others}] }}") };
                signs.headers.push(("Host", format!("{{ {not}{alone} }}")));
                self.demands.push(Demand::There("Host"));
            }
            Server::SeveralHosts if !among_others => {}
            Server::SeveralHosts => {
                signs.headers.push(("Host", "{ lines: { length: { at_least: 2 } } }".to_owned()));
                self.demands.push(Demand::There("Host"));
            }
            Server::NoHost if !among_others => {}
            Server::NoHost => signs.absent.push("Host"),
            Server::Unknown => {}
        }
    }

    /// One of the marks is there.
    fn passed_on(&mut self, marks: &[&'static str]) {
        let there = |mark: &str| format!("request: {{ headers: {{ {mark}: {{ present: true }} }} }}");
        match marks {
            [] => {}
            [one] => {
                self.lines.push(format!("any: [{{ {} }}]", there(one)));
                self.demands.push(Demand::There(one));
            }
            several => {
                self.lines.push("any:".to_owned());
                self.lines.extend(several.iter().map(|mark| format!("  - {}", there(mark))));
            }
        }
    }
}

fn text(text: &str) -> String {
    yaml_text(text, super::limits::LONGEST_LITERAL).unwrap_or_default()
}

/// The service of a number, where there is one.
pub(super) fn prefix(at: usize) -> Option<&'static str> {
    KNOWN.get(at).map(|known| known.prefix)
}
