//! What the evaluations of one check on one exchange may cost, all members of its `for_each` together.
//!
//! `cel` calls plain functions without any state, so the budget of the check at hand is the thread's.

use std::cell::Cell;

use cel::{ExecutionError, Value};

/// Steps and bytes of one check on one exchange.
const BUDGET: u64 = 16 << 20;

/// Reasons of this module and the others of the interpreter carry this name, so that they are told as they are.
pub(super) const OURS: &str = "hopspec";

thread_local! {
    static LEFT: Cell<u64> = const { Cell::new(0) };
    static MASKS: Cell<bool> = const { Cell::new(false) };
}

/// Begins a check. `masks`: whether masked texts are masks in this evidence.
pub(in super::super) fn begin(masks: bool) {
    LEFT.set(BUDGET);
    MASKS.set(masks);
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
        None => Err(ExecutionError::function_error(OURS, "it takes more steps than a check may")),
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
