// The UI's own modules, for tests in Node: bundled by esbuild, since Node reads
// no TypeScript, into one file, so that they share their state as in the browser.
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, "../..");
const { build } = createRequire(join(here, "../package.json"))("esbuild");

/** What the modules ask of a browser as soon as they are loaded. */
function standIns() {
  const nothing = () => {};
  globalThis.navigator ??= { language: "en-US", languages: ["en-US"], userAgent: "" };
  const style = { getPropertyValue: (name) => `colour of ${name}` };
  Object.assign(globalThis, {
    window: { location: { pathname: "/", search: "", hash: "", href: "http://luneo.test/" }, addEventListener: nothing, dispatchEvent: nothing, history: { pushState: nothing } },
    document: { documentElement: { dataset: {} }, addEventListener: nothing },
    localStorage: { getItem: () => null, setItem: nothing },
    matchMedia: () => ({ matches: false, addEventListener: nothing }),
    getComputedStyle: () => style, devicePixelRatio: 1, addEventListener: nothing, dispatchEvent: nothing, CustomEvent: class {},
  });
}

/** Loads modules of ui/src, by name: `{ format: "units/format.ts" }`. */
export async function load(modules) {
  standIns();
  const dir = mkdtempSync(join(tmpdir(), "luneo-ui-"));
  const outfile = join(dir, "modules.mjs");
  const contents = Object.entries(modules).map(([name, path]) => `export * as ${name} from ${JSON.stringify(join(here, "../src", path))};`).join("\n");
  try {
    await build({
      stdin: { contents, resolveDir: join(here, ".."), loader: "ts" }, absWorkingDir: join(here, ".."),
      bundle: true, format: "esm", platform: "neutral", mainFields: ["module", "main"], outfile, logLevel: "error",
      jsx: "automatic", jsxImportSource: "preact", loader: { ".css": "empty" },
    });
    return await import(pathToFileURL(outfile));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** @grafana/data, which wants a browser's languages, and no document: ask for it before load. */
export function grafana() {
  globalThis.navigator ??= { language: "en-US", languages: ["en-US"], userAgent: "" };
  return createRequire(import.meta.url)("@grafana/data");
}
