//! Signing in, refreshing, signing out, and what a role may not do.

use serde_json::json;

use crate::conformance::answer::Answer;
use crate::conformance::scenario::Scenario;
use crate::conformance::stage::{Played, Stage};

pub static ALL: &[&Scenario] = &[
    &Scenario {
        name: "identity.login",
        zh: "登录得到令牌；错误口令和不存在的账号得到同样的 401",
        en: "a login gives tokens; a wrong password and an unknown account get the same 401",
        page: "api.md, Identity",
        play: login,
    },
    &Scenario {
        name: "identity.refresh",
        zh: "刷新令牌轮换；用过的令牌再用，整个家族失效",
        en: "refresh tokens rotate; the reuse of a spent one ends the family",
        page: "api.md, Habits and Identity",
        play: refresh,
    },
    &Scenario {
        name: "identity.logout",
        zh: "退出后刷新令牌失效",
        en: "after signing out the refresh token is void",
        page: "api.md, Identity",
        play: logout,
    },
    &Scenario {
        name: "identity.roles",
        zh: "主管部门不填联单，只读者不办理，管理员不设主管部门",
        en: "regulators never file, readers never act, administrators make no regulators",
        page: "api.md, Identity; domain.md, Words",
        play: roles,
    },
];

fn enter(stage: &Stage, login: &str, password: &str) -> Answer {
    stage.nobody().post("/auth/login", &json!({"login": login, "password": password}))
}

fn login(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let (login, password) = (&*cast.producer.login, &*cast.producer.password);
    let entered = enter(stage, login, password);
    let words =
        ("登录得到访问令牌（15 分钟）和刷新令牌", "a login gives access (15 min) and refresh");
    stage.need(words, &entered, |look| {
        look.status(200).has("/access_token").has("/refresh_token").is("/token_type", "Bearer");
        look.is("/expires_in", 900);
    })?;
    let me = cast.corps.with_token(entered.str("/access_token")).get("/me");
    stage.check(("令牌可用", "the token works"), &me, |look| {
        look.status(200);
    });
    let wrong = enter(stage, login, "not-the-password-of-anybody");
    stage.check(("错误口令：401", "a wrong password: 401"), &wrong, |look| {
        look.refused(401, "invalid_credentials");
    });
    let unknown = enter(stage, &format!("{login}-nobody"), "not-the-password-of-anybody");
    let words = (
        "账号不存在时的应答与口令错误时相同，不透露账号是否存在",
        "an unknown account gets the same answer: nobody learns which accounts exist",
    );
    stage.check(words, &unknown, |look| {
        look.status(wrong.status);
        for member in ["/code", "/title", "/detail"] {
            look.is(member, wrong.get(member).clone());
        }
    });
    for (client, words) in [
        (stage.nobody(), ("没有令牌：401", "no token: 401")),
        (cast.corps.with_token("nonsense"), ("无效令牌：401", "a token that is none: 401")),
    ] {
        let answer = client.get("/me");
        stage.check(words, &answer, |look| {
            look.status(401);
        });
    }
    let odd = json!({"login": 7, "remember": true});
    let odd = stage.nobody().post("/auth/login", &odd);
    let words = ("登录请求的每处错误都被指明", "every fault of a login's body is named");
    stage.check(words, &odd, |look| {
        look.status(422).tells("wrong_type", "/login").tells("required", "/password");
        look.tells("unknown_field", "/remember");
    });
    Ok(())
}

fn refresh(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let entered = enter(stage, &cast.producer.login, &cast.producer.password);
    let entered = stage.done(entered)?;
    let nobody = stage.nobody();
    let renew = |token: &str| nobody.post("/auth/refresh", &json!({"refresh_token": token}));
    let first = entered.str("/refresh_token");
    let renewed = renew(first);
    let words = ("刷新得到新的一对令牌", "a refresh gives a new pair");
    stage.need(words, &renewed, |look| {
        look.status(200).has("/access_token").has("/refresh_token");
        look.that(renewed.str("/refresh_token") != first, || {
            "/refresh_token: 未轮换 / did not rotate".to_owned()
        });
    })?;
    let me = cast.corps.with_token(renewed.str("/access_token")).get("/me");
    stage.check(("新的访问令牌可用", "the new access token works"), &me, |look| {
        look.status(200);
    });
    let again = renew(first);
    stage.check(("用过的刷新令牌：401", "a spent refresh token: 401"), &again, |look| {
        look.status(401);
    });
    let family = renew(renewed.str("/refresh_token"));
    let words = ("此后同族的新令牌也失效", "after that its family's newest is void too");
    stage.check(words, &family, |look| {
        look.status(401);
    });
    Ok(())
}

fn logout(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let entered = enter(stage, &cast.producer.login, &cast.producer.password);
    let entered = stage.done(entered)?;
    let client = cast.corps.with_token(entered.str("/access_token"));
    let token = json!({"refresh_token": entered.str("/refresh_token")});
    let left = client.post("/auth/logout", &token);
    stage.check(("退出", "signing out"), &left, |look| {
        look.ok();
    });
    let after = stage.nobody().post("/auth/refresh", &token);
    stage.check(("退出后不能刷新：401", "no refresh after it: 401"), &after, |look| {
        look.status(401);
    });
    Ok(())
}

fn roles(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let by_regulator = cast.corps.post("/manifests", &stage.oil(1));
    stage.check(("主管部门填联单：403", "a regulator files: 403"), &by_regulator, |look| {
        look.refused(403, "forbidden");
    });
    let body = |role: &str| {
        json!({"organisation_id": cast.producer.organisation, "role": role,
            "login": format!("{}-{role}", cast.producer.login),
            "password": cast.producer.password})
    };
    let promoted = cast.producer.client.post("/users", &body("corps_regulator"));
    let words = ("单位管理员设主管部门用户：403", "an administrator makes a regulator: 403");
    stage.check(words, &promoted, |look| {
        look.refused(403, "forbidden");
    });
    let foreign = cast.stranger.client.post("/users", &body("reader"));
    let words = ("在别家单位设用户被拒", "a user of another organisation is refused");
    stage.check(words, &foreign, |look| {
        let is_refused = matches!(foreign.status, 403 | 422);
        look.that(is_refused, || format!("{}: 应为 / wanted 403 or 422", foreign.status));
    });
    let made = cast.producer.client.post("/users", &body("reader"));
    let made = stage.done(made)?;
    let entered = enter(stage, &format!("{}-reader", cast.producer.login), &cast.producer.password);
    let entered = stage.done(entered)?;
    let reader = cast.corps.with_token(entered.str("/access_token"));
    let files = reader.post("/manifests", &stage.oil(1));
    stage.check(("只读者填联单：403", "a reader files: 403"), &files, |look| {
        look.refused(403, "forbidden");
    });
    let disabled = json!({"status": "disabled"});
    let disabled = cast.producer.client.patch(&format!("/users/{}", made.id()), &disabled);
    stage.check(("停用用户", "a user is disabled"), &disabled, |look| {
        look.status(200);
    });
    let login = format!("{}-reader", cast.producer.login);
    let entered = enter(stage, &login, &cast.producer.password);
    stage.check(
        ("停用的用户不能登录：401", "who is disabled cannot sign in: 401"),
        &entered,
        |look| {
            look.status(401);
        },
    );
    Ok(())
}
