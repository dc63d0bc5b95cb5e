//! The catalogue, the divisions and the calendar: public to all who are signed in.
//!
//! The tables are small: only the wastes are paged, the others come whole, in a list's shape.

use actix_web::HttpResponse;
use actix_web::web::Data;
use chrono::Datelike;
use serde::Serialize;

use crate::app::App;
use crate::calendar::CalendarYear;
use crate::catalogue::{
    Catalogue, DivisionView, Edition, EditionView, ExemptionView, FormView, HazardView, Known,
    ManifestField, MethodView, PackagingView, RulePack, Search, Stream, WasteCode, WasteView,
};
use crate::clock::legal_day;
use crate::ctx::Ctx;
use crate::export::reference_sheets as sheets;
use crate::http::whole::small;
use crate::http::{Answer, Caller, ProblemBody, Query};
use crate::manifest;
use crate::pages;
use crate::problem::{Code, Problem, Text};
use crate::wire::{BoundedText, Cursor, Page, PageLimit, Whole, wire};

wire! {
    /// Which wastes to list.
    pub struct WasteQuery {
        /// The edition of the list; the one in force, when absent.
        pub edition: Option<BoundedText<1, 20>>,
        /// Words, or the beginning of a code.
        pub q: Option<BoundedText<1, 100>>,
        /// `HW08`, or part of a category's name.
        pub category: Option<BoundedText<1, 40>>,
        pub stream: Option<Stream>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<WasteCode>>,
    }

    /// Which exemptions to list.
    pub struct ExemptionQuery {
        /// The edition of the list; the one in force, when absent.
        pub edition: Option<BoundedText<1, 20>>,
        /// Those that name this code or its category.
        pub waste_code: Option<WasteCode>,
    }

    /// Which year of the calendar to show.
    pub struct CalendarQuery {
        /// This year (Beijing), when absent.
        pub year: Option<Whole<1900, 2199>>,
    }
}

/// The edition asked for, or the one in force today.
fn edition<'a>(
    catalogue: &'a Catalogue,
    asked: Option<&BoundedText<1, 20>>,
    ctx: &Ctx,
) -> Result<&'a Edition, Problem> {
    let found = match asked {
        Some(id) => catalogue.edition(id.as_str()),
        None => catalogue.edition_on(legal_day(ctx.now)),
    };
    found.ok_or_else(|| {
        let detail = Text::new("没有这一版名录。", "There is no such edition of the list.");
        Problem::at(Code::InvalidValue, "/query/edition", detail)
    })
}

/// Wastes of an edition, in the order of their codes, kitchen wastes last.
#[utoipa::path(
    get, path = "/api/v1/catalogue/wastes", tag = "catalogue", operation_id = "list_wastes",
    params(WasteQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = Page<WasteView<'static>>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn wastes(app: Data<App>, caller: Caller, query: Query<WasteQuery>) -> Answer {
    let asked = query.get()?;
    let edition = edition(&app.catalogue, asked.edition.as_ref(), &caller.reading())?;
    let is_whole = caller.wanted().is_some();
    let search = Search {
        q: asked.q.as_ref().map_or("", BoundedText::as_str),
        category: asked.category.as_ref().map(BoundedText::as_str),
        stream: asked.stream,
        after: asked.cursor.map(|cursor| cursor.0),
    };
    let rows = usize::try_from(asked.limit.rows_to_read()).unwrap_or(1);
    let rows = if is_whole { usize::MAX } else { rows };
    let found = app.catalogue.search(edition, &search, rows).wastes;
    let show = |known| WasteView::of(&app.catalogue, edition, known);
    if is_whole {
        return small(&caller, &sheets::WASTES, found.into_iter().map(show).collect());
    }
    let page = Page::of(found, asked.limit, Known::code, show)?;
    Ok(HttpResponse::Ok().json(page))
}

/// Exemptions of an edition.
#[utoipa::path(
    get, path = "/api/v1/catalogue/exemptions", tag = "catalogue",
    operation_id = "list_exemptions", params(ExemptionQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = Page<ExemptionView<'static>>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn exemptions(app: Data<App>, caller: Caller, query: Query<ExemptionQuery>) -> Answer {
    let asked = query.get()?;
    let edition = edition(&app.catalogue, asked.edition.as_ref(), &caller.reading())?;
    let exemptions = app.catalogue.exemptions().iter().filter(|exemption| {
        exemption.edition == edition.id
            && asked.waste_code.is_none_or(|code| exemption.wastes.contains(code))
    });
    small(&caller, &sheets::EXEMPTIONS, exemptions.map(ExemptionView::from).collect())
}

