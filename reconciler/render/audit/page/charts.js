// Charts: each draws itself for the width it has. A click opens a template; the list below does the same for the keyboard.

const now = Date.parse(data.at);
const DAY = 864e5;

function chartRules(room) {
  const found = data.rules.filter((rule) => rule.findings);
  const most = Math.max(1, ...found.map((rule) => rule.findings));
  const order = { error: 0, warning: 1, note: 2 };
  found.sort((a, b) => order[a.severity] - order[b.severity] || b.findings - a.findings);
  const rows = found.map((rule) =>
    make("button", { type: "button", title: `${rule.title}: ${plural(rule.findings, rule.severity)}`, onclick: () => showRule(rule.code) },
    make("span", { class: `badge ${rule.severity}` }, rule.code),
    make("span", { class: "title" }, rule.title),
    make("span", { class: "track" }, wide(make("span", { class: `fill ${rule.severity}` }), (100 * rule.findings) / most)),
    make("span", { class: "number" }, number(rule.findings))));
  room.replaceChildren(found.length ? make("div", { class: "rules" }, rows) : make("p", {}, say("No rule is broken.")));
}

function months(first, width, left) {
  const marks = [];
  const date = new Date(first);
  date.setUTCDate(1);
  date.setUTCHours(0, 0, 0, 0);
  const count = (now - first) / (30 * DAY);
  const every = Math.max(1, Math.ceil((count * 46) / (width - left)));
  for (let step = 0; date.getTime() <= now; step += 1) {
    if (date.getTime() >= first && step % every === 0) marks.push(new Date(date));
    date.setUTCMonth(date.getUTCMonth() + 1);
  }
  return marks;
}

function chartVersions(room, chosen, openable = true) {
  const width = Math.max(280, room.clientWidth || 600);
  const narrow = width < 460;
  const left = narrow || !openable ? 10 : 190;
  const high = narrow && openable ? 40 : 26;
  const moments = chosen.flatMap((template) => template.versions.map((version) => Date.parse(version.created)));
  const known = moments.filter(Number.isFinite);
  if (!known.length) return room.replaceChildren(make("p", { class: "soft" }, say("No versions.")));
  const first = Math.min(...known, now - 30 * DAY);
  const place = (moment) => left + ((Date.parse(moment) - first) / (now - first)) * (width - left - 12);
  const height = chosen.length * high + 24;
  const picture = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img",
    "aria-label": `${say("Versions over time")}. ${chosen.map((each) => `${labelOf(each)}: ${each.versions.length}`).join(", ")}` });
  for (const mark of months(first, width, left)) {
    const x = place(mark.toISOString());
    picture.append(draw("line", { class: "grid", x1: x, x2: x, y1: 0, y2: height - 20 }),
      draw("text", { x, y: height - 6, "text-anchor": "middle" },
        mark.toLocaleString(document.documentElement.lang, { month: "short", year: mark.getUTCMonth() ? undefined : "2-digit", timeZone: "UTC" })));
  }
  chosen.forEach((template, row) => picture.append(timeLine(template, row * high, { width, left, high, narrow, place, openable })));
  return room.replaceChildren(picture);
}

function timeLine(template, top, { width, left, high, narrow, place, openable }) {
  const y = top + (narrow && openable ? 28 : high / 2);
  const row = openable
    ? draw("g", { class: "row", onclick: () => openTemplate(keyOf(template.target, template.id)) })
    : draw("g", {});
  row.append(draw("rect", { class: "hit", x: 0, y: top, width, height: high }));
  if (openable) {
    row.append(draw("text", { class: "name", x: narrow ? left : 0, y: narrow ? top + 13 : y + 4 },
      draw("title", {}, labelOf(template)), clip(labelOf(template), narrow ? 44 : 27)));
  }
  const times = template.versions.filter((version) => Number.isFinite(Date.parse(version.created)));
  if (times.length) row.append(draw("line", { class: "span", x1: place(times.at(-1).created), x2: width - 8, y1: y, y2: y }));
  for (const version of [...times].reverse()) {
    const kind = version.by_console ? "console" : version.in_git ? "git" : "other";
    const x = place(version.created);
    const dot = draw("circle", { class: `dot-${kind}`, cx: x, cy: y, r: 4.5 },
      draw("title", {}, `${say("version {}", version.number)}, ${day(version.created)}${version.number === template.default ? `, ${say("default")}` : ""}`));
    row.append(dot);
    if (version.number === template.default) row.append(draw("circle", { class: "dot-default", cx: x, cy: y, r: 8 }));
  }
  return row;
}

