// Adding documents: choose or drop files, describe them, send them, and follow each until
// it can be found.

import { ApiError, post } from "./api.js";
import { follow } from "./follow.js";
import { askAbout } from "./similar.js";
import { unfold } from "./review.js";
import { upload } from "./upload.js";

const $ = (id) => document.getElementById(id);
const form = $("add");
const maxBytes = Number(form.dataset.maxBytes);
const readable = $("files").accept.split(",");

/** How many files are sent at a time. */
const AT_ONCE = 3;

/**
 * The files on the page: {file, row, isAdded, isBusy, job, abort, review}. `isBusy` from the
 * moment a file waits to be sent until it is in or is not.
 */
let entries = [];
let serial = 0;

// What the form needs without this script, and what only this script can do.
form.noValidate = true;
$("drop").classList.add("scripted");
for (const id of ["or-drop", "differ", "apply-row"]) $(id).hidden = false;
$("shared").hidden = $("confirm").hidden = true;
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
$("confirm-rows").addEventListener("click", () => {
  for (const { review } of entries) review?.requestSubmit();
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
  const entry = { file, row, isAdded: false, isBusy: false, job: null, abort: null, review: null };
  row.querySelector(".remove").addEventListener("click", () => remove(entry));
  row.querySelector(".cancel").setAttribute("aria-label", `Cancel ${file.name}`);
  row.querySelector(".cancel").addEventListener("click", () => cancel(entry));
  row.querySelector(".opens label").textContent = `Password of ${file.name}`;
  row.querySelector(".password").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // Enter would send all files
    again(entry);
  });
  row.querySelector(".retry").addEventListener("click", () => again(entry));
  row.querySelector("details").addEventListener("input", (event) => {
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
  // The server need not keep what nobody will try again.
  if (entry.job?.can_retry) post(`/api/jobs/${entry.job.job_id}/cancel`, {}).catch(() => {});
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
    funder: text("funder") || null,
    notes: text("notes") || null,
    title: text("title") || null,
  };
}

function summarise(entry) {
  const { doc_type: type, year, programs, title } = describe(entry);
  const words = [title, type || "type from the document", year, programs.join(", ")].filter(Boolean).join(" · ");
  entry.row.querySelector(".file-summary").textContent = `(${words})`;
}

async function send() {
  const waiting = entries.filter((entry) => !entry.isAdded && !entry.isBusy && !troubleWith(entry.file));
  if (!isReady(waiting)) return;
  for (const entry of waiting) begin(entry);
  const queue = [...waiting];
  await Promise.all(Array.from({ length: AT_ONCE }, () => sendFrom(queue)));
}

function isReady(waiting) {
  const confirmed = $("confirmed").checked;
  $("confirm-problem").textContent = confirmed ? "" : "Confirm first that the documents are fit for the public.";
  if (!confirmed) $("confirmed").focus();
  return confirmed && waiting.length > 0;
}

function begin(entry) {
  entry.isBusy = true;
  entry.job = null;
  tell(entry, "", "");
  show(entry, "waiting to be sent…", null);
  showOverall();
}

/** Sends one after the other, with the pauses that the server asks for. */
async function sendFrom(queue) {
  let pause = 0;
  for (let entry = queue.shift(); entry; entry = queue.shift()) {
    if (entry.isBusy) pause = await sendOne(entry, pause);
  }
}

/** Sends a file after a pause, in seconds; returns the pause before the next one. */
async function sendOne(entry, pause) {
  for (;;) {
    if (pause > 0) await countDown(pause, entry);
    if (!entry.isBusy) return 0;
    show(entry, "sending…", 0);
    const { abort, answer } = upload(entry.file, describe(entry), (percent) => show(entry, "sending…", percent));
    entry.abort = abort;
    const outcome = await answer;
    entry.abort = null;
    pause = outcome.pause;
    if (outcome.isTooSoon) continue;
    if (outcome.ok) queued(entry, outcome.job);
    else end(entry, outcome.isCancelled ? "" : "bad", outcome.isCancelled ? outcome.message : `× ${outcome.message}`);
    return pause;
  }
}

