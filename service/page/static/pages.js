// Which page is shown: the word after # and, behind a slash, what of it. Each is loaded when it is first asked for.

import { at } from "./element.js";
import { listen } from "./live.js";

const PAGES = {
  diagnose: ["Diagnose", () => import("./form.js")],
  assets: ["Assets", () => import("./assets.js")],
  models: ["Models", () => import("./models.js")],
  system: ["System", () => import("./system.js")],
};

let session = null;
let current = null;
let stop = null;

export function begin(signedIn, signedOut) {
  session = signedIn;
  stop?.();
  stop = listen((kind, data) => current?.told?.(kind, data), signedOut);
  show();
}

export function end() {
  stop?.();
  [session, current, stop] = [null, null, null];
  for (const name of Object.keys(PAGES)) at(name).hidden = true;
}

async function show() {
  if (session === null) return;
  const [name, ...rest] = decodeURIComponent(location.hash.slice(1)).split("/");
  if (name !== "" && !(name in PAGES)) return; // a place within a page
  const chosen = name === "" ? "diagnose" : name;
  const [title, load] = PAGES[chosen];
  const page = await load();
  if (session === null) return;
  for (const each of Object.keys(PAGES)) {
    at(each).hidden = each !== chosen;
    const link = document.querySelector(`.top a[href="#${each}"]`);
    if (each === chosen) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  current = page;
  document.title = `${title} · Brinell`;
  await page.open(rest.join("/"), session);
  at(chosen).dataset.at = [chosen, ...rest].join("/"); // what it shows by now
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