function chartUsage(room, chosen) {
  const width = Math.max(280, room.clientWidth || 600);
  const narrow = width < 460;
  const left = narrow ? 0 : 190;
  const high = narrow ? 40 : 26;
  const most = Math.max(1, ...chosen.map((template) => template.jobs));
  const picture = draw("svg", { viewBox: `0 0 ${width} ${Math.max(30, chosen.length * high)}`, role: "img",
    "aria-label": `${say("Jobs")}. ${chosen.map((each) => `${labelOf(each)}: ${each.jobs}`).join(", ")}` });
  chosen.forEach((template, row) => {
    const y = row * high + (narrow ? 18 : 5);
    const scale = (width - left - 48) / most;
    const group = draw("g", { class: "row", onclick: () => openTemplate(keyOf(template.target, template.id)) },
    draw("rect", { class: "hit", x: 0, y: row * high, width, height: high }),
    draw("text", { class: "name", x: 0, y: narrow ? row * high + 13 : y + 12 },
      draw("title", {}, labelOf(template)), clip(labelOf(template), narrow ? 44 : 27)));
    let x = left;
    template.versions.filter((version) => version.jobs).forEach((version, place) => {
      const kind = version.number === template.default ? "bar-default" : place % 2 ? "bar-odd" : "bar-other";
      group.append(draw("rect", { class: kind, x, y, width: Math.max(1, version.jobs * scale - 1), height: 16 },
        draw("title", {}, `${say("version {}", version.number)}: ${plural(version.jobs, "job")}, ${plural(version.users, "user")}, ${number(version.gpu_hours)} ${say("GPU hours")}`)));
      x += version.jobs * scale;
    });
    group.append(draw("text", { x: x + 6, y: y + 12 }, number(template.jobs)));
    picture.append(group);
  });
  room.replaceChildren(chosen.length ? picture : make("p", { class: "soft" }, say("No jobs.")));
}

const AGES = [[say("under 1"), 1], ["1–7", 7], ["7–30", 30], ["30–90", 90], [say("over 90"), Infinity]];

function chartBoards(room) {
  const columns = AGES.map(([title]) => ({ title, running: 0, stopped: 0 }));
  for (const board of data.boards) {
    const age = (now - Date.parse(board.created)) / DAY;
    const column = columns[Math.max(0, AGES.findIndex(([, limit]) => age < limit))];
    column[board.status === "running" ? "running" : "stopped"] += 1;
  }
  const width = Math.max(280, room.clientWidth || 600);
  const most = Math.max(1, ...columns.map((column) => column.running + column.stopped));
  const each = width / columns.length;
  const told = columns.map((column) => say("{0} days: {1} running, {2} not", column.title, column.running, column.stopped)).join("; ");
  const picture = draw("svg", { viewBox: `0 0 ${width} 210`, role: "img", "aria-label": `${say("Age of TensorBoards")}. ${told}` });
  columns.forEach((column, place) => {
    const x = place * each + each * 0.15;
    const high = (count) => (count / most) * 150;
    const [run, stop] = [high(column.running), high(column.stopped)];
    const box = { x, width: each * 0.7 };
    picture.append(draw("rect", { ...box, class: "bar-other", y: 175 - stop, height: stop }),
      draw("rect", { ...box, class: "bar-running", y: 175 - stop - run, height: run }),
      draw("text", { class: "name", x: place * each + each / 2, y: 168 - stop - run, "text-anchor": "middle" }, number(column.running + column.stopped)),
      draw("text", { x: place * each + each / 2, y: 195, "text-anchor": "middle" }, say("{} d", column.title)));
  });
  room.replaceChildren(data.boards.length ? picture : make("p", { class: "soft" }, say("No TensorBoards.")));
}

function drawCharts() {
  const by = (key) => [...data.templates].sort((a, b) => key(b) - key(a) || labelOf(a).localeCompare(labelOf(b)));
  chartRules(byId("chart-rules"));
  chartVersions(byId("chart-versions"), by((each) => each.versions.length).slice(0, 14));
  chartUsage(byId("chart-usage"), by((each) => each.jobs || 0).filter((each) => each.jobs).slice(0, 14));
  chartBoards(byId("chart-boards"));
}
