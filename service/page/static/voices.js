// The three voices side by side: the network, the lines at the orders, the change from the machine's own healthy state.

import { card, element } from "./element.js";
import { NAMES, capital, digits, percent } from "./words.js";

const ASKED = {
  network: "The network",
  evidence: "Lines at the bearing’s orders",
  change: "Change from its healthy state",
};
const SAYS = { quiet: "Quiet", raised: "Raised", silent: "Silent" };
const STRENGTH = {
  network: (strength) => `confidence ${percent(strength)}`,
  evidence: (strength) => `z ${digits(strength)}`,
  change: (strength) => `${digits(strength)} times its limit`,
};

// Indicators have names for programs.
const inWords = (why) => why.replace(/evidence_db_(\w+)/, (_, fault) => `lines of the ${NAMES[fault]}`).replaceAll("_", " ");

export function voices({ voices: heard, change, combined }) {
  const shown = heard.map((each) =>
    element(
      "div",
      { class: `voice ${each.says}` },
      element("h3", {}, ASKED[each.voice]),
      element("p", { class: "says" }, `${SAYS[each.says]}${each.fault && each.says === "raised" ? `: ${NAMES[each.fault]}` : ""}`),
      element(
        "p",
        { class: "hint" },
        capital(inWords(each.why)) + (each.strength !== null && !/\d/.test(each.why) ? `, ${STRENGTH[each.voice](each.strength)}` : ""),
      ),
    ),
  );
  const made = card("Three voices", element("div", { class: "columns" }, ...shown));
  made.classList.add("voices");
  const notes = [`Together: ${combined.rule}.`];
  if (change?.provisional)
    notes.push(`With ${change.n} healthy recordings no rate of false alarms of the change under 1 in ${change.n + 1} can be promised.`);
  made.append(element("p", { class: "hint" }, notes.join(" ")));
  return made;
}
