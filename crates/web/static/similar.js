// A document that has just come in and has much in common with others: is it a version of
// one of them?

import { ApiError, post } from "./api.js";

/**
 * Asks about the others one after the other, below `place`, until one is taken.
 * @param {Element} place what is said of the document
 * @param {{doc_id: string, similar?: {doc_id: string, title: string, year: ?number, share: number}[]}} job
 */
export function askAbout(place, { doc_id: id, similar = [] }) {
  const [other, ...rest] = similar;
  if (!other) return;
  const asked = document.createElement("div");
  asked.className = "similar";
  asked.setAttribute("role", "group");
  const words = document.createElement("p");
  const link = document.createElement("a");
  link.href = `/library/${other.doc_id}`;
  link.target = "_blank";
  link.textContent = other.title;
  const year = other.year ? ` (${other.year})` : "";
  words.append(`${Math.round(other.share * 100)} % in common with `, link, `${year}. Is this a newer version?`);
  const buttons = document.createElement("div");
  buttons.className = "actions";
  const choose = (side, said) => decide(asked, id, { of: other.doc_id, side }, said);
  buttons.append(
    button("It is a newer version", "newer", () => choose("newer", "✓ The newer version: search finds this one now.")),
    button("An older version", "older", () => choose("older", "✓ An older version: search leaves this one out.")),
    button("Keep both", "both", () => {
      asked.remove();
      askAbout(place, { doc_id: id, similar: rest });
    }),
  );
  asked.setAttribute("aria-label", words.textContent);
  asked.append(words, buttons);
  place.after(asked);
}

function button(words, name, onClick) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `btn small ${name}`;
  made.textContent = words;
  made.addEventListener("click", onClick);
  return made;
}

async function decide(asked, id, version, said) {
  const result = document.createElement("p");
  result.setAttribute("role", "status");
  asked.querySelector("[role=status]")?.remove();
  try {
    await post(`/api/documents/${id}/versions`, version);
    asked.querySelector(".actions").remove();
    result.className = "good";
    result.textContent = said;
  } catch (error) {
    result.className = "bad";
    result.textContent = `× ${error instanceof ApiError ? error.message : "The connection broke. Please try again."}`;
  }
  asked.append(result);
}