/// Editions of the list.
#[utoipa::path(
    get, path = "/api/v1/catalogue/editions", tag = "catalogue", operation_id = "list_editions",
    security(("bearer" = [])),
    responses(
        (status = 200, body = Page<EditionView<'static>>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn editions(app: Data<App>, caller: Caller) -> Answer {
    small(&caller, &sheets::EDITIONS, pages::editions(&app.catalogue))
}

/// Rule packs: edition, thresholds and legal basis by their days. A manifest is read for ever under
/// the one it names.
#[utoipa::path(
    get, path = "/api/v1/catalogue/rule-packs", tag = "catalogue",
    operation_id = "list_rule_packs", security(("bearer" = [])),
    responses(
        (status = 200, body = Page<RulePack>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn rule_packs(app: Data<App>, caller: Caller) -> Answer {
    small(&caller, &sheets::RULE_PACKS, app.catalogue.rule_packs().to_vec())
}

/// Methods of use, disposal and onward transfer.
#[utoipa::path(
    get, path = "/api/v1/catalogue/methods", tag = "catalogue", operation_id = "list_methods",
    security(("bearer" = [])),
    responses(
        (status = 200, body = Page<MethodView<'static>>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn methods(app: Data<App>, caller: Caller) -> Answer {
    small(&caller, &sheets::METHODS, pages::methods(&app.catalogue))
}

/// A field of a manifest, the step whose signature locks it, and who must agree to amend it.
#[derive(Serialize, utoipa::ToSchema)]
pub struct SealedFieldView<'a> {
    pub stream: &'a str,
    /// As `sealed_fields` of a manifest names it.
    pub path: &'a str,
    pub name_zh: &'a str,
    pub name_en: &'a str,
    /// From this step on nobody changes it alone.
    pub sealed_by: &'a str,
    /// The last step before which it can be amended; null where it never is.
    #[schema(required)]
    pub amendable_until: Option<&'a str>,
    /// The parties whose matter it is: an amendment needs the consent of those of them who did not
    /// propose it. Of the carriers it is that of the leg.
    pub consent: Vec<&'static str>,
    /// An account or permission hangs on it: after acceptance not even the authority corrects it.
    pub is_booked: bool,
    pub source: &'a str,
    pub certainty: &'a str,
}

impl<'a> SealedFieldView<'a> {
    fn of(row: &'a ManifestField) -> Option<Self> {
        let (path, sealed_by) = (row.api_path.as_deref()?, row.sealed_from_step.as_deref()?);
        let field = manifest::amend::of_path(path).next();
        let consent = field.map_or(&[][..], |field| field.consent);
        Some(Self {
            stream: &row.manifest_type,
            path,
            name_zh: &row.label_zh,
            name_en: &row.label_en,
            sealed_by,
            amendable_until: field.map(|field| field.amendable_until(sealed_by)),
            consent: consent.iter().map(|party| party.as_str()).collect(),
            is_booked: field.is_some_and(|field| field.is_booked),
            source: &row.source,
            certainty: &row.certainty,
        })
    }
}

/// Which fields each step's signature locks, and how an amendment opens them.
#[utoipa::path(
    get, path = "/api/v1/catalogue/sealed-fields", tag = "catalogue",
    operation_id = "list_sealed_fields", security(("bearer" = [])),
    responses(
        (status = 200, body = Page<SealedFieldView<'static>>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn sealed_fields(app: Data<App>, caller: Caller) -> Answer {
    let rows = app.catalogue.manifest_fields().iter().filter(|row| row.is_in_api());
    small(&caller, &sheets::SEALED_FIELDS, rows.filter_map(SealedFieldView::of).collect())
}

/// Physical forms.
#[utoipa::path(
    get, path = "/api/v1/catalogue/forms", tag = "catalogue", operation_id = "list_forms",
    security(("bearer" = [])),
    responses(
        (status = 200, body = Page<FormView<'static>>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn forms(app: Data<App>, caller: Caller) -> Answer {
    small(&caller, &sheets::FORMS, pages::forms(&app.catalogue))
}

/// Kinds of packaging.
#[utoipa::path(
    get, path = "/api/v1/catalogue/packaging", tag = "catalogue", operation_id = "list_packaging",
    security(("bearer" = [])),
    responses(
        (status = 200, body = Page<PackagingView<'static>>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn packaging(app: Data<App>, caller: Caller) -> Answer {
    small(&caller, &sheets::PACKAGING, pages::packaging(&app.catalogue))
}

/// Hazard characteristics.
#[utoipa::path(
    get, path = "/api/v1/catalogue/hazards", tag = "catalogue", operation_id = "list_hazards",
    security(("bearer" = [])),
    responses(
        (status = 200, body = Page<HazardView<'static>>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn hazards(app: Data<App>, caller: Caller) -> Answer {
    small(&caller, &sheets::HAZARDS, pages::hazards(&app.catalogue))
}

/// The divisions of the corps.
#[utoipa::path(
    get, path = "/api/v1/divisions", tag = "catalogue", operation_id = "list_divisions",
    security(("bearer" = [])),
    responses(
        (status = 200, body = Page<DivisionView<'static>>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn divisions(app: Data<App>, caller: Caller) -> Answer {
    small(&caller, &sheets::DIVISIONS, pages::divisions(&app.catalogue))
}

/// Working days and holidays of a year.
#[utoipa::path(
    get, path = "/api/v1/calendar", tag = "catalogue", operation_id = "show_calendar",
    params(CalendarQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = CalendarYear<'static>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn calendar(app: Data<App>, caller: Caller, query: Query<CalendarQuery>) -> Answer {
    let this_year = legal_day(caller.reading().now).year();
    let asked = query.get()?.year.map(Whole::get);
    let year = asked.map_or(this_year, |year| i32::try_from(year).unwrap_or(this_year));
    let shown: CalendarYear<'_> = app.calendar.year(year).ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().json(shown))
}
