//! From the first sign-in to a grant that was won, in one sitting.

use serde_json::json;

use super::Tab;
use crate::support::process::Process;
use crate::support::server::{SECRET, serve};
use crate::support::{Site, files};

const FIRST_ADMIN: &str = "admin@example.org";

/// What the organization has written: a file name and its pages.
const DOCUMENTS: [(&str, &[&str]); 4] = [
    (
        "annual-report.pdf",
        &[
            "Reading Ferry brings tutors and books to the islands of the sound. In 2024 our \
             tutors met 312 children twice a week, and 241 of them reached grade level by June. \
             Families borrowed 5,800 books from the boat library, more than in any year before.",
            "An independent auditor has examined our accounts every year since 2011 and has never \
             reported a finding. In 2024 we managed three federal awards worth 940,000 dollars, \
             and every financial report was filed on time. Two people approve each payment above \
             2,500 dollars.",
        ],
    ),
    (
        "staff-and-board.docx",
        &[
            "A board of eleven volunteers governs the organization and reviews the budget each \
             quarter. Executive director Mara Quist has led the organization since 2013. Fourteen \
             tutors and two program managers work under a director of learning who holds a \
             doctorate in education. Staff retention was 91 percent in 2024.",
        ],
    ),
    (
        "partners.txt",
        &[
            "The school district gives us free use of classrooms on four islands and shares \
             reading scores under a signed agreement. The county library lends 900 books to the \
             boat each season. The ferry line carries our tutors without charge.",
        ],
    ),
    (
        "evaluation.md",
        &[
            "# How we evaluate",
            "Each child is screened in the fall and in the spring with a published reading test. \
             Tutors record every session in a database within two days, and the evaluation \
             manager compares the results by island each quarter and presents them to the board.",
        ],
    ),
];

/// Keeps what each file says of itself while it is on its way.
const WATCH_THE_FILES: &str = "window.said = [];
    const list = document.querySelector('#file-list');
    const shown = () => [...list.querySelectorAll('.file-progress:not([hidden]) .file-words')];
    new MutationObserver(() => window.said.push(...shown().map((one) => one.innerText)))
        .observe(list, { childList: true, subtree: true });";

/// A line on which a draft takes a few seconds, in bytes a second.
const SLOW: u32 = 4000;

/// Counts how often the draft on the screen grows before it is checked.
const WATCH_THE_DRAFT: &str = "window.growths = 0;
    const draft = document.querySelector('#draft');
    const isUnchecked = () => draft.textContent && !draft.querySelector('.verdict');
    new MutationObserver(() => { if (isUnchecked()) window.growths += 1; })
        .observe(draft, { childList: true });";

/// A server that nobody has used, with the password that it has printed.
fn untouched(site: &Site) -> (Process, String, String) {
    let (mut process, address) = serve(&mut site.command(&["serve", "--listen", "127.0.0.1:0"]));
    let password = process.wait_for(|said| {
        let (_, rest) = said.split_once("Password    ")?;
        Some(rest.split_once("   (shown only now")?.0.to_owned())
    });
    (process, address, password)
}

#[tokio::test]
async fn from_the_first_sign_in_to_a_grant_that_was_won() {
    let site = Site::new().await;
    let (_server, address, password) = untouched(&site);
    let tab = Tab::at(&address).await;
    chooses_a_password(&tab, &password).await;
    adds_documents(&tab, &site).await;
    searches(&tab).await;
    drafts(&tab).await;
    opens_the_source_of_a_claim(&tab).await;
    saves_the_draft(&tab).await;
    follows_the_output(&tab).await;
    sees_the_success(&tab).await;
    tab.close().await;
}

