// Builds the web UI into ../internal/web/dist: index.html, content-hashed
// assets, each with .gz and .br beside it, and the licences of what is inside.
import { analyzeMetafile, build, transform } from "esbuild";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync, existsSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "../internal/web/dist");
const assets = join(dist, "assets");
const compressible = new Set([".js", ".css", ".html", ".svg", ".txt", ".webmanifest"]);

// The dashboards as they are in the repository, without what only Grafana's own
// pages read.
const dashboards = {
  name: "dashboards",
  setup(b) {
    const unread = new Set(["datasource", "editorMode", "icon", "tooltip", "asDropdown", "pluginVersion", "justifyMode", "wideLayout", "percentChangeColorMode", "showPercentChange", "schemaVersion", "definition", "gradientMode", "axisPlacement", "showPoints", "lineInterpolation", "pointSize", "insertNulls",
      "reduceOptions", "orientation", "textMode", "colorMode", "fillOpacity", "spanNulls", "group", "calcs", "placement", "displayMode", "valueMode", "namePlacement", "showUnfilled", "sizing", "minVizWidth", "minVizHeight", "maxVizHeight",
      "cellGap", "cellHeight", "frameIndex", "showHeader", "selectionMode", "exemplars", "filterValues", "timepicker", "refresh", "fiscalYearStartMonth", "graphTooltip", "preload", "weekStart", "editable", "range"]);
    b.onLoad({ filter: /grafana\/dashboards\/[^/]+\.json$/ }, ({ path }) => {
      const dashboard = JSON.parse(readFileSync(path, "utf8"), (key, value) => (unread.has(key) ? undefined : value));
      return { contents: JSON.stringify(dashboard), loader: "json" };
    });
  },
};

// What a later page shares with the first load would become several chunks, by
// who shares what. When each page imports the whole first load, it is one chunk,
// and the page loads that instead of the entry point.
const oneFirstLoad = {
  name: "one-first-load",
  setup(b) {
    b.onLoad({ filter: /src\/(pages|later)\/[^/]+\.tsx$/ }, ({ path }) => {
      const source = readFileSync(path, "utf8");
      return { contents: path.endsWith("kpis.tsx") ? source : `import "../boot.tsx";\n${source}`, loader: "tsx" };
    });
  },
};

const target = ["es2022", "chrome109", "firefox115", "safari16.4"];

// *.later.css is a file of its own: who imports it gets its address, and loads it
// when it is first needed (src/frame/style.ts).
const laterStyles = {
  name: "later-styles",
  setup(b) {
    b.onLoad({ filter: /\.later\.css$/ }, async ({ path }) => {
      const { code } = await transform(readFileSync(path, "utf8"), { loader: "css", minify: true, target });
      return { contents: code, loader: "file" };
    });
  },
};

const result = await build({
  absWorkingDir: here,
  entryPoints: { app: "src/boot.tsx", style: "src/styles/app.css" },
  plugins: [dashboards, oneFirstLoad, laterStyles],
  outdir: assets, entryNames: "[name]-[hash]", chunkNames: "[name]-[hash]", assetNames: "[name]-[hash]",
  bundle: true, splitting: true, format: "esm", target,
  minify: true, metafile: true, write: false, legalComments: "none",
  jsx: "automatic", jsxImportSource: "preact",
  loader: { ".woff2": "file" }, publicPath: "/assets",
  define: { "process.env.NODE_ENV": '"production"' },
  logLevel: "warning",
});

if (process.argv.includes("--analyze")) console.log(await analyzeMetafile(result.metafile));
rmSync(assets, { recursive: true, force: true });
mkdirSync(assets, { recursive: true });
for (const file of result.outputFiles) put(file.path, file.contents);

const named = (start, end) => "/assets/" + basename(result.outputFiles.find((f) => basename(f.path).startsWith(start) && f.path.endsWith(end)).path);
const icon = hashed("icon", ".svg", readFileSync(join(here, "src/icon.svg")));
const html = readFileSync(join(here, "src/index.html"), "utf8")
  .replaceAll("%icon%", icon)
  .replaceAll("%style%", named("style-", ".css"))
  .replaceAll("%app%", firstLoad())
  .replaceAll("%sans%", named("geist-latin-wght-normal-", ".woff2"))
  .replaceAll("%mono%", named("geist-mono-latin-wght-normal-", ".woff2"));
put(join(dist, "index.html"), Buffer.from(html));
put(join(dist, "licenses.txt"), Buffer.from(licences(result.metafile)));

/** The URL of the chunk that starts the UI. */
function firstLoad() {
  const found = Object.entries(result.metafile.outputs).filter(([, o]) => "src/boot.tsx" in o.inputs);
  if (found.length !== 1) throw new Error(`the first load is in ${found.length} files: ${found.map(([f]) => f)}`);
  return "/assets/" + basename(found[0][0]);
}

/** Writes a file and, where it helps, what a client gets instead of it. */
function put(path, contents) {
  writeFileSync(path, contents);
  if (!compressible.has(extname(path))) return;
  writeFileSync(path + ".gz", gzipSync(contents, { level: 9 }));
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: contents.length };
  writeFileSync(path + ".br", brotliCompressSync(contents, { params }));
}

/** Writes an asset under the hash of its contents, and returns its URL. */
function hashed(name, end, contents) {
  const hash = createHash("sha256").update(contents).digest("hex").slice(0, 8).toUpperCase();
  put(join(assets, `${name}-${hash}${end}`), contents);
  return `/assets/${name}-${hash}${end}`;
}

/** The licence texts of every package that the bundle holds. */
function licences(metafile) {
  const packages = new Set();
  for (const output of Object.values(metafile.outputs))
    for (const input of Object.keys(output.inputs)) {
      const found = input.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)\//);
      if (found) packages.add(found[1]);
    }
  for (const input of Object.keys(metafile.inputs)) {
    const found = input.match(/^node_modules\/(@fontsource-variable\/[^/]+)\//);
    if (found) packages.add(found[1]);
  }
  return [...packages].sort().map((name) => {
    const dir = join(here, "node_modules", name);
    const about = JSON.parse(readFileSync(join(dir, "package.json"), "utf8"));
    const file = readdirSync(dir).find((f) => /^licen[cs]e/i.test(f));
    const text = file && existsSync(join(dir, file)) ? readFileSync(join(dir, file), "utf8") : "";
    return `${name} ${about.version} (${about.license})\n\n${text.trim()}\n`;
  }).join("\n" + "-".repeat(78) + "\n\n");
}
