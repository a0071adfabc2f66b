// The texts of what lies over the pages: a part of the catalogue (en.ts) that is
// loaded with it.

export const overlays = {
  palette: { title: "Search or jump to", placeholder: "Search pages, panels, rules, queues, metrics", none: "Nothing found.", close: "Close", dark: "Theme: dark", light: "Theme: light", queue: (name: string) => `Queue ${name}`, kinds: { page: "Page", panel: "Panel", rule: "Rule", metric: "Explore", queue: "Queue", action: "Action" } },
  shortcuts: {
    title: "Shortcuts", off: "Single-key shortcuts are off; Settings turns them on.",
    list: [
      ["Search or jump", "/"], ["KPIs", "g k"], ["Overview", "g o"], ["Queues", "g q"], ["Alerts", "g a"], ["AI spend", "g p"], ["Explore", "g x"], ["Setup", "g s"], ["Settings", "g c"],
      ["Earlier, later", "← →"], ["Zoom out", "z"], ["Last 1, 3, 24 hours", "1 3 d"], ["Live on, off", "l"], ["Explain the worst alert", "e"], ["Silence this alert", "s"], ["Light, dark", "t"], ["This list", "?"], ["Close", "Esc"],
    ] as [string, string][],
  },
};
