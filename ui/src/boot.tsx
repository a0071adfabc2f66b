// Starts the UI. It is the first load, in one file: build.mjs lets every page that
// is loaded later share it.
import { render } from "preact";
import { applyTheme } from "./chart/theme.ts";
import { Frame } from "./frame/Frame.tsx";
import { listenForKeys } from "./frame/keys.ts";
import { loadSession } from "./state/server.ts";
import { followStatus } from "./state/follow.ts";
import { startRefreshing } from "./state/time.ts";
import { followLinks } from "./state/url.ts";

applyTheme();
followLinks();
listenForKeys();
startRefreshing();
followStatus();
void loadSession();
render(<Frame />, document.getElementById("app")!);