async fn chooses_a_password(tab: &Tab, generated: &str) {
    // The address as the server prints it.
    tab.goto("/").await;
    tab.comes_to("/sign-in").await;
    tab.sign_in(FIRST_ADMIN, generated).await;
    tab.comes_to("/account/password").await;
    tab.sees("h1", "Choose your own password").await;
    tab.goto("/library").await;
    tab.comes_to("/account/password").await;
    tab.write("#current", generated).await;
    tab.write("#new", "short").await;
    tab.write("#repeated", "short").await;
    tab.click("main .btn.main").await;
    tab.sees("#new-problem", "at least 8 characters").await;
    for (field, text) in [
        ("#current", generated),
        ("#new", SECRET),
        ("#repeated", SECRET),
    ] {
        tab.write(field, text).await;
    }
    tab.click("main .btn.main").await;
    tab.comes_to("/library").await;
}

async fn adds_documents(tab: &Tab, site: &Site) {
    tab.sees("main", "Nothing here yet").await;
    tab.click(".empty .btn.main").await;
    tab.sees("label[for=files]", "Choose files").await;
    let paths = DOCUMENTS.map(|(name, pages)| {
        let path = site.write(name, files::of_name(name, pages));
        path.to_str().unwrap().to_owned()
    });
    tab.press("#files", &paths.join("\n")).await;
    tab.choose("#shared-type", "Other").await;
    tab.write("#shared-year", "2024").await;
    tab.choose("#shared-outcome", "Final Report").await;
    tab.write("#shared-tags", "islands, reading").await;
    tab.write("#shared-funder", "Island Fund").await;
    tab.click("#shared input[value='Education']").await;
    // One of them is something else.
    tab.click(".file:first-child summary").await;
    tab.choose("#file-1-type", "Annual Report").await;
    tab.sees(
        ".file:first-child summary",
        "Annual Report · 2024 · Education",
    )
    .await;
    tab.sees(".file:last-child summary", "Other · 2024 · Education")
        .await;
    tab.click("#confirmed").await;
    tab.look(WATCH_THE_FILES).await;
    tab.click("#send").await;
    tab.sees("#overall", "4 added.").await;
    let said = tab.look("return window.said").await.to_string();
    assert!(said.contains("sending…"), "{said}");
    assert_eq!(tab.count(".file-result.good a").await, DOCUMENTS.len());

    tab.goto("/library?tag=islands&outcome=Final+Report").await;
    tab.sees("#matches", "4 documents of 4").await;
    tab.goto("/library?doc_type=Annual+Report").await;
    tab.sees(".rows tbody", "annual report").await;
    tab.sees("#matches", "1 document of 4").await;
    tab.click(".rows tbody a").await;
    tab.sees("main", "Island Fund").await;
}

async fn searches(tab: &Tab) {
    tab.goto("/search").await;
    tab.sees("label[for=sort]", "Order").await;
    tab.write("#q", "Who audited the accounts?").await;
    tab.click(".search-row .btn").await;
    tab.sees(".hit:first-child .excerpt", "An independent auditor")
        .await;
    tab.sees(".hit:first-child h2", "annual report").await;
    tab.sees(".hit:first-child .hit-place", "page").await;
    tab.sees(".hit:first-child .hit-place", "Annual Report · 2024")
        .await;
    tab.sees(".hit:first-child .why", "Why this is here: ")
        .await;
    tab.sees(".hit:first-child mark", "accounts").await;
    let score = tab.text(".hit:first-child .score").await;
    let score: u32 = score.split_whitespace().last().unwrap().parse().unwrap();
    assert!((1..=100).contains(&score), "{score}");

    tab.click(".hit:first-child h2 a").await;
    tab.sees(".passage.chosen", "An independent auditor").await;
    tab.sees(".passage.chosen", "This passage").await;
    let is_in_view =
        "const box = document.querySelector('.passage.chosen').getBoundingClientRect();
        return box.top >= 0 && box.top < innerHeight";
    tab.until("the passage is in view", is_in_view, &[]).await;
}

