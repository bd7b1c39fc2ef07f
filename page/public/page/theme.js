// Before the first paint, so that nobody sees the wrong theme flash.
(() => {
  const chosen = localStorage.getItem("andon-theme");
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
