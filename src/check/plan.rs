//! The plan: all specs of a run compiled once. Names are interned, expectations flattened in the order of the file, and
//! what each hop needs of bodies is known before the first packet.

use std::ops::Range;
use std::sync::Arc;

use super::given::Given;
use super::groups::{groups, know_others};
use super::names::{NameId, Names};
use super::params::Params;
use super::part::{compile_part, part_subject};
use super::picks::Picks;
use super::reads;
use crate::http::BodyWant;
use crate::secret;
use crate::spec::{
    Claim, ConnectionPart, Expectation, Expr, Hop, JsonStep, MessageSpec, NameCase, OrderItem, Part, Select, SelectOn, Side,
    Spec, Value,
};

/// Everything that a run checks.
#[derive(Debug, Default)]
pub struct Plan {
    /// `--where`: only exchanges of which this holds are looked at.
    pub(super) only: Option<Expr>,
    pub(super) names: Names,
    pub(super) specs: Vec<PlanSpec>,
    pub(super) hops: Vec<PlanHop>,
    /// Checks over several hops.
    pub(super) across: Vec<Across>,
    /// Hops that follow others, and say something of them.
    pub(super) links: Vec<Link>,
    /// Some hop is echoed in another's responses.
    pub(super) echoes: bool,
}

/// A hop that follows another.
#[derive(Debug)]
pub(super) struct Link {
    /// The hop before, nearer to the client. Index into [`Plan::hops`].
    pub(super) outer: usize,
    /// The hop that follows it: its exchanges are judged with those of the other.
    pub(super) inner: usize,
    /// What joins them; none where it is found out.
    pub(super) join: Option<Expr>,
}

/// A check over several hops. It is counted with the hop that it names first.
#[derive(Debug)]
pub(super) struct Across {
    /// Index into [`Plan::specs`].
    pub(super) spec: usize,
    pub(super) expectation: Expectation,
    /// The hops that it names, in the order of its text.
    pub(super) parties: Vec<Party>,
    /// What joins their exchanges, where one of them says it.
    pub(super) join: Option<Expr>,
    /// Where it is counted: the number of its expectation in the hop that it names first.
    pub(super) counted: usize,
}

/// A hop that a check names.
#[derive(Debug)]
pub(super) struct Party {
    pub(super) name: String,
    /// Index into [`Plan::hops`].
    pub(super) hop: usize,
    /// What the check wants to know of it.
    pub(super) wants: Vec<Expr>,
}

/// A spec of the plan.
#[derive(Debug)]
pub(super) struct PlanSpec {
    pub(super) spec: Arc<Spec>,
    /// Its params; several where captures say different things of them.
    pub(super) params: Vec<Params>,
}

impl PlanSpec {
    /// The params of a set; the first where there is no such set.
    pub(super) fn params(&self, set: usize) -> Option<&Params> {
        self.params.get(set).or_else(|| self.params.first())
    }
}

/// A hop of the plan.
#[derive(Debug)]
pub(super) struct PlanHop {
    /// Index into [`Plan::specs`].
    pub(super) spec: usize,
    /// Index into the spec's hops.
    pub(super) hop: usize,
    /// It is judged; otherwise it only takes its exchanges.
    pub(super) judged: bool,
    /// It must be observed.
    pub(super) required: bool,
    /// It was asked for by its own name.
    pub(super) picked: bool,
    pub(super) select: Option<PlanSelect>,
    /// Its exchanges are judged only where this holds.
    pub(super) when: Option<Expr>,
    /// The hop's own expectations, then those of each variant.
    pub(super) expectations: Vec<PlanExpectation>,
    /// How many of them are the hop's own.
    pub(super) own: usize,
    /// Name, and the range of its expectations.
    pub(super) variants: Vec<(String, Range<usize>)>,
    /// The groups of variants that vary independently: ranges of `variants`, one after the other.
    pub(super) groups: Vec<Range<usize>>,
    /// What the bodies of request and response are needed for.
    pub(super) bodies: [BodyWant; 2],
    /// `select` reads a body, so that what a head tells is not yet all.
    pub(super) selects_by_body: bool,
    /// It is of connections without a byte, not of exchanges.
    pub(super) of_empty: bool,
    /// Its exchanges are those that the responses of this hop echo. Index into [`Plan::hops`].
    pub(super) echoed_in: Option<usize>,
    /// What it says of the hop that it follows is judged when that hop's exchange is there: its exchanges wait.
    pub(super) waits: bool,
}

