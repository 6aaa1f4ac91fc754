//! Classic BPF with labels: the language of filters that a socket of Linux runs on each packet.
//!
//! Jumps of a branch reach 255 instructions; one that goes further is written as a branch around two jumps that reach any.

/// An instruction as the kernel takes it (`struct sock_filter`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Instruction {
    pub(super) code: u16,
    pub(super) jt: u8,
    pub(super) jf: u8,
    pub(super) k: u32,
}

/// Codes of instructions without jumps. `A` is what is loaded and compared, `X` an index into the packet.
pub(super) mod code {
    pub(in super::super) const LOAD_WORD: u16 = 0x20;
    pub(in super::super) const LOAD_HALF: u16 = 0x28;
    pub(in super::super) const LOAD_WORD_AT_X: u16 = 0x40;
    pub(in super::super) const LOAD_HALF_AT_X: u16 = 0x48;
    pub(in super::super) const LOAD_BYTE_AT_X: u16 = 0x50;
    pub(in super::super) const SET_X: u16 = 0x01;
    pub(in super::super) const AND: u16 = 0x54;
    pub(in super::super) const SHIFT_LEFT: u16 = 0x64;
    pub(in super::super) const ADD: u16 = 0x04;
    pub(in super::super) const ADD_X: u16 = 0x0c;
    pub(in super::super) const A_TO_X: u16 = 0x07;
    pub(in super::super) const X_TO_A: u16 = 0x87;
    pub(in super::super) const RETURN: u16 = 0x06;
    pub(in super::super) const JUMP: u16 = 0x05;
    pub(in super::super) const IF_EQUAL: u16 = 0x15;
    pub(in super::super) const IF_AT_LEAST: u16 = 0x35;
    pub(in super::super) const IF_ANY_BIT: u16 = 0x45;
}

/// A place that is jumped to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Label(usize);

#[derive(Debug, Clone, Copy)]
enum Step {
    Plain { code: u16, k: u32 },
    Branch { code: u16, k: u32, yes: Label, no: Label },
    Go(Label),
}

/// Takes steps down, and makes instructions of them.
#[derive(Debug, Default)]
pub(super) struct Assembler {
    steps: Vec<Step>,
    /// The step that each label stands before.
    labels: Vec<Option<usize>>,
}

impl Assembler {
    /// A label that stands nowhere yet.
    pub(super) fn label(&mut self) -> Label {
        self.labels.push(None);
        Label(self.labels.len().saturating_sub(1))
    }

    /// The label stands before the next step.
    pub(super) fn here(&mut self, label: Label) {
        if let Some(place) = self.labels.get_mut(label.0) {
            *place = Some(self.steps.len());
        }
    }

    /// An instruction that goes on to the next.
    pub(super) fn step(&mut self, code: u16, k: u32) {
        self.steps.push(Step::Plain { code, k });
    }

    /// Goes to the label.
    pub(super) fn go(&mut self, to: Label) {
        self.steps.push(Step::Go(to));
    }

    /// Goes to the label where it is so, else on.
    pub(super) fn go_if(&mut self, code: u16, k: u32, yes: Label) {
        let no = self.label();
        self.steps.push(Step::Branch { code, k, yes, no });
        self.here(no);
    }

    /// Goes on where it is so, else to the label.
    pub(super) fn go_unless(&mut self, code: u16, k: u32, no: Label) {
        let yes = self.label();
        self.steps.push(Step::Branch { code, k, yes, no });
        self.here(yes);
    }

    /// Goes to the label where `A` is one of these, else on.
    pub(super) fn go_if_one_of(&mut self, values: impl IntoIterator<Item = u32>, yes: Label) {
        values.into_iter().for_each(|value| self.go_if(code::IF_EQUAL, value, yes));
    }

    /// The instructions; `None` where a label stands nowhere, or before a jump to it, which no filter may do.
    pub(super) fn assemble(&self) -> Option<Vec<Instruction>> {
        let mut far = vec![false; self.steps.len()];
        loop {
            let places = self.places(&far);
            let mut moved = false;
            for ((at, step), far) in self.steps.iter().enumerate().zip(&mut far) {
                let Step::Branch { yes, no, .. } = step else { continue };
                let reach = |label: Label| Some(self.distance(&places, label, places.get(at)?.checked_add(1)?)? <= 255);
                if *far || (reach(*yes)? && reach(*no)?) {
                    continue;
                }
                (*far, moved) = (true, true);
            }
            if !moved {
                return self.written(&places, &far);
            }
        }
    }

    /// Where the instructions of each step begin, and where the last ones end.
    fn places(&self, far: &[bool]) -> Vec<usize> {
        let mut place = 0_usize;
        let mut places: Vec<usize> = Vec::with_capacity(self.steps.len().saturating_add(1));
        for far in far {
            places.push(place);
            place = place.saturating_add(if *far { 3 } else { 1 });
        }
        places.push(place);
        places
    }

    /// How many instructions a jump passes over, from the one behind it.
    fn distance(&self, places: &[usize], to: Label, from: usize) -> Option<usize> {
        let step = (*self.labels.get(to.0)?)?;
        places.get(step)?.checked_sub(from)
    }

    fn written(&self, places: &[usize], far: &[bool]) -> Option<Vec<Instruction>> {
        let mut out = Vec::new();
        for ((step, far), place) in self.steps.iter().zip(far).zip(places) {
            let behind = |instructions: usize| place.checked_add(instructions);
            let jump = |to: Label, from: usize| -> Option<Instruction> {
                let k = u32::try_from(self.distance(places, to, from)?).ok()?;
                Some(Instruction { code: code::JUMP, jt: 0, jf: 0, k })
            };
            match *step {
                Step::Plain { code, k } => out.push(Instruction { code, jt: 0, jf: 0, k }),
                Step::Go(to) => out.push(jump(to, behind(1)?)?),
                Step::Branch { code, k, yes, no } if *far => {
                    out.push(Instruction { code, jt: 0, jf: 1, k });
                    out.push(jump(yes, behind(2)?)?);
                    out.push(jump(no, behind(3)?)?);
                }
                Step::Branch { code, k, yes, no } => {
                    let reach = |to: Label| u8::try_from(self.distance(places, to, behind(1)?)?).ok();
                    out.push(Instruction { code, jt: reach(yes)?, jf: reach(no)?, k });
                }
            }
        }
        Some(out)
    }
}
