//! `liandan export`: everything in open formats, by the program itself.
//!
//! The lists are those of the API, as the corps sees them, read page by page and written as they
//! come: memory does not grow with them. They are no snapshot: what changes meanwhile is in the
//! lists that are read later, and `log_size` says where the log stood before the first.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::StartError;
use super::open::open;
use super::production::Production;
use super::user::by_the_program;
use crate::app::App;
use crate::ctx::Ctx;
use crate::export::{
    Format, Sheet, Writer, anomaly_sheets, capacity_sheets, record_sheets,
    reference_sheets as reference, report_sheets, riding_sheets, sheets,
};
use crate::feed::{self, ChangesQuery};
use crate::journal;
use crate::limits::EXPORT_ROWS_AT_ONCE;
use crate::manifest::{self, BETWEEN_CELLS, ManifestFilter};
use crate::mint::Mint;
use crate::pages;
use crate::problem::{Lang, Problem};
use crate::registry::record::activity::Activity;
use crate::registry::record::emergency_plan::EmergencyPlanFiled;
use crate::registry::record::facility_day::FacilityDay;
use crate::registry::record::insurance::InsurancePolicy;
use crate::registry::record::risk_source::RiskSource;
use crate::server::bundle::Bundle;
use crate::wire::{Decode, Page, Paged, asked_in_query};

/// What is to be written, and where.
pub struct ExportOrder {
    /// A folder, or a file whose name ends in `.zip`. It must not be there yet.
    pub target: PathBuf,
    pub formats: Vec<Format>,
    /// Of the headings.
    pub lang: Lang,
}

/// What was written.
#[derive(Debug, Serialize)]
pub struct Exported {
    pub exported_at: DateTime<Utc>,
    /// Events in the log before the first list was read.
    pub log_size: i64,
    pub rows: u64,
    pub files: Vec<ExportedFile>,
}

#[derive(Debug, Serialize)]
pub struct ExportedFile {
    pub list: &'static str,
    pub file: String,
    pub rows: u64,
    pub bytes: u64,
    pub sha256: String,
}

/// How far it is.
pub struct Progress {
    pub list: &'static str,
    pub rows: u64,
    pub files_done: usize,
    pub files: usize,
}

/// Lists that have both formats, and the log, which is lines alone.
const LISTS: usize = 38;

/// Writes everything. Blocks. What is at the target in the end is whole.
pub fn export_all(
    production: &Production,
    order: &ExportOrder,
    tell: &mut dyn FnMut(&Progress),
) -> Result<Exported, StartError> {
    let bundle = Bundle::begin(&order.target).map_err(broken)?;
    actix_web::rt::System::new().block_on(async {
        let opening = open(&production.serving, Mint::random(), &production.database_url);
        let (app, drain) = opening.await?;
        let done = Box::pin(run(&app, order, bundle, tell)).await;
        drop(app);
        drain.wait().await;
        done
    })
}

async fn run(
    app: &App,
    order: &ExportOrder,
    bundle: Bundle,
    tell: &mut dyn FnMut(&Progress),
) -> Result<Exported, StartError> {
    let ctx = Ctx { lang: order.lang, ..by_the_program(app) };
    let log_size = journal::size(&app.pool).await.map_err(refused)?;
    let exported = Exported { exported_at: ctx.wall, log_size, rows: 0, files: Vec::new() };
    let files = order.formats.len() * (LISTS - 1) + 1;
    let mut export = Export { app, ctx, bundle, exported, files, tell };
    for format in &order.formats {
        export.registers(*format).await?;
        export.records(*format).await?;
        export.moving(*format).await?;
        export.reference(*format)?;
    }
    export.log().await?;
    let Export { mut bundle, exported, .. } = export;
    let index =
        serde_json::to_vec_pretty(&exported).map_err(|err| refused(Problem::internal(err)))?;
    bundle.begin_file("index.json").map_err(broken)?;
    bundle.write(&index).map_err(broken)?;
    bundle.end_file().map_err(broken)?;
    bundle.finish().map_err(broken)?;
    Ok(exported)
}

fn broken(reason: std::io::Error) -> StartError {
    StartError::Io { doing: "write the export", reason }
}

fn refused(problem: Problem) -> StartError {
    StartError::Refused(Box::new(problem))
}