/// One expectation of the plan.
#[derive(Debug)]
pub(super) struct PlanExpectation {
    pub(super) side: Side,
    pub(super) aspect: Aspect,
    pub(super) expectation: Expectation,
    /// As in the machine format, `request.header.Host`.
    pub(super) subject: String,
    pub(super) variant: Option<usize>,
    /// What the verdict on a value depends on.
    pub(super) purity: Purity,
    /// It is not judged where its field is missing.
    pub(super) optional: bool,
    /// What it looks at is a secret by its name.
    pub(super) secret: bool,
    /// It binds names that some template of the hop uses.
    pub(super) binds: bool,
}

/// What the verdict on a value depends on besides the value. Where it is little, the last that met is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purity {
    /// More than that.
    None,
    /// Nothing.
    Value,
    /// The ends of the connection.
    Ends { src: bool, dst: bool },
}

impl PlanExpectation {
    /// The verdict on a value depends on nothing but the value.
    pub(super) fn is_pure(&self) -> bool {
        self.purity == Purity::Value
    }
}

/// What an expectation looks at.
#[derive(Debug, Clone)]
pub(super) enum Aspect {
    Method,
    Target,
    Path,
    Query(String),
    Version,
    Status,
    Reason,
    Field {
        id: NameId,
        name: String,
    },
    /// `wire`: the lines of a field as they stand.
    Line {
        id: NameId,
        name: String,
        alone: bool,
    },
    /// A cookie of the lines of Cookie.
    Cookie {
        id: NameId,
        name: String,
    },
    /// A cookie that a line of Set-Cookie sets.
    SetCookie {
        id: NameId,
        name: String,
    },
    /// An attribute of such a cookie.
    SetCookieAttribute {
        id: NameId,
        cookie: Box<str>,
        attribute: Box<str>,
        absent: bool,
    },
    Trailer(String),
    BodyJson(Vec<JsonStep>),
    /// A path of the Lambda event.
    Event(Vec<JsonStep>),
    BodyText,
    BodySha256,
    BodyLength,
    /// What the connection says.
    Connection(ConnectionPart),
    /// `absent`: a name, or a pattern with `*`.
    Absent {
        id: Option<NameId>,
        pattern: String,
    },
    /// `others`: the names that may be there, by number and as patterns.
    Others {
        known: Vec<NameId>,
    },
    /// `others` beside `body.json`: the members that may be there.
    BodyOthers {
        known: Vec<String>,
    },
    Order(Vec<OrderEntry>),
    /// `name_case`: these names as they are written here, or every name in lower case; but not those of `except`, which
    /// say it of themselves.
    NameCase {
        exact: Option<Vec<(NameId, String)>>,
        except: Vec<NameId>,
    },
    /// A member of `checks`: the exchange as a whole.
    Check(String),
    /// `removed`: a name, or a pattern with `*`.
    Removed {
        id: Option<NameId>,
        pattern: String,
    },
    /// `others: preserved`: the names that are not looked at, by number and as patterns.
    OthersPreserved {
        known: Vec<NameId>,
        /// Patterns of `removed`.
        gone: Vec<String>,
    },
}

