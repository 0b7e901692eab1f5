// What every page does: shortcuts, filters that stand open where there is room, and a word when
// the server cannot be reached.

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const field = document.querySelector(`[data-shortcut="${CSS.escape(event.key)}"]`);
  if (field) {
    event.preventDefault();
    field.focus();
    field.select();
  }
});

const wide = matchMedia("(min-width: 761px)");
const makeRoom = () => {
  for (const filters of document.querySelectorAll("details.narrow")) filters.open = wide.matches;
};
makeRoom();
wide.addEventListener("change", makeRoom);

// htmx leaves the page as it is when a request fails; say so.
for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(failure, () => {
    if (document.querySelector("#request-failed")) return;
    const notice = document.createElement("p");
    notice.id = "request-failed";
    notice.className = "notice bad";
    notice.setAttribute("role", "alert");
    notice.textContent = "The server did not answer as expected: what you see may be out of date. Reload the page.";
    document.querySelector("main").prepend(notice);
  });
}
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) document.querySelector("#request-failed")?.remove();
});
