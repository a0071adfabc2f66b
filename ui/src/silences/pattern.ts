// Regular expressions of silences. The server's take time in proportion to the
// text; a browser's may take for ever, and anyone who may silence writes them.
// So what could is not tried here: the server says whom such a silence covers now.

const most = 300;

/** Whether the whole text matches; false where that is not tried. */
export function matchesText(pattern: string, text: string): boolean {
  const compiled = compile(pattern);
  return compiled !== null && text.length <= 2000 && compiled.test(text);
}

function compile(pattern: string): RegExp | null {
  if (!isTame(pattern)) return null;
  try { return new RegExp(`^(?:${pattern})$`, "u"); } catch { return null; }
}

/** No group is repeated, and little else: then there is little to go back over. */
function isTame(pattern: string): boolean {
  const repeats = pattern.match(/[*+{]/g)?.length ?? 0;
  return pattern.length <= most && repeats <= 2 && !/\)[*+?{]/.test(pattern);
}
