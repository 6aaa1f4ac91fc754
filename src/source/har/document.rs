//! What of a HAR is read (<http://www.softwareishard.com/blog/har-12-spec/>). Everything may be missing or null, since files
//! of all kinds of programs are met; what has another type than the format says is a mistake with its line.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

/// The file.
#[derive(Debug, Deserialize)]
pub(super) struct File<'t> {
    #[serde(borrow)]
    pub(super) log: Log<'t>,
}

/// `log`
#[derive(Debug, Deserialize)]
pub(super) struct Log<'t> {
    /// Each is read by itself: one that is broken does not hide the others.
    #[serde(borrow)]
    pub(super) entries: Vec<&'t RawValue>,
}

/// A member of `log.entries`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry<'t> {
    /// RFC 3339.
    #[serde(borrow, default)]
    pub(super) started_date_time: Option<Cow<'t, str>>,
    #[serde(borrow)]
    pub(super) request: Request<'t>,
    #[serde(borrow, default)]
    pub(super) response: Option<Response<'t>>,
    /// The address of the server, as text.
    #[serde(borrow, default, rename = "serverIPAddress")]
    pub(super) server: Option<Cow<'t, str>>,
    /// `memory` or `disk`: Chrome answered from its cache.
    #[serde(borrow, default, rename = "_fromCache")]
    pub(super) from_cache: Option<Cow<'t, str>>,
    /// Chrome: a service worker answered, from its cache or with what it got by requests of its own.
    #[serde(default, rename = "_fetchedViaServiceWorker")]
    pub(super) service_worker: Option<bool>,
    /// `Network Load`, `Memory Cache` …: Safari.
    #[serde(borrow, default, rename = "_fetchType")]
    pub(super) fetch_type: Option<Cow<'t, str>>,
}

/// `request`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Request<'t> {
    #[serde(borrow)]
    pub(super) method: Cow<'t, str>,
    #[serde(borrow)]
    pub(super) url: Cow<'t, str>,
    #[serde(borrow, default)]
    pub(super) http_version: Option<Cow<'t, str>>,
    #[serde(borrow, default)]
    pub(super) headers: Option<Vec<Field<'t>>>,
    #[serde(borrow, default)]
    pub(super) post_data: Option<PostData<'t>>,
    /// Bytes of the body; -1 where it is not known.
    #[serde(default)]
    pub(super) body_size: Option<f64>,
}

/// `response`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Response<'t> {
    /// 0 where there was none.
    #[serde(default)]
    pub(super) status: Option<f64>,
    #[serde(borrow, default)]
    pub(super) status_text: Option<Cow<'t, str>>,
    #[serde(borrow, default)]
    pub(super) http_version: Option<Cow<'t, str>>,
    #[serde(borrow, default)]
    pub(super) headers: Option<Vec<Field<'t>>>,
    #[serde(borrow, default)]
    pub(super) content: Option<Content<'t>>,
}

/// A member of `headers`.
#[derive(Debug, Deserialize)]
pub(super) struct Field<'t> {
    #[serde(borrow)]
    pub(super) name: Cow<'t, str>,
    #[serde(borrow, default)]
    pub(super) value: Option<Cow<'t, str>>,
}

/// `request.postData`
#[derive(Debug, Deserialize)]
pub(super) struct PostData<'t> {
    #[serde(borrow, default)]
    pub(super) text: Option<Cow<'t, str>>,
    /// `base64` by some programs.
    #[serde(borrow, default)]
    pub(super) encoding: Option<Cow<'t, str>>,
}

/// `response.content`
#[derive(Debug, Deserialize)]
pub(super) struct Content<'t> {
    /// Bytes of the body, its content coding undone.
    #[serde(default)]
    pub(super) size: Option<f64>,
    #[serde(borrow, default)]
    pub(super) text: Option<Cow<'t, str>>,
    #[serde(borrow, default)]
    pub(super) encoding: Option<Cow<'t, str>>,
}
