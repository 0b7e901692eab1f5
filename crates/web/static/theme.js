// Light or dark: as the system says, until the person chooses. Loaded before the
// page is painted, so that it does not flash.
(() => {
  const root = document.documentElement;
  const key = "archivist-theme";
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  const read = () => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // storage may be forbidden; the system's choice then stays
    }
  };
  const isDark = () => (root.dataset.theme ?? (prefersDark.matches ? "dark" : "light")) === "dark";

  const chosen = read();
  if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;

  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
      const label = () => {
        button.textContent = isDark() ? "☀ Light" : "☾ Dark";
      };
      button.hidden = false;
      label();
      prefersDark.addEventListener("change", label);
      button.addEventListener("click", () => {
        root.dataset.theme = isDark() ? "light" : "dark";
        label();
        try {
          localStorage.setItem(key, root.dataset.theme);
        } catch {
          // The choice then lasts as long as the page.
        }
      });
    }
  });
})();
