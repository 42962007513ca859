import { begin, end, fail } from "./pages.js";
import { signIn } from "./session.js";

try {
  await signIn(begin, end);
} catch (error) {
  fail(error);
}
