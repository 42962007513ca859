// The answer: first the sentence, then the voices, the energy, the evidence, and from what all that was read.

import { button, card, element, facts } from "./element.js";
import { evidence } from "./evidence.js";
import { forgetIn } from "./sheet.js";
import { voices } from "./voices.js";
import { LEVELS, LEVEL_KINDS, NAMES, capital, digits, energy, moment, percent } from "./words.js";

const REFUSED = { unknown: "Unknown", not_applicable: "No model fits", sensor_fault: "Sensor fault" };

export function report(place, answer, recording) {
  forgetIn(place);
  const when = new Date();
  const { diagnosis } = answer;
  place.replaceChildren(
    element("p", { class: "paper-only" }, `Brinell bearing report · ${recording} · ${stamp(when)}`),
    verdict(answer),
    ...(diagnosis.voices ? [voices(diagnosis)] : []),
    element("div", { class: "columns" }, ...[network(diagnosis), rule(diagnosis), change(diagnosis)].filter(Boolean)),
    ...[spent(diagnosis)].filter(Boolean),
  );
  evidence(place, answer);
  place.append(from(diagnosis, recording, when));
}

const stamp = (when) => `${moment(when)} ${when.toLocaleString("sv-SE", { timeZoneName: "short" }).split(" ").at(-1)}`;

function verdict({ asset, worst, diagnosis, what_to_do: advice }) {
  const { combined, message } = diagnosis; // combined: of a measuring point alone
  const kind = combined ? LEVEL_KINDS[combined.level] : diagnosis.fault === null ? "none" : diagnosis.fault === "normal" ? "normal" : "fault";
  const then = (...words) => element("p", { class: "then" }, ...words);
  const what = element("p", { class: "then do" }, advice);
  const made = element("section", { class: `card verdict ${kind}`, "aria-label": "Verdict" });
  if (combined) {
    const together = capital(LEVELS[combined.level]) + (combined.fault ? `: ${NAMES[combined.fault]}` : "");
    const of = element("a", { href: `#assets/${asset}` }, asset);
    made.append(
      then("This recording of ", of, `, axis ${worst.axis}, by all voices together; severity ${combined.severity}`),
      headline(together),
      what,
      then(`The network alone: ${message}`),
    );
  } else {
    // A sentence ends where a capital follows: numbers have points too.
    const [said, ...rest] = message.split(/(?<=\.) (?=[A-Z])/);
    made.append(headline(said), ...rest.map((sentence) => then(sentence)), what);
  }
  if (diagnosis.reason && !message.includes(diagnosis.reason)) made.append(then(`${REFUSED[diagnosis.verdict]}: ${diagnosis.reason}.`));
  // The advice of all voices together has some of them already.
  const warnings = diagnosis.warnings
    .map((each) => (asset && each.startsWith(asset) ? each : capital(each)))
    .filter((each) => !advice.includes(each));
  if (warnings.length > 0) made.append(element("ul", { "aria-label": "Keep in mind" }, ...warnings.map((each) => element("li", {}, each))));
  made.append(
    element(
      "div",
      { class: "actions" },
      button("Print report", () => window.print()),
    ),
  );
  return made;
}

const headline = (words) => element("h2", { class: "said" }, words);

function meter(label, share, number) {
  const bar = element("span");
  bar.style.width = `${Math.max(0, Math.min(1, share)) * 100}%`;
  return element(
    "div",
    { class: "meter" },
    element("span", {}, label),
    element("span", { class: "number" }, number),
    element("span", { class: "bar", "aria-hidden": "true" }, bar),
  );
}

function network(diagnosis) {
  if (diagnosis.probabilities === null) return null;
  const shown = Object.entries(diagnosis.probabilities).sort((one, other) => other[1] - one[1]);
  return card(
    diagnosis.fault === null ? "The network would say" : "The network says",
    ...shown.map(([fault, share]) => meter(capital(NAMES[fault]), share, percent(share))),
    element(
      "p",
      { class: "hint" },
      `Probability over ${diagnosis.window_count} ${diagnosis.window_count === 1 ? "window" : "windows"}, ` +
        `bundle ${diagnosis.bundle.name} ${diagnosis.bundle.version}.` +
        (diagnosis.fault === null ? " It does not count: this is unlike what the network learned." : ""),
    ),
  );
}

function rule({ evidence: read, evidence_reason: reason, fault }) {
  if (read === null) {
    return card("The envelope rule says", element("p", {}, `Nothing: ${reason}.`));
  }
  const highest = Math.max(read.threshold * 1.5, ...Object.values(read.z));
  const agrees = fault === null ? "" : read.fault === fault ? " It agrees with the network." : " It does not agree with the network.";
  return card(
    "The envelope rule says",
    ...Object.entries(read.z)
      .sort((one, other) => other[1] - one[1])
      .map(([name, z]) => meter(capital(NAMES[name]), z / highest, `z ${z.toFixed(1)}`)),
    element(
      "p",
      { class: "hint" },
      `${capital(NAMES[read.fault])}: a part is named when its lines stand over z ${read.threshold.toFixed(1)} ` +
        `(standard deviations above chance).${agrees}`,
    ),
  );
}

function change({ voices: heard }) {
  if (heard) return null; // it is among the three voices
  return card(
    "Change from healthy says",
    element("p", {}, "Nothing: this is a recording of no measuring point."),
    element("p", { class: "hint" }, "A machine that is registered under Assets, and was recorded while it was healthy, is told what has changed."),
  );
}

function spent({ energy: account }) {
  if (account === null) return null;
  const twin = account.relu_twin_nj;
  const most = Math.max(account.paper_nj, account.full_nj, twin.paper, twin.full);
  const pair = (title, spikes, relu) =>
    element(
      "div",
      {},
      element("h3", {}, title),
      meter("With spikes", spikes / most, energy(spikes)),
      meter("Same network, ReLU", relu / most, energy(relu)),
    );
  const made = card(
    "Energy of this answer",
    element(
      "div",
      { class: "columns" },
      pair("Arithmetic alone", account.paper_nj, twin.paper),
      pair("With memory and updates", account.full_nj, twin.full),
    ),
    element("p", { class: "hint" }, `What hardware of profile ${account.profile} would spend, not this computer.`),
  );
  made.classList.add("energy");
  return made;
}

function from(diagnosis, recording, when) {
  const { signal, bundle, estimated_speed: estimate } = diagnosis;
  const rows = [
    ["Recording", recording],
    ["Signal", `${digits(signal.seconds, 4)} s at ${digits(signal.rate_hz, 6)} Hz, ${unit(signal.unit)}`],
    ["Speed", signal.speed_rpm === null ? "not known" : `${digits(signal.speed_rpm, 6)} rpm`],
    ["Speed heard", estimate === null ? "not read" : `${Math.round(estimate.speed_rpm)} rpm, ${estimate.sure ? "sure" : "not sure"}`],
    ["Bearing", signal.bearing ?? "not known"],
    ["Bundle", bundle === null ? "none" : `${bundle.name} ${bundle.version} (front end ${diagnosis.front_end_reason})`],
    ["Diagnosis", diagnosis.id ?? "not kept"],
    ["Request", diagnosis.request_id],
    ["Time", `${stamp(when)}; answered in ${Math.round(diagnosis.timing.total_ms)} ms`],
  ];
  return facts("From what this was read", rows);
}

const unit = (said) => (said === null ? "taken as g" : `in ${said.replace("m/s2", "m/s²")}`);
