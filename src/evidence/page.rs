//! The readable account of a manifest, one page a language: A4, black on white, nothing loaded from
//! anywhere. What counts is the bundle; the page says so.

use chrono::{DateTime, Utc};

use super::dossier::Dossier;
use super::html::Html;
use super::timeline::{Entry, EntryKind, Who};
use super::words;
use crate::clock::beijing;
use crate::manifest::{ChainView, ManifestView};
use crate::problem::{Lang, Text};

/// What a page says beside the dossier.
pub struct Frame<'a> {
    pub lang: Lang,
    /// The log's name and size, and the root of its tree, hex.
    pub log: (&'a str, u64, &'a str),
    /// When it was made, in business time.
    pub made_at: DateTime<Utc>,
    /// The manifests that it came from and went on to; none where the asker may not see them.
    pub chain: Option<&'a ChainView>,
    /// Where in the package a file is, by its hash: none where there is no package.
    pub files: &'a dyn Fn(&str) -> Option<String>,
}

/// Nothing is loaded, and nothing runs, even if it were there.
const HEAD: &str = "<meta charset=\"utf-8\">\
<meta http-equiv=\"Content-Security-Policy\" \
content=\"default-src 'none'; style-src 'unsafe-inline'\">\
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">";

const STYLE: &str = include_str!("page.css");

/// The page.
pub fn page(dossier: &Dossier, entries: &[Entry], frame: &Frame<'_>) -> String {
    let lang = frame.lang;
    let say = |zh: &str, en: &str| Text::new(zh, en).of(lang).to_owned();
    let view = dossier.view(lang);
    let number = &dossier.replayed.manifest.filed.number;
    let mut page = Html::default();
    page.raw("<!doctype html>").raw(match lang {
        Lang::Zh => "<html lang=\"zh-CN\">",
        Lang::En => "<html lang=\"en\">",
    });
    page.within("head", |page| {
        page.raw(HEAD).raw("<style>").raw(STYLE).raw("</style>");
        page.element("title", &format!("{} {number}", say("联单记录", "Record of manifest")));
    });
    page.within("body", |page| {
        page.element(
            "h1",
            &say("危险废物等转移联单流转记录", "Record of a waste transfer manifest"),
        );
        page.within("p.number", |page| {
            page.text(number);
            let status = crate::custody::status_word(dossier.replayed.manifest.status);
            page.element("span.status", Text::new(status.0, status.1).of(lang));
        });
        preface(page, dossier, frame);
        page.element("h2", &say("联单", "The manifest"));
        facts(page, view, lang);
        page.element("h2", &say("废物", "The waste"));
        declared(page, view, lang);
        page.element("h2", &say("质量（千克）", "Masses (kg)"));
        masses(page, view, lang);
        page.element("h2", &say("流转过程", "What happened"));
        time_line(page, entries, lang);
        if !view.attachments.is_empty() {
            page.element("h2", &say("附件", "Attachments"));
            files(page, view, frame);
        }
        if let Some(chain) = frame.chain {
            page.element("h2", &say("关联联单", "Linked manifests"));
            chained(page, chain, lang);
        }
        page.element("h2", &say("事件与哈希", "Events and hashes"));
        hashes(page, dossier, lang);
        footer(page, dossier, frame);
    });
    page.raw("</html>\n");
    page.finish()
}

fn preface(page: &mut Html, dossier: &Dossier, frame: &Frame<'_>) {
    let (origin, size, root) = frame.log;
    let text = Text::new(
        "本页由存证包中的事件逐条读出，供阅读和打印；具有证明力的是存证包（bundles 目录）。存证包\
         可以脱离服务器验证：截至所示最后一个事件，没有事件被改动或缺少，每一步都合规，质量平衡。\
         方法见 README。",
        "This page reads out the events of the bundle, for people and for paper; what proves is \
         the bundle (folder bundles). It can be checked without any server: that up to the last \
         event shown none was altered or is missing, that every step was allowed and that masses \
         add up. README says how.",
    );
    page.within("div.note", |page| {
        page.element("p", text.of(frame.lang));
        let log = Text::new(
            format!("日志 {origin}，共 {size} 条；联单标识 {}", dossier.id),
            format!("Log {origin}, {size} entries; id of the manifest {}", dossier.id),
        );
        page.element("p.small", log.of(frame.lang));
        page.element("p.mono", &format!("root {root}"));
    });
}

