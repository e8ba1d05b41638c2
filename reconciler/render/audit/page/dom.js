"use strict";
// Elements are made by these functions only: strings become text, never markup.

const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "onclick") element.addEventListener("click", value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined) element.append(child);
  }
  return element;
}

const make = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const draw = (tag, attributes, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

function wide(element, percent) {
  element.style.width = `${percent}%`;
  return element;
}

const number = (value) => Number(value).toLocaleString("en", { maximumFractionDigits: 1 });
// Words in the reader's language: `data.words` has them by their English, `data.counts` what stands behind a number.
const say = (text, ...pieces) =>
  (data.words?.[text] ?? text).replace(/\{(\d?)(?::say)?\}/g, (found, place) => pieces[place === "" ? 0 : Number(place)]);
const day = (moment) => (moment || "").slice(0, 10) || say("never");
const plural = (count, word) =>
  `${number(count)} ${data.counts ? data.counts[word] : `${word}${count === 1 ? "" : "s"}`}`;
const keyOf = (target, id) => `${target} ${id}`;
// Shortened in the middle: names and addresses differ at their ends more often than there, and the tag of an image
// stays whole as long as there is room for it.
const clip = (text, length) => {
  if (text.length <= length) return text;
  const tag = /[:@][^/:@]+(:[0-9a-f]+)?$/.exec(text);
  const tail = Math.min(Math.max(Math.floor((length - 1) / 2), tag ? tag[0].length : 0), length - 2);
  return `${text.slice(0, length - 1 - tail)}…${text.slice(-tail)}`;
};
const rules = new Map(data.rules.map((rule) => [rule.code, rule]));
const templates = new Map(data.templates.map((template) => [keyOf(template.target, template.id), template]));
const several = data.targets.length > 1;
// What a template is called where its target is not told beside it.
const labelOf = (template) => (several ? `${template.name} @${template.target}` : template.name);
