// One measuring point: where it stands, what to do, what people say to it, its voices, its trend and its past.

import { askJson } from "./api.js";
import { Commissioning } from "./commissioning.js";
import { card, element, facts, level, refusal, table } from "./element.js";
import { People } from "./people.js";
import { forgetIn } from "./sheet.js";
import { trend } from "./trend.js";
import { voices } from "./voices.js";
import { FINDINGS, LEVELS, LEVEL_KINDS, NAMES, VERDICTS, capital, digits, percent, short } from "./words.js";

const LAST = 12;

let page = null;

export async function openAsset(place, identity, session) {
  page = new Page(identity, session);
  place.replaceChildren(element("p", { class: "hint" }, "Reading…"));
  try {
    await page.read();
    if (page.identity === identity) place.replaceChildren(...page.parts());
    page.drawTrend();
  } catch (error) {
    place.replaceChildren(element("p", {}, element("a", { href: "#assets" }, "All measuring points")), card("It cannot be shown", refusal(error)));
  }
}

// Something about it has changed: all is read anew, and what somebody is filling in stays.
export async function tellAsset(place, identity, session) {
  if (page === null || page.identity !== identity) return openAsset(place, identity, session);
  try {
    await page.read();
    page.drawTrend();
  } catch {
    // the next change comes with another try
  }
}

class Page {
  constructor(identity, session) {
    this.identity = identity;
    this.head = element("div");
    this.voices = element("div");
    this.trend = element("div", { class: "stack halves" });
    this.past = element("div", { class: "stack" });
    const changed = () => this.read().then(() => this.drawTrend());
    this.people = new People(identity, session, changed);
    this.commissioning = new Commissioning(identity, session, changed);
  }

  parts() {
    const back = element("p", { class: "back" }, element("a", { href: "#assets" }, "‹ All measuring points"));
    return [back, this.head, this.voices, this.people.place, this.trend, this.commissioning.place, this.past];
  }

  async read() {
    const path = `/v1/assets/${this.identity}`;
    const asset = await askJson(path);
    const [{ assets }, course, events, { feedback }, { diagnoses }, baseline] = await Promise.all([
      askJson(`/v1/overview?id=${this.identity}`),
      askJson(`${path}/trend?limit=1000`),
      askJson(`${path}/events?limit=${LAST}`),
      askJson(`/v1/feedback?asset=${this.identity}&limit=${LAST}`),
      askJson(`/v1/diagnoses?asset=${this.identity}&limit=${LAST}`),
      askJson(`${path}/baseline`),
    ]);
    const [state] = assets;
    const newest = state.latest === null ? null : await askJson(`/v1/diagnoses/${state.latest.id}`);
    this.course = course;
    this.head.replaceChildren(verdict(asset, state, newest));
    this.voices.replaceChildren(...(newest === null ? [] : [voices(newest)]));
    this.people.show(state, feedback);
    this.commissioning.show(asset, baseline, diagnoses);
    this.past.replaceChildren(lastDiagnoses(diagnoses), happened(events.events, feedback), known(asset));
  }

  drawTrend() {
    forgetIn(this.trend);
    trend(this.trend, this.course);
  }
}

function verdict(asset, state, newest) {
  const { latest, stands } = state;
  const made = element(
    "section",
    { class: `card verdict ${LEVEL_KINDS[stands]} ${stands}`, "aria-label": "Where it stands" },
    element("p", { class: "then" }, level(stands), state.since ? ` since ${short(state.since)}` : ""),
    element("h1", { class: "said" }, `${asset.machine}: ${asset.point}`),
    ...whatToDo(latest, stands),
  );
  if (newest) made.append(element("p", { class: "hint" }, lastRecording(asset, latest, newest)));
  if (state.silent_since) made.append(element("p", { class: "then" }, `Silent since ${short(state.silent_since)}: no recording for longer than its rule allows.`));
  const ask = element("a", { href: `#diagnose/${asset.id}`, class: "as-button" }, "Diagnose a recording");
  made.append(element("div", { class: "actions" }, ask));
  return made;
}

