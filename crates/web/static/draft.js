// A draft on the screen: paragraphs, markers and the verdict of every sentence.

import { element, marker } from "./sources.js";

const MARKER = / *\[(\d+(?:\s*,\s*\d+)*)\]/g;

/** How each verdict is shown: by a sign and words, never by colour alone. */
const VERDICTS = {
  supported: { tone: "ok", sign: "✓", words: "supported" },
  partial: { tone: "part", sign: "◐", words: "partly supported" },
  unsupported: { tone: "no", sign: "×", words: "not found in the sources" },
};

/** The numbers that the text's markers name, each once. */
export function citedNumbers(text) {
  const numbers = [...text.matchAll(MARKER)].flatMap((match) => match[1].split(",").map(Number));
  return [...new Set(numbers)];
}

/** Words as portals count them, markers excluded. */
export function countWords(text) {
  return text.replaceAll(MARKER, "").split(/\s+/).filter(Boolean).length;
}

/**
 * Shows a draft. `claims` tell where each sentence stands, in code points, and
 * its verdict; while the draft arrives there are none.
 */
export function show(root, text, claims = []) {
  const points = Array.from(text);
  const paragraphs = paragraphsOf(points).map(({ start, end }) => {
    const paragraph = element("p");
    let at = start;
    claims.forEach((claim, index) => {
      if (claim.start < at || claim.end > end) return;
      paragraph.append(...withMarkers(points.slice(at, claim.start).join("")));
      paragraph.append(...sentence(points.slice(claim.start, claim.end).join(""), claim, index));
      at = claim.end;
    });
    paragraph.append(...withMarkers(points.slice(at, end).join("")));
    return paragraph;
  });
  root.replaceChildren(...paragraphs);
}

function paragraphsOf(points) {
  const found = [];
  let start = 0;
  for (let i = 0; i <= points.length; i += 1) {
    const ends = i === points.length || (points[i] === "\n" && points[i + 1] === "\n");
    if (ends) {
      if (i > start) found.push({ start, end: i });
      start = i + 2;
      i += 1;
    }
  }
  return found;
}

function sentence(text, claim, index) {
  const verdict = VERDICTS[claim.verdict];
  const span = element("span", verdict ? `s ${verdict.tone}` : "s");
  span.id = `sentence-${index}`;
  span.append(...withMarkers(text));
  if (!verdict) return [span];
  const sign = element("span", `verdict ${verdict.tone}`);
  sign.title = verdict.words;
  const shown = element("span", "", verdict.sign);
  shown.setAttribute("aria-hidden", "true");
  sign.append(shown, element("span", "hidden", ` (${verdict.words})`));
  return [span, sign];
}

function withMarkers(text) {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(MARKER)) {
    nodes.push(text.slice(at, match.index), ...match[1].split(",").map((n) => marker(Number(n))));
    at = match.index + match[0].length;
  }
  nodes.push(text.slice(at));
  return nodes;
}

/** How many sentences have each verdict, and which ones a person should check. */
export function summary(root, text, claims) {
  const points = Array.from(text);
  const chips = element("p", "chips");
  for (const [name, verdict] of Object.entries(VERDICTS)) {
    const count = claims.filter((claim) => claim.verdict === name).length;
    if (count) chips.append(chip(verdict, count), " ");
  }
  root.replaceChildren(chips);
  const doubtful = claims
    .map((claim, index) => ({ claim, index }))
    .filter(({ claim }) => claim.verdict === "partial" || claim.verdict === "unsupported");
  if (doubtful.length) root.append(listOf(doubtful, points));
  root.hidden = claims.length === 0;
}

function chip(verdict, count) {
  const tone = { ok: "good", part: "warn", no: "bad" }[verdict.tone];
  const made = element("span", `chip ${tone}`);
  const sign = element("span", "", verdict.sign);
  sign.setAttribute("aria-hidden", "true");
  made.append(sign, ` ${count} ${verdict.words}`);
  return made;
}

function listOf(doubtful, points) {
  const details = element("details", "doubtful");
  const count = doubtful.length;
  details.append(element("summary", "", count === 1 ? "One sentence to check" : `${count} sentences to check`));
  const list = element("ul");
  for (const { claim, index } of doubtful) {
    const item = element("li");
    const words = points.slice(claim.start, claim.end).join("").replaceAll(MARKER, "");
    const to = element("a", "", words.length > 140 ? `${words.slice(0, 140)}…` : words);
    to.href = `#sentence-${index}`;
    item.append(`${VERDICTS[claim.verdict].sign} ${VERDICTS[claim.verdict].words}: `, to);
    if (claim.missing?.length) {
      item.append(element("span", "missing", ` Not in the sources: ${claim.missing.map((m) => `“${m}”`).join(", ")}.`));
    }
    list.append(item);
  }
  details.append(list);
  return details;
}
