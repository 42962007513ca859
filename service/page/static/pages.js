// Which page is shown: the word after # and, behind a slash, what of it. Each is loaded when it is first asked for.

import { Refused } from "./api.js";
import { at, button, card, element, refusal } from "./element.js";
import { listen } from "./live.js";

const PAGES = {
  diagnose: ["Diagnose", () => import("./form.js")],
  assets: ["Assets", () => import("./assets.js")],
  models: ["Models", () => import("./models.js")],
  system: ["System", () => import("./system.js")],
};
const NOT_LOADED = {
  reason: "this page did not come",
  what_to_do: "The service does not answer, or has another version of the page by now: load it anew.",
};
const MAY_NOT_LOOK = {
  reason: "your key may not look at anything",
  what_to_do: "Sign out, and in with one that has the scope diagnose.",
};

let session = null;
let current = null;
let stop = null;
let turn = 0;

export function begin(signedIn, signedOut) {
  if (!["diagnose", "admin"].some((scope) => signedIn.scopes.includes(scope))) {
    fail(new Refused(403, MAY_NOT_LOOK));
    return;
  }
  session = signedIn;
  stop?.();
  stop = listen((kind, data) => current?.told?.(kind, data), signedOut);
  at("nav").hidden = false;
  show();
}

export function end() {
  stop?.();
  [session, current, stop] = [null, null, null];
  turn += 1;
  at("nav").hidden = true;
  reveal("sign-in");
}

// In place of any page: why there is none.
export function fail(error) {
  const again = button("Load it anew", () => location.reload());
  at("failed").replaceChildren(element("h1", {}, "Nothing can be shown"), card("Why", refusal(error), again));
  reveal("failed");
}

function reveal(main) {
  for (const each of document.querySelectorAll("main")) each.hidden = each.id !== main;
}

async function show() {
  if (session === null) return;
  const [name, ...rest] = decodeURIComponent(location.hash.slice(1)).split("/");
  if (name !== "" && !(name in PAGES)) return; // a place within a page
  const chosen = name === "" ? "diagnose" : name;
  const [title, load] = PAGES[chosen];
  const mine = (turn += 1);
  const still = () => mine === turn; // nobody has gone elsewhere since
  const page = await load().catch(() => null);
  if (!still()) return;
  current = page;
  for (const link of at("nav").children) {
    if (link.getAttribute("href") === `#${chosen}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${title} · Brinell`;
  if (page === null) {
    fail(new Refused(0, NOT_LOADED));
    return;
  }
  reveal(chosen);
  await page.open(rest.join("/"), session, still);
  if (still()) at(chosen).dataset.at = [chosen, ...rest].join("/"); // what it shows by now
}

addEventListener("hashchange", async () => {
  await show();
  scrollTo(0, 0);
});

at("skip").addEventListener("click", (event) => {
  event.preventDefault();
  const main = document.querySelector("main:not([hidden])");
  (main.querySelector("#result") ?? main).focus();
});