function whatToDo(latest, stands) {
  const said = (words) => element("p", { class: "then do" }, words);
  if (latest === null) return [said("No recording yet: commission it below, or diagnose one.")];
  if (latest.level === null) return [said("It was commissioned on its last recording; the next one is compared with that.")];
  if (latest.level === stands) return [said(latest.advice)];
  const raised = stands === "alarm" || stands === "watch";
  return [
    said(`Its last recording alone says ${LEVELS[latest.level]}; it takes several to move the point.${raised ? ` Until then act on the ${stands}.` : ""}`),
    element("p", { class: "then" }, `Of that recording: ${latest.advice}`),
  ];
}

function lastRecording(asset, latest, newest) {
  const axis = asset.axes.length > 1 ? `, axis ${latest.axis} is the worst` : "";
  const severity = latest.severity && latest.severity !== "none" ? ` Severity ${latest.severity}.` : "";
  const zone = newest.indicators?.zone ? ` Vibration velocity in zone ${newest.indicators.zone} (ISO 20816-3: A as new, D damaging).` : "";
  return `Last recording ${short(latest.time)}${axis}: ${newest.message}${severity}${zone}`;
}

const says = ({ verdict: kind, fault, confidence }) =>
  fault === null ? capital(VERDICTS[kind]) : `${capital(NAMES[fault])}${confidence === null ? "" : `, ${percent(confidence)}`}`;

function lastDiagnoses(diagnoses) {
  if (diagnoses.length === 0) return card("Last diagnoses", element("p", { class: "hint" }, "None yet."));
  const rows = diagnoses.map((each) => [
    short(each.time),
    each.axis,
    each.level === null ? "commissioned on it" : level(each.level),
    says(each),
    each.speed_rpm === null ? "not known" : `${digits(each.speed_rpm, 5)} rpm`,
    each.id,
  ]);
  return card("Last diagnoses", table("Last diagnoses", ["Time", "Axis", "All voices", "The network, confidence", "Speed", "Id"], rows));
}

const EVENTS = {
  level: ({ before, level: now }) => `${capital(LEVELS[before])} became ${LEVELS[now]}`,
  stands: ({ level: now }) => `Snooze ended; it stands at ${LEVELS[now]}`,
  silent: () => "Silent",
  heard_again: () => "Heard again",
  acknowledged: () => "Acknowledged",
  snoozed: () => "Snoozed",
};

function happened(events, findings) {
  const told = [
    ...events.map((event) => [event.time, EVENTS[event.kind](event), event.why]),
    ...findings.map((each) => [each.time, `Opened ${short(each.opened)}: ${FINDINGS[each.finding]}`, `by ${each.by}${each.note ? `: ${each.note}` : ""}${each.corrected_by ? " (corrected later)" : ""}`]),
  ].sort((one, other) => (one[0] < other[0] ? 1 : -1));
  if (told.length === 0) return card("What happened", element("p", { class: "hint" }, "Nothing yet."));
  return card("What happened", table("What happened", ["Time", "What", "Why, or who"], told.map(([time, what, why]) => [short(time), what, capital(why)])));
}

const SPEEDS = {
  fixed: ({ rpm }) => `${rpm} rpm`,
  range: ({ lowest_rpm: low, highest_rpm: high }) => `${low} to ${high} rpm, given with each recording`,
  given: () => "given with each recording",
};

function known(asset) {
  const bearing = asset.bearing === null ? "not known" : (asset.bearing.designation ?? (typeof asset.bearing === "string" ? asset.bearing : JSON.stringify(asset.bearing)));
  const rows = [
    ["Id", asset.id],
    ["Axes", asset.axes.map((axis) => axis.name).join(", ")],
    ["Bearing", bearing],
    ["Speed", asset.speed === null ? "not known" : SPEEDS[asset.speed.kind](asset.speed)],
    ["Class (ISO 20816-3)", asset.machine_class ? `group ${asset.machine_class.group}, ${asset.machine_class.foundation} foundation` : "not known: no zones A to D"],
    ["Notes", asset.notes || "none"],
  ];
  return facts("What is known about it", rows);
}
