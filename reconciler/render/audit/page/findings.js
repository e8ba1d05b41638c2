// The list of findings with its search and filters.

const STEP = 100;
let shownFindings = STEP;

const stands = (finding) => !finding.waived && !finding.known;
const haystacks = data.findings.map((finding) =>
  [finding.code, finding.severity, finding.kind, finding.name, finding.target, finding.summary, finding.field, finding.id,
    rules.get(finding.code)?.title].join(" ").toLowerCase());

function chosenFindings() {
  const words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const [severity, rule, target] = ["severity", "rule", "target"].map((id) => byId(id).value);
  const hiddenToo = byId("hidden-too").checked;
  return data.findings.filter((finding, index) =>
    (hiddenToo || stands(finding))
    && (!severity || finding.severity === severity)
    && (!rule || finding.code === rule)
    && (!target || finding.target === target)
    && words.every((word) => haystacks[index].includes(word)));
}

// What one rule finds at one object is one item, with all its places.
function together(findings) {
  const items = new Map();
  for (const finding of findings) {
    const key = JSON.stringify([finding.code, finding.severity, finding.target, finding.kind, finding.id, finding.name,
      finding.hint, finding.waived, finding.known]);
    items.set(key, [...(items.get(key) ?? []), finding]);
  }
  return [...items.values()];
}

function listFindings() {
  const chosen = chosenFindings();
  const items = together(chosen);
  byId("count").textContent = `${plural(chosen.length, "finding")}${items.length > shownFindings ? say(", the first {} objects shown", shownFindings) : ""}`;
  byId("finding-list").replaceChildren(...items.slice(0, shownFindings).map(findingItem));
  byId("more").hidden = items.length <= shownFindings;
}

function findingItem(places) {
  const [finding] = places;
  const template = templates.get(keyOf(finding.target, finding.id));
  const name = finding.name ?? "";
  const subject = template
    ? make("button", { type: "button", class: "open", onclick: () => openTemplate(keyOf(finding.target, finding.id)) }, name)
    : make("strong", {}, name);
  const where = finding.where ? `${finding.where.file}:${finding.where.line}` : null;
  return make("li", { class: stands(finding) ? null : "quiet", "data-code": finding.code },
    make("div", { class: "line" },
      make("span", { class: `badge ${finding.severity}` }, `${say(finding.severity)} ${finding.code}`),
      subject,
      make("span", { class: "soft small" }, finding.kind ?? ""),
      several && finding.target ? make("span", { class: "badge" }, finding.target) : null,
      where ? make("span", { class: "soft small push mono" }, where) : null),
    places.length > 1
      ? make("ul", { class: "places" }, ...places.map((each) => make("li", {}, each.summary)))
      : make("div", {}, finding.summary),
    finding.hint ? make("div", { class: "soft small" }, finding.hint) : null,
    finding.waived ? make("div", { class: "small" }, say("Waived until {0}: {1}", finding.waived.expires, finding.waived.reason)) : null,
    finding.known ? make("div", { class: "small" }, say("Known: it is in the baseline.")) : null);
}

function showRule(code) {
  byId("filters").reset();
  byId("rule").value = code;
  shownFindings = STEP;
  listFindings();
  byId("findings").scrollIntoView();
  byId("findings").focus({ preventScroll: true });
}

function beginFindings() {
  const used = data.rules.filter((rule) => data.findings.some((finding) => finding.code === rule.code));
  byId("rule").append(...used.map((rule) => make("option", { value: rule.code }, `${rule.code} ${rule.title}`)));
  byId("target").append(...data.targets.map((each) => make("option", { value: each.target }, each.target)));
  byId("target").parentElement.hidden = !several;
  const again = () => {
    shownFindings = STEP;
    listFindings();
  };
  byId("filters").addEventListener("input", again);
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("filters").addEventListener("reset", () => setTimeout(again));
  byId("more").addEventListener("click", () => {
    shownFindings += STEP;
    listFindings();
  });
  listFindings();
}
