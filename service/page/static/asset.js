// One measuring point: where it stands, what to do, what people say to it, its voices, its trend and its past.

import { Refused, askJson, inOrder } from "./api.js";
import { Commissioning } from "./commissioning.js";
import { card, element, facts, level, redraw, table, unshown } from "./element.js";
import { People } from "./people.js";
import { trend } from "./trend.js";
import { voices } from "./voices.js";
import { FINDINGS, LEVELS, LEVEL_KINDS, NAMES, VERDICTS, capital, digits, percent, short } from "./words.js";

const LAST = 12;

let page = null;

export async function openAsset(place, identity, session, still) {
  const opened = new Page(place, identity, session, still);
  page = opened;
  place.replaceChildren(element("p", { class: "hint" }, "Reading…"));
  try {
    await opened.read();
    if (!still()) return;
    place.replaceChildren(back(), ...opened.parts());
  } catch (error) {
    if (page === opened) page = null;
    if (still()) place.replaceChildren(back(), ...unshown(identity, error));
  }
}

// Something about it has changed: all is read anew, and what somebody is filling in stays.
export const tellAsset = (place, identity, session, still) =>
  page?.identity === identity ? page.again() : openAsset(place, identity, session, still);

const back = () => element("p", { class: "back" }, element("a", { href: "#assets" }, "‹ All measuring points"));

class Page {
  constructor(place, identity, session, still) {
    this.place = place;
    this.identity = identity;
    this.still = still;
    this.asked = inOrder();
    this.head = element("div");
    this.voices = element("div");
    this.trend = element("div", { class: "stack halves" });
    this.past = element("div", { class: "stack" });
    const changed = () => this.again();
    this.people = new People(identity, session, changed);
    this.commissioning = new Commissioning(identity, session, changed);
  }

  parts() {
    return [this.head, this.voices, this.people.place, this.trend, this.commissioning.place, this.past];
  }

  async again() {
    try {
      await this.read();
    } catch (error) {
      if (!(error instanceof Refused)) throw error; // else the next change comes with another try
    }
  }

  async read() {
    const isNew = this.asked();
    const path = `/v1/assets/${this.identity}`;
    const asset = await askJson(path);
    const [{ assets }, course, events, { feedback }, past, baseline] = await Promise.all([
      askJson(`/v1/overview?id=${this.identity}`),
      askJson(`${path}/trend?limit=1000`),
      askJson(`${path}/events?limit=${LAST}`),
      askJson(`/v1/feedback?asset=${this.identity}&limit=${LAST}`),
      askJson(`/v1/diagnoses?asset=${this.identity}&limit=${LAST}`),
      askJson(`${path}/baseline`),
    ]);
    const [state] = assets;
    const newest = state.latest === null ? null : await askJson(`/v1/diagnoses/${state.latest.id}`);
    if (!isNew() || !this.still()) return;
    redraw(this.place, () => {
      this.head.replaceChildren(verdict(asset, state, newest));
      this.voices.replaceChildren(...(newest === null ? [] : [voices(newest)]));
      this.people.show(state);
      trend(this.trend, course);
      this.commissioning.show(asset, baseline, past);
      this.past.replaceChildren(lastDiagnoses(past.diagnoses), happened(events.events, feedback), known(asset));
    });
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
  if (state.silent_since)
    made.append(element("p", { class: "then" }, `Silent since ${short(state.silent_since)}: no recording for longer than its rule allows.`));
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
    said(
      `Its last recording alone says ${LEVELS[latest.level]}; it takes several to move the point.` +
        (raised ? ` Until then act on the ${stands}.` : ""),
    ),
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
    ...findings.map((each) => [
      each.time,
      `Opened ${short(each.opened)}: ${FINDINGS[each.finding]}`,
      `by ${each.by}${each.note ? `: ${each.note}` : ""}${each.corrected_by ? " (corrected later)" : ""}`,
    ]),
  ].sort((one, other) => (one[0] < other[0] ? 1 : -1));
  if (told.length === 0) return card("What happened", element("p", { class: "hint" }, "Nothing yet."));
  return card(
    "What happened",
    table(
      "What happened",
      ["Time", "What", "Why, or who"],
      told.map(([time, what, why]) => [short(time), what, capital(why)]),
    ),
  );
}

const SPEEDS = {
  fixed: ({ rpm }) => `${rpm} rpm`,
  range: ({ lowest_rpm: low, highest_rpm: high }) => `${low} to ${high} rpm, given with each recording`,
  given: () => "given with each recording",
};

function bearing(given) {
  if (typeof given === "string") return given;
  const { rolling_elements: count, diameter_ratio: ratio, contact_angle_deg: angle, bpfo, bpfi, bsf, ftf } = given;
  if (count === undefined) return `Per revolution BPFO ${bpfo}, BPFI ${bpfi}, BSF ${bsf}, FTF ${ftf}`;
  return `${count} rolling elements, diameter ratio ${ratio}${angle ? `, contact angle ${angle}°` : ""}`;
}

function known(asset) {
  const rows = [
    ["Id", asset.id],
    ["Axes", asset.axes.map((axis) => axis.name).join(", ")],
    ["Bearing", asset.bearing === null ? "not known" : bearing(asset.bearing)],
    ["Speed", asset.speed === null ? "not known" : SPEEDS[asset.speed.kind](asset.speed)],
    [
      "Class (ISO 20816-3)",
      asset.machine_class ? `group ${asset.machine_class.group}, ${asset.machine_class.foundation} foundation` : "not known: no zones A to D",
    ],
    ["Notes", asset.notes || "none"],
  ];
  return facts("What is known about it", rows);
}
