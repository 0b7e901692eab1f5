// The page for writing: ask, watch the draft arrive, check it, save it.

import { ApiError, post } from "./api.js";
import { citedNumbers, countWords, show, summary } from "./draft.js";
import { card, element, followMarkers } from "./sources.js";
import { events } from "./stream.js";

const $ = (id) => document.getElementById(id);
const ask = $("ask");

/** The draft on the screen. */
let draft = { text: "", sources: [], request: null, isDone: false };
let running = null;

function start() {
  followMarkers();
  ask.addEventListener("submit", (event) => {
    event.preventDefault();
    if (isComplete()) run();
  });
  ask.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) ask.requestSubmit();
  });
  ask.addEventListener("change", () => {
    showNeeded();
    countFilters();
  });
  $("stop").addEventListener("click", () => running?.abort());
  $("save").addEventListener("submit", save);
  showNeeded();
  countFilters();
}

function isComplete() {
  const query = ask.elements.query;
  const message = query.value.trim().length < 10 ? "Say in a few words what the section is for: ten characters or more." : "";
  $("query-problem").textContent = message;
  query.setAttribute("aria-invalid", String(Boolean(message)));
  if (message) query.focus();
  return !message;
}

function showNeeded() {
  for (const list of document.querySelectorAll("[data-section]")) {
    list.hidden = list.dataset.section !== ask.elements.section.value;
  }
  markNeeded(null);
}

/** Signs before the elements of the section; `missing` is null before a draft. */
function markNeeded(missing) {
  const signs = { open: ["○", ""], there: ["✓", ", covered"], missing: ["!", ", not covered by any sentence"] };
  for (const item of document.querySelectorAll("[data-section]:not([hidden]) [data-element]")) {
    const state = missing === null ? "open" : missing.includes(item.dataset.element) ? "missing" : "there";
    item.dataset.state = state;
    [item.querySelector(".sign").textContent, item.querySelector(".state").textContent] = signs[state];
  }
}

const FILTERS = { doc_type: "doc_types", year: "years", program: "programs", outcome: "outcomes" };

function filters() {
  const chosen = {};
  for (const [field, key] of Object.entries(FILTERS)) {
    const value = ask.elements[field].value;
    if (value) chosen[key] = [field === "year" ? Number(value) : value];
  }
  return chosen;
}

function countFilters() {
  const count = Object.keys(filters()).length;
  $("filter-count").textContent = count ? `(${count} set)` : "";
}

function request() {
  const field = (name) => ask.elements[name].value.trim();
  const number = (name) => Number(field(name)) || undefined;
  return {
    query: field("query"),
    audience: field("audience"),
    section: field("section"),
    tone: field("tone") || undefined,
    max_sources: number("max_sources"),
    max_words: number("max_words"),
    filters: filters(),
  };
}

const BROKEN = "The connection broke before the draft was complete. Please try again.";

async function run() {
  running?.abort();
  const mine = new AbortController();
  running = mine;
  draft = { text: "", sources: [], request: request(), isDone: false };
  begin();
  try {
    await receive(mine);
  } catch (error) {
    if (running === mine) tellEnd(error);
  } finally {
    if (running === mine) finish();
  }
}

/** Takes the events of a run until it ends, or until a newer run takes its place. */
async function receive(mine) {
  let isEnded = false;
  const reply = await post("/api/query/stream", draft.request, { signal: mine.signal });
  for await (const event of events(reply)) {
    if (running !== mine) return;
    take(event);
    isEnded ||= event.type === "done" || event.type === "error";
  }
  // A server that dies closes the stream as if all had been said.
  if (!isEnded && running === mine) fail(BROKEN);
}

function tellEnd(error) {
  if (error.name === "AbortError") say("Stopped. What has arrived is shown without verdicts.");
  else fail(error instanceof ApiError ? error.message : BROKEN);
}

function begin() {
  $("failure").hidden = true;
  $("verdicts").hidden = true;
  $("issues").hidden = true;
  $("save").hidden = true;
  $("working").hidden = false;
  $("stop").hidden = false;
  $("draft").setAttribute("aria-busy", "true");
  $("draft").replaceChildren();
  showSources();
  markNeeded(null);
  $("count").textContent = "";
  say("Looking for passages…");
  // On a narrow screen the draft stands below the form.
  if (matchMedia("(max-width: 720px)").matches) $("draft-heading").scrollIntoView();
}

