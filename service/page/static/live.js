// What changes, as the service tells it. Only while somebody looks: a browser has six connections to a service.

const AGAIN_MS = 10_000;
const KINDS = ["assets", "models", "system"];

// `tell(kind, data)` is told of each change, and of "all" where some may have been missed.
export function listen(tell, ended) {
  let source = null;
  let missed = false;
  const close = () => {
    source?.close();
    source = null;
  };
  const open = () => {
    close();
    source = new EventSource("/v1/live");
    for (const kind of KINDS) source.addEventListener(kind, (event) => tell(kind, JSON.parse(event.data)));
    source.addEventListener("ended", () => {
      close();
      ended();
    });
    source.addEventListener("open", () => {
      say(true);
      if (missed) tell("all");
      missed = false;
    });
    source.addEventListener("error", () => {
      say(false);
      missed = true;
      // A refusal ends it for good; a broken connection is opened anew by the browser.
      if (source?.readyState === EventSource.CLOSED) setTimeout(look, AGAIN_MS);
    });
  };
  const look = () => {
    if (document.hidden) {
      missed = source !== null || missed;
      close();
    } else if (source === null || source.readyState === EventSource.CLOSED) open();
  };
  document.addEventListener("visibilitychange", look);
  look();
  return () => {
    document.removeEventListener("visibilitychange", look);
    close();
  };
}

function say(live) {
  const sign = document.getElementById("live");
  sign.hidden = false;
  sign.textContent = live ? "live" : "not live";
  sign.classList.toggle("off", !live);
  sign.title = live ? "What changes is shown as it changes" : "The service does not answer just now; it is tried again";
}
