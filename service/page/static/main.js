import { begin } from "./session.js";
import { prepare } from "./form.js";

let prepared = false;

await begin(() => {
  if (!prepared) prepare();
  prepared = true;
});
