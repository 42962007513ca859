import { begin, end } from "./pages.js";
import { signIn } from "./session.js";

await signIn(begin, end);
