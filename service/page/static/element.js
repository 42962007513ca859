// Elements of the page, made by their name: what is shown is always text, never HTML.

import { LEVELS, capital, sentence } from "./words.js";

const TYPING_MS = 150;

export const at = (id) => document.getElementById(id);

// An element with its attributes, properties by their name, and children.
export function element(name, given = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (key in made && typeof value !== "string") made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

export function level(name) {
  return element("span", { class: `level ${name}` }, LEVELS[name] ?? name);
}

// `name`: what it is called where its words are a sign, or the same as those of others.
export function button(words, act, { name, kind = "quiet" } = {}) {
  const made = element("button", { type: "button", class: kind, "aria-label": name, title: name }, words);
  made.addEventListener("click", act);
  return made;
}

export const labelled = (words, field) => element("div", {}, element("label", { for: field.id }, ...[words].flat()), field);

// Calls `act` once nobody has typed into the field for a moment.
export function onTyping(field, act) {
  let waiting;
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(act, TYPING_MS);
  });
}

// Of header cells and rows of cells, each text or an element; the first of a row is its header.
export function table(caption, heads, rows) {
  const head = element("tr", {}, ...heads.map((each) => (each === "" ? element("td") : element("th", { scope: "col" }, each))));
  const cell = (content, at) => (at === 0 ? element("th", { scope: "row" }, content) : element("td", { "data-head": heads[at] }, content));
  const body = rows.map((cells) => element("tr", {}, ...cells.map(cell)));
  const made = element("table", {}, element("caption", { class: "unseen" }, caption), element("thead", {}, head), element("tbody", {}, ...body));
  return element("div", { class: "scrolls", tabindex: "0", role: "group", "aria-label": caption }, made);
}

export const card = (title, ...children) => element("section", { class: "card", "aria-label": title }, element("h2", {}, title), ...children);

// Of rows [name, value].
export function facts(title, rows) {
  const told = rows.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]);
  return card(title, element("dl", { class: "facts" }, ...told));
}

// What a person is to know of a refusal, as an element to be shown.
export function refusal(error) {
  if (error.problems === undefined) throw error;
  const told = error.problems.map((each) => element("p", {}, `${sentence(capital(each.reason))} ${each.what_to_do}`));
  return element("div", { class: "refusal", role: "alert" }, ...told);
}

// In place of what an address names; what is malformed there (422) does not exist either.
export function unshown(named, error) {
  const why = error.status === 422 ? element("p", { class: "refusal", role: "alert" }, `There is no ${named}.`) : refusal(error);
  return [element("h1", {}, named), card("It cannot be shown", why)];
}

const MARKED = "a, button, input, select, summary, [tabindex]";
const mark = (each) => each.id || each.getAttribute("href") || each.getAttribute("aria-label") || each.textContent;

// `draw` puts others in place of what is within `place`: whoever is at one of them stays there, and what is unfolded does.
export function redraw(place, draw) {
  const here = document.activeElement;
  const focused = place.contains(here) ? mark(here) : null;
  const open = [...place.querySelectorAll("details[open] > summary")].map(mark);
  draw();
  const drawn = [...place.querySelectorAll(MARKED)];
  for (const each of drawn.filter((one) => one.tagName === "SUMMARY" && open.includes(mark(one)))) each.parentElement.open = true;
  if (focused !== null && !here.isConnected) drawn.find((each) => mark(each) === focused)?.focus({ preventScroll: true });
}
