// How the page asks the service: with the token of its session, and with refusals as they were said.

let token = null;
let onSignedOut = () => {};

export function useSession(csrf, signedOut) {
  token = csrf;
  onSignedOut = signedOut;
}

export class Refused extends Error {
  constructor(status, refusal) {
    super(refusal.reason);
    this.status = status;
    this.problems = [refusal, ...(refusal.more ?? [])];
  }
}

const UNREACHABLE = {
  field: "service",
  reason: "the service does not answer",
  what_to_do: "Look whether it runs and whether this device is on its network, then try again.",
};

export async function ask(path, { method = "GET", body, json } = {}) {
  const headers = {};
  if (token !== null) headers["X-CSRF-Token"] = token;
  if (json !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(path, { method, headers, body: json === undefined ? body : JSON.stringify(json) });
  } catch {
    throw new Refused(0, UNREACHABLE);
  }
  if (answer.ok) return answer;
  const refusal = await answer.json().catch(() => ({ ...UNREACHABLE, reason: `the service answered ${answer.status}` }));
  if (answer.status === 401 && path !== "/v1/session") onSignedOut();
  throw new Refused(answer.status, refusal);
}

// Of answers that overtake each other: `const isNew = asked(); await …`, and isNew() is false where a later one has come.
export function inOrder() {
  let [last, come] = [0, 0];
  return () => {
    const mine = (last += 1);
    return () => {
      if (mine < come) return false;
      come = mine;
      return true;
    };
  };
}

export const askJson = async (path, how) => (await ask(path, how)).json();
