//! What became of outputs, by style, funder and year.

use serde_json::{Value, json};

use super::make;
use crate::support::{Client, TestServer, an_output};

/// Six outputs of a writer and one of an admin.
async fn fill(server: &TestServer) -> (Client, Client) {
    let (writer, admin) = (server.as_writer().await, server.as_admin().await);
    for (status, funder, asked, given, day) in [
        ("awarded", "Rivers Foundation", 100, json!(90), "2025-02-01"),
        (
            "awarded",
            "Rivers Foundation",
            200,
            json!(100),
            "2024-12-31",
        ),
        (
            "not_awarded",
            "Rivers Foundation",
            100,
            Value::Null,
            "2025-01-01",
        ),
        ("pending", "Rivers 50% Fund", 400, Value::Null, "2025-12-31"),
        ("awarded", "City/County", 50, json!(50), "2026-03-01"),
    ] {
        let output = an_output("One")
            .with("status", status)
            .asking(funder, asked);
        let output = output
            .with("submission_date", day)
            .with("awarded_amount", given);
        make(&writer, &output).await;
    }
    make(
        &writer,
        &an_output("A draft").asking("Rivers Foundation", 1000),
    )
    .await;
    let of_admin = an_output("Of somebody else").with("status", "submitted");
    make(&admin, &of_admin.asking("Hills Trust", 70)).await;
    (writer, admin)
}

#[tokio::test]
async fn a_funder_is_found_by_a_part_of_its_name() {
    let server = TestServer::start().await;
    let (writer, _) = fill(&server).await;
    let rivers = writer
        .get("/api/outputs/analytics/funder/rivers%20f")
        .await
        .ok();
    let expected = json!({
        "funder_name": "rivers f", "total_outputs": 4, "submitted_count": 3,
        "awarded_count": 2, "not_awarded_count": 1, "success_rate": 66.67,
        "total_requested": 1400.0, "total_awarded": 190.0, "avg_award_rate": 13.57,
    });
    assert_eq!(rivers, expected);
    let of = async |name: &str| {
        let path = format!("/api/outputs/analytics/funder/{name}");
        writer.get(&path).await.ok()["total_outputs"].clone()
    };
    assert_eq!(of("city%2Fcounty").await, 1);
    assert_eq!(of("nobody").await, 0);
}

