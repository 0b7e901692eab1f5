// Sources beside a text: cards, and which one is selected.

/** An element with a class and text. Text is never read as HTML. */
export function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function link(address, text) {
  const made = element("a", "", text);
  made.href = address;
  return made;
}

const passageAddress = (source) =>
  `/library/${source.doc_id}?passage=${source.passage_id}#p-${source.passage_id}`;

/** In another window, since the draft on this page may not be saved yet. */
function passageLink(source) {
  const made = link(passageAddress(source), "Show in the document");
  made.target = "_blank";
  return made;
}

function fileLink(source) {
  const atPage = source.page && /\.pdf$/i.test(source.filename ?? "");
  const file = `/api/documents/${source.doc_id}/file`;
  const made = atPage
    ? link(`${file}#page=${source.page}`, `Open at page ${source.page}`)
    : link(file, "Open the original");
  made.target = "_blank";
  return made;
}

/**
 * The parts of a source that claims rest on: ranges of code points in its text,
 * in order and without overlap.
 */
export function citedParts(number, claims) {
  const found = claims
    .filter((claim) => claim.markers.includes(number))
    .flatMap((claim) => claim.supports.filter((support) => support.number === number))
    .sort((a, b) => a.start - b.start);
  let end = 0;
  return found.filter((part) => {
    const isNew = part.start >= end;
    if (isNew) end = part.end;
    return isNew;
  });
}

/** The passage, with the sentences that are cited marked. */
function passage(text, parts) {
  const points = Array.from(text);
  const shown = element("p", "excerpt");
  let at = 0;
  for (const { start, end } of parts) {
    shown.append(points.slice(at, start).join(""), element("mark", "", points.slice(start, end).join("")));
    at = end;
  }
  shown.append(points.slice(at).join(""));
  return shown;
}

/** A source as the API sends it, as a list item; `claims` tell what is cited of it. */
export function card(source, claims = []) {
  const item = element("li", "source card");
  item.id = `source-${source.id}`;
  item.tabIndex = -1;
  const heading = element("h3");
  heading.append(element("span", "num", String(source.id)), ` · ${source.title ?? source.filename}`);
  const place = element("p", "quiet", [source.year, source.page && `page ${source.page}`].filter(Boolean).join(", "));
  if (source.heading) place.append(" ", element("span", "heading", source.heading));
  const links = element("p", "links");
  if (source.doc_id && source.passage_id) {
    links.append(passageLink(source), " ", fileLink(source));
  }
  item.append(heading, place, passage(source.text, citedParts(source.id, claims)), links);
  return item;
}

/** A marker: a link to the source with this number. */
export function marker(number) {
  const raised = element("sup");
  const to = link(`#source-${number}`, String(number));
  to.dataset.source = number;
  to.setAttribute("aria-label", `Source ${number}`);
  raised.append(to);
  return raised;
}

let cameFrom = null;

/** Shows the source with this number as selected and goes to it. */
function select(number, from) {
  const chosen = document.querySelector(`#source-${CSS.escape(number)}`);
  if (!chosen) return false;
  const folded = chosen.closest("details");
  if (folded) folded.open = true;
  for (const one of document.querySelectorAll(".source.chosen")) one.classList.remove("chosen");
  for (const one of document.querySelectorAll("[data-source]")) {
    one.classList.toggle("chosen", one.dataset.source === String(number));
  }
  chosen.classList.add("chosen");
  chosen.focus({ preventScroll: true });
  chosen.scrollIntoView({ block: "nearest" });
  chosen.querySelector("mark")?.scrollIntoView({ block: "nearest" });
  cameFrom = from;
  return true;
}

/** Markers select their sources; Escape leads back to the marker. */
export function followMarkers() {
  document.addEventListener("click", (event) => {
    const from = event.target.closest?.("a[data-source]");
    if (from && select(from.dataset.source, from)) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && cameFrom?.isConnected) {
      cameFrom.focus();
      cameFrom = null;
    }
  });
}
