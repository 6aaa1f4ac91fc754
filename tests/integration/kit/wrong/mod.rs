//! The traffic of a site with one thing wrong, a table a service.

mod api_gateway;
mod echoed;
mod load_balancer;
mod row;
mod store;
mod table;

pub(crate) use row::Wrong;
pub(crate) use table::table;