async fn drafts(tab: &Tab) {
    tab.goto("/write").await;
    tab.write(
        "#query",
        "Organizational capacity for a federal early-literacy grant",
    )
    .await;
    tab.choose("#section", "Organizational Capacity").await;
    tab.choose("#audience", "Federal RFP").await;
    tab.write("#tone", "Formal").await;
    tab.look(WATCH_THE_DRAFT).await;
    tab.set_line(Some(SLOW)).await;
    tab.click("#draft-button").await;
    tab.sees("#state", "Done.").await;
    tab.set_line(None).await;
    let growths = tab.look("return window.growths").await;
    assert!(growths.as_u64() > Some(0), "it came all at once");
    tab.sees("#draft", "auditor").await;
    tab.sees("#verdicts .chip", "supported").await;
    tab.sees("#disclosure", "no language model").await;
    let unjudged = "return document.querySelectorAll('#draft .s').length > 0
        && document.querySelectorAll('#draft .s:not(:has(+ .verdict))').length === 0";
    assert_eq!(
        tab.look(unjudged).await,
        json!(true),
        "every sentence has a verdict"
    );
}

async fn opens_the_source_of_a_claim(tab: &Tab) {
    let find_marker = "const claim = [...document.querySelectorAll('#draft .s')]
            .find((sentence) => sentence.innerText.includes('auditor'));
        claim.querySelector('sup a').id = 'marker';
        return claim.querySelector('sup a').innerText";
    let number = tab.look(find_marker).await;
    tab.click("#marker").await;
    tab.sees(".source.chosen .num", number.as_str().unwrap())
        .await;
    tab.sees(".source.chosen", "annual report").await;
    tab.click(".source.chosen .links a").await;
    tab.turns_to_window(1).await;
    tab.sees(".passage.chosen", "An independent auditor").await;
    tab.turns_to_window(0).await;
}

async fn saves_the_draft(tab: &Tab) {
    tab.write("#title", "Capacity, federal early literacy")
        .await;
    tab.choose("#output_type", "Grant proposal").await;
    tab.click("#save .btn.main").await;
    tab.sees("h1", "Capacity, federal early literacy").await;
    tab.sees("article.prose", "auditor").await;
    tab.click("article.prose sup a").await;
    tab.sees(".source.chosen", "The passage as it was cited")
        .await;
}

async fn follows_the_output(tab: &Tab) {
    tab.click("[name=status][value=submitted]").await;
    tab.write("#funder_name", "Department of Tides").await;
    tab.write("#requested_amount", "$250,000").await;
    tab.press("#submission_date", "03022026").await;
    tab.click(".tracking .btn.main").await;
    tab.sees(".top .chip", "Submitted").await;
    tab.click("[name=status][value=pending]").await;
    tab.click(".tracking .btn.main").await;
    tab.sees(".top .chip", "Pending").await;

    tab.click("[name=status][value=awarded]").await;
    tab.click(".tracking .btn.main").await;
    tab.sees(".top .chip", "Awarded").await;
    tab.sees(".notice.warn", "Still to record").await;
    tab.write("#awarded_amount", "240000").await;
    tab.press("#decision_date", "06302026").await;
    tab.click(".tracking .btn.main").await;
    tab.until(
        "nothing is left to record",
        "return !document.querySelector('.notice')",
        &[],
    )
    .await;
    for (field, kept) in [
        ("#funder_name", "Department of Tides"),
        ("#requested_amount", "250000.00"),
        ("#awarded_amount", "240000.00"),
        ("#submission_date", "2026-03-02"),
        ("#decision_date", "2026-06-30"),
    ] {
        assert_eq!(tab.value(field).await, kept, "{field}");
    }
}

async fn sees_the_success(tab: &Tab) {
    tab.goto("/outputs").await;
    tab.sees(".stat:first-child", "100.00 %").await;
    tab.sees(".stat:first-child", "1 of 1 sent in were awarded")
        .await;
    tab.sees(".stats", "$240,000").await;
    tab.sees("[aria-label='Awarded, 1'] .tick", "Department of Tides")
        .await;
    tab.sees("[aria-label='Awarded, 1'] .tick", "decided 30 Jun 2026")
        .await;
}
