// Adding documents: choose or drop files, describe them, send them one by one.

import { upload } from "./upload.js";

const $ = (id) => document.getElementById(id);
const form = $("add");
const maxBytes = Number(form.dataset.maxBytes);
const readable = $("files").accept.split(",");

/** The files on the page: {file, row, isAdded}. */
let entries = [];
let serial = 0;

form.hidden = false;
$("files").addEventListener("change", (event) => {
  add(event.target.files);
  event.target.value = "";
});
for (const type of ["dragover", "dragenter"]) {
  document.addEventListener(type, (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    $("drop").classList.add("over");
  });
}
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) $("drop").classList.remove("over");
});
document.addEventListener("drop", (event) => {
  if (!event.dataTransfer?.files.length) return;
  event.preventDefault();
  $("drop").classList.remove("over");
  add(event.dataTransfer.files);
});
$("shared").addEventListener("input", () => entries.forEach((entry) => inherit(entry, false)));
$("apply").addEventListener("click", () => {
  entries.forEach((entry) => inherit(entry, true));
  $("applied").textContent = "Applied to all files.";
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});

function add(files) {
  for (const file of files) {
    const same = entries.some(({ file: f }) => f.name === file.name && f.size === file.size);
    if (!same) entries.push(entryOf(file));
  }
  $("shared").hidden = $("confirm").hidden = entries.length === 0;
  showOverall();
}

function entryOf(file) {
  const row = $("file-template").content.firstElementChild.cloneNode(true);
  serial += 1;
  for (const name of ["id", "for", "aria-describedby"]) {
    for (const one of row.querySelectorAll(`[${name}]`)) {
      one.setAttribute(name, one.getAttribute(name).replace("FILE", `file-${serial}`));
    }
  }
  row.querySelector(".file-name").textContent = file.name;
  row.querySelector(".file-size").textContent = sizeOf(file.size);
  row.querySelector("progress").setAttribute("aria-label", `Sending ${file.name}`);
  row.querySelector(".remove").setAttribute("aria-label", `Leave out ${file.name}`);
  const entry = { file, row, isAdded: false };
  row.querySelector(".remove").addEventListener("click", () => remove(entry));
  row.addEventListener("input", (event) => {
    event.target.dataset.touched = "true";
    summarise(entry);
  });
  $("file-list").append(row);
  inherit(entry, false);
  const trouble = troubleWith(file);
  if (trouble) tell(entry, "bad", `× ${trouble}`);
  return entry;
}

function remove(entry) {
  entries = entries.filter((one) => one !== entry);
  entry.row.remove();
  $("shared").hidden = $("confirm").hidden = entries.length === 0;
  $("files").focus();
  showOverall();
}

/** What the server would refuse anyway, told before anything is sent. */
function troubleWith(file) {
  const name = file.name.toLowerCase();
  if (!readable.some((extension) => name.endsWith(extension))) return `This kind of file cannot be read: use ${form.dataset.types}.`;
  if (file.size === 0) return "This file is empty.";
  if (file.size > maxBytes) return `This file is larger than ${form.dataset.maxSize}.`;
  return "";
}

/** Takes over what is said for all files; `everything` also what was said for this one. */
function inherit(entry, everything) {
  if (entry.isAdded) return;
  for (const shared of $("shared").querySelectorAll("[data-field]")) {
    const own = fieldOf(entry.row, shared);
    if (!own || (own.dataset.touched && !everything)) continue;
    own.value = shared.value;
    own.checked = shared.checked;
    delete own.dataset.touched;
  }
  summarise(entry);
}

function fieldOf(row, { dataset, type, value }) {
  const which = type === "checkbox" ? `[value="${CSS.escape(value)}"]` : "";
  return row.querySelector(`[data-field="${dataset.field}"]${which}`);
}

