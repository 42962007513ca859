// Where all measuring points stand, the worst first; or, behind #assets/, one of them.

import { askJson, inOrder } from "./api.js";
import { openAsset, tellAsset } from "./asset.js";
import { at, button, card, element, level, onTyping, redraw, refusal, table } from "./element.js";
import { register } from "./register.js";
import { forgetIn } from "./sheet.js";
import { LEVELS, LEVEL_COLOURS, NAMES, ago, capital, moment, percent, short } from "./words.js";

const place = at("assets");

let shown = null; // the id of the one that is shown; null: the list
let session = null;
let list = null;
let still = null;

export async function open(identity, signedIn, isShown) {
  session = signedIn;
  still = isShown;
  shown = identity || null;
  forgetIn(place);
  if (shown !== null) {
    list = null;
    await openAsset(place, shown, session, still);
    return;
  }
  list = new List();
  await list.read();
  if (!isShown()) return;
  // After the list, which would push it down.
  if (session.scopes.includes("admin")) place.append(register((made) => (location.hash = `#assets/${made.id}`)));
  else place.append(element("p", { class: "hint" }, "Registering a measuring point needs a key with the scope admin."));
}

export async function told(kind, data) {
  if (kind === "models" || kind === "system") return;
  if (shown === null) await list?.read();
  else if (kind === "all" || data.changed === null || data.changed.includes(shown)) await tellAsset(place, shown, session, still);
}

class List {
  constructor() {
    this.stands = null;
    this.pages = 1;
    this.search = element("input", { id: "asset-search", type: "search", maxlength: "80", autocomplete: "off", placeholder: "machine, point or id" });
    this.filters = element("div", { class: "filters", role: "group", "aria-label": "Show" });
    this.rows = element("div");
    this.told = element("p", { class: "unseen", role: "status" });
    this.asked = inOrder();
    onTyping(this.search, () => this.read());
    const head = element("div", { class: "find" }, element("label", { for: "asset-search" }, "Search"), this.search);
    const how =
      "Where a point stands follows from its last recordings together: 3 of 5 make a watch, 4 of 5 an alarm, unless its own rule says otherwise. " +
      "The curves are what the network says of the last recordings, from 0 to 100 %; the colour of a dot is what all voices said.";
    const title = element("div", { class: "title" }, element("h1", {}, "Measuring points"), element("p", { class: "hint" }, how));
    place.replaceChildren(title, element("div", { class: "bar" }, this.filters, head), this.told, this.rows);
  }

  async read() {
    const isNew = this.asked();
    try {
      const found = [];
      let [cursor, counts] = ["", {}];
      for (let page = 0; page < this.pages && cursor !== null; page += 1) {
        const query = new URLSearchParams({ limit: "100" });
        if (this.search.value.trim()) query.set("search", this.search.value.trim());
        if (this.stands) query.set("stands", this.stands);
        if (cursor) query.set("cursor", cursor);
        const answer = await askJson(`/v1/overview?${query}`);
        found.push(...answer.assets);
        [cursor, counts] = [answer.next, answer.counts];
      }
      if (isNew()) redraw(place, () => this.draw(found, counts, cursor !== null));
    } catch (error) {
      if (isNew()) this.rows.replaceChildren(card("Nothing can be shown", refusal(error)));
    }
  }

  draw(found, counts, more) {
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const filter = (name, words, count) => {
      const made = button(`${words} ${count}`, () => {
        this.stands = name;
        this.pages = 1;
        this.read();
      });
      made.id = `stands-${name ?? "all"}`;
      made.setAttribute("aria-pressed", String(this.stands === name));
      return made;
    };
    this.filters.replaceChildren(filter(null, "All", total), ...Object.keys(LEVELS).map((name) => filter(name, capital(LEVELS[name]), counts[name])));
    const told = `${found.length} shown; ${counts.alarm} at an alarm, ${counts.watch} at a watch`;
    if (this.told.textContent !== told) this.told.textContent = told;
    if (found.length === 0) {
      const none =
        this.search.value.trim() || this.stands
          ? "None is like that."
          : "No measuring point is registered yet. Once one is, a recording alone is a whole question.";
      this.rows.replaceChildren(element("p", { class: "card" }, none));
      return;
    }
    const heads = ["Measuring point", "Stands at", "Last recording", "Probability of a fault", "Severity"];
    this.rows.replaceChildren(table("Measuring points", heads, found.map(row)));
    if (more) {
      this.rows.append(
        button("Show more", () => {
          this.pages += 1;
          this.read();
        }),
      );
    }
  }
}

function row(asset) {
  const { latest } = asset;
  const name = element("a", { href: `#assets/${asset.id}`, class: "point" }, `${asset.machine}: ${asset.point}`);
  const stands = element("span", { class: "stands" }, level(asset.stands));
  if (asset.silent_since) stands.append(element("span", { class: "hint" }, `silent since ${moment(asset.silent_since).slice(0, 10)}`));
  if (asset.acknowledged_by) stands.append(element("span", { class: "hint" }, `seen by ${asset.acknowledged_by}`));
  if (asset.snoozed_until) stands.append(element("span", { class: "hint" }, `snoozed until ${short(asset.snoozed_until)}`));
  return [
    element("span", {}, name, element("span", { class: "hint id" }, asset.commissioned ? asset.id : `${asset.id}, not commissioned`)),
    stands,
    latest === null ? "none yet" : said(latest),
    course(asset.course),
    latest?.severity && latest.severity !== "none" ? capital(latest.severity) : "–",
  ];
}

function said({ time, fault, level: name }) {
  const what = name === null ? "commissioned on it" : `${LEVELS[name]}${fault && fault !== "normal" ? `: ${NAMES[fault]}` : ""}`;
  return element("span", {}, what, element("time", { class: "hint id", datetime: time, title: moment(time) }, ago(time)));
}

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT, EDGE] = [130, 30, 4];

function svg(name, given) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(given)) made.setAttribute(key, value);
  return made;
}

// The last recordings as a line from 0 to 100 %, each a dot in the colour of its level, and the last as a number.
function course(points) {
  const known = points.filter((point) => point.fault_probability !== null);
  if (known.length === 0) return "–";
  const last = known.at(-1).fault_probability;
  const places = known.map((point, at) => [
    EDGE + (known.length === 1 ? 1 : at / (known.length - 1)) * (WIDTH - 2 * EDGE),
    EDGE + (1 - point.fault_probability) * (HEIGHT - 2 * EDGE),
  ]);
  const drawn = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, role: "img", class: "spark" });
  drawn.setAttribute("aria-label", `Over ${known.length} recordings from ${percent(known[0].fault_probability)} to ${percent(last)}`);
  drawn.append(svg("line", { x1: 0, x2: WIDTH, y1: HEIGHT - EDGE, y2: HEIGHT - EDGE, class: "zero" }));
  drawn.append(svg("polyline", { points: places.map((each) => each.map((value) => value.toFixed(1)).join(",")).join(" ") }));
  places.forEach(([x, y], at) =>
    drawn.append(svg("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: 2.2, fill: `var(${LEVEL_COLOURS[known[at].level ?? "unheard"]})` })),
  );
  return element("span", { class: "course" }, drawn, element("span", { class: "number" }, percent(last)));
}
