// Signing in and out. The key goes to the service once; the browser keeps only a cookie that no script can read.

import { Refused, ask, askJson, useSession } from "./api.js";
import { at } from "./element.js";

const OUT = { required: true, signed_in: false, csrf: null };

// `begin(session, signedOut)` is called once somebody is in, `end()` once nobody is any more.
export async function signIn(begin, end) {
  const show = (state) => {
    const out = () => show(OUT);
    useSession(state.csrf, out);
    at("sign-out").hidden = !(state.required && state.signed_in);
    at("who").textContent = state.name ? `Signed in as ${state.name}` : "";
    if (state.signed_in) begin(state, out);
    else {
      end();
      at("key").focus();
    }
  };
  at("sign-in-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const refusal = at("sign-in-refusal");
    refusal.textContent = "";
    try {
      show(await askJson("/v1/session", { method: "POST", json: { key: at("key").value.trim() } }));
      at("key").value = "";
    } catch (error) {
      refusal.textContent = said(error);
    }
  });
  at("sign-out").addEventListener("click", async () => {
    try {
      await ask("/v1/session", { method: "DELETE" });
      location.reload();
    } catch (error) {
      at("who").textContent = `Still signed in: ${said(error)}`;
    }
  });
  show(await askJson("/v1/session"));
}

function said(error) {
  if (!(error instanceof Refused)) throw error;
  const [problem] = error.problems;
  return error.status === 401 ? `This key is not known, or was revoked. ${problem.what_to_do}` : problem.reason;
}
