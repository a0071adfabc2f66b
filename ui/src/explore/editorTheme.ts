// The editor in Luneo's colours. CSS variables reach into its shadow root, so
// that it follows the theme by itself.
import { HighlightStyle } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

export const highlight = HighlightStyle.define([
  { tag: [tags.function(tags.variableName), tags.standard(tags.name)], color: "var(--accent)" },
  { tag: [tags.operatorKeyword, tags.modifier, tags.keyword, tags.controlKeyword], color: "var(--c4)" },
  { tag: tags.labelName, color: "var(--c1)" },
  { tag: tags.string, color: "var(--c8)" },
  { tag: [tags.number, tags.integer, tags.float], color: "var(--c6)" },
  { tag: [tags.operator, tags.arithmeticOperator, tags.compareOperator, tags.punctuation, tags.paren, tags.squareBracket, tags.brace], color: "var(--text-2)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--text-3)", fontStyle: "italic" },
  { tag: tags.invalid, color: "var(--bad)" },
]);

export const theme = EditorView.theme({
  "&": { color: "var(--text)", background: "transparent", fontSize: "var(--t-13)" },
  "&.cm-focused": { outline: "none" }, // the box around it shows the focus
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6" },
  ".cm-content": { padding: "7px 0", caretColor: "var(--accent)" },
  ".cm-line": { padding: "0 12px" },
  ".cm-line ::selection, .cm-line::selection": { backgroundColor: "var(--accent-soft)" },
  ".cm-placeholder": { color: "var(--text-3)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--accent-soft)", color: "inherit" },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "var(--bad-soft)" },
  ".cm-tooltip": { border: "0", borderRadius: "var(--r-2)", backgroundColor: "var(--raised)", color: "var(--text)", boxShadow: "var(--shadow-pop)", zIndex: "45", fontSize: "var(--t-12)" },
  ".cm-tooltip.cm-tooltip-autocomplete": { padding: "4px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxHeight: "260px", maxWidth: "min(620px, 88vw)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "4px 10px 4px 6px", lineHeight: "1.5", borderRadius: "var(--r-1)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--hover)", color: "var(--text)" },
  ".cm-completionMatchedText": { color: "var(--accent)", textDecoration: "none" },
  ".cm-completionDetail": { color: "var(--text-3)", fontStyle: "normal", marginLeft: "10px" },
  ".cm-completionIcon": { color: "var(--text-3)", opacity: "1" },
  ".cm-tooltip.cm-completionInfo": { fontFamily: "var(--sans)", padding: "8px 12px", maxWidth: "min(360px, 80vw)", color: "var(--text-2)" },
  ".cm-diagnostic": { padding: "6px 12px", fontFamily: "var(--sans)", whiteSpace: "pre-wrap" },
  ".cm-diagnostic-error": { borderLeft: "3px solid var(--bad)" },
  ".cm-diagnostic-warning": { borderLeft: "3px solid var(--warn)" },
  ".cm-panels": { backgroundColor: "var(--panel)", color: "var(--text)" },
});
