// Puts the page together.

function sums() {
  const total = (key) => data.targets.reduce((sum, each) => sum + each[key], 0);
  const jobs = data.templates.reduce((sum, each) => sum + (each.jobs || 0), 0);
  const hours = data.templates.flatMap((each) => each.versions).reduce((sum, each) => sum + each.gpu_hours, 0);
  const cards = [
    [say("errors"), data.summary.error, "error"], [say("warnings"), data.summary.warning, "warning"], [say("notes"), data.summary.note, "note"],
    ...data.counted.map(([many, heading]) => [heading, total(many)]), [say("jobs"), jobs], [say("GPU hours"), Math.round(hours)],
    [say("waived, known or off"), data.summary.waived + data.summary.known + data.summary.off],
  ];
  byId("cards").replaceChildren(...cards.map(([name, value, kind]) =>
    make("div", { class: `sum ${kind || ""}` }, make("strong", {}, number(value)), name)));
}

function themes() {
  const root = document.documentElement;
  const isDark = () => (root.dataset.theme
    ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
  const button = byId("theme");
  const label = () => {
    button.textContent = isDark() ? say("Light") : say("Dark");
    button.setAttribute("aria-label", isDark() ? say("Switch to light colours") : say("Switch to dark colours"));
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    label();
  });
  label();
}

byId("page").hidden = false;
themes();
sums();
beginFindings();
beginTemplates();
drawCharts();
let width = innerWidth;
addEventListener("resize", () => {
  if (width !== innerWidth) drawCharts();
  width = innerWidth;
});
if (location.hash.length > 1) openTemplate(decodeURIComponent(location.hash.slice(1)));
