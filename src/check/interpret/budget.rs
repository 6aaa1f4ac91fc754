//! What the evaluations of one check on one exchange may cost, all members of its `for_each` together.
//!
//! `cel` calls plain functions without any state, so the budget of the check at hand is the thread's.

use std::cell::Cell;

use cel::common::types::{CelBytes, CelList, CelMap, CelString};
use cel::common::value::Val;
use cel::{ExecutionError, Value};

/// Steps and bytes of one check on one exchange, of the interpreter, and as many of formulas, which take a tenth of the time.
const BUDGET: u64 = 16 << 20;

/// Steps and bytes of one formula; what would take more is asked of the interpreter.
const ALLOWANCE: u64 = 1 << 20;

/// Why there is no value once it is spent.
pub(super) const SPENT: &str = "it takes more steps than a check may";

/// Reasons of this module and the others of the interpreter carry this name, so that they are told as they are.
pub(super) const OURS: &str = "hopspec";

thread_local! {
    static LEFT: Cell<u64> = const { Cell::new(0) };
    static FORMULAS: Cell<u64> = const { Cell::new(0) };
    static MASKS: Cell<bool> = const { Cell::new(false) };
}

/// Begins a check. `masks`: whether masked texts are masks in this evidence.
pub(in super::super) fn begin(masks: bool) {
    LEFT.set(BUDGET);
    FORMULAS.set(BUDGET);
    MASKS.set(masks);
}

/// What the next formula may take.
pub(super) fn allowance() -> u64 {
    FORMULAS.get().min(ALLOWANCE)
}

/// A formula took so much, whether it gave a value or not.
pub(super) fn took(cost: u64) {
    FORMULAS.set(FORMULAS.get().saturating_sub(cost));
}

/// Lets something run with a budget of its own.
#[cfg(any(test, fuzzing))]
pub(super) fn beside<T>(what: impl FnOnce() -> T) -> T {
    let left = LEFT.replace(BUDGET);
    let made = what();
    LEFT.set(left);
    made
}

/// Whether nothing is left.
#[cfg(any(test, fuzzing))]
pub(super) fn is_spent() -> bool {
    LEFT.get() == 0
}

/// Whether masked texts are masks.
pub(super) fn masks() -> bool {
    MASKS.get()
}

/// Takes from the budget.
pub(super) fn take(cost: u64) -> Result<(), ExecutionError> {
    match LEFT.get().checked_sub(cost.saturating_add(1)) {
        Some(left) => {
            LEFT.set(left);
            Ok(())
        }
        // What is cheaper does not go on where this ended.
        None => {
            LEFT.set(0);
            Err(ExecutionError::function_error(OURS, SPENT))
        }
    }
}

/// The same of a value that the interpreter holds, without a copy of it.
pub(super) fn weight_of(value: &dyn Val) -> u64 {
    if let Some(text) = value.downcast_ref::<CelString<'_>>() {
        text.inner().len() as u64
    } else if let Some(bytes) = value.downcast_ref::<CelBytes<'_>>() {
        bytes.inner().len() as u64
    } else if let Some(list) = value.downcast_ref::<CelList<'_>>() {
        list.inner().iter().map(|member| weight_of(member.as_ref()).saturating_add(1)).sum()
    } else if let Some(map) = value.downcast_ref::<CelMap<'_>>() {
        map.inner().values().map(|member| weight_of(member.as_ref()).saturating_add(16)).sum()
    } else {
        1
    }
}

/// What a value weighs: its members, and their bytes.
pub(super) fn weight(value: &Value) -> u64 {
    match value {
        Value::String(text) => text.len() as u64,
        Value::Bytes(bytes) => bytes.len() as u64,
        Value::List(members) => members.iter().map(|member| weight(member).saturating_add(1)).sum(),
        Value::Map(map) => map.map.values().map(|member| weight(member).saturating_add(16)).sum(),
        _ => 1,
    }
}