function describe({ row }) {
  const text = (name) => row.querySelector(`[data-field="${name}"]`).value.trim();
  const programs = [...row.querySelectorAll('[data-field="programs"]:checked')].map((box) => box.value);
  return {
    doc_type: text("doc_type"),
    year: text("year") ? Number(text("year")) : null,
    programs,
    tags: text("tags").split(",").map((tag) => tag.trim()).filter(Boolean),
    outcome: text("outcome"),
    notes: text("notes") || null,
    title: text("title") || null,
  };
}

function summarise(entry) {
  const { doc_type: type, year, programs, title } = describe(entry);
  const words = [title, type || "no type yet", year, programs.join(", ")].filter(Boolean).join(" · ");
  entry.row.querySelector(".file-summary").textContent = `(${words})`;
}

async function send() {
  const waiting = entries.filter((entry) => !entry.isAdded && !troubleWith(entry.file));
  if (!isReady(waiting)) return;
  $("send").disabled = true;
  let pause = 0;
  for (const entry of waiting) pause = await sendOne(entry, pause);
  $("send").disabled = false;
  showOverall();
}

/** What a file cannot go without, in the words of the page. */
const NEEDED = { doc_type: "type", year: "year" };

function isReady(waiting) {
  for (const [field, words] of Object.entries(NEEDED)) {
    const lacking = waiting.find((entry) => !describe(entry)[field]);
    if (!lacking) continue;
    tell(lacking, "bad", `× Say the ${words} first: once for all files above, or here.`);
    lacking.row.querySelector("details").open = true;
    lacking.row.querySelector(`[data-field="${field}"]`).focus();
    return false;
  }
  const confirmed = $("confirmed").checked;
  $("confirm-problem").textContent = confirmed ? "" : "Confirm first that the documents are fit for the public.";
  if (!confirmed) $("confirmed").focus();
  return confirmed && waiting.length > 0;
}

/** Sends a file after a pause, in seconds; returns the pause before the next one. */
async function sendOne(entry, pause) {
  const bar = entry.row.querySelector("progress");
  const words = entry.row.querySelector(".file-words");
  const box = entry.row.querySelector(".file-progress");
  box.hidden = false;
  tell(entry, "", "");
  if (pause > 0) await countDown(pause, words);
  words.textContent = "sending…";
  const answer = await upload(entry.file, describe(entry), (percent) => {
    if (percent < 100) bar.value = percent;
    else {
      bar.removeAttribute("value"); // from here on the server reads, and tells no percentage
      words.textContent = "being read…";
    }
  });
  if (answer.isTooSoon) return sendOne(entry, answer.pause);
  box.hidden = true;
  if (answer.ok) succeed(entry, answer);
  else tell(entry, "bad", `× ${answer.message}`);
  return answer.pause;
}

async function countDown(seconds, words) {
  for (let left = seconds; left > 0; left -= 1) {
    words.textContent = `waiting ${left} s: the server takes only so many files a minute…`;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

function succeed(entry, { id, passages }) {
  entry.isAdded = true;
  entry.row.querySelector("details").remove();
  entry.row.querySelector(".remove").remove();
  const link = document.createElement("a");
  link.href = `/library/${id}`;
  link.textContent = "Open it";
  tell(entry, "good", `✓ Added with ${passages} ${passages === 1 ? "passage" : "passages"}. `);
  entry.row.querySelector(".file-result").append(link);
}

function tell(entry, tone, words) {
  const result = entry.row.querySelector(".file-result");
  result.className = `file-result ${tone}`;
  result.textContent = words;
}

function showOverall() {
  const added = entries.filter((entry) => entry.isAdded).length;
  const left = entries.length - added;
  const parts = [added && `${added} added`, left && `${left} not added yet`].filter(Boolean);
  $("overall").textContent = entries.length ? `${parts.join(", ")}.` : "";
}

function sizeOf(bytes) {
  const MB = 1024 * 1024;
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < MB ? `${Math.round(bytes / 1024)} KB` : `${(bytes / MB).toFixed(1)} MB`;
}
