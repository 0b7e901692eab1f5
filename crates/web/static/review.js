// What was found in a document, unfolded where its file stands: the form of the document's
// own page, sent without leaving this one.

/** The form that a page of this site holds; null where the page has none. */
async function formOf(reply) {
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  return page.querySelector("form.review");
}

/** Asks again after the pauses that the server wants; null where the line breaks. */
async function patient(path, options) {
  for (;;) {
    const reply = await fetch(path, options).catch(() => null);
    if (reply?.status !== 429) return reply;
    const seconds = Number(reply.headers.get("Retry-After")) || 1;
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
}

/**
 * Shows the form of a document in `place`.
 * @param {(form: HTMLFormElement | null) => void} onChange called with the open form, and
 *   with null when all is confirmed
 */
export async function unfold(place, id, onChange) {
  const reply = await patient(`/library/${id}/confirm`);
  const form = reply?.ok ? await formOf(reply) : null;
  if (form) show(place, form, onChange);
}

function show(place, form, onChange) {
  place.replaceChildren(form);
  place.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(place, form, onChange);
  });
  onChange(form);
}

async function send(place, form, onChange) {
  const button = form.querySelector(".main");
  const told = form.querySelector(".review-told");
  button.disabled = true;
  told.textContent = "saving…";
  const body = new URLSearchParams(new FormData(form));
  const reply = await patient(form.action, { method: "POST", body });
  if (reply?.ok) return confirmed(place, form, onChange);
  // What is wrong stands beside its field in the form that comes back.
  const again = reply?.status === 422 ? await formOf(reply) : null;
  if (again) {
    show(place, again, onChange);
    again.querySelector("[aria-invalid]")?.focus();
    return;
  }
  button.disabled = false;
  told.textContent = reply ? "× That did not work. Please try again." : "× The connection broke. Please try again.";
}

function confirmed(place, form, onChange) {
  const words = document.createElement("p");
  words.className = "file-result good";
  words.setAttribute("role", "status");
  words.tabIndex = -1;
  words.textContent = `✓ Confirmed: ${form.elements.title.value}`;
  const hadFocus = place.contains(document.activeElement);
  place.replaceChildren(words);
  if (hadFocus) words.focus();
  onChange(null);
}
