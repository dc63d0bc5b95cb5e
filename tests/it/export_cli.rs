//! `liandan export`: everything, over the lists of the API, in a folder or in a ZIP file.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{Cast, Client, Method, World, liandan};

/// All but the log, which is lines alone.
const LISTS: usize = 38;

/// The lists that both formats hold as the API does.
const IN_BOTH: &[&str] = &[
    "manifests",
    "organisations",
    "sites",
    "licences",
    "vehicles",
    "drivers",
    "storage-areas",
    "waste-streams",
    "management-plans",
    "transfer-approvals",
    "ledger-entries",
    "producers",
    "activity",
    "insurance-policies",
    "emergency-plans-filed",
    "risk-sources",
    "facility-days",
    "co-disposal-facilities",
    "users",
    "containers",
    "inspections",
    "trips",
    "collection-rounds",
    "api-keys",
    "delegations",
];

fn export(world: &World, arguments: &[&str], target: &Path) -> Output {
    let mut command = liandan(&world.database.app_url());
    command.arg("export").args(arguments).arg(target).output().unwrap()
}

fn done(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

async fn listed(client: &Client, list: &str, accept: &str) -> String {
    let call = client.call(Method::GET, &format!("/{list}")).header("accept", accept);
    call.header("accept-language", "en").send().await.is(200).text
}

fn files_of(exported: &Value) -> Vec<&Value> {
    exported["files"].as_array().unwrap().iter().collect()
}

async fn world() -> (World, Cast) {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    cast.produce(900).await;
    let first = cast.filed(&cast.oil(&json!(12.5))).await.id();
    cast.filed(&cast.medical()).await;
    let trip = json!({"carrier_id": cast.carrier_id, "vehicle_id": cast.vehicle,
        "driver_id": cast.driver, "manifest_ids": [first]});
    cast.carrier.post("/trips", &trip).await.ok();
    let drum = json!([{"site_id": cast.producer_site, "waste_code": "900-249-08",
        "kind": "steel_drum", "mass_kg": 5, "note": "=1+1"}]);
    cast.producer.post("/containers", &drum).await.ok();
    cast.producer.post("/api-keys", &json!({"name": "x", "scopes": ["read"]})).await.ok();
    (world, cast)
}

#[tokio::test]
async fn a_folder_holds_what_the_api_lists() {
    let (world, cast) = world().await;
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("all");
    let exported = done(&export(&world, &["--json", "--lang", "en"], &target));
    let read = |file: &str| fs::read(target.join(file)).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&read("index.json")).unwrap(), exported);
    assert_eq!(exported["log_size"], world.rows("event").await);
    assert_eq!(files_of(&exported).len(), 2 * LISTS + 1);
    for file in files_of(&exported) {
        let name = file["file"].as_str().unwrap();
        let bytes = read(name);
        assert_eq!(file["bytes"], bytes.len(), "{name}");
        assert_eq!(file["sha256"], hex::encode(Sha256::digest(&bytes)), "{name}");
        let lines = bytes.split(|byte| *byte == b'\n').count() - 1;
        let headings = usize::from(Path::new(name).extension().is_some_and(|kind| kind == "csv"));
        assert_eq!(file["rows"], lines - headings, "{name}");
    }
    for list in IN_BOTH {
        let wanted = listed(&cast.corps, list, "text/csv").await;
        assert_eq!(String::from_utf8_lossy(&read(&format!("{list}.csv"))), wanted, "{list}");
        let ids = |text: &str| -> Vec<Value> {
            text.lines()
                .map(|one| serde_json::from_str::<Value>(one).unwrap()["id"].take())
                .collect()
        };
        let wanted = ids(&listed(&cast.corps, list, "application/x-ndjson").await);
        let lines = read(&format!("{list}.ndjson"));
        assert_eq!(ids(&String::from_utf8_lossy(&lines)), wanted, "{list}");
    }
    // What does not hang on who looks is the same to the byte.
    for list in ["sites", "licences", "drivers", "ledger-entries", "catalogue/methods"] {
        let name = list.trim_start_matches("catalogue/");
        let wanted = listed(&cast.corps, list, "application/x-ndjson").await;
        assert_eq!(String::from_utf8_lossy(&read(&format!("{name}.ndjson"))), wanted, "{list}");
    }
    let log = String::from_utf8(read("changes.ndjson")).unwrap();
    let sequences: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["sequence"].take())
        .collect();
    let page = cast.corps.get("/changes?limit=500").await.ok();
    let wanted: Vec<Value> =
        page.get("/data").as_array().unwrap().iter().map(|one| one["sequence"].clone()).collect();
    assert_eq!(sequences, wanted);
    assert!(sequences.len() > 20);
}

#[tokio::test]
async fn a_zip_file_holds_the_same_and_nothing_is_overwritten() {
    let (world, _cast) = world().await;
    let folder = tempfile::tempdir().unwrap();
    let (plain, packed) = (folder.path().join("all"), folder.path().join("all.zip"));
    let in_folder = done(&export(&world, &["--json", "--format", "csv"], &plain));
    let in_zip = done(&export(&world, &["--json", "--format", "csv"], &packed));
    assert_eq!(in_folder["files"], in_zip["files"]);
    assert_eq!(files_of(&in_zip).len(), LISTS + 1);
    let bytes = fs::read(&packed).unwrap();
    let mut zip = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
    let mut held = BTreeMap::new();
    for n in 0..zip.len() {
        let mut part = zip.by_index(n).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut content = Vec::new();
        part.read_to_end(&mut content).unwrap();
        held.insert(name, content);
    }
    assert_eq!(held.len(), LISTS + 2);
    for (name, content) in held.iter().filter(|(name, _)| *name != "index.json") {
        assert_eq!(&fs::read(plain.join(name)).unwrap(), content, "{name}");
    }
    for path in [&packed, &plain.join("drivers.csv")] {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o077, 0);
    }
    assert_eq!(fs::metadata(&plain).unwrap().permissions().mode() & 0o077, 0);
    for target in [&packed, &plain] {
        let again = export(&world, &[], target);
        assert_eq!(again.status.code(), Some(1));
        let said = String::from_utf8_lossy(&again.stderr).into_owned();
        assert!(said.contains("is there already"), "{said}");
    }
    assert_eq!(fs::read(&packed).unwrap(), bytes);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    assert_eq!(
        export(&world, &["--format", "xml"], &folder.path().join("x")).status.code(),
        Some(2)
    );
}
