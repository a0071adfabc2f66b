// PromQL as far as guesses need it. What has to be right asks the parser.

/** Without what is no arithmetic: comments, strings, label matchers, ranges, grouping, comparisons. */
export function bare(expr: string): string {
  return expr.replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`/g, "").replace(/#.*$/gm, "").replace(/\{[^}]*\}|\[[^\]]*\]/g, "")
    .replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, "").replace(/\boffset\s+-?\w+|@\s*[\w.()]+/g, "")
    .replace(/(?:[<>]=?|==|!=)\s*(?:bool\s+)?-?[\d.]+/g, "").trim();
}

/** The names in a bare expression that are no functions and no keywords. */
export function metricsIn(text: string): string[] {
  const words = [...text.matchAll(/([a-zA-Z_:][\w:]*)\s*(\()?/g)];
  return words.filter(([, name, call]) => !call && !keyword.test(name!)).map(([, name]) => name!);
}

const keyword = /^(and|or|unless|bool|inf|nan|by|without|on|ignoring|group_left|group_right|offset|start|end|atan2)$/i;
