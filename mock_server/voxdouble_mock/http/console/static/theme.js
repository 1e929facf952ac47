// The theme of the page, before it is drawn: as the system, light or dark.
(() => {
  let theme = "";
  try { theme = localStorage.getItem("voxdouble-theme") || ""; } catch { /* a browser may forbid it */ }
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
})();