impl Aspect {
    /// Whether what it looks at is a secret by its name.
    pub(super) fn is_secret(&self) -> bool {
        match self {
            Self::Field { name, .. } | Self::Line { name, .. } | Self::Trailer(name) => secret::is_secret(name.as_bytes()),
            Self::Cookie { .. } | Self::SetCookie { .. } => true,
            Self::Query(name) => secret::is_secret_parameter(name),
            Self::BodyJson(_) | Self::Event(_) => self.json_key().is_some_and(secret::is_secret_key),
            _ => false,
        }
    }

    /// The key under which a JSON value stands: the last of its path.
    pub(super) fn json_key(&self) -> Option<&str> {
        let (Self::BodyJson(steps) | Self::Event(steps)) = self else { return None };
        steps.iter().rev().find_map(|step| match step {
            JsonStep::Key(key) => Some(key.as_str()),
            JsonStep::Index(_) => None,
        })
    }
}

/// An entry of `order`.
#[derive(Debug, Clone)]
pub(super) enum OrderEntry {
    Name(NameId),
    Others,
}

/// `select`, compiled.
#[derive(Debug)]
pub(super) enum PlanSelect {
    All(Vec<PlanSelect>),
    Any(Vec<PlanSelect>),
    Not(Box<PlanSelect>),
    Atom { on: PlanSelectOn, value: Box<Value> },
}

/// What a select entry looks at.
#[derive(Debug)]
pub(super) enum PlanSelectOn {
    Message(Side, Aspect),
    /// No name that fits a pattern.
    Absent(Side, String),
    Endpoint(bool),
    Ip(bool),
    Port(bool),
    Connection,
    Source,
}

impl Plan {
    /// Compiles specs. `required` says of each whether its hops must be observed.
    #[must_use]
    pub fn compile(specs: &[(Arc<Spec>, bool)], params: &[(String, String)]) -> Self {
        let given: Vec<Given> = params.iter().rev().map(Given::option).collect();
        Self::of(specs, &[given], &Picks::default())
    }

    /// Compiles what is picked of specs, with sets of values for params, the strongest of each first.
    pub(super) fn of(specs: &[(Arc<Spec>, bool)], given: &[Vec<Given>], picks: &Picks) -> Self {
        let mut plan = Self::default();
        for (spec, required) in specs {
            let index = plan.specs.len();
            let params = given.iter().map(|given| Params::of(spec, given)).collect();
            plan.specs.push(PlanSpec { spec: Arc::clone(spec), params });
            let first = plan.hops.len();
            for (at, hop) in spec.hops.iter().enumerate() {
                let name = &hop.name.value;
                let mut compiled = compile_hop(&mut plan.names, index, at, &picks.hop(hop));
                (compiled.judged, compiled.required) = (picks.judges(name), picks.require(name, *required));
                compiled.picked = picks.require(name, false);
                plan.hops.push(compiled);
            }
            plan.compile_across(spec, index, first);
            plan.compile_links(spec, first);
        }
        plan
    }

    /// The checks of a spec over several of its hops, which begin at `first`.
    fn compile_across(&mut self, spec: &Spec, index: usize, first: usize) {
        for expectation in &spec.checks {
            let Claim::Check(check_) = &expectation.claim else { continue };
            let mut parties = Vec::new();
            for name in check_.hops() {
                let Some(at) = spec.hops.iter().position(|hop| hop.name.value == name) else { continue };
                let wants = reads::of_hop(check_, name);
                for side in wants.iter().flat_map(reads::expression_bodies) {
                    if let Some(body) = self.hops.get_mut(first + at).and_then(|hop| hop.bodies.get_mut(side as usize)) {
                        *body = body.or(BodyWant { keep: BODY_LIMIT, sha256: false });
                    }
                }
                parties.push(Party { name: name.to_owned(), hop: first + at, wants });
            }
            // What is not judged gives a check no evidence.
            if parties.iter().any(|party| self.hops.get(party.hop).is_none_or(|hop| !hop.judged)) {
                continue;
            }
            let Some(hop) = parties.first().and_then(|party| self.hops.get_mut(party.hop)) else { continue };
            let Some(counted) = check(expectation) else { continue };
            // Behind the variants, so that it is neither the hop's own nor theirs.
            hop.expectations.push(counted);
            let counted = hop.expectations.len() - 1;
            let of_party = |hop: &&Hop| check_.hops().contains(&hop.name.value.as_str());
            let join = spec.hops.iter().filter(of_party).find_map(|hop| hop.join.as_ref()).map(|join| join.value.clone());
            self.across.push(Across { spec: index, expectation: expectation.clone(), parties, join, counted });
        }
    }

