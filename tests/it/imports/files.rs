//! What a file may be, and what comes before its rows: form, encoding, template, command line.

use encoding_rs::GBK;
use liandan::export::{Column, Format, Kind, Sheet, Writer};
use liandan::problem::Lang;
use serde_json::{Value, json};

use super::{counts, listed, send};
use crate::support::{Cast, Method, World, liandan};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Drivers as somebody keeps them.
static SHEET: Sheet = Sheet {
    name: "drivers",
    columns: &[
        Column { key: "organisation_id", zh: "单位", pointer: "", kind: Kind::Text },
        Column { key: "name", zh: "姓名", pointer: "", kind: Kind::Text },
        Column { key: "phone", zh: "电话", pointer: "", kind: Kind::Number },
        Column { key: "licence_no", zh: "从业资格证号", pointer: "", kind: Kind::Text },
        Column {
            key: "licence_valid_to", zh: "资格有效期至", pointer: "", kind: Kind::Number
        },
    ],
};

#[tokio::test]
async fn a_file_comes_in_many_forms_and_a_bad_one_is_refused_whole() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    let mut writer = Writer::begin(Format::Xlsx, &SHEET, Lang::Zh).unwrap();
    let cells = [cast.carrier_id.as_str(), "王五", "13900000005", "6590-5", "46351"];
    writer.cells(cells.into_iter()).unwrap();
    let book = writer.finish().unwrap();
    let call = |kind: &str, body: Vec<u8>| {
        cast.carrier.call(Method::POST, "/imports?kind=drivers").raw(kind, body)
    };
    let report = call(XLSX, book.clone()).send().await.is(200);
    assert_eq!(counts(&report), [1, 1, 0, 0], "{}", report.shown());
    let drivers = listed(&cast.carrier, "/drivers").await;
    let driver = drivers.iter().find(|one| one["name"] == "王五").unwrap();
    assert_eq!(driver["licence_valid_to"], "2026-11-25");
    assert_eq!(driver["phone"], "13900000005");
    let mut form =
        b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"d.xlsx\"\r\n\r\n"
            .to_vec();
    form.extend(&book);
    form.extend(b"\r\n--b--\r\n");
    let report = call("multipart/form-data; boundary=b", form).send().await.is(200);
    assert_eq!(counts(&report), [1, 1, 1, 0]);
    // Our own list of them is a file that says nothing new.
    let list = cast.carrier.call(Method::GET, "/drivers").header("accept", "text/csv");
    let list = list.send().await.is(200).bytes;
    let report = call("text/csv", list).send().await.is(200);
    assert_eq!(counts(&report), [2, 2, 2, 0], "{}", report.shown());

    let mut mixed = "单位,姓名\nx,张三李四\n".as_bytes().to_vec();
    mixed.extend_from_slice(&GBK.encode("y,欧阳锋\n").0);
    for (body, status, code) in [
        (mixed, 400, "bad_request"),
        (b"a,b\n1,2\n".to_vec(), 422, "invalid_value"),
        ("单位,姓名,colour\nx,y,z\n".as_bytes().to_vec(), 422, "unknown_field"),
        ("姓名,name\nx,y\n".as_bytes().to_vec(), 422, "invalid_value"),
        (b"PK\x03\x04 no workbook".to_vec(), 400, "bad_request"),
        (b"\xD0\xCF\x11\xE0 old".to_vec(), 415, "unsupported_media_type"),
        (Vec::new(), 422, "invalid_value"),
    ] {
        call("text/csv", body).send().await.is(status).refused_as(code);
    }
    let no_file = call("multipart/form-data; boundary=b", b"--b--\r\n".to_vec()).send().await;
    no_file.is(422).refused_as("required").at("/file");
    let json = call("application/json", b"{}".to_vec()).send().await;
    json.is(415).refused_as("unsupported_media_type");
    send(&cast.carrier, "kind=cars", "a")
        .await
        .is(422)
        .refused_as("invalid_value")
        .at("/query/kind");
    send(&world.client(), "kind=drivers", "a").await.is(401);
    let reader = json!({"organisation_id": cast.carrier_id, "login": "looks-only", "role": "reader",
        "password": crate::support::PASSWORD});
    cast.corps.post("/users", &reader).await.ok();
    send(&world.log_in("looks-only").await, "kind=drivers", "a").await.is(403);
    // An exported ledger would be taken for new entries.
    let ledger = "标识,场所,台账类型,废物代码,质量\n";
    send(&cast.producer, "kind=ledger-entries", ledger).await.is(422).refused_as("unknown_field");
}

#[tokio::test]
async fn each_kind_has_a_template_in_both_languages() {
    let world = World::start().await;
    let corps = world.corps().await;
    let get = |kind: &str, lang: &str| {
        let call = corps.call(Method::GET, &format!("/imports/templates/{kind}.csv"));
        call.header("accept-language", lang).send()
    };
    let zh = get("vehicles", "zh").await.is(200);
    assert_eq!(zh.text, "\u{feff}单位,车牌号,车辆类型,可运类型,核定载质量\r\n");
    let en = get("vehicles", "en").await.is(200);
    assert_eq!(en.text, "\u{feff}organisation_id,plate,kind,classes,rated_kg\r\n");
    for kind in liandan::import::Kind::ALL {
        // What is filled in nowhere is an import of nothing.
        let file = get(kind.as_str(), "zh").await.is(200).bytes;
        let report = send(&corps, &format!("kind={kind}"), file).await.is(200);
        assert_eq!(counts(&report), [0, 0, 0, 0]);
    }
    get("cars", "zh").await.is(404);
    let bogus = corps.get("/imports/templates/vehicles.csv?bogus=1").await;
    bogus.is(422).refused_as("unknown_field").at("/query/bogus");
}

#[tokio::test]
async fn the_command_line_imports_over_the_same_code() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vehicles.csv");
    let rows =
        format!("单位,车牌号,车辆类型,可运类型\n{},新A00077,罐车,hazardous\n", cast.carrier_id);
    std::fs::write(&file, &rows).unwrap();
    let import = |more: &[&str]| {
        let mut command = liandan(&world.database.app_url());
        command.args(["import", "--kind", "vehicles"]).args(more).arg(&file).output().unwrap()
    };
    let tried = import(&["--dry-run"]);
    assert!(tried.status.success(), "{}", String::from_utf8_lossy(&tried.stderr));
    assert_eq!(world.rows("vehicle").await, 1);
    let done = import(&["--json"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let report: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!((&report["ok"], &report["kind"]), (&json!(1), &json!("vehicles")));
    assert_eq!(world.rows("vehicle").await, 2);
    std::fs::write(&file, rows.replace("00077", "0007")).unwrap();
    let refused = import(&[]);
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8_lossy(&refused.stdout).into_owned();
    assert!(said.contains("line 2  车牌号  plate_invalid"), "{said}");
}