fn facts(page: &mut Html, view: &ManifestView, lang: Lang) {
    let say = |zh: &str, en: &str| Text::new(zh, en).of(lang).to_owned();
    let party =
        |one: &crate::manifest::PartyView| format!("{}\n{}\n{}", one.name, one.uscc, one.site_name);
    let mut rows = vec![
        vec![say("类别", "Stream"), words::stream(&view.stream).of(lang).to_owned()],
        vec![say("种类", "Kind"), words::kind(&view.kind).of(lang).to_owned()],
        vec![say("移出人", "Producer"), party(&view.producer)],
        vec![say("接受人", "Receiver"), party(&view.receiver)],
    ];
    for leg in &view.legs {
        let name = format!("{} {}", say("承运人", "Carrier"), leg.n);
        let trailer = leg.trailer_plate.as_deref().map(|it| format!(" + {it}"));
        let planned =
            if leg.planned { String::new() } else { say("（未计划）", " (not planned)") };
        let told =
            format!("{}{planned}\n{}{}", leg.carrier_name, leg.plate, trailer.unwrap_or_default());
        rows.push(vec![name, told]);
    }
    rows.push(vec![
        say("计划移出日期", "Planned departure"),
        view.planned_departure_on.to_string(),
    ]);
    if !view.note.is_empty() {
        rows.push(vec![say("备注", "Note"), view.note.clone()]);
    }
    if let Some(plan) = &view.emergency_plan {
        let by = &plan.government_plan;
        let told = format!("{}\n{}\n{}", by.issuer, by.number, by.issued_on);
        rows.push(vec![say("应急方案", "Emergency plan"), told]);
    }
    if let Some(kept) = &view.emergency_measures {
        rows.push(vec![say("应急措施", "Emergency measures"), kept.clone()]);
    }
    page.table("table.facts", &[&say("项目", "Item"), &say("内容", "Content")], rows);
}

/// What was declared of each item, beside its masses.
fn declared(page: &mut Html, view: &ManifestView, lang: Lang) {
    let headings: [&str; 5] = match lang {
        Lang::Zh => ["项", "代码与名称", "形态", "危险特性", "包装"],
        Lang::En => ["Line", "Code and name", "Form", "Hazards", "Packages"],
    };
    let rows = view.items.iter().map(|item| {
        let packages = item.packages.iter();
        let mut packed: Vec<String> =
            packages.map(|one| format!("{} × {}", one.kind, one.count)).collect();
        if !item.container_ids.is_empty() {
            let count = item.container_ids.len();
            let text = Text::new(format!("有标签的 {count} 件"), format!("{count} labelled"));
            packed.push(text.of(lang).to_owned());
        }
        vec![
            item.line.to_string(),
            format!("{}\n{}", item.waste_code, item.name),
            words::form(&item.form).of(lang).to_owned(),
            item.hazards.join(" "),
            packed.join("\n"),
        ]
    });
    page.table("table", &headings, rows);
}

fn masses(page: &mut Html, view: &ManifestView, lang: Lang) {
    let headings: &[&str] = match lang {
        Lang::Zh => {
            &["代码", "名称", "方式", "移出", "接受", "拒收", "灭失", "处置", "转出", "在库"]
        }
        Lang::En => &[
            "Code", "Name", "Method", "Shipped", "Accepted", "Refused", "Lost", "Treated",
            "Sent on", "Stored",
        ],
    };
    let kg = |mass: crate::units::Kg| mass.0.to_kg_text();
    let rows = view.items.iter().map(|item| {
        vec![
            item.waste_code.clone(),
            item.name.clone(),
            item.method.clone(),
            kg(item.mass_kg),
            kg(item.accepted_kg),
            kg(item.refused_kg),
            kg(item.lost_kg),
            kg(item.treated_kg),
            kg(item.sent_on_kg),
            kg(item.stored_kg),
        ]
    });
    page.table("table.mass", headings, rows);
}

fn time_line(page: &mut Html, entries: &[Entry], lang: Lang) {
    let headings: [&str; 3] = match lang {
        Lang::Zh => ["时间（北京）", "事项", "签署人"],
        Lang::En => ["Time (Beijing)", "What", "Who"],
    };
    page.within("table.line", |page| {
        page.within("thead", |page| {
            page.within("tr", |page| {
                for one in headings {
                    page.element("th", one);
                }
            });
        });
        page.within("tbody", |page| {
            for entry in entries {
                row(page, entry, lang);
            }
        });
    });
}

fn row(page: &mut Html, entry: &Entry, lang: Lang) {
    let marked = entry.open && entry.kind != EntryKind::Event;
    page.within(if marked { "tr.open" } else { "tr" }, |page| {
        page.within("td", |page| {
            page.text(&local(entry.at));
            let later =
                entry.recorded_at.filter(|time| *time - entry.at > chrono::TimeDelta::minutes(1));
            if let Some(time) = later.filter(|_| entry.kind == EntryKind::Event) {
                let text = Text::new("记录于 ", "recorded ");
                page.raw("<br>")
                    .element("span.small", &format!("{}{}", text.of(lang), local(time)));
            }
        });
        page.within("td", |page| {
            page.element("span.title", entry.title.of(lang));
            if entry.out_of_order {
                page.element(
                    "span.small",
                    Text::new("（补记，顺序在前）", " (told later)").of(lang),
                );
            }
            for line in &entry.lines {
                page.raw("<br>").text(line.of(lang));
            }
        });
        page.within("td", |page| {
            if let Some(who) = &entry.who {
                signer(page, who, lang);
            }
            if let (Some(seq), Some(index)) = (entry.seq, entry.index) {
                page.raw("<br>").element("span.small", &format!("seq {seq} · #{index}"));
            }
        });
    });
}