    /// The name of a hop.
    pub(super) fn name_of(&self, hop: usize) -> &str {
        self.hops.get(hop).and_then(|hop| self.model(hop)).map_or("", |(_, model)| model.name.value.as_str())
    }

    /// Looks only at exchanges of which a condition holds.
    #[must_use]
    pub fn only(self, condition: Option<Expr>) -> Self {
        Self { only: condition, ..self }
    }

    /// The spec and the hop of the model behind a hop of the plan.
    pub(super) fn model(&self, hop: &PlanHop) -> Option<(&PlanSpec, &Hop)> {
        let spec = self.specs.get(hop.spec)?;
        Some((spec, spec.spec.hops.get(hop.hop)?))
    }

    /// How many exchanges of a hop must be seen; 0 where it need not be.
    pub(super) fn least_seen(&self, hop: &PlanHop) -> u64 {
        let count = self.model(hop).and_then(|(_, model)| model.count.as_ref());
        count.map_or(u64::from(hop.required), |count| count.value.at_least)
    }

    /// Whether a hop that is judged must be seen, so that a run can be over once all of these were.
    #[must_use]
    pub(super) fn requires_any(&self) -> bool {
        self.hops.iter().any(|hop| hop.judged && self.least_seen(hop) > 0)
    }
}

fn compile_hop(names: &mut Names, spec: usize, at: usize, hop: &Hop) -> PlanHop {
    let mut expectations = Vec::new();
    add(names, &mut expectations, &hop.request, Side::Request, None);
    add(names, &mut expectations, &hop.response, Side::Response, None);
    expectations.extend(hop.checks.iter().filter_map(check));
    let own = expectations.len();
    let mut variants = Vec::new();
    for (number, variant) in hop.variants.iter().enumerate() {
        let start = expectations.len();
        add(names, &mut expectations, &variant.request, Side::Request, Some(number));
        add(names, &mut expectations, &variant.response, Side::Response, Some(number));
        variants.push((variant.name.value.clone(), start..expectations.len()));
    }
    let groups = groups(hop);
    know_others(&mut expectations, &groups);
    know_bound(hop, &mut expectations);
    let mut bodies = [BodyWant::NOTHING; 2];
    for expectation in &expectations {
        for (side, want) in bodies_of(expectation) {
            if let Some(body) = bodies.get_mut(side as usize) {
                *body = body.or(want);
            }
        }
    }
    for side in hop.when.iter().flat_map(|when| reads::expression_bodies(&when.value)) {
        if let Some(body) = bodies.get_mut(side as usize) {
            *body = body.or(BodyWant { keep: BODY_LIMIT, sha256: false });
        }
    }
    let select = hop.select.as_ref().map(|s| compile_select(names, s));
    let (mut selects_by_body, mut of_empty) = (false, false);
    if let Some(select) = &select {
        select_atoms(select, &mut |on, value| {
            of_empty |= matches!(on, PlanSelectOn::Connection);
            let own = match on {
                PlanSelectOn::Message(side, target) => body_want(target).map(|want| (*side, want)),
                _ => None,
            };
            let read = reads::bodies(value).map(|side| (side, BodyWant { keep: BODY_LIMIT, sha256: false }));
            for (side, want) in own.into_iter().chain(read) {
                selects_by_body = true;
                if let Some(body) = bodies.get_mut(side as usize) {
                    *body = body.or(want);
                }
            }
        });
    }
    let when = hop.when.as_ref().map(|when| when.value.clone());
    PlanHop {
        spec,
        hop: at,
        judged: true,
        required: false,
        picked: false,
        select,
        when,
        expectations,
        own,
        variants,
        groups,
        bodies,
        selects_by_body,
        of_empty,
        echoed_in: None,
        waits: false,
    }
}