struct Export<'a> {
    app: &'a App,
    ctx: Ctx,
    bundle: Bundle,
    exported: Exported,
    files: usize,
    tell: &'a mut dyn FnMut(&Progress),
}

impl Export<'_> {
    async fn registers(&mut self, format: Format) -> Result<(), StartError> {
        self.list(format, &sheets::ORGANISATIONS, pages::organisations).await?;
        self.list(format, &sheets::SITES, pages::sites).await?;
        self.list(format, &sheets::LICENCES, pages::licences).await?;
        self.list(format, &sheets::VEHICLES, pages::vehicles).await?;
        self.list(format, &sheets::DRIVERS, pages::drivers).await?;
        self.list(format, &sheets::STORAGE_AREAS, pages::storage_areas).await?;
        self.list(format, &sheets::WASTE_STREAMS, pages::waste_streams).await?;
        self.list(format, &sheets::MANAGEMENT_PLANS, pages::management_plans).await?;
        self.list(format, &sheets::TRANSFER_APPROVALS, pages::transfer_approvals).await?;
        let applications = pages::transfer_applications;
        self.list(format, &sheets::TRANSFER_APPLICATIONS, applications).await?;
        self.list(format, &sheets::USERS, pages::users).await?;
        self.list(format, &riding_sheets::API_KEYS, pages::api_keys).await?;
        self.list(format, &riding_sheets::DELEGATIONS, pages::delegations).await
    }

    async fn records(&mut self, format: Format) -> Result<(), StartError> {
        self.list(format, &capacity_sheets::ASSESSMENTS, pages::assessments).await?;
        self.list(format, &capacity_sheets::EMERGENCY_PLANS, pages::emergency_plans).await?;
        self.list(format, &report_sheets::REPORTS, pages::reports).await?;
        self.list(format, &anomaly_sheets::ANOMALIES, pages::anomalies).await?;
        self.list(format, &record_sheets::PRODUCERS, pages::producers).await?;
        self.list(format, &record_sheets::ACTIVITY, pages::records::<Activity>).await?;
        let facilities = pages::co_disposal_facilities;
        self.list(format, &record_sheets::CO_DISPOSAL_FACILITIES, facilities).await?;
        self.list(format, &record_sheets::FACILITY_DAYS, pages::records::<FacilityDay>).await?;
        self.list(format, &record_sheets::RISK_SOURCES, pages::records::<RiskSource>).await?;
        self.list(
            format,
            &record_sheets::EMERGENCY_PLANS_FILED,
            pages::records::<EmergencyPlanFiled>,
        )
        .await?;
        self.list(format, &record_sheets::INSURANCE_POLICIES, pages::records::<InsurancePolicy>)
            .await
    }

    async fn moving(&mut self, format: Format) -> Result<(), StartError> {
        match format {
            Format::Csv | Format::Xlsx => self.manifest_table(format).await?,
            Format::Ndjson => self.list(format, &sheets::MANIFESTS, pages::manifests).await?,
        }
        self.list(format, &sheets::LEDGER_ENTRIES, pages::ledger_entries).await?;
        self.list(format, &riding_sheets::CONTAINERS, pages::containers).await?;
        self.list(format, &riding_sheets::TRIPS, pages::trips).await?;
        self.list(format, &riding_sheets::ROUNDS, pages::rounds).await?;
        self.list(format, &riding_sheets::INSPECTIONS, pages::inspections).await
    }

    /// What the records are read by.
    fn reference(&mut self, format: Format) -> Result<(), StartError> {
        let catalogue = &self.app.catalogue;
        self.small(format, &reference::EDITIONS, &pages::editions(catalogue))?;
        self.small(format, &reference::RULE_PACKS, catalogue.rule_packs())?;
        self.small(format, &reference::METHODS, &pages::methods(catalogue))?;
        self.small(format, &reference::FORMS, &pages::forms(catalogue))?;
        self.small(format, &reference::PACKAGING, &pages::packaging(catalogue))?;
        self.small(format, &reference::HAZARDS, &pages::hazards(catalogue))?;
        self.small(format, &reference::EXEMPTIONS, &pages::exemptions(catalogue))?;
        self.small(format, &reference::DIVISIONS, &pages::divisions(catalogue))
    }

    async fn list<Q, V>(
        &mut self,
        format: Format,
        sheet: &'static Sheet,
        page: impl AsyncFn(&App, &Ctx, &Q) -> Result<Page<V>, Problem>,
    ) -> Result<(), StartError>
    where
        Q: Decode + Paged,
        V: Serialize,
    {
        let mut file = self.begin(format, sheet)?;
        let first = asked_in_query::<Q>("").and_then(|asked| asked).map_err(refused)?;
        let mut after: Option<String> = None;
        loop {
            let cursor = || refused(Problem::internal("a cursor of ours is none"));
            let asked = first.from(after.as_deref()).ok_or_else(cursor)?;
            let Page { data, next_cursor } =
                page(self.app, &self.ctx, &asked).await.map_err(refused)?;
            data.iter().try_for_each(|row| file.writer.entry(row)).map_err(refused)?;
            self.flush(&mut file, data.len())?;
            after = next_cursor;
            if after.is_none() {
                return self.end(file);
            }
        }
    }

    /// Manifests as a table, for which no state is read but what the table shows.
    async fn manifest_table(&mut self, format: Format) -> Result<(), StartError> {
        let mut file = self.begin(format, &sheets::MANIFESTS)?;
        let asked = asked_in_query::<ManifestFilter>("").and_then(|asked| asked);
        let (asked, mut after) = (asked.map_err(refused)?, None);
        loop {
            let (pool, actor, rows) = (&self.app.pool, &self.ctx.actor, EXPORT_ROWS_AT_ONCE);
            let page = manifest::table_page(pool, actor, (&asked, after), rows).await;
            let page = page.map_err(refused)?;
            for row in &page {
                let cells = row.cells().map_err(refused)?;
                file.writer.cells(cells.split(BETWEEN_CELLS)).map_err(refused)?;
            }
            self.flush(&mut file, page.len())?;
            after = page.last().map(|row| row.id);
            if (page.len() as i64) < rows {
                return self.end(file);
            }
        }
    }

    fn small<V: Serialize>(
        &mut self,
        format: Format,
        sheet: &'static Sheet,
        data: &[V],
    ) -> Result<(), StartError> {
        let mut file = self.begin(format, sheet)?;
        data.iter().try_for_each(|row| file.writer.entry(row)).map_err(refused)?;
        self.flush(&mut file, data.len())?;
        self.end(file)
    }

    /// All that happened, in its order: what everything else follows from.
    async fn log(&mut self) -> Result<(), StartError> {
        let mut file = self.begin(Format::Ndjson, &CHANGES)?;
        let mut after = 0;
        loop {
            let asked = asked_in_query::<ChangesQuery>(&format!("after={after}&limit=500"));
            let asked = asked.and_then(|asked| asked).map_err(refused)?;
            let found = Box::pin(feed::changes(self.app, &self.ctx, &asked)).await;
            let page = found.map_err(refused)?.page;
            page.data.iter().try_for_each(|row| file.writer.entry(row)).map_err(refused)?;
            self.flush(&mut file, page.data.len())?;
            if page.next_after == after {
                return self.end(file);
            }
            after = page.next_after;
        }
    }

    fn begin(&mut self, format: Format, sheet: &'static Sheet) -> Result<Open, StartError> {
        let name = format!("{}.{}", sheet.name, format.extension());
        self.bundle.begin_file(&name).map_err(broken)?;
        let writer = Writer::begin(format, sheet, self.ctx.lang).map_err(refused)?;
        Ok(Open { list: sheet.name, name, writer, rows: 0 })
    }

    fn flush(&mut self, file: &mut Open, rows: usize) -> Result<(), StartError> {
        file.rows += rows as u64;
        self.bundle.write(&file.writer.take()).map_err(broken)?;
        let (list, files_done) = (file.list, self.exported.files.len());
        (self.tell)(&Progress { list, rows: file.rows, files_done, files: self.files });
        Ok(())
    }

    fn end(&mut self, file: Open) -> Result<(), StartError> {
        let Open { list, name, writer, rows } = file;
        self.bundle.write(&writer.finish().map_err(refused)?).map_err(broken)?;
        let (bytes, sha256) = self.bundle.end_file().map_err(broken)?;
        self.exported.rows += rows;
        self.exported.files.push(ExportedFile { list, file: name, rows, bytes, sha256 });
        Ok(())
    }
}

/// A file being written.
struct Open {
    list: &'static str,
    name: String,
    writer: Writer,
    rows: u64,
}

/// The log has no columns: its entries are of many shapes.
static CHANGES: Sheet = Sheet { name: "changes", columns: &[] };