#[tokio::test]
async fn d_70_signs_in_a_funder_s_name_are_no_wildcards() {
    let server = TestServer::start().await;
    let (writer, _) = fill(&server).await;
    for (name, found) in [("50%25", 1), ("5_%25", 0), ("%25", 1)] {
        let path = format!("/api/outputs/analytics/funder/{name}");
        assert_eq!(
            writer.get(&path).await.ok()["total_outputs"],
            found,
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_year_is_that_of_the_submission() {
    let server = TestServer::start().await;
    let (writer, _) = fill(&server).await;
    let year = writer.get("/api/outputs/analytics/year/2025").await.ok();
    assert_eq!(year["year"], 2025);
    assert_eq!(year["total_outputs"], 3);
    assert_eq!(year["success_rate"], 33.33);
    for empty in ["1999", "0", "-5", "999999"] {
        let path = format!("/api/outputs/analytics/year/{empty}");
        let figures = writer.get(&path).await.ok();
        assert_eq!(figures["total_outputs"], 0, "{empty}");
        assert_eq!(figures["avg_award_rate"], 0.0, "{empty}");
    }
    for wrong in ["soon", "2025.5", "99999999999"] {
        let path = format!("/api/outputs/analytics/year/{wrong}");
        assert_eq!(
            writer.get(&path).await.json(422)["detail"][0]["loc"],
            json!(["path", "year"])
        );
    }
}

#[tokio::test]
async fn d_31_moments_with_a_zone_are_converted() {
    let server = TestServer::start().await;
    let (writer, _) = fill(&server).await;
    let sql = "UPDATE outputs SET created_at = '2026-01-01T00:30:00'
                WHERE funder_name = 'City/County'";
    sqlx::query(sql).execute(&server.pool()).await.unwrap();
    let count = async |period: &str| {
        let path = format!("/api/outputs/analytics/funder/city?{period}");
        writer.get(&path).await.ok()["total_outputs"].clone()
    };
    assert_eq!(count("start_date=2026-01-01T00:30:00Z").await, 1);
    assert_eq!(count("start_date=2026-01-01T00:30:01Z").await, 0);
    assert_eq!(count("start_date=2026-01-01T02:00:00%2B02:00").await, 1);
    assert_eq!(count("end_date=2026-01-01T02:00:00%2B02:00").await, 0);
    assert_eq!(count("start_date=2026-01-01&end_date=2026-01-02").await, 1);
    // A date alone is its first moment.
    assert_eq!(count("end_date=2026-01-01").await, 0);
    let wrong = writer
        .get("/api/outputs/analytics/funder/x?start_date=soon")
        .await;
    assert_eq!(
        wrong.json(422)["detail"][0]["loc"],
        json!(["query", "start_date"])
    );
}

#[tokio::test]
async fn d_57_funders_are_ranked_by_success() {
    let server = TestServer::start().await;
    let (writer, admin) = fill(&server).await;
    let ranking = writer.get("/api/outputs/analytics/funders").await.ok();
    let names: Vec<_> = ranking
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["funder_name"])
        .collect();
    assert_eq!(
        names,
        ["City/County", "Rivers Foundation", "Rivers 50% Fund"]
    );
    let expected = json!({
        "funder_name": "Rivers Foundation", "total_submissions": 3, "awarded_count": 2,
        "not_awarded_count": 1, "pending_count": 0, "success_rate": 66.67,
        "total_requested": 400.0, "total_awarded": 190.0, "avg_award_amount": 95.0,
    });
    assert_eq!(ranking[1], expected);
    assert_eq!(ranking[2]["avg_award_amount"], 0.0);
    assert_eq!(ranking[2]["pending_count"], 1);
    let first = admin
        .get("/api/outputs/analytics/funders?limit=1")
        .await
        .ok();
    assert_eq!(first.as_array().unwrap().len(), 1);
    for limit in ["0", "51", "many"] {
        let path = format!("/api/outputs/analytics/funders?limit={limit}");
        writer.get(&path).await.json(422);
    }
}

#[tokio::test]
async fn the_summary_has_the_best_and_the_newest() {
    let server = TestServer::start().await;
    let (writer, admin) = fill(&server).await;
    let style = "INSERT INTO writing_styles (style_id, name, type, prompt_content, samples,
                   sample_count, active, created_at, updated_at)
                 VALUES ('00000000-0000-4000-8000-000000000001', 'Plain', 'grant', 'Write plainly.',
                   '[]', 0, true, now(), now())";
    let pool = server.pool();
    sqlx::query(style).execute(&pool).await.unwrap();
    let used = "UPDATE outputs SET writing_style_id = '00000000-0000-4000-8000-000000000001'
                 WHERE funder_name = 'Rivers Foundation'";
    sqlx::query(used).execute(&pool).await.unwrap();
    let summary = writer.get("/api/outputs/analytics/summary").await.ok();
    let overall = &summary["overall"];
    assert_eq!(overall["total_outputs"], 6);
    assert_eq!(
        overall["by_status"],
        json!({"awarded": 3, "draft": 1, "not_awarded": 1, "pending": 1})
    );
    assert_eq!(overall["success_rate"], 60.0);
    assert_eq!(overall["total_awarded"], 240.0);
    assert_eq!(overall["avg_awarded"], 40.0);
    assert_eq!(
        summary["top_writing_styles"],
        json!([{ "writing_style_id": "00000000-0000-4000-8000-000000000001",
                 "submitted_count": 3, "awarded_count": 2, "success_rate": 66.67 }])
    );
    assert_eq!(
        summary["top_funders"][0],
        json!({ "funder_name": "City/County", "submitted_count": 1, "awarded_count": 1,
                "success_rate": 100.0, "total_awarded": 50.0 })
    );
    assert_eq!(summary["top_funders"].as_array().unwrap().len(), 3);
    let years: Vec<_> = summary["year_over_year_trends"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["year"].as_i64().unwrap())
        .collect();
    assert_eq!(years, [2026, 2025, 2024]);
    let path = "/api/outputs/analytics/style/00000000-0000-4000-8000-000000000001";
    assert_eq!(writer.get(path).await.ok()["total_outputs"], 4);
    assert_eq!(admin.get(path).await.ok()["awarded_count"], 2);
    let wrong = writer
        .get("/api/outputs/analytics/style/plain")
        .await
        .json(422);
    assert_eq!(wrong["detail"][0]["loc"], json!(["path", "style_id"]));
}

#[tokio::test]
async fn what_no_funder_and_no_date_can_be_is_refused_as_everything_else() {
    let server = TestServer::start().await;
    let writer = server.as_writer().await;
    for path in [
        "/funder/%FF",
        "/funder/Rivers?start_date=-5000-01-01",
        "/year/%FF",
        "/year/soon",
    ] {
        let path = format!("/api/outputs/analytics{path}");
        writer.get(&path).await.json(422);
    }
}

#[tokio::test]
async fn d_55_writers_get_the_figures_of_their_own_outputs() {
    let server = TestServer::start().await;
    let (writer, admin) = fill(&server).await;
    let editor = server.as_editor().await;
    for (who, all) in [(&writer, 6), (&editor, 7), (&admin, 7)] {
        let summary = who.get("/api/outputs/analytics/summary").await.ok();
        assert_eq!(summary["overall"]["total_outputs"], all);
        let hills = who.get("/api/outputs/analytics/funder/hills").await.ok();
        assert_eq!(hills["total_outputs"], i32::from(all == 7));
    }
}

#[tokio::test]
async fn an_empty_archive_has_zeros() {
    let server = TestServer::start().await;
    let writer = server.as_writer().await;
    let summary = writer.get("/api/outputs/analytics/summary").await.ok();
    assert_eq!(summary["overall"]["total_requested"], 0.0);
    for list in ["top_writing_styles", "top_funders", "year_over_year_trends"] {
        assert_eq!(summary[list], json!([]));
    }
    assert_eq!(
        writer.get("/api/outputs/analytics/funders").await.ok(),
        json!([])
    );
}