fn add(names: &mut Names, to: &mut Vec<PlanExpectation>, message: &MessageSpec, side: Side, variant: Option<usize>) {
    let fields = message.expectations.iter().filter_map(|e| match &e.claim {
        Claim::Part { part: Part::Field(name) | Part::Line { name, .. }, value } => Some((name, value.meta.name_case.is_some())),
        _ => None,
    });
    let fields: Vec<(NameId, String, bool)> = fields.map(|(name, own)| (names.intern(name), name.clone(), own)).collect();
    let except: Vec<NameId> = fields.iter().filter(|(.., own)| *own).map(|(id, ..)| *id).collect();
    let exact = fields.into_iter().filter(|(id, ..)| !except.contains(id)).map(|(id, name, _)| (id, name));
    let exact: Vec<(NameId, String)> = exact.collect();
    for expectation in &message.expectations {
        let (target, what) = match &expectation.claim {
            Claim::Part { part, .. } => (compile_part(names, part), part_subject(part)),
            Claim::Absent(pattern) => {
                let id = (!pattern.contains('*')).then(|| names.intern(pattern));
                (Aspect::Absent { id, pattern: pattern.clone() }, format!("header.{pattern}"))
            }
            Claim::Others => (Aspect::Others { known: Vec::new() }, "others".to_owned()),
            Claim::BodyOthers => (Aspect::BodyOthers { known: Vec::new() }, "body.json".to_owned()),
            Claim::Order(items) => {
                let entry = |item: &OrderItem| match item {
                    OrderItem::Name(name) => OrderEntry::Name(names.intern(name)),
                    OrderItem::Others => OrderEntry::Others,
                };
                (Aspect::Order(items.iter().map(entry).collect()), "order".to_owned())
            }
            Claim::NameCase(case) => {
                let exact = (*case == NameCase::Exact).then(|| exact.clone());
                (Aspect::NameCase { exact, except: except.clone() }, "name_case".to_owned())
            }
            Claim::FieldNameCase(name, case) => {
                let wanted = if *case == NameCase::Lower { name.to_ascii_lowercase() } else { name.clone() };
                let exact = Some(vec![(names.intern(name), wanted)]);
                (Aspect::NameCase { exact, except: Vec::new() }, format!("header.{name}"))
            }
            Claim::Related { part, .. } => (compile_part(names, part), part_subject(part)),
            Claim::Removed(pattern) => {
                let id = (!pattern.contains('*')).then(|| names.intern(pattern));
                (Aspect::Removed { id, pattern: pattern.clone() }, format!("header.{pattern}"))
            }
            Claim::OthersPreserved => (Aspect::OthersPreserved { known: Vec::new(), gone: Vec::new() }, "others".to_owned()),
            // They are of the hop, not of a message.
            Claim::Check(_) => continue,
        };
        let value = match &expectation.claim {
            Claim::Part { value, .. } => Some(value),
            _ => None,
        };
        to.push(PlanExpectation {
            side,
            subject: if let Aspect::Connection(_) | Aspect::Event(_) = target { what } else { format!("{}.{what}", side.name()) },
            variant,
            purity: value.map_or(Purity::None, reads::purity),
            optional: value.is_some_and(|v| v.meta.optional),
            secret: target.is_secret(),
            aspect: target,
            binds: false,
            expectation: expectation.clone(),
        });
    }
}