function finish() {
  running = null;
  $("working").hidden = true;
  $("stop").hidden = true;
  $("draft").setAttribute("aria-busy", "false");
}

function take(event) {
  switch (event.type) {
    case "metadata":
      say(`Drafting from ${event.sources_count} ${event.sources_count === 1 ? "passage" : "passages"}…`);
      break;
    case "content":
      draft.text += event.text;
      showArriving();
      break;
    case "sources":
      draft.sources = event.sources;
      showSources();
      break;
    case "done":
      done(event);
      break;
    case "error":
      fail(event.message);
      break;
    default: // events of later versions do no harm
  }
}

let painting = false;

/** At most once a frame: pieces arrive faster than the screen can show them. */
function showArriving() {
  if (painting) return;
  painting = true;
  requestAnimationFrame(() => {
    painting = false;
    if (draft.isDone) return;
    show($("draft"), draft.text);
    showCount(countWords(draft.text));
  });
}

function done(event) {
  const claims = event.claims ?? [];
  draft.isDone = true; // a frame that is still to come must not paint over the verdicts
  show($("draft"), draft.text, claims);
  showSources(claims);
  summary($("verdicts"), draft.text, claims);
  showCount(event.words ?? countWords(draft.text));
  markNeeded(event.missing_elements ?? []);
  showIssues(event.quality_issues ?? []);
  if (event.disclosure) $("disclosure").textContent = event.disclosure;
  $("save").hidden = false;
  if (!$("title").value) $("title").value = suggestedTitle(draft.request);
  say("Done.");
}

function suggestedTitle({ section, query }) {
  const names = query.toLowerCase().startsWith(section.toLowerCase());
  return (names ? query : `${section}: ${query}`).slice(0, 120);
}

function showCount(words) {
  const limit = draft.request.max_words;
  $("count").textContent = limit ? `${words} of ${limit} words` : `${words} words`;
}

function showIssues(issues) {
  $("issues").replaceChildren(...issues.map((issue) => element("li", "", issue)));
  $("issues").hidden = issues.length === 0;
}

function showSources(claims = []) {
  const cited = citedNumbers(draft.text);
  const isCited = (source) => cited.includes(source.id);
  const used = draft.sources.filter(isCited);
  const unused = draft.sources.filter((source) => !isCited(source));
  $("sources").replaceChildren(...used.map((source) => card(source, claims)));
  if (unused.length) {
    const folded = element("details", "unused");
    const list = element("ol");
    list.append(...unused.map((source) => card(source)));
    folded.append(element("summary", "", `${unused.length} found, not cited`), list);
    const item = element("li");
    item.append(folded);
    $("sources").append(item);
  }
  $("no-sources").hidden = draft.sources.length > 0;
  $("source-count").textContent = draft.sources.length ? `${used.length} of ${draft.sources.length} cited` : "";
}

function say(words) {
  $("state").textContent = words;
}

function fail(message) {
  const box = $("failure");
  box.textContent = message;
  box.hidden = false;
  say("");
}

async function save(event) {
  event.preventDefault();
  const form = $("save");
  const title = form.elements.title.value.trim();
  $("title-problem").textContent = title ? "" : "Give it a title.";
  if (!title) return form.elements.title.focus();
  const cited = citedNumbers(draft.text);
  const { query, audience, section, tone } = draft.request;
  $("save-state").textContent = "Saving…";
  try {
    const reply = await post("/api/outputs", {
      title,
      output_type: form.elements.output_type.value,
      content: draft.text,
      metadata: { query, audience, section, tone },
      sources: draft.sources
        .filter((source) => cited.includes(source.id) && source.passage_id)
        .map((source) => ({ number: source.id, passage_id: source.passage_id })),
    });
    location.assign(`/outputs/${(await reply.json()).output_id}`);
  } catch (error) {
    $("save-state").textContent = error instanceof ApiError ? error.message : "The server cannot be reached. Nothing was saved yet.";
  }
}

if (ask) start();
