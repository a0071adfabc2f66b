// The styles of silences and notifications; a part that imports this is not
// shown before they are there.
import { loadStyle } from "../frame/style.ts";
import address from "../styles/silences.later.css";

await loadStyle(address);