async function countDown(seconds, entry) {
  for (let left = seconds; left > 0 && entry.isBusy; left -= 1) {
    show(entry, `waiting ${left} s: the server takes only so many files a minute…`, null);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

function queued(entry, job) {
  update(entry, job);
  follow(job.job_id, (changed) => update(entry, changed));
}

/** Shows how a job stands. */
function update(entry, job) {
  entry.job = job;
  switch (job.status) {
    case "ready":
      return settle(entry, job);
    case "failed":
      end(entry, "bad", `× ${job.message}`);
      return offerAgain(entry, job);
    case "cancelled":
      return end(entry, "", "Cancelled.");
    default:
      return show(entry, `${job.message}…`, job.pages ? (job.page / job.pages) * 100 : null);
  }
}

/** Shows that a file is on its way; `percent` is null where nobody knows. */
function show({ row }, words, percent) {
  const bar = row.querySelector("progress");
  if (percent === null || percent >= 100) bar.removeAttribute("value");
  else bar.value = percent;
  row.querySelector(".file-words").textContent = words;
  row.querySelector(".file-progress").hidden = false;
  row.querySelector(".file-again").hidden = true;
  row.querySelector(".cancel").hidden = false;
  row.querySelector(".remove").hidden = true;
}

function end(entry, tone, words) {
  entry.isBusy = false;
  entry.row.querySelector(".file-progress").hidden = true;
  entry.row.querySelector(".cancel").hidden = true;
  entry.row.querySelector(".remove").hidden = entry.isAdded;
  tell(entry, tone, words);
  showOverall();
}

function settle(entry, job) {
  if (job.code === "added") succeed(entry, job);
  else if (job.code === "unpacked") end(unpacked(entry), "good", "✓ Unpacked:");
  else known(entry, job);
  if (job.children > 0) showMembers(entry, job.job_id);
}

function unpacked(entry) {
  entry.isAdded = true;
  entry.row.querySelector("details").remove();
  return entry;
}

/** The files that came out of one, each with its own status. */
async function showMembers({ row }, id) {
  const reply = await fetch(`/api/jobs?parent_id=${id}&limit=1000`).catch(() => null);
  if (!reply?.ok) return;
  const list = document.createElement("ul");
  list.className = "members";
  const { jobs } = await reply.json();
  for (const job of jobs.reverse()) {
    const line = document.createElement("li");
    list.append(line);
    showMember(line, job);
    if (!["ready", "failed", "cancelled"].includes(job.status)) follow(job.job_id, (changed) => showMember(line, changed));
  }
  row.querySelector(".file-result").after(list);
}

function showMember(line, job) {
  const { status, filename, doc_id: id, message } = job;
  const sign = { ready: "✓", failed: "×", cancelled: "–" }[status] ?? "…";
  line.className = { ready: "good", failed: "bad" }[status] ?? "";
  line.textContent = `${sign} `;
  const name = document.createElement(id ? "a" : "span");
  name.textContent = filename;
  if (id) name.href = `/library/${id}`;
  const words = document.createElement("span");
  words.textContent = status === "ready" ? "" : `: ${message}`;
  line.append(name, words);
  if (status === "ready") askAbout(words, job);
}

function succeed(entry, job) {
  const { doc_id: id, chunks_created: passages, proposals } = job;
  entry.isAdded = true;
  entry.row.querySelector("details").remove();
  end(entry, "good", `✓ Added with ${passages} ${passages === 1 ? "passage" : "passages"}. `);
  link(entry, id);
  askAbout(entry.row.querySelector(".file-result"), job);
  if (proposals.length > 0) unfold(entry.row.querySelector(".file-review"), id, (form) => {
    entry.review = form;
    showUnconfirmed();
  });
}

/** Offers to confirm all rows at once, where there is more than one. */
function showUnconfirmed() {
  $("confirm-rows").hidden = entries.filter((entry) => entry.review).length < 2;
}

function known(entry, { doc_id: id, message }) {
  end(entry, "bad", `× ${message} `);
  link(entry, id);
}

function link({ row }, id) {
  const link = document.createElement("a");
  link.href = `/library/${id}`;
  link.textContent = "Open it";
  row.querySelector(".file-result").append(link);
}

/** A failed job whose file the server still has need not be sent again. */
function offerAgain({ row }, { can_retry: canRetry, code }) {
  row.querySelector(".file-again").hidden = !canRetry;
  const password = row.querySelector(".password");
  row.querySelector(".opens").hidden = code !== "locked";
  password.value = "";
  row.querySelector(".retry").textContent = code === "locked" ? "Open it" : "Try again";
  if (canRetry && code === "locked") password.focus();
}

async function cancel(entry) {
  if (entry.abort) return entry.abort();
  if (!entry.job) return end(entry, "", "Cancelled.");
  await change(entry, "cancel", {});
}

async function again(entry) {
  const password = entry.row.querySelector(".password");
  const isLocked = entry.job.code === "locked";
  if (isLocked && !password.value) return password.focus();
  entry.isBusy = true;
  await change(entry, "retry", isLocked ? { password: password.value } : {});
}

async function change(entry, what, body) {
  try {
    const reply = await post(`/api/jobs/${entry.job.job_id}/${what}`, body);
    tell(entry, "", "");
    queued(entry, await reply.json());
  } catch (error) {
    const words = error instanceof ApiError ? error.message : "The connection broke. Please try again.";
    if (what === "retry") entry.isBusy = false;
    tell(entry, "bad", `× ${words}`);
  }
}

function tell(entry, tone, words) {
  const result = entry.row.querySelector(".file-result");
  result.className = `file-result ${tone}`;
  result.textContent = words;
}

function showOverall() {
  const added = entries.filter((entry) => entry.isAdded).length;
  const busy = entries.filter((entry) => entry.isBusy).length;
  const left = entries.length - added - busy;
  const parts = [added && `${added} added`, busy && `${busy} on the way`, left && `${left} not added yet`].filter(Boolean);
  $("overall").textContent = entries.length ? `${parts.join(", ")}.` : "";
}

function sizeOf(bytes) {
  const MB = 1024 * 1024;
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < MB ? `${Math.round(bytes / 1024)} KB` : `${(bytes / MB).toFixed(1)} MB`;
}
