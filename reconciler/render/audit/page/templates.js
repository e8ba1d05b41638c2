// The list of templates, and one template in a dialog: facts, time line, versions with their use, two versions side by side.

let shownTemplates = 50;

const ORDERS = {
  weight: (a, b) => b.weight - a.weight || (b.jobs || 0) - (a.jobs || 0),
  jobs: (a, b) => (b.jobs || 0) - (a.jobs || 0),
  versions: (a, b) => b.versions.length - a.versions.length,
  since: (a, b) => (b.since || "").localeCompare(a.since || ""),
  name: (a, b) => a.name.localeCompare(b.name),
};

function listTemplates() {
  const words = byId("template-search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const chosen = data.templates
    .filter((each) => words.every((word) => `${each.name} ${each.owner} ${each.target} ${each.id} ${each.waits ? "waits" : ""}`.toLowerCase().includes(word)))
    .sort(ORDERS[byId("template-order").value]);
  byId("template-count").textContent = plural(chosen.length, "template");
  byId("template-list").replaceChildren(...chosen.slice(0, shownTemplates).map(templateItem));
  byId("more-templates").hidden = chosen.length <= shownTemplates;
}

const findingsOf = (template) =>
  data.findings.filter((finding) => finding.id === template.id && finding.target === template.target && stands(finding));

function templateItem(template) {
  const counts = { error: 0, warning: 0, note: 0 };
  for (const finding of findingsOf(template)) counts[finding.severity] += 1;
  const badges = Object.entries(counts).filter(([, count]) => count)
    .map(([severity, count]) => make("span", { class: `badge ${severity}` }, plural(count, severity)));
  return make("li", {},
    make("div", { class: "line" },
      make("button", { type: "button", class: "open", onclick: () => openTemplate(keyOf(template.target, template.id)) }, template.name),
      several ? make("span", { class: "badge" }, template.target) : null,
      badges,
      template.waits ? make("span", { class: "badge warning" }, say("waits")) : null,
      make("span", { class: "soft small push" },
        `${plural(template.versions.length, "version")}, ${template.jobs === null ? say("jobs unknown") : plural(template.jobs, "job")}`)));
}

function openTemplate(key) {
  const template = templates.get(key);
  if (!template) return;
  byId("detail-title").textContent = template.name;
  const room = make("div", {});
  byId("detail-body").replaceChildren(facts(template), ...problems(template),
    make("h3", {}, say("Versions")), room, versionTable(template), ...comparison(template, key));
  if (!byId("detail").open) byId("detail").showModal();
  byId("detail").scrollTop = 0;
  byId("detail-title").focus();
  chartVersions(room, [template], false);
  history.replaceState(null, "", `#${encodeURIComponent(key)}`);
}

function proof(template) {
  if (template.proved) return say("by {0} on {1}", template.proved.job, day(template.proved.time));
  return template.asks_proof ? say("not proved") : say("no proof asked");
}

function facts(template) {
  const entries = [
    [say("Target"), template.target], [say("Id"), template.id], [say("Owner"), template.owner || say("nobody")],
    [say("In Git"), template.manifest ? `${template.manifest.file}:${template.manifest.line}` : say("no manifest")],
    [say("Made"), say("{0} by {1}", day(template.created), template.created_by || "?")], [say("Last used"), day(template.last_used)],
    [say("Jobs"), template.jobs === null ? say("may not be read") : number(template.jobs)], [say("Users"), number(template.users)],
    [say("Default"), say("version {0} since {1}", template.default, template.since ? day(template.since) : say("an unknown day"))],
    [say("Proved"), proof(template)], ...(template.waits ? [[say("Waits for"), template.waits]] : []),
  ];
  return make("dl", { class: "facts" }, entries.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))));
}

function problems(template) {
  const found = findingsOf(template);
  if (!found.length) return [];
  return [make("h3", {}, say("Findings")), make("ul", { class: "list" }, found.map((finding) =>
    make("li", {}, make("span", { class: `badge ${finding.severity}` }, `${say(finding.severity)} ${finding.code}`), " ", finding.summary)))];
}

function versionTable(template) {
  const most = Math.max(1, ...template.versions.map((version) => version.jobs));
  const rows = template.versions.map((version) => {
    const marks = [
      version.number === template.default ? make("span", { class: "badge note" }, say("default")) : null,
      version.in_git ? make("span", { class: "badge good" }, say("in Git")) : null,
      version.by_console ? make("span", { class: "badge warning" }, say("console")) : null,
    ];
    const guessed = version.jobs - (version.confidence.certain || 0);
    const bar = wide(make("span", { class: `use ${version.number === template.default ? "default" : ""}` }), (100 * version.jobs) / most);
    return make("tr", {},
      make("th", { scope: "row" }, `${version.number} `, marks),
      make("td", { class: "day" }, day(version.created)),
      make("td", {}, version.created_by || "?"),
      make("td", { class: "number", title: guessed ? say("{} of them inferred", guessed) : null }, number(version.jobs)),
      make("td", {}, bar),
      make("td", { class: "number" }, number(version.users)),
      make("td", { class: "number" }, number(version.gpu_hours)));
  });
  const numbers = [say("Jobs"), say("Users"), say("GPU hours")];
  const heads = [say("Version"), say("Made"), say("By"), numbers[0], say("Share"), numbers[1], numbers[2]];
  return make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": say("Versions") }, make("table", {},
    make("thead", {}, make("tr", {}, heads.map((head) =>
      make("th", { scope: "col", class: numbers.includes(head) ? "number" : null }, head)))),
    make("tbody", {}, rows)));
}

function comparison(template, key) {
  const versions = data.contents[key];
  const title = make("h3", {}, say("Compare two versions"));
  if (!versions) return [title, make("p", { class: "soft" }, say("This page holds the contents of fewer templates; use `dlc-reconciler diff`."))];
  const by = new Map(versions.map((version) => [version.number, version]));
  const current = by.has(template.default) ? template.default : versions[0].number;
  const other = versions.find((version) => version.number < current) ?? versions.find((version) => version.number !== current);
  const choice = (id, label, chosen) => {
    const select = make("select", { id }, versions.map((version) =>
      make("option", { value: version.number, selected: version.number === chosen },
        `${version.number}${version.number === template.default ? ` (${say("default")})` : ""}`)));
    return [make("label", {}, label, " ", select), select];
  };
  const [left, before] = choice("before", say("Left"), other ? other.number : current);
  const [right, after] = choice("after", say("Right"), current);
  const room = make("div", { "aria-live": "polite" });
  const show = () => {
    const [one, two] = [before, after].map((select) => by.get(Number(select.value)));
    const lines = (version) => toLines({ content: version.content, constraints: version.constraints });
    room.replaceChildren(diffTable(lines(one), lines(two), [`${say("Version")} ${one.number}`, `${say("Version")} ${two.number}`]));
  };
  for (const select of [before, after]) select.addEventListener("change", show);
  show();
  return [title, make("div", { class: "filters" }, left, right), room];
}

function beginTemplates() {
  const again = () => {
    shownTemplates = 50;
    listTemplates();
  };
  byId("template-search").addEventListener("input", again);
  byId("template-order").addEventListener("change", again);
  byId("more-templates").addEventListener("click", () => {
    shownTemplates += 100;
    listTemplates();
  });
  byId("close").addEventListener("click", () => byId("detail").close());
  byId("detail").addEventListener("close", () => history.replaceState(null, "", location.pathname + location.search));
  listTemplates();
}
