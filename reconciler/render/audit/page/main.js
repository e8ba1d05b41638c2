// Puts the page together.

function sums() {
  const total = (key) => data.targets.reduce((sum, each) => sum + each[key], 0);
  const jobs = data.templates.reduce((sum, each) => sum + (each.jobs || 0), 0);
  const hours = data.templates.flatMap((each) => each.versions).reduce((sum, each) => sum + each.gpu_hours, 0);
  const cards = [
    ["errors", data.summary.error, "error"], ["warnings", data.summary.warning, "warning"], ["notes", data.summary.note, "note"],
    ["templates", total("templates")], ["versions", total("versions")], ["jobs", jobs], ["GPU hours", Math.round(hours)],
    ["TensorBoards", total("boards")],
    ["waived, known or off", data.summary.waived + data.summary.known + data.summary.off],
  ];
  byId("cards").replaceChildren(...cards.map(([name, value, kind]) =>
    make("div", { class: `sum ${kind || ""}` }, make("strong", {}, number(value)), name)));
}

function themes() {
  const root = document.documentElement;
  const isDark = () => (root.dataset.theme
    ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
  const button = byId("theme");
  const say = () => {
    button.textContent = isDark() ? "Light" : "Dark";
    button.setAttribute("aria-label", `Switch to ${isDark() ? "light" : "dark"} colours`);
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    say();
  });
  say();
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