/// A member of `checks`. Its evidence is the request, or the response where there is none.
fn check(expectation: &Expectation) -> Option<PlanExpectation> {
    let Claim::Check(check) = &expectation.claim else { return None };
    Some(PlanExpectation {
        side: Side::Request,
        aspect: Aspect::Check(check.id.clone()),
        subject: format!("check.{}", check.id),
        variant: None,
        purity: Purity::None,
        optional: false,
        secret: false,
        binds: false,
        expectation: expectation.clone(),
    })
}

/// Values are bound only under names that something in the hop uses.
fn know_bound(hop: &Hop, expectations: &mut [PlanExpectation]) {
    let mut used: Vec<String> = Vec::new();
    for expectation in expectations.iter() {
        used.extend(reads::names(&expectation.expectation.claim).into_iter().map(str::to_owned));
    }
    if let Some(when) = &hop.when {
        reads::expression_names(&when.value, &mut |name| used.push(name.to_owned()));
    }
    for expectation in expectations.iter_mut() {
        let Claim::Part { value, .. } = &expectation.expectation.claim else { continue };
        expectation.binds = reads::binds(value).iter().any(|name| used.iter().any(|used| used == name));
    }
}

fn compile_select(names: &mut Names, select: &Select) -> PlanSelect {
    match select {
        Select::All(parts) => PlanSelect::All(parts.iter().map(|p| compile_select(names, p)).collect()),
        Select::Any(parts) => PlanSelect::Any(parts.iter().map(|p| compile_select(names, p)).collect()),
        Select::Not(part) => PlanSelect::Not(Box::new(compile_select(names, part))),
        Select::Atom { on, value, .. } => {
            let on = match on {
                SelectOn::Message(side, part) => PlanSelectOn::Message(*side, compile_part(names, part)),
                SelectOn::Absent(side, pattern) => PlanSelectOn::Absent(*side, pattern.clone()),
                SelectOn::Endpoint { dst } => PlanSelectOn::Endpoint(*dst),
                SelectOn::Ip { dst } => PlanSelectOn::Ip(*dst),
                SelectOn::Port { dst } => PlanSelectOn::Port(*dst),
                SelectOn::Connection => PlanSelectOn::Connection,
                SelectOn::Source => PlanSelectOn::Source,
            };
            PlanSelect::Atom { on, value: value.clone() }
        }
    }
}

/// Bodies are kept up to this many bytes; what is longer makes the verdict inconclusive.
pub(super) const BODY_LIMIT: usize = 8 << 20;

/// What a target needs of the body of its message.
pub(super) fn body_want(target: &Aspect) -> Option<BodyWant> {
    match target {
        Aspect::BodyJson(_) | Aspect::BodyOthers { .. } | Aspect::BodyText => Some(BodyWant { keep: BODY_LIMIT, sha256: false }),
        // Trailers are kept anyway, and known when the body is over; so is the event.
        Aspect::Trailer(_) | Aspect::Event(_) => Some(BodyWant::NOTHING),
        Aspect::BodySha256 => Some(BodyWant { keep: 0, sha256: true }),
        _ => None,
    }
}

fn select_atoms(select: &PlanSelect, visit: &mut dyn FnMut(&PlanSelectOn, &Value)) {
    match select {
        PlanSelect::All(parts) | PlanSelect::Any(parts) => parts.iter().for_each(|part| select_atoms(part, visit)),
        PlanSelect::Not(part) => select_atoms(part, visit),
        PlanSelect::Atom { on, value, .. } => visit(on, value),
    }
}

fn bodies_of(expectation: &PlanExpectation) -> Vec<(Side, BodyWant)> {
    let keep = BodyWant { keep: BODY_LIMIT, sha256: false };
    let mut wants: Vec<(Side, BodyWant)> =
        body_want(&expectation.aspect).into_iter().map(|want| (expectation.side, want)).collect();
    wants.extend(reads::claim_bodies(&expectation.expectation.claim).into_iter().map(|side| (side, keep)));
    wants
}