fn signer(page: &mut Html, who: &Who, lang: Lang) {
    let via = words::via(&who.via);
    if who.via == "system" {
        page.text(via.of(lang));
        return;
    }
    page.text(&who.organisation);
    let role = words::office(&who.role);
    let via = if who.via.is_empty() { String::new() } else { format!(" · {}", via.of(lang)) };
    page.raw("<br>").element("span.small", &format!("{}{via}", role.of(lang)));
    for other in &who.on_behalf_of {
        let text = Text::new(format!("代 {other}"), format!("for {other}"));
        page.raw("<br>").element("span.small", text.of(lang));
    }
    if let Some(user) = &who.user_id {
        page.raw("<br>").element("span.mono", user);
    }
    if let Some(key) = &who.key {
        page.raw("<br>").element("span.mono", key);
    }
}

fn files(page: &mut Html, view: &ManifestView, frame: &Frame<'_>) {
    let headings: [&str; 3] = match frame.lang {
        Lang::Zh => ["名称", "内容", "SHA-256 与文件"],
        Lang::En => ["Name", "What", "SHA-256 and file"],
    };
    let rows = view.attachments.iter().map(|one| {
        let word = words::attachment(&one.kind);
        let by = words::all(&one.by, words::party);
        let path = (frame.files)(&one.sha256).unwrap_or_default();
        vec![
            one.name.clone(),
            format!("{}\n{}\n{} B", word.of(frame.lang), by.of(frame.lang), one.bytes),
            format!("{}\n{path}", one.sha256),
        ]
    });
    page.table("table.files", &headings, rows);
}

fn chained(page: &mut Html, chain: &ChainView, lang: Lang) {
    let headings: [&str; 4] = match lang {
        Lang::Zh => ["编号", "种类", "移出人 → 接受人", "状态"],
        Lang::En => ["Number", "Kind", "Producer → receiver", "Status"],
    };
    let hidden = Text::new("（无权查看）", "(not visible to the asker)");
    let rows = chain.manifests.iter().map(|one| {
        let name = |party: &Option<crate::manifest::PartyView>| {
            party.as_ref().map_or_else(String::new, |party| party.name.clone())
        };
        let status = one.status.map(crate::custody::status_word);
        let status = status.map(|(zh, en)| Text::new(zh, en).of(lang).to_owned());
        let number = one.number.clone();
        vec![
            number.unwrap_or_else(|| format!("{}\n{}", one.manifest_id, hidden.of(lang))),
            words::kind(&one.kind).of(lang).to_owned(),
            format!("{} → {}", name(&one.producer), name(&one.receiver)),
            status.unwrap_or_default(),
        ]
    });
    page.table("table", &headings, rows);
    let fates: Vec<Vec<String>> = chain
        .whereabouts
        .iter()
        .map(|end| {
            vec![
                end.line.to_string(),
                words::fate(&end.fate).of(lang).to_owned(),
                end.mass_kg.0.to_kg_text(),
                end.waste_code.clone().unwrap_or_default(),
            ]
        })
        .collect();
    if !fates.is_empty() {
        let text = Text::new("本联单的废物现在何处（千克）：", "Where its waste is now (kg):");
        page.element("p", text.of(lang));
        let headings: [&str; 4] = match lang {
            Lang::Zh => ["项", "去向", "质量", "在彼处的代码"],
            Lang::En => ["Line", "Where", "Mass", "Code there"],
        };
        page.table("table", &headings, fates);
    }
    if chain.is_truncated {
        let text =
            Text::new("关联过长，以上并非全部。", "The chain is longer: this is not all of it.");
        page.element("p.small", text.of(lang));
    }
}

fn hashes(page: &mut Html, dossier: &Dossier, lang: Lang) {
    let headings: [&str; 3] = match lang {
        Lang::Zh => ["seq", "日志位置与种类", "叶哈希"],
        Lang::En => ["seq", "Position and kind", "Leaf hash"],
    };
    let steps = dossier.events.iter().zip(&dossier.replayed.steps);
    let rows = steps.map(|(event, step)| {
        let kind = step.body["kind"].as_str().unwrap_or_default();
        let leaf = crate::journal::leaf_hash(&event.body);
        vec![step.body["seq"].to_string(), format!("#{} {kind}", event.index), hex::encode(leaf)]
    });
    page.table("table.mono", &headings, rows);
}

fn footer(page: &mut Html, dossier: &Dossier, frame: &Frame<'_>) {
    let (made, number) = (local(frame.made_at), &dossier.replayed.manifest.filed.number);
    let text = Text::new(
        format!(
            "联单 {number} · 生成于 {made}（北京时间）· 时间以签署人所报为准，另记系统记录时间"
        ),
        format!(
            "Manifest {number} · made {made} (Beijing time) · times are as claimed; when they were \
             recorded is told where it differs"
        ),
    );
    page.element("footer", text.of(frame.lang));
}

/// Beijing time, to the second.
fn local(time: DateTime<Utc>) -> String {
    time.with_timezone(&beijing()).format("%Y-%m-%d %H:%M:%S").to_string()
}
