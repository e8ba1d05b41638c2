// Two trees as lines, and which lines they share.

function toLines(value, indent = "", head = "") {
  if (Array.isArray(value)) {
    if (!value.length) return [`${indent}${head}[]`];
    const lines = head ? [`${indent}${head.trimEnd()}`] : [];
    for (const item of value) lines.push(...item_lines(item, indent));
    return lines;
  }
  if (value !== null && typeof value === "object") {
    const keys = Object.keys(value).sort();
    if (!keys.length) return [`${indent}${head}{}`];
    const lines = head ? [`${indent}${head.trimEnd()}`] : [];
    const inner = head ? `${indent}  ` : indent;
    for (const key of keys) lines.push(...toLines(value[key], inner, `${key}: `));
    return lines;
  }
  if (typeof value === "string" && value.includes("\n")) {
    return [`${indent}${head}|`, ...value.split("\n").map((line) => `${indent}  ${line}`)];
  }
  return [`${indent}${head}${typeof value === "string" ? value : JSON.stringify(value)}`];
}

function item_lines(item, indent) {
  const lines = toLines(item, `${indent}  `);
  lines[0] = `${indent}- ${lines[0].slice(indent.length + 2)}`;
  return lines;
}

// Pairs of [left, right]; null where a side has no such line. Common ends are cut off first: versions differ little.
function pairs(before, after) {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < before.length - start && end < after.length - start
    && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  const same = (line) => [line, line];
  return [
    ...before.slice(0, start).map(same),
    ...aligned(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...before.slice(before.length - end).map(same),
  ];
}

function aligned(before, after) {
  if (before.length * after.length > 4e6) return beside(before, after);
  const lengths = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1));
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      lengths[i][j] = before[i] === after[j] ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
    }
  }
  const found = [];
  let [i, j, left, right] = [0, 0, [], []];
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      found.push(...beside(left, right), [before[i], after[j]]);
      [i, j, left, right] = [i + 1, j + 1, [], []];
    } else if (j >= after.length || (i < before.length && lengths[i + 1][j] >= lengths[i][j + 1])) {
      left.push(before[i]);
      i += 1;
    } else {
      right.push(after[j]);
      j += 1;
    }
  }
  return [...found, ...beside(left, right)];
}

function beside(left, right) {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, row) => [left[row] ?? null, right[row] ?? null]);
}

const CONTEXT = 3;

function diffTable(before, after, titles) {
  const rows = pairs(before, after);
  const changed = rows.map(([left, right]) => left !== right);
  if (!changed.some(Boolean)) return make("p", { class: "soft", id: "diff-result" }, say("These versions are the same."));
  const near = rows.map((_, row) => changed.slice(Math.max(0, row - CONTEXT), row + CONTEXT + 1).some(Boolean));
  const body = make("tbody", {});
  let skipped = 0;
  const gap = () => {
    if (skipped) body.append(make("tr", { class: "gap" }, make("td", { colspan: 2 }, plural(skipped, "equal line"))));
    skipped = 0;
  };
  rows.forEach(([left, right], row) => {
    if (!near[row]) {
      skipped += 1;
      return;
    }
    gap();
    const cell = (line, kind) =>
      make("td", { class: line !== null && changed[row] ? kind : null }, line ?? "");
    body.append(make("tr", {}, cell(left, "del"), cell(right, "add")));
  });
  gap();
  const heads = titles.map((title) => make("th", { scope: "col" }, title));
  return make("div", { class: "diff mono", id: "diff-result", tabindex: 0, role: "region", "aria-label": say("Differences") },
    make("table", {}, make("thead", {}, make("tr", {}, heads)), body));
}
