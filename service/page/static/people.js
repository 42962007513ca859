// What people say to a measuring point: seen, later, and what was found when it was opened.

import { askJson } from "./api.js";
import { button, card, element, labelled, refusal } from "./element.js";
import { FINDINGS, capital, short } from "./words.js";

const HOUR_MS = 3_600_000;
const SNOOZES = [
  ["8", "8 hours"],
  ["24", "1 day"],
  ["168", "1 week"],
  ["720", "30 days"],
];
const NAME = "brinell-name";

export class People {
  constructor(identity, session, changed) {
    this.identity = identity;
    this.changed = changed;
    this.latest = null;
    this.wrong = null; // what was kept, and is corrected by what is found next
    const may = session.scopes.includes("feedback") || session.scopes.includes("admin");
    this.by = element("input", {
      id: "by",
      maxlength: "80",
      autocomplete: "name",
      placeholder: "J. Mazur",
      value: session.name ?? localStorage.getItem(NAME) ?? "",
    });
    this.note = element("input", { id: "note", maxlength: "500", autocomplete: "off", placeholder: "pitted over 2 cm" });
    this.opened = element("input", { id: "opened", type: "datetime-local" });
    this.state = element("p", { class: "hint", role: "status" });
    this.correcting = element("div", { role: "status" });
    this.said = element("div", { role: "status" });
    const acknowledge = button("I have seen it", () => this.say("acknowledge", {}));
    const hours = element(
      "select",
      { id: "hours", "aria-label": "Snooze for" },
      ...SNOOZES.map(([value, words]) => element("option", { value }, words)),
    );
    const snooze = button("Snooze", () => this.say("snooze", { until: new Date(Date.now() + hours.value * HOUR_MS).toISOString() }));
    this.wake = button("End the snooze", () => this.say("snooze", { until: null }));
    const found = Object.entries(FINDINGS).map(([finding, words]) => button(capital(words), () => this.find(finding), { name: `Opened: ${words}` }));
    this.place = card(
      "What people say",
      element(
        "div",
        { class: "grid" },
        labelled("Your name", this.by),
        labelled("Note (may be empty)", this.note),
        labelled("Opened (empty: just now)", this.opened),
      ),
      element("p", { class: "lead" }, "The alarm"),
      element("div", { class: "actions" }, acknowledge, snooze, hours, this.wake),
      this.state,
      element("p", { class: "lead" }, "The machine was opened, and this was found (one click keeps it for ever)"),
      element("div", { class: "actions" }, ...found),
      this.correcting,
      this.said,
    );
    // The second click of a double one would be kept for ever too, and each that a held key makes.
    this.place.addEventListener("click", (event) => event.detail > 1 && event.stopPropagation(), { capture: true });
    this.place.addEventListener("keydown", (event) => event.repeat && event.key === "Enter" && event.preventDefault(), { capture: true });
    if (!may) {
      for (const each of this.place.querySelectorAll("button, input, select")) each.disabled = true;
      this.said.replaceChildren(element("p", { class: "hint" }, "Your key may look only; saying something needs one with the scope feedback."));
    }
  }

  show(state) {
    this.latest = state.latest;
    this.wake.hidden = state.snoozed_until === null;
    const told = [];
    if (state.acknowledged_by) told.push(`Seen by ${state.acknowledged_by}; that stands until the level changes.`);
    if (state.snoozed_until) told.push(`Snoozed until ${short(state.snoozed_until)}: nothing is sent until then.`);
    const raised = state.stands !== "quiet" && state.stands !== "unheard";
    this.state.textContent =
      told.join(" ") ||
      (raised ? "Nobody has seen it yet, and it is not snoozed." : "Nothing is raised; a snooze holds back messages about what comes.");
  }

  async say(what, said) {
    const by = this.name();
    if (by === null) return;
    const note = this.note.value.trim();
    await this.send(async () => {
      await askJson(`/v1/assets/${this.identity}/${what}`, { method: "POST", json: { by, ...said, ...(note && { note }) } });
      return what === "acknowledge"
        ? "Kept: you have seen it."
        : said.until === null
          ? "Kept: it is told again."
          : `Kept: nothing is sent until ${short(said.until)}.`;
    });
  }

  async find(finding) {
    const by = this.name();
    if (by === null) return;
    const { wrong } = this;
    const past = this.opened.value ? new Date(this.opened.value) : null;
    const opened = wrong?.opened ?? (past ?? new Date()).toISOString();
    // What was recorded after it was opened says nothing of what was found.
    const latest = past && new Date(this.latest?.time) > past ? null : this.latest;
    const diagnosis = wrong ? wrong.diagnosis : (latest?.id ?? null);
    const found = { asset: this.identity, finding, opened, by, note: this.note.value.trim(), diagnosis };
    await this.send(async () => {
      const kept = await askJson("/v1/feedback", { method: "POST", json: { ...found, ...(wrong && { corrects: wrong.id }) } });
      if (wrong) this.leave();
      return [`Kept: opened ${short(opened)}, ${FINDINGS[finding]}. `, button("Correct it", () => this.correct(kept))];
    });
  }

  correct(kept) {
    this.wrong = kept;
    const leave = button("Leave it", () => this.leave());
    const words = `Press what was found instead of: ${FINDINGS[kept.finding]}, opened ${short(kept.opened)}. `;
    this.correcting.replaceChildren(element("p", { class: "hint" }, words, leave));
    this.said.replaceChildren();
    leave.focus();
  }

  leave() {
    this.wrong = null;
    this.correcting.replaceChildren();
  }

  name() {
    const by = this.by.value.trim();
    if (by !== "") {
      localStorage.setItem(NAME, by);
      this.by.removeAttribute("aria-invalid");
      return by;
    }
    this.by.setAttribute("aria-invalid", "true");
    this.said.replaceChildren(element("p", { class: "refusal" }, "Say first who you are."));
    this.by.focus();
    return null;
  }

  // One thing at a time.
  async send(act) {
    if (this.place.getAttribute("aria-busy") === "true") return;
    this.place.setAttribute("aria-busy", "true");
    try {
      this.said.replaceChildren(element("p", { class: "kept" }, ...[await act()].flat()));
      this.changed();
    } catch (error) {
      this.said.replaceChildren(refusal(error));
    } finally {
      this.place.setAttribute("aria-busy", "false");
    }
  }
}
